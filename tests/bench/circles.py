"""Servers with groups in them: on the wire, and in the database of a bot that is not running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.calendar import Repeat, Schedule
from bot.core.ids import new_id
from bot.features.groups import store as groups_store
from bot.features.groups.model import Group, GroupState, Member, MemberState, Mode, Place, Role
from bot.features.meetings import store as meetings_store
from bot.features.meetings.model import Meeting, MeetingState
from bot.features.setup import store as setup_store
from bot.features.setup.model import Task
from bot.services import Services, open_services
from bot.settings import load
from bot.storage import Tx
from bot.ui.permissions import INVITE
from tests.wire import Channel, Guild, Person, Wire
from tests.wire.processes import House

GROUPS_PER_SERVER = 20
MEMBERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A group with its rooms, and a meeting of it."""

    group_id: int
    meeting_id: int
    guild: Guild
    room: Channel
    desk: Channel


@dataclass(frozen=True, slots=True)
class Circles:
    """Many of them; the same people are in all servers. ``people[0]`` leads, ``[1]`` backs up, ``[2]`` facilitates."""

    people: tuple[Person, ...]
    circles: tuple[Circle, ...]

    @property
    def members(self) -> tuple[Person, ...]:
        return self.people[3:]


def lay_out(wire: Wire, count: int) -> Circles:
    """So many groups on the wire, in servers of twenty groups and twenty people."""
    owner = wire.person("ada")
    people = tuple(wire.person(f"person-{number}") for number in range(MEMBERS))
    circles: list[Circle] = []
    for number in range(count):
        if number % GROUPS_PER_SERVER == 0:
            guild = wire.add_guild(f"server-{number}", owner, bot_permissions=INVITE.value)
            for person in people:
                wire.add_member(guild, person)
        room, desk = wire.add_channel(guild, f"circle-{number}"), wire.add_channel(guild, f"circle-{number}-desk")
        circles.append(Circle(group_id=new_id(), meeting_id=new_id(), guild=guild, room=room, desk=desk))
    return Circles(people, tuple(circles))


async def remember(house: House, circles: Circles, *, starts_in: timedelta) -> datetime:
    """Have the bot of this house know them, each with a meeting that starts then; gives that instant."""
    async with open_services(load(house.environ, start=house.folder)) as services:
        for guild in {id(each.guild): each.guild for each in circles.circles}.values():
            async with services.db.begin() as tx:
                await _set_up(tx, services, guild, circles.people)
        for each in circles.circles:
            async with services.db.begin() as tx:
                await _found(tx, services, each, circles)
        starts_at = (datetime.now(UTC) + starts_in).replace(microsecond=0)
        for batch in _batches(circles.circles):
            async with services.db.begin() as tx:
                for each in batch:
                    await _plan(tx, services, each, starts_at)
    return starts_at


def _batches(circles: Sequence[Circle]) -> list[Sequence[Circle]]:
    return [circles[start : start + 100] for start in range(0, len(circles), 100)]


async def _set_up(tx: Tx, services: Services, guild: Guild, people: Sequence[Person]) -> None:
    values = {"zone": "UTC", "category_id": None, "safeguarding_id": None, "set_up_at": services.clock()}
    await setup_store.put_server(tx, guild.id, values)
    for task, person in zip((Task.LEAD, Task.BACKUP), people, strict=False):
        await setup_store.put_person(tx, guild.id, task, person.id)


async def _found(tx: Tx, services: Services, circle: Circle, circles: Circles) -> None:
    group = Group(
        id=circle.group_id,
        guild_id=circle.guild.id,
        code=circle.room.name,
        name=circle.room.name.title(),
        about="",
        capacity=20,
        mode=Mode.OPEN,
        state=GroupState.OPEN,
        zone=None,
        room_id=circle.room.id,
        desk_id=circle.desk.id,
        voice_id=None,
    )
    await groups_store.add_group(tx, group, services.clock())
    await groups_store.set_channel(tx, group.id, Place.ROOM, circle.room.id)
    await groups_store.set_channel(tx, group.id, Place.DESK, circle.desk.id)
    await _join(tx, services, circle, circles.people[2], Role.FACILITATOR)
    # where there are many groups, nobody looks at who else is in them
    if len(circles.circles) == 1:
        for person in circles.members:
            await _join(tx, services, circle, person, Role.MEMBER)


async def _join(tx: Tx, services: Services, circle: Circle, person: Person, role: Role) -> None:
    now = services.clock()
    member = Member(
        id=new_id(),
        guild_id=circle.guild.id,
        group_id=circle.group_id,
        user_id=person.id,
        role=role,
        state=MemberState.ACTIVE,
        joined_at=now,
        left_at=None,
        consent_version="1",
        agreement_version="1",
        agreed_at=now,
    )
    await groups_store.put_member(tx, member)


async def _plan(tx: Tx, services: Services, circle: Circle, starts_at: datetime) -> None:
    schedule = Schedule(day=starts_at.date(), time=starts_at.time(), zone="UTC", repeat=Repeat.NONE, until=None)
    meeting = Meeting(
        id=circle.meeting_id,
        guild_id=circle.guild.id,
        group_id=circle.group_id,
        title="Evening",
        schedule=schedule,
        minutes=90,
        state=MeetingState.PLANNED,
    )
    await meetings_store.add(tx, meeting, services.clock())
    await services.meetings._course.plan(tx, meeting)
