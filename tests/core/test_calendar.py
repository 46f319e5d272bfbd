"""Wall-clock times are one instant each, in every place, on the days when the clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.calendar import Happens, Repeat, Schedule, at_local, happens
from tests.core.clock_changes import changes, moving_zones

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


def test_the_world_still_changes_its_clocks() -> None:
    assert len(moving_zones()) > 100
    assert {change.by for change in changes()} >= {timedelta(hours=1), timedelta(hours=-1), timedelta(minutes=30)}


def test_a_time_that_does_not_exist_is_as_long_after_midnight_as_on_other_days() -> None:
    assert happens(SPRING, time(2, 30), BERLIN) is Happens.NEVER
    assert at_local(SPRING, time(2, 30), BERLIN) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert at_local(SPRING, time(2, 30), BERLIN).astimezone(BERLIN).time() == time(3, 30)


def test_a_time_that_exists_twice_happens_once_the_first_time() -> None:
    assert happens(AUTUMN, time(2, 30), BERLIN) is Happens.TWICE
    assert at_local(AUTUMN, time(2, 30), BERLIN) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_the_examples_of_rfc_5545() -> None:
    new_york = ZoneInfo("America/New_York")
    assert at_local(date(2007, 11, 4), time(1, 30), new_york) == datetime(2007, 11, 4, 5, 30, tzinfo=UTC)
    assert at_local(date(2007, 3, 11), time(2, 30), new_york) == datetime(2007, 3, 11, 7, 30, tzinfo=UTC)


def test_every_minute_around_every_change_of_the_clocks() -> None:
    for change in changes():
        zone = ZoneInfo(change.zone)
        old = (change.at - timedelta(seconds=1)).astimezone(zone).utcoffset()
        assert old is not None
        change_as_the_old_clock_shows_it = (change.at + old).replace(tzinfo=None)
        for minutes in range(-90, 91, 5):
            wall = change_as_the_old_clock_shows_it + timedelta(minutes=minutes)
            instant = at_local(wall.date(), wall.time(), zone)
            shown = instant.astimezone(zone).replace(tzinfo=None)
            forward = change.by > timedelta()
            lost = forward and timedelta() <= wall - change_as_the_old_clock_shows_it < change.by
            doubled = not forward and change.by <= wall - change_as_the_old_clock_shows_it < timedelta()
            assert shown == wall + change.by * lost, (change, wall)
            if lost or doubled:
                assert instant == (wall - old).replace(tzinfo=UTC)
            expected = Happens.NEVER if lost else Happens.TWICE if doubled else Happens.ONCE
            assert happens(wall.date(), wall.time(), zone) is expected


@pytest.mark.parametrize("zone", moving_zones())
def test_a_weekly_time_comes_once_a_week_and_shows_the_same_on_the_wall(zone: str) -> None:
    weekly = Schedule(day=date(2026, 11, 24), time=time(19), zone=zone, repeat=Repeat.WEEKLY)
    times = list(islice(weekly.after(datetime(2026, 11, 23, tzinfo=UTC)), 104))
    assert [coming.day for coming in times] == [date(2026, 11, 24) + timedelta(weeks=week) for week in range(104)]
    assert {coming.starts_at.astimezone(ZoneInfo(zone)).time() for coming in times} == {time(19)}


schedules = st.builds(
    Schedule,
    day=st.dates(date(2026, 11, 22), date(2027, 12, 31)),
    time=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(moving_zones()),
    repeat=st.sampled_from(Repeat),
)


@settings(deadline=None)
@given(schedules, st.dates(date(2026, 11, 1), date(2028, 11, 1)), st.times())
def test_what_comes_after_any_instant_is_what_was_left_of_the_whole(schedule: Schedule, day: date, at: time) -> None:
    instant = datetime.combine(day, at, UTC)
    whole = list(schedule.between(datetime(2026, 11, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)))
    rest = list(schedule.between(instant, datetime(2029, 1, 1, tzinfo=UTC)))
    assert rest == [coming for coming in whole if coming.starts_at > instant]
    assert len({coming.day for coming in whole}) == len(whole)
    assert all(one.starts_at < other.starts_at for one, other in pairwise(whole))
    assert all(schedule.on(coming.day) == coming for coming in whole[-3:])


def _days(schedule: Schedule, count: int) -> list[str]:
    return [coming.day.isoformat() for coming in islice(schedule.after(datetime(2026, 1, 1, tzinfo=UTC)), count)]


def test_each_way_to_come_round() -> None:
    def first(repeat: Repeat, day: date = date(2027, 1, 31)) -> list[str]:
        return _days(Schedule(day=day, time=time(19), zone="Europe/Berlin", repeat=repeat), 4)

    assert first(Repeat.NONE) == ["2027-01-31"]
    assert first(Repeat.DAILY) == ["2027-01-31", "2027-02-01", "2027-02-02", "2027-02-03"]
    assert first(Repeat.WEEKLY) == ["2027-01-31", "2027-02-07", "2027-02-14", "2027-02-21"]
    assert first(Repeat.FORTNIGHTLY) == ["2027-01-31", "2027-02-14", "2027-02-28", "2027-03-14"]
    assert first(Repeat.MONTHLY) == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    assert first(Repeat.MONTHLY, date(2028, 1, 29)) == ["2028-01-29", "2028-02-29", "2028-03-29", "2028-04-29"]
    assert first(Repeat.MONTHLY, date(2027, 1, 5)) == ["2027-01-05", "2027-02-05", "2027-03-05", "2027-04-05"]


def test_the_last_day_is_part_of_it() -> None:
    weekly = Schedule(
        day=date(2027, 1, 5), time=time(19), zone="Europe/Berlin", repeat=Repeat.WEEKLY, until=date(2027, 1, 19)
    )
    assert _days(weekly, 9) == ["2027-01-05", "2027-01-12", "2027-01-19"]
    assert weekly.on(date(2027, 1, 19)) is not None
    assert weekly.on(date(2027, 1, 20)) is None
    assert weekly.on(date(2027, 1, 26)) is None
    assert weekly.on(date(2026, 12, 29)) is None
