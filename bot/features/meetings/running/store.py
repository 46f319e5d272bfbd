"""The tables of meetings that are open: who is there, who stepped out; and how many came once they are closed."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.ids import new_id
from bot.features.meetings.model import Choice, Occasion
from bot.features.meetings.running.model import Aside, AsideState
from bot.features.meetings.store import answers, meetings, occasions
from bot.features.meetings.timetable import OccasionState
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

here = person_table(
    "meetings_here",
    column("meeting_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.ATTENDANCE),
    column("day", sa.Date, primary_key=True, kept=Kept.ATTENDANCE),
    column("guild_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    sealed_id("user", primary_key=True, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, index=True, kept=Kept.ATTENDANCE),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
"""Who pressed **I'm here**. It is deleted in the transaction that closes the meeting, at the latest at ``ends_at``."""
here.info["ends"] = "ends_at"

asides = person_table(
    "meetings_asides",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.ATTENDANCE),
    column("meeting_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    column("day", sa.Date, kept=Kept.ATTENDANCE),
    column("guild_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    sealed_id("user", kept=Kept.ATTENDANCE),
    column("state", sa.Text, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, index=True, kept=Kept.ATTENDANCE),
    sa.Index(None, "meeting_id", "day"),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
"""Who stepped out, each time that they did. It goes with who was there."""
asides.info["ends"] = "ends_at"

headcounts = sa.Table(
    "meetings_headcounts",
    metadata,
    column("meeting_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.HEADCOUNT),
    column("day", sa.Date, primary_key=True, kept=Kept.HEADCOUNT),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.HEADCOUNT),
    column("group_id", sa.BigInteger, kept=Kept.HEADCOUNT),
    column("headcount", sa.Integer, kept=Kept.HEADCOUNT),
    column("closed_at", UtcDateTime, index=True, kept=Kept.HEADCOUNT),
    info={"expires": "closed_at"},
)
"""How many came to a meeting that is closed. It outlives the meeting, and names nobody."""

last = sa.Table(
    "meetings_last",
    metadata,
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), primary_key=True, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.STRUCTURE),
    column("starts_at", UtcDateTime, kept=Kept.STRUCTURE),
)
"""When the last meeting began that a group has held. It outlives the meeting, and names nobody."""


def _of(table: sa.Table, occasion: Occasion) -> sa.ColumnElement[bool]:
    meeting = occasion.meeting
    same = (table.c.guild_id == meeting.guild_id, table.c.meeting_id == meeting.id, table.c.day == occasion.day)
    return sa.and_(*same)


async def in_state(tx: Tx, guild_id: int, group_id: int, state: OccasionState) -> list[tuple[int, date]]:
    """Of this group's meetings, the times that are so now: the meeting's id and the day."""
    joined = sa.select(occasions.c.meeting_id, occasions.c.day).join_from(
        occasions, meetings, occasions.c.meeting_id == meetings.c.id
    )
    of_group = sa.and_(meetings.c.guild_id == guild_id, meetings.c.group_id == group_id)
    rows = await tx.all(joined.where(of_group, occasions.c.state == state))
    return [(row["meeting_id"], row["day"]) for row in rows]


async def coming(tx: Tx, occasion: Occasion) -> list[int]:
    """Who said beforehand that they come."""
    guild_id = occasion.meeting.guild_id
    rows = await tx.all(sa.select(answers.c.user).where(_of(answers, occasion), answers.c.answer == Choice.COMING))
    return [tx.vault.open_id(row["user"], guild_id) for row in rows]


async def put_here(tx: Tx, occasion: Occasion, user_id: int, *, ends_at: datetime) -> bool:
    """Whether they were not counted yet."""
    meeting = occasion.meeting
    key = {
        "meeting_id": meeting.id,
        "day": occasion.day,
        "user": tx.vault.seal_id(user_id, meeting.guild_id),
    }
    row = tx.upsert(here).values(**key, guild_id=meeting.guild_id, ends_at=ends_at)
    return await tx.execute(row.on_conflict_do_nothing(index_elements=list(key))) > 0


async def people_here(tx: Tx, occasion: Occasion) -> list[int]:
    guild_id = occasion.meeting.guild_id
    rows = await tx.all(sa.select(here.c.user).where(_of(here, occasion)))
    return [tx.vault.open_id(row["user"], guild_id) for row in rows]


async def count_here(tx: Tx, occasion: Occasion) -> int:
    return int(await tx.scalar(sa.select(sa.func.count()).select_from(here).where(_of(here, occasion))))


async def put_aside(tx: Tx, occasion: Occasion, user_id: int, *, ends_at: datetime) -> int:
    """The id of a new row for somebody who stepped out."""
    meeting, aside_id = occasion.meeting, new_id()
    values = {
        "id": aside_id,
        "meeting_id": meeting.id,
        "day": occasion.day,
        "guild_id": meeting.guild_id,
        "user": tx.vault.seal_id(user_id, meeting.guild_id),
        "state": AsideState.OUT,
        "ends_at": ends_at,
    }
    await tx.execute(sa.insert(asides).values(values))
    return aside_id


async def aside(tx: Tx, guild_id: int, aside_id: int) -> Aside | None:
    row = await tx.first(sa.select(asides).where(asides.c.guild_id == guild_id, asides.c.id == aside_id))
    return None if row is None else _aside(tx, row)


async def outside(tx: Tx, occasion: Occasion, user_id: int) -> Aside | None:
    """That this person stepped out and is not back."""
    sealed = tx.vault.seal_id(user_id, occasion.meeting.guild_id)
    theirs = sa.select(asides).where(_of(asides, occasion), asides.c.user == sealed)
    row = await tx.first(theirs.where(asides.c.state != AsideState.BACK))
    return None if row is None else _aside(tx, row)


async def set_aside(tx: Tx, aside_id: int, state: AsideState) -> None:
    await tx.execute(sa.update(asides).where(asides.c.id == aside_id).values(state=state))


def _aside(tx: Tx, row: RowMapping) -> Aside:
    guild_id = row["guild_id"]
    return Aside(id=row["id"], user_id=tx.vault.open_id(row["user"], guild_id), state=AsideState(row["state"]))


async def forget_people(tx: Tx, occasion: Occasion) -> list[int]:
    """Delete who was there and who stepped out; gives the ids of the rows of the latter."""
    rows = await tx.all(sa.select(asides.c.id).where(_of(asides, occasion)))
    for table in (here, asides):
        await tx.execute(sa.delete(table).where(_of(table, occasion)))
    return [row["id"] for row in rows]


async def forget_person(tx: Tx, guild_id: int, group_id: int, user_id: int) -> list[int]:
    """Delete that this person is at a meeting of that group; gives as ``forget_people`` does."""
    of_group = sa.select(meetings.c.id).where(meetings.c.guild_id == guild_id, meetings.c.group_id == group_id)
    sealed = tx.vault.seal_id(user_id, guild_id)

    def theirs(table: sa.Table) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.guild_id == guild_id, table.c.user == sealed, table.c.meeting_id.in_(of_group))

    rows = await tx.all(sa.select(asides.c.id).where(theirs(asides)))
    for table in (here, asides):
        await tx.execute(sa.delete(table).where(theirs(table)))
    return [row["id"] for row in rows]


async def put_headcount(tx: Tx, occasion: Occasion, people: int, closed_at: datetime) -> None:
    meeting = occasion.meeting
    key = {"meeting_id": meeting.id, "day": occasion.day}
    values = {"headcount": people, "closed_at": closed_at}
    row = tx.upsert(headcounts).values(**key, **values, guild_id=meeting.guild_id, group_id=meeting.group_id)
    await tx.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


async def headcount(tx: Tx, guild_id: int, meeting_id: int, day: date) -> int | None:
    same = (headcounts.c.guild_id == guild_id, headcounts.c.meeting_id == meeting_id, headcounts.c.day == day)
    return await tx.scalar(sa.select(headcounts.c.headcount).where(*same))


async def put_last(tx: Tx, guild_id: int, group_id: int, starts_at: datetime) -> None:
    """Keep that a meeting of the group began then, unless a later one has."""
    row = tx.upsert(last).values(group_id=group_id, guild_id=guild_id, starts_at=starts_at)
    later = last.c.starts_at < starts_at
    await tx.execute(row.on_conflict_do_update(index_elements=["group_id"], set_={"starts_at": starts_at}, where=later))


async def last_start(tx: Tx, guild_id: int, group_id: int) -> datetime | None:
    of_group = sa.and_(last.c.guild_id == guild_id, last.c.group_id == group_id)
    return await tx.scalar(sa.select(last.c.starts_at).where(of_group))
