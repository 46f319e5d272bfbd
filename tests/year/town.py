"""Servers, groups and people as they are on Discord, and what people do in a year: found, plan, read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.errors import UserError
from bot.features.groups.model import Candidate
from bot.features.groups.model import Plan as Founding
from bot.features.meetings.changes.model import Doing, Typed, Which
from bot.ui.permissions import INVITE
from tests.wire import Channel, Guild, Person, Wire
from tests.year.life import Life
from tests.year.oracle import days, start_at, start_of
from tests.year.plans import Change, Plan, Word, goes_on
from tests.year.stepped import Machine

GROUPS_PER_SERVER = 12
SPARE = timedelta(minutes=2)
ROOMS_TAKE = 900.0  # seconds in which the rooms of a server are surely made


@dataclass(eq=False, slots=True)
class Server:
    guild: Guild
    admin: Person
    lead: Person
    backup: Person
    facilitator: Person


@dataclass(eq=False, slots=True)
class Circle:
    """A group; its rooms are there once it is founded."""

    server: Server
    name: str
    zone: str
    plans: list[Plan]
    group_id: int = 0
    room: Channel = None  # type: ignore[assignment]
    desk: Channel = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Told:
    """What the lead read in the inbox."""

    at: datetime
    text: str


class Town:
    def __init__(self, wire: Wire, machine: Machine, zones: list[str]) -> None:
        self.wire = wire
        self._machine = machine
        self.servers: list[Server] = []
        self.circles: list[Circle] = []
        self.read: dict[int, Told] = {}
        """What leads have read in their inbox, by the word's id."""
        for number, zone in enumerate(zones):
            if number % GROUPS_PER_SERVER == 0:
                self._build(f"server-{len(self.servers) + 1}")
            self.circles.append(Circle(self.servers[-1], f"Circle {number + 1}", zone, []))

    def _build(self, name: str) -> None:
        admin = self.wire.person("ada")
        guild = self.wire.add_guild(name, admin, bot_permissions=INVITE.value, everyone=0)
        lead, backup, facilitator = (self.wire.add_member(guild, who) for who in ("lea", "ben", "fay"))
        self.servers.append(Server(guild, admin, lead, backup, facilitator))

    def named(self, name: str) -> Circle:
        return next(circle for circle in self.circles if circle.name == name)

    async def found(self, life: Life) -> None:
        """Every server is set up, and every group has its rooms."""
        services = life.bot.services
        for server in self.servers:
            await services.setup.start(
                guild_id=server.guild.id,
                admin_id=server.admin.id,
                lead=Candidate(user_id=server.lead.id),
                backup=Candidate(user_id=server.backup.id),
                zone="UTC",
            )
        await asyncio.sleep(ROOMS_TAKE)
        for circle in self.circles:
            server = circle.server
            asked = Founding(name=circle.name, facilitators=(Candidate(user_id=server.facilitator.id),))
            made = await services.groups.create(guild_id=server.guild.id, actor_id=server.admin.id, plan=asked)
            circle.group_id = made.id
        await asyncio.sleep(ROOMS_TAKE)
        for circle in self.circles:
            async with services.db.read() as tx:
                group = await services.groups.group(tx, circle.server.guild.id, circle.group_id)
            assert group is not None and group.room_id is not None and group.desk_id is not None, "no rooms were made"
            circle.room, circle.desk = (self.wire.world.channels[each] for each in (group.room_id, group.desk_id))

    async def plan(self, life: Life, plan: Plan) -> None:
        """The facilitator types it, reads it and confirms; after a crash they go on where they were."""
        circle, meetings = self.named(plan.group), life.bot.services.meetings
        place = {"guild_id": circle.server.guild.id, "group_id": circle.group_id}
        try:
            if plan.draft is None:
                plan.draft = (await meetings.propose(**place, proposal=plan.proposal)).meeting.id
            plan.tried_at = plan.tried_at or self._machine()
            await meetings.schedule(**place, meeting_id=plan.draft, user_id=circle.server.facilitator.id)
            plan.planned_at = self._machine()
        except UserError:
            plan.too_late = True

    async def confirm(self, life: Life, plan: Plan, word: Word) -> None:
        """A facilitator says that they will be there, unless it is too late."""
        if plan.planned_at is None or plan.draft is None:
            return
        word.tried_at = word.tried_at or self._machine()
        circle = self.named(plan.group)
        try:
            await life.bot.services.meetings.cover.confirm(
                guild_id=circle.server.guild.id,
                group_id=circle.group_id,
                meeting_id=plan.draft,
                day=word.day,
                user_id=circle.server.facilitator.id,
            )
            word.done_at = self._machine()
        except UserError:
            word.done_at = None

    async def change(self, life: Life, plan: Plan, change: Change) -> Plan | None:
        """The facilitator moves a time of a meeting, or leaves it out; gives what goes on as a meeting of its own."""
        now, start = self._machine(), start_of(plan, change.day)
        moved = start if change.to is None else start_at(plan, change.to)
        ended = plan.ended is not None and change.day >= plan.ended.day
        if plan.planned_at is None or plan.draft is None or ended:
            return None
        if change.draft is None and min(start, moved) < now + SPARE:
            return None
        circle, changes = self.named(plan.group), life.bot.services.meetings.changes
        place = {"guild_id": circle.server.guild.id, "group_id": circle.group_id}
        try:
            if change.draft is None:
                change.draft = (await changes.propose(**place, typed=_typed(change, plan.draft))).draft_id
            change.tried_at = change.tried_at or self._machine()
            await changes.confirm(**place, draft_id=change.draft, actor_id=circle.server.facilitator.id)
        except UserError as refused:
            change.refused = refused.key
            return None
        change.done_at = self._machine()
        if not change.following:
            return None
        plan.ended = change
        if change.to is None:
            return None
        found = await changes.ahead(guild_id=circle.server.guild.id, group_ids=[circle.group_id])
        after = goes_on(plan, change, sum(day < change.day for day in days(plan, change.day)))
        after.draft = next((one.meeting.id for one in found if one.starts_at == moved), None)
        circle.plans.append(after)
        return after

    async def read_inboxes(self, life: Life) -> None:
        """Each lead reads what waits for them."""
        bot = life.bot
        for server in self.servers:
            words = await bot.services.inbox.waiting(guild_id=server.guild.id, user_id=server.lead.id)
            for word in words:
                page, _ = await bot.courier.teller.page([word])
                if page is not None:
                    text = "\n".join(part for part in page.parts if isinstance(part, str))
                    self.read.setdefault(word.id, Told(self._machine(), text))
            await bot.services.inbox.told(words)

    def all_plans(self) -> Iterator[tuple[Circle, Plan]]:
        return ((circle, plan) for circle in self.circles for plan in circle.plans)


def _typed(change: Change, meeting_id: int) -> Typed:
    return Typed(
        doing=Doing.SKIP if change.to is None else Doing.MOVE,
        meeting_id=meeting_id,
        day=change.day,
        which=Which.FOLLOWING if change.following else Which.ONE,
        to="" if change.to is None else f"{change.to:%Y-%m-%d %H:%M}",
    )
