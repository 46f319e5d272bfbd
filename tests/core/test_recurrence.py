"""How a wall-clock time comes round, beside dateutil's own expansion and beside counting on one's fingers."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.calendar import LAST, Repeat, Schedule, is_last_in_month, place_in_month
from tests.core.clock_changes import Change, changes

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
SEVEN = time(19)
PLACES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin")
COMES_ROUND = [repeat for repeat in Repeat if repeat is not Repeat.NONE]
QUARTER = timedelta(minutes=15)


def _schedule(
    day: date,
    repeat: Repeat,
    *,
    at: time = SEVEN,
    zone: str = "Europe/Berlin",
    until: date | None = None,
    times: int | None = None,
) -> Schedule:
    return Schedule(day=day, time=at, zone=zone, repeat=repeat, until=until, times=times)


def _days(schedule: Schedule, count: int) -> list[str]:
    return [coming.day.isoformat() for coming in islice(schedule.after(LONG_AGO), count)]


def test_by_weekday_it_keeps_its_place_in_the_month() -> None:
    second_tuesday = _schedule(date(2026, 12, 8), Repeat.MONTHLY_BY_WEEKDAY)
    assert _days(second_tuesday, 4) == ["2026-12-08", "2027-01-12", "2027-02-09", "2027-03-09"]
    last_thursday = _schedule(date(2026, 12, 31), Repeat.MONTHLY_BY_WEEKDAY)
    assert _days(last_thursday, 4) == ["2026-12-31", "2027-01-28", "2027-02-25", "2027-03-25"]
    fourth_thursday = _schedule(date(2026, 11, 26), Repeat.MONTHLY_BY_WEEKDAY)
    assert _days(fourth_thursday, 3) == ["2026-11-26", "2026-12-24", "2027-01-28"]


def test_by_the_last_weekday_it_is_the_last_one_also_where_that_is_a_fourth() -> None:
    last_thursday = _schedule(date(2026, 11, 26), Repeat.MONTHLY_BY_LAST_WEEKDAY)
    assert _days(last_thursday, 3) == ["2026-11-26", "2026-12-31", "2027-01-28"]
    assert [is_last_in_month(date(2027, 2, day)) for day in (21, 22, 28)] == [False, True, True]


def test_only_a_fifth_weekday_counts_from_the_end() -> None:
    assert [place_in_month(date(2027, 2, day)) for day in (1, 7, 8, 21, 22, 28)] == [1, 1, 2, 3, 4, 4]
    assert [place_in_month(date(2027, 1, day)) for day in (29, 31)] == [LAST, LAST]


def test_a_count_counts_the_first_too_and_no_time_after_it_comes() -> None:
    eight = _schedule(date(2027, 1, 31), Repeat.MONTHLY, times=8)
    assert len(_days(eight, 99)) == 8
    assert eight.last_day == date(2027, 8, 31)
    assert eight.on(date(2027, 8, 31)) is not None
    assert eight.on(date(2027, 9, 30)) is None
    assert next(eight.after(datetime(2027, 8, 31, 17, 0, tzinfo=UTC)), None) is None


def test_the_last_day_is_the_last_on_which_it_takes_place() -> None:
    tuesday = date(2026, 11, 24)
    assert _schedule(tuesday, Repeat.NONE).last_day == tuesday
    assert _schedule(tuesday, Repeat.WEEKLY).last_day is None
    assert _schedule(tuesday, Repeat.WEEKLY, until=date(2026, 12, 7)).last_day == date(2026, 12, 1)


@pytest.mark.parametrize("repeat", COMES_ROUND)
def test_an_endless_one_is_not_counted_from_its_beginning(repeat: Repeat) -> None:
    old = _schedule(date(1600, 1, 5), repeat)
    began = process_time()
    for year in range(8000, 8100):
        coming = next(old.after(datetime(year, 1, 1, tzinfo=UTC)))
        assert old.on(coming.day) == coming
    assert process_time() - began < 1  # counting from the first day takes minutes


# beside dateutil

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _written(schedule: Schedule) -> str:
    """The schedule as a rule of RFC 5545, as somebody who knows only that would write it."""
    day = schedule.day
    place = -1 if day.day > 28 else (day.day + 6) // 7
    short = ",".join(str(number) for number in range(28, day.day + 1))
    rule = {
        Repeat.DAILY: "FREQ=DAILY",
        Repeat.WEEKLY: "FREQ=WEEKLY",
        Repeat.FORTNIGHTLY: "FREQ=WEEKLY;INTERVAL=2",
        Repeat.MONTHLY: f"FREQ=MONTHLY;BYMONTHDAY={short};BYSETPOS=-1" if day.day > 28 else "FREQ=MONTHLY",
        Repeat.MONTHLY_BY_WEEKDAY: f"FREQ=MONTHLY;BYDAY={place}{WEEKDAYS[day.weekday()]}",
        Repeat.MONTHLY_BY_LAST_WEEKDAY: f"FREQ=MONTHLY;BYDAY=-1{WEEKDAYS[day.weekday()]}",
    }[schedule.repeat]
    count = f";COUNT={schedule.times}" if schedule.times else ""
    until = f";UNTIL={schedule.until:%Y%m%d}T000000" if schedule.until else ""
    return f"DTSTART:{day:%Y%m%d}T000000\nRRULE:{rule}{count}{until}"


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    repeat = draw(st.sampled_from(COMES_ROUND))
    days = st.dates(date(2026, 11, 22), date(2028, 12, 31))
    day = draw(days.filter(is_last_in_month) if repeat is Repeat.MONTHLY_BY_LAST_WEEKDAY else days)
    ends = draw(st.sampled_from(["never", "until", "times"]))
    return _schedule(
        day,
        repeat,
        at=draw(st.times()).replace(second=0, microsecond=0),
        zone=draw(st.sampled_from(PLACES)),
        until=day + timedelta(days=draw(st.integers(0, 800))) if ends == "until" else None,
        times=draw(st.integers(1, 366)) if ends == "times" else None,
    )


@settings(deadline=None)
@given(schedules(), st.integers(-40, 1500))
def test_the_days_are_those_of_dateutil_from_wherever_one_looks(schedule: Schedule, later: int) -> None:
    midnights = islice(rrulestr(_written(schedule)), 400)
    expected = [found.date() for found in midnights]
    look = datetime.combine(schedule.day + timedelta(days=later), time(12), UTC)
    found = [coming.day for coming in islice(schedule.after(look), 30)]
    # noon in UTC may be before or after the start on that day and, east of it, on the one before
    sure = look.date() + timedelta(days=2)
    left = [day for day in expected if day >= sure]
    if len(expected) < 400 or expected[-1] > sure + timedelta(days=1000):
        assert [day for day in found if day >= sure][:25] == left[:25]
    if len(expected) < 400:
        assert schedule.last_day == expected[-1]
    asked = [schedule.day + timedelta(days=more) for more in range(max(0, later), max(0, later) + 40)]
    if asked[-1] <= expected[-1] or len(expected) < 400:
        assert [day for day in asked if schedule.on(day)] == [day for day in asked if day in set(expected)]


@settings(deadline=None)
@given(schedules(), st.integers(-3, 900), st.integers(0, 3000))
def test_between_two_instants_come_those_of_the_whole(schedule: Schedule, begin: int, hours: int) -> None:
    after = datetime.combine(schedule.day + timedelta(days=begin), time(6), UTC)
    upto = after + timedelta(hours=hours)
    whole = takewhile(lambda coming: coming.starts_at <= upto, schedule.after(LONG_AGO))
    assert list(schedule.between(after, upto)) == [coming for coming in whole if coming.starts_at > after]


# beside counting on one's fingers


def _fitting(schedule: Schedule) -> Iterator[date]:
    """Every day on which it should come round for three years, each day of the calendar looked at by itself."""
    first = schedule.day
    for number in range(3 * 366):
        day = first + timedelta(days=number)
        length = calendar.monthrange(day.year, day.month)[1]
        from_end = (length - day.day) // 7 + 1
        same_weekday = day.weekday() == first.weekday()
        fits = {
            Repeat.DAILY: True,
            Repeat.WEEKLY: number % 7 == 0,
            Repeat.FORTNIGHTLY: number % 14 == 0,
            Repeat.MONTHLY: day.day == min(first.day, length),
            Repeat.MONTHLY_BY_WEEKDAY: same_weekday
            and (from_end == 1 if first.day > 28 else (day.day - 1) // 7 == (first.day - 1) // 7),
            Repeat.MONTHLY_BY_LAST_WEEKDAY: same_weekday and from_end == 1,
        }[schedule.repeat]
        if fits:
            yield day


@settings(deadline=None)
@given(schedules())
def test_the_days_are_those_that_a_person_finds_in_a_calendar(schedule: Schedule) -> None:
    horizon = schedule.day + timedelta(days=3 * 366 - 1)
    expected = list(islice(_fitting(schedule), schedule.times))
    expected = [day for day in expected if schedule.until is None or day <= schedule.until]
    comes = takewhile(lambda coming: coming.day <= horizon, schedule.after(LONG_AGO))
    assert [coming.day for coming in comes] == expected


def _naive_start(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Watch the clocks of a place through that day, and take the first moment at which they show the time.

    If they never do, count from midnight.
    """
    begin = datetime.combine(day, time(), UTC) - timedelta(days=1)
    moments = [begin + step * QUARTER for step in range(3 * 96)]
    shown = [(moment, moment.astimezone(zone).replace(tzinfo=None)) for moment in moments]
    right = [moment for moment, wall in shown if wall == datetime.combine(day, at)]
    midnight = next(moment for moment, wall in shown if wall.date() == day)
    return right[0] if right else midnight + timedelta(hours=at.hour, minutes=at.minute)


def test_each_of_the_places_changes_its_clocks() -> None:
    assert {change.zone for change in changes()} >= set(PLACES)


@st.composite
def times_around_a_change(draw: st.DrawFn) -> tuple[Change, Schedule]:
    change = draw(st.sampled_from([change for change in changes() if change.zone in PLACES]))
    local = change.at.astimezone(ZoneInfo(change.zone))
    quarters = local.hour * 4 + draw(st.integers(-8, 8))
    at = time(*divmod(max(0, quarters) * 15, 60))
    # by the last weekday can only begin on one
    repeat = draw(st.sampled_from([repeat for repeat in COMES_ROUND if repeat is not Repeat.MONTHLY_BY_LAST_WEEKDAY]))
    return change, _schedule(local.date(), repeat, at=at, zone=change.zone)


@settings(deadline=None)
@given(times_around_a_change())
def test_on_the_days_around_a_change_of_the_clocks_each_time_comes_once(case: tuple[Change, Schedule]) -> None:
    change, first_on_that_day = case
    zone = ZoneInfo(change.zone)
    back = {Repeat.DAILY: 1, Repeat.WEEKLY: 7, Repeat.FORTNIGHTLY: 14}.get(first_on_that_day.repeat, 0)
    schedule = _schedule(
        first_on_that_day.day - timedelta(days=back),
        first_on_that_day.repeat,
        at=first_on_that_day.time,
        zone=change.zone,
        times=4,
    )
    comes = list(schedule.after(LONG_AGO))
    assert len(comes) == 4
    assert first_on_that_day.day in [coming.day for coming in comes]
    for coming in comes:
        assert coming.starts_at == _naive_start(coming.day, schedule.time, zone)
        assert next(schedule.after(coming.starts_at - timedelta(microseconds=1))) == coming
