"""What a meeting's timetable makes of single times that were moved, cancelled, or made longer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from bot.core.calendar import Repeat, Schedule
from bot.core.reading import WallTime
from bot.features.meetings import Change, Meeting, MeetingState, OccasionState
from bot.features.meetings.model import next_due
from bot.features.meetings.timetable import Timetable

FIRST = date(2026, 11, 24)
SECOND, THIRD = FIRST + timedelta(days=7), FIRST + timedelta(days=14)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def weekly(*changes: Change) -> Timetable:
    schedule = Schedule(day=FIRST, time=time(19), zone="Europe/Berlin", repeat=Repeat.WEEKLY)
    return Timetable(schedule=schedule, lasts=timedelta(minutes=90), changes={change.day: change for change in changes})


def starts(timetable: Timetable, count: int, after: datetime = NOON) -> list[tuple[str, str]]:
    return [(f"{found.day:%m-%d}", f"{found.starts_at:%m-%d %H:%M}") for found in islice(timetable.after(after), count)]


def test_a_moved_time_keeps_its_name_and_comes_where_it_is_now() -> None:
    moved = weekly(Change(day=FIRST, moved=WallTime(day=date(2026, 12, 3), time=time(20))))
    assert starts(moved, 3) == [("12-01", "12-01 18:00"), ("11-24", "12-03 19:00"), ("12-08", "12-08 18:00")]


def test_a_time_moved_to_an_earlier_day_does_not_come_again_on_its_own() -> None:
    moved = weekly(Change(day=SECOND, moved=WallTime(day=date(2026, 11, 25), time=time(19))))
    assert starts(moved, 3) == [("11-24", "11-24 18:00"), ("12-01", "11-25 18:00"), ("12-08", "12-08 18:00")]
    assert starts(moved, 1, after=datetime(2026, 11, 26, tzinfo=UTC)) == [("12-08", "12-08 18:00")]


def test_a_cancelled_time_does_not_come_but_can_be_asked_for() -> None:
    without = weekly(Change(day=FIRST, state=OccasionState.CANCELLED))
    assert starts(without, 1) == [("12-01", "12-01 18:00")]
    found = without.on(FIRST)
    assert found is not None and found.starts_at == datetime(2026, 11, 24, 18, tzinfo=UTC)


def test_times_end_in_the_order_of_their_ends() -> None:
    table = weekly(Change(day=FIRST, minutes=9 * 24 * 60), Change(day=SECOND, minutes=10))
    ends = [(found.day, table.ends_at(found)) for found in islice(table.ending_after(NOON), 3)]
    assert ends == [
        (SECOND, datetime(2026, 12, 1, 18, 10, tzinfo=UTC)),
        (FIRST, datetime(2026, 12, 3, 18, 0, tzinfo=UTC)),
        (THIRD, datetime(2026, 12, 8, 19, 30, tzinfo=UTC)),
    ]


def test_what_is_due_next_is_the_end_of_a_time_or_what_was_asked_for_before_or_after_a_start() -> None:
    schedule = weekly().schedule
    meeting = Meeting(
        id=1, guild_id=1, group_id=1, title="t", schedule=schedule, minutes=90, state=MeetingState.PLANNED
    )
    start, lengths = datetime(2026, 11, 24, 18, tzinfo=UTC), [timedelta(hours=24), timedelta(minutes=-10)]
    found = [NOON]
    for _ in range(4):
        found.append(next_due(meeting, lengths, found[-1]) or NOON)
    day, ten, week = timedelta(hours=24), timedelta(minutes=10), timedelta(days=7)
    assert found[1:] == [start - day, start + ten, start + timedelta(minutes=90), start + week - day]
