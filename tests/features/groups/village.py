"""A server with groups and somebody who carries errands: the features without Discord."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.audit import Audit
from bot.features.groups import Group, Groups, Member, Place, Rules
from bot.features.groups.model import Asking, Candidate, Plan, Wish
from bot.features.guidelines import Agreements, Guidelines
from bot.features.setup import Setup
from bot.inbox import Inbox
from bot.inbox.model import Kept
from bot.outbox import Errand, Lane, Outbox, What
from bot.storage import Database
from bot.timers import Timers
from tests.conftest import StepClock

GUILD, OTHER_GUILD = 7001, 7002
ADMIN, LEAD, BACKUP, FAY, GIL, CLEO, MO = range(901, 908)

RULES = Rules(
    capacity=12,
    hard_capacity=20,
    request_lasts=timedelta(days=60),
    offer_lasts=timedelta(hours=48),
    visits=2,
    visit_lasts=timedelta(days=21),
    condition_words=("grief", "cancer"),
)


class SilentBell:
    def ring_in(self, seconds: float) -> None:
        """Nobody waits for time to pass here."""


def silent_bell(name: str, ring: Callable[[], None]) -> SilentBell:
    return SilentBell()


@dataclass
class Village:
    db: Database
    clock: StepClock
    refusing: dict[str, str] = field(default_factory=dict[str, str])
    """Kinds that Discord refuses, with the problem."""
    carried: list[Errand] = field(default_factory=list[Errand])

    version: str = "v1"
    """Of the house's agreement."""

    house: str = "We are kind."
    """Its words."""

    def __post_init__(self) -> None:
        self._ids = itertools.count(5001)
        self.start()

    def start(self) -> None:
        """A process over the same database; what another had in memory is not there."""
        self.outbox = Outbox(self.db, self.clock)
        self.inbox = Inbox(self.db, self.clock, self.outbox)
        self.timers = timers = Timers(self.db, self.clock, silent_bell)
        audit = Audit(self.clock)
        self.setup = Setup(self.db, self.clock, self.outbox, self.inbox, timers, audit)
        self.groups = Groups(
            self.db,
            self.clock,
            self.outbox,
            self.inbox,
            timers,
            audit,
            rules=RULES,
            server=self.setup.server,
        )
        self.groups.rooms.outgrown.append(self.setup.widen)
        self.setup.settled.append(self.groups.rooms.category_settled)
        self.groups.departed.append(self.setup.presence.keeper_gone)
        self.requests = self.groups.requests
        self.guidelines = Guidelines(
            self.db,
            self.clock,
            self.outbox,
            timers,
            audit,
            self.groups,
            agreements=Agreements(house=self.house, version=self.version, heading="Our own points"),
            short="Kindly.",
            server=self.setup.server,
        )
        self.setup.presence.returned += [self.guidelines.asking.returned, self.groups.returned]

    async def carry(self) -> list[Errand]:
        """Carry all there is; gives what was done, with each room and message getting an id of its own."""
        done: list[Errand] = []
        while claimed := await self.outbox.claim(busy=(), worst=Lane.BULK, limit=50):
            for errand in claimed:
                if (problem := self.refusing.get(errand.kind)) is not None:
                    await self.outbox.give_back(errand, problem)
                    continue
                made = next(self._ids)
                await self.outbox.done(
                    errand,
                    message_id=made if errand.what is What.POST else None,
                    channel_id=made if errand.what is What.ENSURE_ROOM else None,
                )
                done.append(errand)
        self.carried += done
        return done

    async def set_up(self, *, guild_id: int = GUILD) -> None:
        await self.setup.start(
            guild_id=guild_id,
            admin_id=ADMIN,
            lead=Candidate(user_id=LEAD),
            backup=Candidate(user_id=BACKUP),
            zone="Europe/Berlin",
        )
        await self.carry()

    async def found(self, plan: Plan | None = None) -> Group:
        """A group in a server that is set up, its rooms made unless they are refused."""
        await self.set_up()
        plan = plan or Plan(name="Evening", facilitators=(Candidate(user_id=FAY), Candidate(user_id=GIL)))
        made = await self.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
        await self.carry()
        return await self.read(made.id)

    async def found_another(self, name: str) -> Group:
        return await self.found(Plan(name=name, facilitators=(Candidate(user_id=FAY),)))

    async def read(self, group_id: int) -> Group:
        async with self.db.read() as tx:
            group = await self.groups.group(tx, GUILD, group_id)
        assert group is not None
        return group

    async def ask(
        self, group: Group, user_id: int, *, note: str = "", may_message: bool = False, visit: bool = False
    ) -> int:
        """The id of the request."""
        wish = Wish.VISIT if visit else Wish.JOIN
        asking = self.asking(group, user_id, note=note, may_message=may_message, wish=wish)
        await self.requests.ask(guild_id=GUILD, asking=asking)
        cards = [errand for errand in await self.carry() if errand.kind == "groups.card"]
        return int(str(cards[-1].params["request"])) if cards else 0

    def asking(
        self, group: Group, user_id: int, *, note: str = "", may_message: bool = False, wish: Wish = Wish.JOIN
    ) -> Asking:
        """The form as somebody fills it in."""
        return Asking(
            user_id=user_id,
            group_id=group.id,
            note=note,
            consent_version="c1",
            agreement_version="v1",
            may_message=may_message,
            wish=wish,
        )

    async def welcome(self, group: Group, request_id: int, *, by: int = FAY) -> Member:
        return await self.requests.welcome(guild_id=GUILD, group_id=group.id, request_id=request_id, actor_id=by)

    async def join(self, group: Group, user_id: int) -> Member:
        member = await self.welcome(group, await self.ask(group, user_id))
        await self.carry()
        return member

    async def visit(self, group: Group, user_id: int) -> Member:
        member = await self.welcome(group, await self.ask(group, user_id, visit=True))
        await self.carry()
        return member

    async def leave(self, group: Group, user_id: int) -> None:
        await self.groups.leave(guild_id=GUILD, group_id=group.id, user_id=user_id)
        await self.carry()

    async def put_off(self, group: Group, user_id: int, *, visit: bool = False) -> None:
        """They ask, and are put on the waiting list."""
        request = await self.ask(group, user_id, note="please", visit=visit)
        await self.requests.put_off(guild_id=GUILD, group_id=group.id, request_id=request, actor_id=FAY)
        await self.carry()

    async def take(self, group: Group, user_id: int) -> None:
        asking = self.asking(group, user_id, wish=Wish.TAKE)
        await self.groups.places.take(guild_id=GUILD, asking=asking)
        await self.carry()

    async def pass_time(self, **by: float) -> list[Errand]:
        """Let time go by with what is due in it; gives what was carried then."""
        self.clock.step(**by)
        await self.timers.start()
        await self.timers.settled()
        return await self.carry()

    async def may_enter(self, group: Group, user_id: int, place: Place = Place.ROOM) -> bool:
        entry = await self.groups.entry(guild_id=GUILD, group_id=group.id, user_id=user_id, place=place)
        return entry is not None and entry.role is not None

    async def told(self, user_id: int) -> list[Kept]:
        """Every word to this person, oldest first."""
        return await self.inbox.all_of(guild_id=GUILD, user_id=user_id)

    async def kinds_told(self, user_id: int) -> list[str]:
        return [word.kind for word in await self.told(user_id)]

    async def told_in_safeguarding(self) -> list[Errand]:
        """What was posted in the safeguarding channel, oldest first."""
        async with self.db.read() as tx:
            server = await self.setup.server(tx, GUILD)
        assert server is not None
        return [
            errand
            for errand in self.carried
            if server.safeguarding_id and errand.channel_id == server.safeguarding_id and errand.what is What.POST
        ]

    def kinds(self) -> list[str]:
        return [errand.kind for errand in self.carried]
