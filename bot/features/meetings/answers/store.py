"""The table of those who wait for a place, and the queries on it and on who has one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from bot.features.meetings.answers.model import TAKE_A_PLACE
from bot.features.meetings.model import Choice, Meeting, Occasion
from bot.features.meetings.store import answers
from bot.storage import Kept, Tx, UtcDateTime, column, person_table, sealed_id

waiting = person_table(
    "meetings_waiting",
    column("meeting_id", sa.BigInteger, sa.ForeignKey("meetings.id"), primary_key=True, kept=Kept.ATTENDANCE),
    column("day", sa.Date, primary_key=True, kept=Kept.ATTENDANCE),
    column("guild_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), kept=Kept.ATTENDANCE),
    sealed_id("user", primary_key=True, kept=Kept.ATTENDANCE),
    column("answer", sa.Text, kept=Kept.ATTENDANCE),
    column("turn", sa.Integer, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, kept=Kept.ATTENDANCE),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
"""Who waits has no answer. ``turn`` is their place in the queue."""
waiting.info["expires"] = "ends_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    user_id: int
    choice: Choice


async def answer_of(tx: Tx, guild_id: int, meeting_id: int, day: date, user_id: int) -> Choice | None:
    """What somebody said; None also if they wait."""
    mine = _theirs(tx, answers, guild_id, meeting_id, day, user_id)
    found = await tx.scalar(sa.select(answers.c.answer).where(mine))
    return None if found is None else Choice(found)


async def taken(tx: Tx, occasion: Occasion, besides: Collection[int]) -> int:
    """How many places are taken, but for those of the people ``besides``."""
    guild_id = occasion.meeting.guild_id
    spared = [tx.vault.seal_id(user_id, guild_id) for user_id in besides]
    theirs = (answers.c.answer.in_(TAKE_A_PLACE), answers.c.user.not_in(spared))
    same = _of_time(answers, guild_id, occasion.meeting.id, occasion.day)
    return int(await tx.scalar(sa.select(sa.func.count()).select_from(answers).where(same, *theirs)))


async def wait(tx: Tx, occasion: Occasion, user_id: int, choice: Choice) -> bool:
    """Have them wait behind all others, with no answer; whether they did not wait before. Who did keeps their turn."""
    guild_id, meeting_id, day = occasion.meeting.guild_id, occasion.meeting.id, occasion.day
    await tx.execute(sa.delete(answers).where(_theirs(tx, answers, guild_id, meeting_id, day, user_id)))
    mine = _theirs(tx, waiting, guild_id, meeting_id, day, user_id)
    if await tx.execute(sa.update(waiting).where(mine).values(answer=choice)):
        return False
    last = await tx.scalar(sa.select(sa.func.max(waiting.c.turn)).where(_of_time(waiting, guild_id, meeting_id, day)))
    row = {"meeting_id": meeting_id, "day": day, "guild_id": guild_id, "group_id": occasion.group.id}
    mine_now = {"user": tx.vault.seal_id(user_id, guild_id), "answer": choice, "turn": (last or 0) + 1}
    await tx.execute(sa.insert(waiting).values(**row, **mine_now, ends_at=occasion.ends_at))
    return True


async def wait_no_more(tx: Tx, occasion: Occasion, user_id: int) -> bool:
    """Whether they waited."""
    mine = _theirs(tx, waiting, occasion.meeting.guild_id, occasion.meeting.id, occasion.day, user_id)
    return await tx.execute(sa.delete(waiting).where(mine)) > 0


async def wait_until(tx: Tx, occasion: Occasion) -> None:
    """Have those who wait be kept until it ends now."""
    same = _of_time(waiting, occasion.meeting.guild_id, occasion.meeting.id, occasion.day)
    await tx.execute(sa.update(waiting).where(same).values(ends_at=occasion.ends_at))


async def first(tx: Tx, occasion: Occasion, limit: int | None = None) -> list[Waiter]:
    """Those who have waited longest, in their order; all for None."""
    guild_id = occasion.meeting.guild_id
    same = _of_time(waiting, guild_id, occasion.meeting.id, occasion.day)
    found = sa.select(waiting.c.user, waiting.c.answer).where(same).order_by(waiting.c.turn).limit(limit)
    return [
        Waiter(user_id=tx.vault.open_id(row["user"], guild_id), choice=Choice(row["answer"]))
        for row in await tx.all(found)
    ]


async def who(tx: Tx, meeting: Meeting, day: date) -> set[int]:
    """Those who wait for a place at this time."""
    rows = await tx.all(sa.select(waiting.c.user).where(_of_time(waiting, meeting.guild_id, meeting.id, day)))
    return {tx.vault.open_id(row["user"], meeting.guild_id) for row in rows}


async def count(tx: Tx, guild_id: int, meeting_id: int, day: date) -> int:
    same = _of_time(waiting, guild_id, meeting_id, day)
    return int(await tx.scalar(sa.select(sa.func.count()).select_from(waiting).where(same)))


async def days(tx: Tx, meeting: Meeting) -> list[date]:
    """Of which times of the meeting somebody waits for a place."""
    same = sa.and_(waiting.c.guild_id == meeting.guild_id, waiting.c.meeting_id == meeting.id)
    rows = await tx.all(sa.select(waiting.c.day).where(same).distinct().order_by(waiting.c.day))
    return [row["day"] for row in rows]


async def meetings_of(tx: Tx, guild_id: int, group_id: int) -> list[int]:
    """The meetings of a group for which somebody waits."""
    same = sa.and_(waiting.c.guild_id == guild_id, waiting.c.group_id == group_id)
    return [row["meeting_id"] for row in await tx.all(sa.select(waiting.c.meeting_id).where(same).distinct())]


async def forget(tx: Tx, guild_id: int, group_id: int, user_id: int) -> list[tuple[int, date]]:
    """Have somebody wait for nothing in this group any more; gives the meetings and days."""
    same = sa.and_(waiting.c.guild_id == guild_id, waiting.c.group_id == group_id)
    theirs = sa.and_(same, waiting.c.user == tx.vault.seal_id(user_id, guild_id))
    rows = await tx.all(sa.select(waiting.c.meeting_id, waiting.c.day).where(theirs))
    await tx.execute(sa.delete(waiting).where(theirs))
    return [(row["meeting_id"], row["day"]) for row in rows]


async def clear(tx: Tx, meeting: Meeting, day: date | None = None) -> None:
    """Nobody waits any more: for that time of the meeting, or for any."""
    same = sa.and_(waiting.c.guild_id == meeting.guild_id, waiting.c.meeting_id == meeting.id)
    await tx.execute(sa.delete(waiting).where(same, sa.true() if day is None else waiting.c.day == day))


def _of_time(table: sa.Table, guild_id: int, meeting_id: int, day: date) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.guild_id == guild_id, table.c.meeting_id == meeting_id, table.c.day == day)


def _theirs(tx: Tx, table: sa.Table, guild_id: int, meeting_id: int, day: date, user_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(_of_time(table, guild_id, meeting_id, day), table.c.user == tx.vault.seal_id(user_id, guild_id))
