"""The tables of meetings that are open: who is there, who stepped out; and how many came once they are closed."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from bot.core.ids import new_id
from bot.features.meetings.model import Occasion
from bot.features.meetings.store import meetings, occasions
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
    column("alone", sa.Boolean, kept=Kept.ATTENDANCE),
    column("channel_id", sa.BigInteger, nullable=True, kept=Kept.ATTENDANCE),
    column("message_id", sa.BigInteger, nullable=True, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, index=True, kept=Kept.ATTENDANCE),
    sa.UniqueConstraint("meeting_id", "day", "user"),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
"""Who stepped out and is not back, and where the card about it stands on the desk; ``alone`` is how they want to be
left. It goes with who was there.
"""
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


def _of(table: sa.Table, occasion: Occasion) -> sa.ColumnElement[bool]:
    meeting = occasion.meeting
    same = (table.c.guild_id == meeting.guild_id, table.c.meeting_id == meeting.id, table.c.day == occasion.day)
    return sa.and_(*same)


async def open_in(tx: Tx, guild_id: int, group_id: int) -> list[tuple[int, date]]:
    """The times of this group's meetings that are open now."""
    joined = sa.select(occasions.c.meeting_id, occasions.c.day).join_from(
        occasions, meetings, occasions.c.meeting_id == meetings.c.id
    )
    of_group = sa.and_(meetings.c.guild_id == guild_id, meetings.c.group_id == group_id)
    rows = await tx.all(joined.where(of_group, occasions.c.state == OccasionState.OPEN))
    return [(row["meeting_id"], row["day"]) for row in rows]


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


async def forget_people(tx: Tx, occasion: Occasion) -> None:
    """Delete who was there and who stepped out."""
    for table in (here, asides):
        await tx.execute(sa.delete(table).where(_of(table, occasion)))


async def put_aside(tx: Tx, occasion: Occasion, user_id: int, *, ends_at: datetime) -> int | None:
    """The id of a new row for somebody who stepped out; None if they are known to have."""
    meeting, aside_id = occasion.meeting, new_id()
    values = {
        "id": aside_id,
        "meeting_id": meeting.id,
        "day": occasion.day,
        "guild_id": meeting.guild_id,
        "user": tx.vault.seal_id(user_id, meeting.guild_id),
        "alone": False,
        "ends_at": ends_at,
    }
    row = tx.upsert(asides).values(values).on_conflict_do_nothing(index_elements=["meeting_id", "day", "user"])
    return aside_id if await tx.execute(row) else None


async def put_headcount(tx: Tx, occasion: Occasion, people: int, closed_at: datetime) -> None:
    meeting = occasion.meeting
    key = {"meeting_id": meeting.id, "day": occasion.day}
    values = {"headcount": people, "closed_at": closed_at}
    row = tx.upsert(headcounts).values(**key, **values, guild_id=meeting.guild_id, group_id=meeting.group_id)
    await tx.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


async def headcount(tx: Tx, guild_id: int, meeting_id: int, day: date) -> int | None:
    same = (headcounts.c.guild_id == guild_id, headcounts.c.meeting_id == meeting_id, headcounts.c.day == day)
    return await tx.scalar(sa.select(headcounts.c.headcount).where(*same))
