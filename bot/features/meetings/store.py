"""The tables of meetings, of what people answered and of the cards that count it, and the queries on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.calendar import Repeat, Schedule
from bot.core.reading import WallTime
from bot.features.meetings.model import Choice, Meeting, MeetingState, Numbers
from bot.features.meetings.timetable import Change, OccasionState, Place, Where
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
    column("place", sa.Text, server_default=Where.ROOM, kept=Kept.STRUCTURE),
    column("place_words", sa.LargeBinary, nullable=True, kept=Kept.STRUCTURE),
    column("places", sa.Integer, nullable=True, kept=Kept.STRUCTURE),
    column("event", sa.Boolean, server_default=sa.false(), kept=Kept.STRUCTURE),
    column("revision", sa.Integer, server_default=sa.text("0"), kept=Kept.STRUCTURE),
    sa.Index(None, "guild_id", "group_id", "state"),
)

occasions = sa.Table(
    "meetings_occasions",
    metadata,
    column("meeting_id", sa.BigInteger, sa.ForeignKey("meetings.id"), primary_key=True, kept=Kept.STRUCTURE),
    column("day", sa.Date, primary_key=True, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("state", sa.Text, kept=Kept.STRUCTURE),
    column("moved_day", sa.Date, nullable=True, kept=Kept.STRUCTURE),
    column("moved_time", sa.Time, nullable=True, kept=Kept.STRUCTURE),
    column("minutes", sa.Integer, nullable=True, kept=Kept.STRUCTURE),
    column("title", sa.LargeBinary, nullable=True, kept=Kept.STRUCTURE),
    column("place", sa.Text, nullable=True, kept=Kept.STRUCTURE),
    column("place_words", sa.LargeBinary, nullable=True, kept=Kept.STRUCTURE),
    column("reason", sa.Text, nullable=True, kept=Kept.STRUCTURE),
    column("revision", sa.Integer, kept=Kept.STRUCTURE),
    column("opened_at", UtcDateTime, nullable=True, kept=Kept.STRUCTURE),
    column("single_facilitator", sa.Boolean, kept=Kept.STRUCTURE),
    column("ends_at", UtcDateTime, kept=Kept.STRUCTURE),
)
"""What is so of single times of a meeting. From ``ends_at`` on nothing of that time is ahead, wherever it was moved."""

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

posts = sa.Table(
    "meetings_posts",
    metadata,
    column("meeting_id", sa.BigInteger, sa.ForeignKey("meetings.id"), primary_key=True, kept=Kept.STRUCTURE),
    column("day", sa.Date, primary_key=True, kept=Kept.STRUCTURE),
    column("what", sa.Text, primary_key=True, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("channel_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("message_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("ends_at", UtcDateTime, kept=Kept.STRUCTURE),
)
"""Where something about one time of a meeting stands, so that it can be kept true."""

_A_DAY = timedelta(days=1)

OF_ONE_TIME = (answers, posts, occasions)


def _meeting(tx: Tx, row: RowMapping, changes: Mapping[date, Change]) -> Meeting:
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
        place=Place(where=Where(row["place"]), words=_opened(tx, row, "place_words", "meetings", row["id"]) or ""),
        places=row["places"],
        event=row["event"],
        revision=row["revision"],
        changes=changes,
    )


def _change(tx: Tx, row: RowMapping) -> Change:
    moved, name = row["moved_day"], f"{row['meeting_id']}:{row['day']}"
    place = row["place"]
    return Change(
        day=row["day"],
        state=OccasionState(row["state"]),
        moved=None if moved is None else WallTime(day=moved, time=row["moved_time"]),
        minutes=row["minutes"],
        title=_opened(tx, row, "title", "meetings_occasions", name),
        place=place
        and Place(where=Where(place), words=_opened(tx, row, "place_words", "meetings_occasions", name) or ""),
        reason=row["reason"],
        revision=row["revision"],
        opened_at=row["opened_at"],
        single_facilitator=row["single_facilitator"],
    )


def _opened(tx: Tx, row: RowMapping, column_name: str, table: str, name: int | str) -> str | None:
    sealed = row[column_name]
    return None if sealed is None else tx.vault.open(sealed, table, f"{name}:{column_name}")


def _sealed(tx: Tx, words: str | None, column_name: str, table: str, name: int | str) -> bytes | None:
    return tx.vault.seal(words, table, f"{name}:{column_name}") if words else None


async def planned_after(tx: Tx, meeting_id: int, limit: int) -> list[Meeting]:
    """Planned meetings of any server, by their ids, from the one after ``meeting_id`` on."""
    later = sa.and_(meetings.c.id > meeting_id, meetings.c.state == MeetingState.PLANNED)
    rows = await tx.all(sa.select(meetings.c.id).where(later).order_by(meetings.c.id).limit(limit))
    found = await _all(tx, meetings.c.id.in_([row["id"] for row in rows]))
    return sorted(found, key=lambda meeting: meeting.id)


async def add(tx: Tx, meeting: Meeting, now: datetime) -> None:
    ids = {"id": meeting.id, "guild_id": meeting.guild_id, "group_id": meeting.group_id}
    await tx.execute(sa.insert(meetings).values(**ids, **_written(tx, meeting), state=meeting.state, created_at=now))


async def rewrite(tx: Tx, meeting: Meeting) -> None:
    """Keep everything about a meeting as it is given, but for its state and its changes."""
    same = sa.and_(meetings.c.guild_id == meeting.guild_id, meetings.c.id == meeting.id)
    await tx.execute(sa.update(meetings).where(same).values(_written(tx, meeting)))


def _written(tx: Tx, meeting: Meeting) -> dict[str, Any]:
    schedule, place = meeting.schedule, meeting.place
    return {
        "title": tx.vault.seal(meeting.title, "meetings", meeting.id),
        "day": schedule.day,
        "time": schedule.time,
        "zone": schedule.zone,
        "repeat": schedule.repeat,
        "until": schedule.until,
        "times": schedule.times,
        "minutes": meeting.minutes,
        "place": place.where,
        "place_words": _sealed(tx, place.words, "place_words", "meetings", meeting.id),
        "places": meeting.places,
        "event": meeting.event,
        "revision": meeting.revision,
    }


async def get(tx: Tx, guild_id: int, meeting_id: int) -> Meeting | None:
    return await _one(tx, meetings.c.guild_id == guild_id, meetings.c.id == meeting_id)


async def whose_timer(tx: Tx, meeting_id: int) -> Meeting | None:
    """The meeting that a timer of ours is about, whatever its server."""
    return await _one(tx, meetings.c.id == meeting_id)


async def _one(tx: Tx, *which: sa.ColumnElement[bool]) -> Meeting | None:
    return next(iter(await _all(tx, *which)), None)


async def _all(tx: Tx, *which: sa.ColumnElement[bool]) -> list[Meeting]:
    rows = await tx.all(sa.select(meetings).where(*which))
    if not rows:
        return []
    found: dict[int, dict[date, Change]] = {row["id"]: {} for row in rows}
    for row in await tx.all(sa.select(occasions).where(occasions.c.meeting_id.in_(list(found)))):
        found[row["meeting_id"]][row["day"]] = _change(tx, row)
    return [_meeting(tx, row, found[row["id"]]) for row in rows]


async def change(tx: Tx, meeting: Meeting, change: Change) -> Meeting:
    """Keep what is so of one time of a meeting; gives the meeting with it."""
    changed = replace(meeting, changes={**meeting.changes, change.day: change})
    name = f"{meeting.id}:{change.day}"
    place = change.place
    values = {
        "state": change.state,
        "moved_day": change.moved and change.moved.day,
        "moved_time": change.moved and change.moved.time,
        "minutes": change.minutes,
        "title": _sealed(tx, change.title, "title", "meetings_occasions", name),
        "place": place and place.where,
        "place_words": _sealed(tx, place and place.words, "place_words", "meetings_occasions", name),
        "reason": change.reason,
        "revision": change.revision,
        "opened_at": change.opened_at,
        "single_facilitator": change.single_facilitator,
        "ends_at": _nothing_ahead_from(changed, change.day),
    }
    key = {"meeting_id": meeting.id, "day": change.day}
    await tx.execute(
        tx.upsert(occasions)
        .values(**key, **values, guild_id=meeting.guild_id)
        .on_conflict_do_update(index_elements=list(key), set_=values)
    )
    return changed


def _nothing_ahead_from(meeting: Meeting, day: date) -> datetime:
    """When this time has ended both where its schedule has it and where it is now.

    Until then it has to be known that it was moved or cancelled. A day more is for zones that change their rules.
    """
    scheduled, actual = meeting.schedule.on(day), meeting.timetable.on(day)
    assert scheduled is not None and actual is not None, "only times that the schedule has are changed"
    usual_end = scheduled.starts_at + meeting.lasts
    return max(usual_end, meeting.timetable.ends_at(actual)) + _A_DAY


async def unchange(tx: Tx, meeting: Meeting, days: Iterable[date]) -> Meeting:
    """Let these times be as the meeting's schedule has them; gives the meeting without what was so of them."""
    gone = set(days)
    of_meeting = sa.and_(occasions.c.guild_id == meeting.guild_id, occasions.c.meeting_id == meeting.id)
    await tx.execute(sa.delete(occasions).where(of_meeting, occasions.c.day.in_(list(gone))))
    return replace(meeting, changes={day: change for day, change in meeting.changes.items() if day not in gone})


async def planned(tx: Tx, guild_id: int, group_id: int) -> list[Meeting]:
    return await _of(tx, guild_id, group_id, MeetingState.PLANNED)


async def shelved(tx: Tx, guild_id: int, group_id: int) -> list[Meeting]:
    return await _of(tx, guild_id, group_id, MeetingState.SHELVED)


async def _of(tx: Tx, guild_id: int, group_id: int, state: MeetingState) -> list[Meeting]:
    same_group = sa.and_(meetings.c.guild_id == guild_id, meetings.c.group_id == group_id)
    return await _all(tx, same_group, meetings.c.state == state)


async def move(tx: Tx, guild_id: int, meeting_id: int, *, before: MeetingState, after: MeetingState) -> bool:
    """Whether the meeting was ``before`` and is now ``after``."""
    same = sa.and_(meetings.c.guild_id == guild_id, meetings.c.id == meeting_id, meetings.c.state == before)
    return await tx.execute(sa.update(meetings).where(same).values(state=after)) > 0


async def forget(tx: Tx, meeting_id: int) -> None:
    """Delete a meeting that is not planned, with all that hangs on it."""
    unplanned = sa.and_(meetings.c.id == meeting_id, meetings.c.state != MeetingState.PLANNED)
    if await tx.scalar(sa.select(meetings.c.id).where(unplanned)) is None:
        return
    for table in OF_ONE_TIME:
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


async def answered(tx: Tx, meeting: Meeting, day: date) -> set[int]:
    """Who said anything about this time."""
    same = (answers.c.guild_id == meeting.guild_id, answers.c.meeting_id == meeting.id, answers.c.day == day)
    rows = await tx.all(sa.select(answers.c.user).where(*same))
    return {tx.vault.open_id(row["user"], meeting.guild_id) for row in rows}


async def forget_time(tx: Tx, meeting: Meeting, day: date) -> None:
    """Delete what was answered about this time."""
    await tx.execute(sa.delete(answers).where(_about(answers, meeting, day)))


async def spoken_days(tx: Tx, meeting: Meeting, since: date) -> list[date]:
    """The times, from the day ``since`` on, about which something was answered or posted, the earliest first."""
    days: set[date] = set()
    for table in (answers, posts):
        of_meeting = sa.and_(table.c.guild_id == meeting.guild_id, table.c.meeting_id == meeting.id)
        rows = await tx.all(sa.select(table.c.day).where(of_meeting, table.c.day >= since).distinct())
        days |= {row["day"] for row in rows}
    return sorted(days)


async def keep_until(tx: Tx, meeting: Meeting, day: date, ends_at: datetime) -> None:
    """Have what was answered and posted about one time be known until ``ends_at``."""
    for table in (answers, posts):
        await tx.execute(sa.update(table).where(_about(table, meeting, day)).values(ends_at=ends_at))


def _about(table: sa.Table, meeting: Meeting, day: date) -> sa.ColumnElement[bool]:
    of_meeting = sa.and_(table.c.guild_id == meeting.guild_id, table.c.meeting_id == meeting.id)
    return sa.and_(of_meeting, table.c.day == day)


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


async def clear(
    tx: Tx, meeting: Meeting, *, ended_by: datetime | None = None, of: Iterable[sa.Table] = OF_ONE_TIME
) -> None:
    """Once a time of the meeting has ended nobody needs to know what was answered, what was changed, nor where its
    posts are.

    ``ended_by``: only times that have ended by then; None for all.
    """
    for table in of:
        of_meeting = sa.and_(table.c.guild_id == meeting.guild_id, table.c.meeting_id == meeting.id)
        ended = sa.true() if ended_by is None else table.c.ends_at <= ended_by
        await tx.execute(sa.delete(table).where(of_meeting, ended))


async def put_post(
    tx: Tx, meeting: Meeting, day: date, what: str, *, channel_id: int, message_id: int, ends_at: datetime
) -> None:
    key = {"meeting_id": meeting.id, "day": day, "what": what}
    place = {"channel_id": channel_id, "message_id": message_id, "ends_at": ends_at}
    await tx.execute(
        tx.upsert(posts)
        .values(**key, **place, guild_id=meeting.guild_id)
        .on_conflict_do_update(index_elements=list(key), set_=place)
    )


async def post(tx: Tx, guild_id: int, meeting_id: int, day: date, what: str) -> tuple[int, int] | None:
    """Channel and message id of what was posted about this time, while it has not ended."""
    same = sa.and_(posts.c.guild_id == guild_id, posts.c.meeting_id == meeting_id, posts.c.day == day)
    row = await tx.first(sa.select(posts.c.channel_id, posts.c.message_id).where(same, posts.c.what == what))
    return None if row is None else (row["channel_id"], row["message_id"])


async def posts_of(tx: Tx, guild_id: int, meeting_id: int, day: date) -> list[str]:
    """What has been posted about this time."""
    same = sa.and_(posts.c.guild_id == guild_id, posts.c.meeting_id == meeting_id, posts.c.day == day)
    return [row["what"] for row in await tx.all(sa.select(posts.c.what).where(same))]
