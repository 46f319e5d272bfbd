"""The tables of what people want to be reminded of and were, and the queries on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.calendar import Occurrence
from bot.features.meetings.model import Meeting
from bot.features.meetings.private.model import Quiet, Wish
from bot.storage import Kept, Tx, UtcDateTime, column, person_table, sealed_id

wishes = person_table(
    "meetings_wishes",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.PREFERENCE),
    column("guild_id", sa.BigInteger, kept=Kept.PREFERENCE),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), kept=Kept.PREFERENCE),
    sealed_id("user", kept=Kept.PREFERENCE),
    column("seconds_before", sa.Integer, kept=Kept.PREFERENCE),
    column("quiet_from", sa.Time, nullable=True, kept=Kept.PREFERENCE),
    column("quiet_until", sa.Time, nullable=True, kept=Kept.PREFERENCE),
    column("zone", sa.Text, nullable=True, kept=Kept.PREFERENCE),
    column("closed", sa.Boolean, kept=Kept.PREFERENCE),
    sa.UniqueConstraint("guild_id", "group_id", "user"),
    person="user",
)
told = person_table(
    "meetings_told",
    column("wish_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.ATTENDANCE),
    column("meeting_id", sa.BigInteger, sa.ForeignKey("meetings.id"), primary_key=True, kept=Kept.ATTENDANCE),
    column("day", sa.Date, primary_key=True, kept=Kept.ATTENDANCE),
    column("guild_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    sealed_id("user", kept=Kept.ATTENDANCE),
    column("starts_at", UtcDateTime, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, kept=Kept.ATTENDANCE),
    sa.Index(None, "meeting_id", "day"),
    person="user",
)
"""Of which start of which time of a meeting somebody was reminded, until it ends."""
told.info["expires"] = "ends_at"


def _wish(tx: Tx, row: RowMapping) -> Wish:
    since, until = row["quiet_from"], row["quiet_until"]
    return Wish(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        user_id=tx.vault.open_id(row["user"], row["guild_id"]),
        before=timedelta(seconds=row["seconds_before"]),
        quiet=None if since is None else Quiet(since=since, until=until, zone=row["zone"]),
        closed=row["closed"],
    )


async def put(tx: Tx, wish: Wish) -> None:
    quiet = wish.quiet
    key = {
        "guild_id": wish.guild_id,
        "group_id": wish.group_id,
        "user": tx.vault.seal_id(wish.user_id, wish.guild_id),
    }
    values = {
        "seconds_before": int(wish.before.total_seconds()),
        "quiet_from": quiet and quiet.since,
        "quiet_until": quiet and quiet.until,
        "zone": quiet and quiet.zone,
        "closed": wish.closed,
    }
    await tx.execute(
        tx.upsert(wishes)
        .values(id=wish.id, **key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=values)
    )


async def get(tx: Tx, wish_id: int) -> Wish | None:
    row = await tx.first(sa.select(wishes).where(wishes.c.id == wish_id))
    return None if row is None else _wish(tx, row)


async def of(tx: Tx, guild_id: int, group_id: int, user_id: int) -> Wish | None:
    row = await tx.first(sa.select(wishes).where(_mine(tx, guild_id, user_id), wishes.c.group_id == group_id))
    return None if row is None else _wish(tx, row)


async def has_any(tx: Tx, guild_id: int, user_id: int) -> bool:
    return await tx.first(sa.select(wishes.c.id).where(_mine(tx, guild_id, user_id)).limit(1)) is not None


async def some(tx: Tx, guild_id: int, group_id: int, *, after: int, limit: int) -> list[Wish]:
    """At most ``limit`` of a group's, by id, from the one that follows ``after``."""
    of_group = (wishes.c.guild_id == guild_id, wishes.c.group_id == group_id, wishes.c.id > after)
    rows = await tx.all(sa.select(wishes).where(*of_group).order_by(wishes.c.id).limit(limit))
    return [_wish(tx, row) for row in rows]


async def remove(tx: Tx, wish: Wish) -> None:
    await forget_told(tx, wish)
    await tx.execute(sa.delete(wishes).where(wishes.c.guild_id == wish.guild_id, wishes.c.id == wish.id))


async def note_closed(tx: Tx, guild_id: int, user_id: int) -> bool:
    """Keep that this person knows that their direct messages are closed; whether that is new."""
    mine = _mine(tx, guild_id, user_id)
    if await tx.first(sa.select(wishes.c.id).where(mine, wishes.c.closed).limit(1)) is not None:
        return False
    return await tx.execute(sa.update(wishes).where(mine).values(closed=True)) > 0


def _mine(tx: Tx, guild_id: int, user_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(wishes.c.guild_id == guild_id, wishes.c.user == tx.vault.seal_id(user_id, guild_id))


async def put_told(tx: Tx, wish: Wish, meeting: Meeting, occurrences: Sequence[Occurrence]) -> None:
    user = tx.vault.seal_id(wish.user_id, wish.guild_id)
    for one in occurrences:
        key = {"wish_id": wish.id, "meeting_id": meeting.id, "day": one.day}
        start = {"starts_at": one.starts_at, "ends_at": meeting.timetable.ends_at(one)}
        await tx.execute(
            tx.upsert(told)
            .values(**key, **start, guild_id=wish.guild_id, user=user)
            .on_conflict_do_update(index_elements=list(key), set_=start)
        )


async def told_of(tx: Tx, wish: Wish, meeting: Meeting) -> set[tuple[date, datetime]]:
    """Days and starts of which somebody was reminded."""
    same = (told.c.wish_id == wish.id, told.c.meeting_id == meeting.id)
    rows = await tx.all(sa.select(told.c.day, told.c.starts_at).where(*same))
    return {(row["day"], row["starts_at"]) for row in rows}


async def forget_told(tx: Tx, wish: Wish, meeting: Meeting | None = None) -> None:
    same = told.c.wish_id == wish.id
    of_meeting = sa.true() if meeting is None else told.c.meeting_id == meeting.id
    await tx.execute(sa.delete(told).where(told.c.guild_id == wish.guild_id, same, of_meeting))


async def forget_day(tx: Tx, meeting: Meeting, day: date) -> None:
    same = (told.c.guild_id == meeting.guild_id, told.c.meeting_id == meeting.id, told.c.day == day)
    await tx.execute(sa.delete(told).where(*same))
