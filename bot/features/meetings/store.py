"""The tables of meetings, of what people answered and of the cards that count it, and the queries on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.calendar import Repeat, Schedule
from bot.features.meetings.model import Choice, Meeting, MeetingState, Numbers
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

meetings = sa.Table(
    "meetings",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), kept=Kept.STRUCTURE),
    column("title", sa.LargeBinary, kept=Kept.STRUCTURE),
    column("day", sa.Date, kept=Kept.STRUCTURE),
    column("time", sa.Time, kept=Kept.STRUCTURE),
    column("zone", sa.Text, kept=Kept.STRUCTURE),
    column("minutes", sa.Integer, kept=Kept.STRUCTURE),
    column("repeat", sa.Text, kept=Kept.STRUCTURE),
    column("until", sa.Date, nullable=True, kept=Kept.STRUCTURE),
    column("times", sa.Integer, nullable=True, kept=Kept.STRUCTURE),
    column("state", sa.Text, kept=Kept.STRUCTURE),
    column("created_at", UtcDateTime, kept=Kept.STRUCTURE),
    sa.Index(None, "guild_id", "group_id", "state"),
)

answers = person_table(
    "meetings_answers",
    column("meeting_id", sa.BigInteger, sa.ForeignKey("meetings.id"), primary_key=True, kept=Kept.ATTENDANCE),
    column("day", sa.Date, primary_key=True, kept=Kept.ATTENDANCE),
    column("guild_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    sealed_id("user", primary_key=True, kept=Kept.ATTENDANCE),
    column("answer", sa.Text, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, index=True, kept=Kept.ATTENDANCE),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
answers.info["expires"] = "ends_at"

cards = sa.Table(
    "meetings_cards",
    metadata,
    column("meeting_id", sa.BigInteger, sa.ForeignKey("meetings.id"), primary_key=True, kept=Kept.STRUCTURE),
    column("day", sa.Date, primary_key=True, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("channel_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("message_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("ends_at", UtcDateTime, kept=Kept.STRUCTURE),
)


def _meeting(tx: Tx, row: RowMapping) -> Meeting:
    return Meeting(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        title=tx.vault.open(row["title"], "meetings", row["id"]),
        schedule=Schedule(
            day=row["day"],
            time=row["time"],
            zone=row["zone"],
            repeat=Repeat(row["repeat"]),
            until=row["until"],
            times=row["times"],
        ),
        minutes=row["minutes"],
        state=MeetingState(row["state"]),
    )


async def add(tx: Tx, meeting: Meeting, now: datetime) -> None:
    await tx.execute(
        sa.insert(meetings).values(
            id=meeting.id,
            guild_id=meeting.guild_id,
            group_id=meeting.group_id,
            title=tx.vault.seal(meeting.title, "meetings", meeting.id),
            day=meeting.schedule.day,
            time=meeting.schedule.time,
            zone=meeting.schedule.zone,
            repeat=meeting.schedule.repeat,
            until=meeting.schedule.until,
            times=meeting.schedule.times,
            minutes=meeting.minutes,
            state=meeting.state,
            created_at=now,
        )
    )


async def get(tx: Tx, guild_id: int, meeting_id: int) -> Meeting | None:
    row = await tx.first(sa.select(meetings).where(meetings.c.guild_id == guild_id, meetings.c.id == meeting_id))
    return None if row is None else _meeting(tx, row)


async def whose_timer(tx: Tx, meeting_id: int) -> Meeting | None:
    """The meeting that a timer of ours is about, whatever its server."""
    row = await tx.first(sa.select(meetings).where(meetings.c.id == meeting_id))
    return None if row is None else _meeting(tx, row)


async def planned(tx: Tx, guild_id: int, group_id: int) -> list[Meeting]:
    return await _of(tx, guild_id, group_id, MeetingState.PLANNED)


async def shelved(tx: Tx, guild_id: int, group_id: int) -> list[Meeting]:
    return await _of(tx, guild_id, group_id, MeetingState.SHELVED)


async def _of(tx: Tx, guild_id: int, group_id: int, state: MeetingState) -> list[Meeting]:
    same_group = sa.and_(meetings.c.guild_id == guild_id, meetings.c.group_id == group_id)
    rows = await tx.all(sa.select(meetings).where(same_group, meetings.c.state == state))
    return [_meeting(tx, row) for row in rows]


async def move(tx: Tx, guild_id: int, meeting_id: int, *, before: MeetingState, after: MeetingState) -> bool:
    """Whether the meeting was ``before`` and is now ``after``."""
    same = sa.and_(meetings.c.guild_id == guild_id, meetings.c.id == meeting_id, meetings.c.state == before)
    return await tx.execute(sa.update(meetings).where(same).values(state=after)) > 0


async def forget(tx: Tx, meeting_id: int) -> None:
    """Delete a meeting that is not planned, with all that hangs on it."""
    unplanned = sa.and_(meetings.c.id == meeting_id, meetings.c.state != MeetingState.PLANNED)
    if await tx.scalar(sa.select(meetings.c.id).where(unplanned)) is None:
        return
    for table in (answers, cards):
        await tx.execute(sa.delete(table).where(table.c.meeting_id == meeting_id))
    await tx.execute(sa.delete(meetings).where(unplanned))


async def put_answer(
    tx: Tx, meeting: Meeting, day: date, user_id: int, choice: Choice, *, ends_at: datetime
) -> Choice | None:
    """Keep what somebody says now; gives what they said before."""
    key = {
        "meeting_id": meeting.id,
        "day": day,
        "user": tx.vault.seal_id(user_id, meeting.guild_id),
    }
    mine = sa.and_(*(answers.c[name] == value for name, value in key.items()))
    before = await tx.scalar(sa.select(answers.c.answer).where(mine))
    await tx.execute(
        tx.upsert(answers)
        .values(**key, guild_id=meeting.guild_id, answer=choice, ends_at=ends_at)
        .on_conflict_do_update(index_elements=list(key), set_={"answer": choice})
    )
    return None if before is None else Choice(before)


async def numbers(tx: Tx, guild_id: int, meeting_id: int, day: date) -> Numbers:
    same = sa.and_(answers.c.guild_id == guild_id, answers.c.meeting_id == meeting_id, answers.c.day == day)
    counted = sa.select(answers.c.answer, sa.func.count().label("count")).where(same).group_by(answers.c.answer)
    return Numbers(**{row["answer"]: row["count"] for row in await tx.all(counted)})


async def absent(tx: Tx, meeting: Meeting, day: date) -> frozenset[int]:
    """Who said that they cannot come."""
    same = (answers.c.guild_id == meeting.guild_id, answers.c.meeting_id == meeting.id, answers.c.day == day)
    rows = await tx.all(sa.select(answers.c.user).where(*same, answers.c.answer == Choice.AWAY))
    return frozenset(tx.vault.open_id(row["user"], meeting.guild_id) for row in rows)


async def forget_answers(tx: Tx, guild_id: int, group_id: int, user_id: int) -> Sequence[tuple[int, date]]:
    """Delete what somebody said about the meetings of one group; gives which meetings and days."""
    of_group = sa.select(meetings.c.id).where(meetings.c.guild_id == guild_id, meetings.c.group_id == group_id)
    theirs = sa.and_(
        answers.c.guild_id == guild_id,
        answers.c.user == tx.vault.seal_id(user_id, guild_id),
        answers.c.meeting_id.in_(of_group),
    )
    rows = await tx.all(sa.select(answers.c.meeting_id, answers.c.day).where(theirs))
    await tx.execute(sa.delete(answers).where(theirs))
    return [(row["meeting_id"], row["day"]) for row in rows]


async def clear(tx: Tx, meeting: Meeting, *, ended_by: datetime | None = None) -> None:
    """Once a time of the meeting has ended nobody needs to know what was answered, nor where the card is.

    ``ended_by``: only times that have ended by then; None for all.
    """
    for table in (answers, cards):
        of_meeting = sa.and_(table.c.guild_id == meeting.guild_id, table.c.meeting_id == meeting.id)
        ended = sa.true() if ended_by is None else table.c.ends_at <= ended_by
        await tx.execute(sa.delete(table).where(of_meeting, ended))


async def put_card(tx: Tx, meeting: Meeting, day: date, *, channel_id: int, message_id: int, ends_at: datetime) -> None:
    key = {"meeting_id": meeting.id, "day": day}
    place = {"channel_id": channel_id, "message_id": message_id, "ends_at": ends_at}
    await tx.execute(
        tx.upsert(cards)
        .values(**key, **place, guild_id=meeting.guild_id)
        .on_conflict_do_update(index_elements=list(key), set_=place)
    )


async def card(tx: Tx, guild_id: int, meeting_id: int, day: date) -> tuple[int, int] | None:
    """Channel and message id of the desk's card."""
    same = sa.and_(cards.c.guild_id == guild_id, cards.c.meeting_id == meeting_id, cards.c.day == day)
    row = await tx.first(sa.select(cards.c.channel_id, cards.c.message_id).where(same))
    return None if row is None else (row["channel_id"], row["message_id"])
