"""The tables of who will hold a meeting, and of what was done while nobody would, and the queries on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from bot.features.meetings.cover.model import Says, Step
from bot.features.meetings.model import Meeting, Occasion
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

cover = person_table(
    "meetings_cover",
    column("meeting_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.ATTENDANCE),
    column("day", sa.Date, primary_key=True, kept=Kept.ATTENDANCE),
    column("guild_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    column("group_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    sealed_id("user", primary_key=True, kept=Kept.ATTENDANCE),
    column("says", sa.Text, kept=Kept.ATTENDANCE),
    column("starts_at", UtcDateTime, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, index=True, kept=Kept.ATTENDANCE),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
"""What somebody said about holding a meeting that begins at ``starts_at``: it says nothing of another time."""
cover.info["ends"] = "ends_at"

steps = sa.Table(
    "meetings_cover_steps",
    metadata,
    column("meeting_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("day", sa.Date, primary_key=True, kept=Kept.STRUCTURE),
    column("step", sa.Text, primary_key=True, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("starts_at", UtcDateTime, kept=Kept.STRUCTURE),
    column("at", UtcDateTime, kept=Kept.STRUCTURE),
    column("ends_at", UtcDateTime, kept=Kept.STRUCTURE),
)
"""What was done, ``at`` what instant, while nobody held a meeting that begins at ``starts_at``."""

TABLES = (cover, steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    meeting_id: int
    day: date
    user_id: int
    says: Says
    starts_at: datetime
    ends_at: datetime


def _of(table: sa.Table, meeting: Meeting) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.guild_id == meeting.guild_id, table.c.meeting_id == meeting.id)


def _once(table: sa.Table, occasion: Occasion) -> sa.ColumnElement[bool]:
    same_time = (table.c.day == occasion.day, table.c.starts_at == occasion.starts_at)
    return sa.and_(_of(table, occasion.meeting), *same_time)


async def put(tx: Tx, occasion: Occasion, user_id: int, says: Says) -> None:
    meeting = occasion.meeting
    key = {"meeting_id": meeting.id, "day": occasion.day, "user": tx.vault.seal_id(user_id, meeting.guild_id)}
    values = {"says": says, "starts_at": occasion.starts_at, "ends_at": occasion.ends_at}
    row = tx.upsert(cover).values(**key, **values, guild_id=meeting.guild_id, group_id=meeting.group_id)
    await tx.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


async def take_back(tx: Tx, occasion: Occasion, user_id: int, says: Says) -> bool:
    """Whether they had said so."""
    theirs = sa.and_(_once(cover, occasion), cover.c.user == tx.vault.seal_id(user_id, occasion.meeting.guild_id))
    return await tx.execute(sa.delete(cover).where(theirs, cover.c.says == says)) > 0


async def said(tx: Tx, occasion: Occasion) -> list[Said]:
    """What is said about this time, as it begins now."""
    return await _said(tx, _once(cover, occasion))


async def days(tx: Tx, meeting: Meeting) -> list[date]:
    """The times of the meeting about which something was said or done."""
    found = [await tx.all(sa.select(table.c.day).where(_of(table, meeting))) for table in TABLES]
    return sorted({row["day"] for rows in found for row in rows})


async def forget_other_times(tx: Tx, occasion: Occasion) -> list[int] | None:
    """Delete what was said and done when it was to begin at another time; gives who would have been there.

    None if there was nothing.
    """
    gone: list[Said] = []
    deleted = 0
    for table in TABLES:
        of_day = sa.and_(_of(table, occasion.meeting), table.c.day == occasion.day)
        other = sa.and_(of_day, table.c.starts_at != occasion.starts_at)
        gone += await _said(tx, other) if table is cover else []
        deleted += await tx.execute(sa.delete(table).where(other))
    return None if not deleted else [said.user_id for said in gone if said.says is Says.THERE]


async def said_in(tx: Tx, guild_id: int, group_id: int) -> list[Said]:
    """What is said about any meeting of the group."""
    return await _said(tx, sa.and_(cover.c.guild_id == guild_id, cover.c.group_id == group_id))


async def _said(tx: Tx, which: sa.ColumnElement[bool]) -> list[Said]:
    return [
        Said(
            meeting_id=row["meeting_id"],
            day=row["day"],
            user_id=tx.vault.open_id(row["user"], row["guild_id"]),
            says=Says(row["says"]),
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
        )
        for row in await tx.all(sa.select(cover).where(which).order_by(cover.c.day, cover.c.user))
    ]


async def forget_person(tx: Tx, guild_id: int, user_id: int, *, group_id: int | None = None) -> set[int]:
    """Delete what somebody said, of one group or of all; gives of which meetings."""
    theirs = sa.and_(cover.c.guild_id == guild_id, cover.c.user == tx.vault.seal_id(user_id, guild_id))
    if group_id is not None:
        theirs = sa.and_(theirs, cover.c.group_id == group_id)
    meetings = {row["meeting_id"] for row in await tx.all(sa.select(cover.c.meeting_id).where(theirs))}
    await tx.execute(sa.delete(cover).where(theirs))
    return meetings


async def record(tx: Tx, occasion: Occasion, step: Step, now: datetime) -> None:
    """Keep that this was done; only the latest time counts."""
    meeting = occasion.meeting
    key = {"meeting_id": meeting.id, "day": occasion.day, "step": step}
    values = {"starts_at": occasion.starts_at, "at": now, "ends_at": occasion.ends_at}
    row = tx.upsert(steps).values(**key, **values, guild_id=meeting.guild_id)
    await tx.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


async def done(tx: Tx, occasion: Occasion) -> dict[Step, datetime]:
    """What was done about this time, as it begins now, and when."""
    rows = await tx.all(sa.select(steps.c.step, steps.c.at).where(_once(steps, occasion)))
    return {Step(row["step"]): row["at"] for row in rows}


async def prolong(tx: Tx, occasion: Occasion) -> None:
    """It ends at another time than before."""
    for table in TABLES:
        other_end = sa.and_(_once(table, occasion), table.c.ends_at != occasion.ends_at)
        await tx.execute(sa.update(table).where(other_end).values(ends_at=occasion.ends_at))


async def clear(tx: Tx, meeting: Meeting, *, days: Iterable[date] | None = None) -> None:
    """Nobody needs to know any more what was said and done about these times; ``days``: None for all of them."""
    for table in TABLES:
        which = sa.true() if days is None else table.c.day.in_(list(days))
        await tx.execute(sa.delete(table).where(_of(table, meeting), which))
