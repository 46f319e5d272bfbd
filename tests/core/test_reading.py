"""Days, times and places as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import at_local
from bot.core.errors import UserError
from bot.core.reading import FARTHEST, offers, read_day, read_start

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday, 13:00 in Berlin


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-12-01 19:00", "2026-12-01 19:00"),
        ("2026-12-01T19:00", "2026-12-01 19:00"),
        ("2026/12/1, 7pm", "2026-12-01 19:00"),
        ("  2026-12-01   at 19.30 ", "2026-12-01 19:30"),
        ("19:00", "2026-11-22 19:00"),
        ("9:30", "2026-11-23 09:30"),
        ("7pm", "2026-11-22 19:00"),
        ("7:30 PM", "2026-11-22 19:30"),
        ("7 p.m.", "2026-11-22 19:00"),
        ("12am", "2026-11-23 00:00"),
        ("12pm", "2026-11-23 12:00"),
        ("00:00", "2026-11-23 00:00"),
        ("today 19:00", "2026-11-22 19:00"),
        ("tomorrow 19:00", "2026-11-23 19:00"),
        ("tue 19:00", "2026-11-24 19:00"),
        ("Tuesday 7pm", "2026-11-24 19:00"),
        ("tues 7pm", "2026-11-24 19:00"),
        ("weds at 7pm", "2026-11-25 19:00"),
        ("7pm on thu", "2026-11-26 19:00"),
        ("sun 19:00", "2026-11-22 19:00"),
        ("sun 12:59", "2026-11-29 12:59"),
        ("1 dec 19:00", "2026-12-01 19:00"),
        ("1st December 19:00", "2026-12-01 19:00"),
        ("dec 1, 7pm", "2026-12-01 19:00"),
        ("7pm dec 12", "2026-12-12 19:00"),
        ("1 nov 19:00", "2027-11-01 19:00"),
        ("22 nov 12:00", "2027-11-22 12:00"),
        ("1 dec 2027 19:00", "2027-12-01 19:00"),
        ("29 feb 2028 19:00", "2028-02-29 19:00"),
        ("Tuesday 2026-12-01, 19:00", "2026-12-01 19:00"),
        ("tue 1 dec 19:00", "2026-12-01 19:00"),
        ("wed 1 dec 19:00", "2027-12-01 19:00"),
        ("\uff11\uff19:\uff10\uff10", "2026-11-22 19:00"),
        ("19", "2026-11-22 19:00"),
        ("19h30", "2026-11-22 19:30"),
        ("tue 7", "2026-11-24 19:00"),
        ("tue 10", "2026-11-24 10:00"),
        ("tue 12", "2026-11-24 12:00"),
        ("dec 1 7", "2026-12-01 19:00"),
        ("noon", "2026-11-23 12:00"),
        ("tue noon", "2026-11-24 12:00"),
        ("midnight", "2026-11-23 00:00"),
        ("tonight 8", "2026-11-22 20:00"),
        ("tue evening at 8:30", "2026-11-24 20:30"),
        ("8 in the morning", "2026-11-23 08:00"),
        ("7 o'clock tue", "2026-11-24 19:00"),
        ("next tue 7pm", "2026-11-24 19:00"),
        ("next sun 19:00", "2026-11-29 19:00"),
        ("this sun 19:00", "2026-11-22 19:00"),
        ("tue next week 19:00", "2026-11-24 19:00"),
        ("next week sun 19:00", "2026-11-29 19:00"),
        ("next week 19:00", "2026-11-29 19:00"),
        ("in 2 weeks 19:00", "2026-12-06 19:00"),
        ("in a month at 7pm", "2026-12-22 19:00"),
        ("in 2 hours", "2026-11-22 15:00"),
        ("in 90 minutes", "2026-11-22 14:30"),
        ("the day after tomorrow 19:00", "2026-11-24 19:00"),
        ("24.12. 19:00", "2026-12-24 19:00"),
        ("24.12.2026 19:00", "2026-12-24 19:00"),
        ("12/24/26 7pm", "2026-12-24 19:00"),
        ("19:00 24.12", "2026-12-24 19:00"),
        ("1/12/2026 19:00", "2026-12-01 19:00"),
        ("tue 8/12 19:00", "2026-12-08 19:00"),
        ("12.12. 19:00", "2026-12-12 19:00"),
        ("the 1st of december 19:00", "2026-12-01 19:00"),
    ],
)
def test_a_start_is_read_as_people_mean_it(typed: str, meant: str) -> None:
    start = read_start(typed, NOW, BERLIN)
    assert f"{start.day} {start.time:%H:%M}" == meant


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "time_missing"),
        ("tue", "time_missing"),
        ("tomorrow", "time_missing"),
        ("1 dec", "time_missing"),
        ("2026-12-01", "time_missing"),
        ("soon", "start_unclear"),
        ("24", "start_unclear"),
        ("25:00", "start_unclear"),
        ("19:60", "start_unclear"),
        ("13pm", "start_unclear"),
        ("0am", "start_unclear"),
        ("1/12 19:00", "date_unclear"),
        ("1.12.2027 19:00", "date_unclear"),
        ("in 0 minutes", "past"),
        ("in 900 days 19:00", "too_far"),
        ("32.1. 19:00", "no_such_day"),
        ("in 2 weeks", "time_missing"),
        ("tu 19:00", "start_unclear"),
        ("-1 dec 19:00", "start_unclear"),
        ("\u0661\u0669:\u0660\u0660", "start_unclear"),
        ("@everyone 19:00", "start_unclear"),
        ("x" * 4000, "start_unclear"),
        ("9" * 4000 + ":00", "start_unclear"),
        ("2026-02-30 19:00", "no_such_day"),
        ("31 nov 19:00", "no_such_day"),
        ("0000-01-01 19:00", "no_such_day"),
        ("2026-13-01 19:00", "no_such_day"),
        ("29 feb 19:00", "no_such_day"),
        ("wed 2026-12-01 19:00", "weekday_differs"),
        ("today 12:00", "past"),
        ("2026-11-21 19:00", "past"),
        ("2026-11-22 13:00", "past"),
        ("0001-01-01 00:00", "past"),
        ("2028-11-24 19:00", "too_far"),
        ("9999-12-31 23:59", "too_far"),
    ],
)
def test_what_cannot_be_meant_is_told(typed: str, told: str) -> None:
    with pytest.raises(UserError) as error:
        read_start(typed, NOW, BERLIN)
    assert error.value.key == f"calendar.{told}"
    assert len(str(error.value.values["text"])) <= 60


@given(st.text(max_size=30) | st.from_regex(r"[a-z0-9 :./-]{1,25}", fullmatch=True))
def test_whatever_is_typed_is_a_start_within_two_years_or_a_refusal(typed: str) -> None:
    try:
        start = read_start(typed, NOW, BERLIN)
    except UserError:
        return
    assert NOW < at_local(start.day, start.time, BERLIN) <= NOW + FARTHEST


@given(st.dates(date(2026, 11, 23), date(2028, 11, 1)), st.times())
def test_every_form_of_a_date_means_the_same(day: date, at: time) -> None:
    wall = datetime.combine(day, at)
    forms = ("%Y-%m-%d %H:%M", "%d %b %Y %I:%M%p", "%B %d %Y %I:%M %p", "%A %d %b %Y %H.%M", "%H:%M %Y-%m-%d")
    read = {read_start(wall.strftime(form), NOW, BERLIN) for form in forms}
    assert {(start.day, start.time) for start in read} == {(day, at.replace(second=0, microsecond=0))}


@given(st.text(max_size=12) | st.sampled_from(["", "tue", "tue 7", "1/12", "24.12.", "in 2 weeks", "7pm", "tomorrow"]))
def test_what_is_offered_is_read_back_as_it_was_offered(typed: str) -> None:
    for start in offers(typed, NOW, BERLIN, usual=[time(18, 30)], most=25):
        assert read_start(f"{start.day} {start.time:%H:%M}", NOW, BERLIN) == start


def test_what_may_be_meant_is_offered_the_likeliest_first() -> None:
    def shown(typed: str) -> list[str]:
        found = offers(typed, NOW, BERLIN, usual=[time(18, 30)], most=3)
        return [f"{start.day} {start.time:%H:%M}" for start in found]

    assert shown("") == ["2026-11-22 18:30", "2026-11-23 18:30", "2026-11-24 18:30"]
    assert shown("tue") == ["2026-11-24 18:30", "2026-11-24 19:00", "2026-11-24 18:00"]
    assert shown("tue 7") == ["2026-11-24 19:00", "2026-11-24 07:00"]
    assert shown("1/12 7pm") == ["2026-12-01 19:00", "2027-01-12 19:00"]
    assert shown("whenever") == []


def test_a_day_without_a_time_means_the_usual_one_where_there_is_one() -> None:
    start = read_start("in 2 weeks", NOW, BERLIN, usual=time(18, 30))
    assert (str(start.day), start.time) == ("2026-12-06", time(18, 30))
    with pytest.raises(UserError, match="time_missing"):
        read_start("", NOW, BERLIN, usual=time(18, 30))


def test_the_day_is_the_one_where_the_group_is() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert str(read_start("today 9:00", late, BERLIN).day) == "2026-11-23"
    assert str(read_start("tomorrow 9:00", late, ZoneInfo("America/New_York")).day) == "2026-11-23"


def test_a_last_day() -> None:
    assert str(read_day("2027-03-01", NOW, BERLIN)) == "2027-03-01"
    assert str(read_day("1 mar", NOW, BERLIN)) == "2027-03-01"
    assert str(read_day("today", NOW, BERLIN)) == "2026-11-22"


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "day_unclear"), ("spring", "day_unclear"), ("2026-11-21", "past"), ("2027-02-29", "no_such_day")],
)
def test_a_last_day_that_cannot_be_meant_is_told(typed: str, told: str) -> None:
    with pytest.raises(UserError) as error:
        read_day(typed, NOW, BERLIN)
    assert error.value.key == f"calendar.{told}"


def test_two_years_are_two_years() -> None:
    assert timedelta(days=730) < FARTHEST < timedelta(days=732)
