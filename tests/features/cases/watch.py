"""A group whose people raise concerns, and somebody who carries: the bot without Discord, on a clock moved by hand."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import sqlalchemy as sa

from bot.core.ids import new_id
from bot.features.cases import Case, Source
from bot.features.cases.model import Flagged, Raised
from bot.features.groups import Group, Member, MemberState, Role
from bot.features.groups.model import Candidate, Plan
from bot.features.groups.store import put_member
from bot.inbox.model import Kept
from bot.outbox import Errand, Lane, What
from bot.services import Services
from bot.settings import Settings
from bot.storage import Database
from tests.conftest import StepClock
from tests.features.privacy.full_house import ADMIN, BACKUP, GUILD, LEAD, open_house

FAY, GIL, CLEO, MO, ZOE = range(601, 606)
"""fay and gil facilitate, cleo and mo are members, zoe is in no group."""


class Watch:
    services: Services

    def __init__(self, settings: Settings, clock: StepClock) -> None:
        self.settings, self.clock = settings, clock
        self.refusing: dict[str, str] = {}
        """Kinds of errands that Discord refuses, with the problem."""
        self.carried: list[Errand] = []
        self._ids = itertools.count(5001)
        self._running = AsyncExitStack()

    async def start(self) -> None:
        self.services = await self._running.enter_async_context(open_house(self.settings, self.clock))

    async def stop(self) -> None:
        await self._running.aclose()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    @property
    def db(self) -> Database:
        return self.services.db

    @property
    def cases(self) -> Any:
        return self.services.cases

    async def found(self) -> Group:
        """A server that is set up, with a group that has its people."""
        await self.services.setup.start(
            guild_id=GUILD,
            admin_id=ADMIN,
            lead=Candidate(user_id=LEAD),
            backup=Candidate(user_id=BACKUP),
            zone="Europe/Berlin",
        )
        await self.carry()
        plan = Plan(name="Evening", facilitators=(Candidate(user_id=FAY), Candidate(user_id=GIL)))
        made = await self.services.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
        await self.carry()
        self.group = await self.read_group(made.id)
        for user_id in (CLEO, MO):
            await self.join(user_id)
        self.carried.clear()
        return self.group

    async def read_group(self, group_id: int) -> Group:
        async with self.db.read() as tx:
            group = await self.services.groups.group(tx, GUILD, group_id)
        assert group is not None
        return group

    async def join(self, user_id: int, role: Role = Role.MEMBER) -> None:
        member = Member(
            id=new_id(),
            guild_id=GUILD,
            group_id=self.group.id,
            user_id=user_id,
            role=role,
            state=MemberState.ACTIVE,
            joined_at=self.clock(),
            left_at=None,
            consent_version=None,
            agreement_version=None,
            agreed_at=None,
        )
        async with self.db.begin() as tx:
            await put_member(tx, member)

    async def flag(self, author_id: int | None = MO, *, by: int = CLEO, message_id: int = 77, **more: Any) -> Case:
        """Somebody flags a message in the group's room, which the courier then carries."""
        assert self.group.room_id is not None
        place = more.pop("channel_id", self.group.room_id)
        flagged = Flagged(channel_id=place, message_id=message_id, author_id=author_id)
        values = {"tier": 2, "source": Source.FLAG, "flagged": flagged} | more
        case = await self.cases.bring(Raised(guild_id=GUILD, reporter_id=by, **values))
        await self.carry()
        return case

    async def talk(self, *, by: int = CLEO, **more: Any) -> Case:
        values = {"tier": 2, "source": Source.TALK, "group_id": self.group.id} | more
        case = await self.cases.bring(Raised(guild_id=GUILD, reporter_id=by, **values))
        await self.carry()
        return case

    async def read(self, case: Case) -> Case:
        return (await self.view(case)).case

    async def view(self, case: Case) -> Any:
        view = await self.cases.view(GUILD, case.id)
        assert view is not None
        return view

    async def take(self, case: Case, actor_id: int) -> None:
        await self.cases.take(guild_id=GUILD, case_id=case.id, actor_id=actor_id)
        await self.carry()

    async def pass_time(self, **by: float) -> None:
        """Let happen what is due after this time, and carry what comes of it."""
        self.clock.step(**by)
        await self.services.timers.start()
        await self.services.timers.settled()
        await self.carry()

    async def carry(self) -> None:
        outbox = self.services.outbox
        while claimed := await outbox.claim(busy=(), worst=Lane.BULK, limit=50):
            for errand in claimed:
                if (problem := self.refusing.get(errand.kind)) is not None:
                    await outbox.give_back(errand, problem)
                    continue
                made = next(self._ids)
                await outbox.done(
                    errand,
                    message_id=made if errand.what is What.POST else None,
                    channel_id=made if errand.what is What.ENSURE_ROOM else None,
                )
                self.carried.append(errand)

    def calls(self) -> list[tuple[str, int | None]]:
        """Every call that went out: the rung, and the person, if it went to one alone."""
        kinds = ("cases.card", "cases.nudge")
        return [(str(one.params["rung"]), one.user_id) for one in self.carried if one.kind in kinds]

    async def told(self, user_id: int) -> list[Kept]:
        return await self.services.inbox.all_of(guild_id=GUILD, user_id=user_id)

    async def kinds_told(self, user_id: int) -> list[str]:
        return [word.kind for word in await self.told(user_id)]

    async def count(self, table: sa.Table) -> int:
        async with self.db.read() as tx:
            return int(await tx.scalar(sa.select(sa.func.count()).select_from(table)))


@asynccontextmanager
async def on_watch(settings: Settings, clock: StepClock) -> AsyncGenerator[Watch]:
    watch = Watch(settings, clock)
    await watch.start()
    try:
        await watch.found()
        yield watch
    finally:
        await watch.stop()
