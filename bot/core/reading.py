"""Days and times as people type them: "tue 7pm", "1 dec 19:00", "2026-12-01 19:00"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import at_local
from bot.core.errors import UserError

FARTHEST = timedelta(days=731)  # two years, one of them a leap year

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORTEST_NAME = 3
_LONGEST_SHOWN = 60

_CLOCK = r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?\s?(?P<half>am|pm)?"
_TIME_LAST = re.compile(rf"(?:(?P<day>.*)\s)?{_CLOCK}")
_TIME_FIRST = re.compile(rf"{_CLOCK}\s(?P<day>.*)")
_TIME = re.compile(_CLOCK)
_NUMBERS = re.compile(r"(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})[-/](?P<day>[0-9]{1,2})")
_YEAR = r"(?:\s(?P<year>[0-9]{4}))?"
_DAY_FIRST = re.compile(rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s?(?P<month>[a-z]+){_YEAR}")
_MONTH_FIRST = re.compile(rf"(?P<month>[a-z]+)\s?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_YEAR}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WallTime:
    """A day and a time of day as the clocks of some place show them."""

    day: date
    time: time


def read_start(text: str, now: datetime, zone: ZoneInfo) -> WallTime:
    """The start that was meant, on the clocks of ``zone``: always later than ``now`` and at most two years later.

    A day without a year, a weekday, or no day at all is the next one on which that time is still to come.
    Raises ``UserError`` that says what to type.
    """
    shown = text.strip()[:_LONGEST_SHOWN]
    typed, today = _plain(text), now.astimezone(zone).date()
    found = _split(typed)
    if found is None:
        without_time = _days(typed, today, shown)
        raise UserError("calendar.time_missing" if without_time else "calendar.start_unclear", text=shown)
    on, at = found
    days = _days(on, today, shown)
    if not days:
        raise UserError("calendar.start_unclear", text=shown)
    start = next((day for day in days if _within(day, now) and at_local(day, at, zone) > now), None)
    if start is None and days[-1] <= today:
        raise UserError("calendar.past", text=shown)
    if start is None or at_local(start, at, zone) > now + FARTHEST:
        raise UserError("calendar.too_far", text=shown)
    return WallTime(day=start, time=at)


def read_day(text: str, now: datetime, zone: ZoneInfo) -> date:
    """The day that was meant, on the calendar of ``zone``: always today or later.

    Raises ``UserError`` that says what to type.
    """
    shown = text.strip()[:_LONGEST_SHOWN]
    today = now.astimezone(zone).date()
    days = _days(_plain(text), today, shown) if text.strip() else []
    if not days:
        raise UserError("calendar.day_unclear", text=shown)
    coming = next((day for day in days if day >= today), None)
    if coming is None:
        raise UserError("calendar.past", text=shown)
    return coming


def read_time(text: str) -> time:
    """The time of day that was meant. Raises ``UserError`` that says what to type."""
    found = _TIME.fullmatch(_plain(text))
    at = None if found is None else _time(found)
    if at is None:
        raise UserError("calendar.time_unclear", text=text.strip()[:_LONGEST_SHOWN])
    return at


def _plain(text: str) -> str:
    typed = unicodedata.normalize("NFKC", text).casefold()
    typed = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", typed)
    typed = re.sub(r"(?<=[0-9])t(?=[0-9]{1,2}:)", " ", typed)
    return " ".join(word for word in re.split(r"[,\s]+", typed) if word not in ("", "at", "on"))


def _split(typed: str) -> tuple[str, time] | None:
    """The words for the day, and the time of day before or after them; None if there is no time."""
    for form in (_TIME_LAST, _TIME_FIRST):
        found = form.fullmatch(typed)
        if found and (at := _time(found)) is not None:
            return found["day"] or "", at
    return None


def _time(found: re.Match[str]) -> time | None:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if half is None:
        known = found["minute"] is not None and hour < 24
    else:
        known = 1 <= hour <= 12
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if known and minute < 60 else None


def _within(day: date, now: datetime) -> bool:
    # far from any year that can be meant, an instant may not even exist
    return abs(day.year - now.year) <= 3


def _days(typed: str, today: date, shown: str) -> list[date]:
    """The days that may be meant, the likeliest first; none if the words are not a day."""
    if typed in ("", "today", "tomorrow"):
        return {
            "": [today, today + timedelta(days=1)],
            "today": [today],
            "tomorrow": [today + timedelta(days=1)],
        }[typed]
    first, _, rest = typed.partition(" ")
    weekday = _named(first, _WEEKDAYS)
    if weekday is None:
        return _dates(typed, today, shown)
    if rest:
        return _checked(_dates(rest, today, shown), weekday, shown)
    ahead = today + timedelta(days=(weekday - today.weekday()) % 7)
    return [ahead, ahead + timedelta(days=7)]


def _checked(days: list[date], weekday: int, shown: str) -> list[date]:
    fitting = [day for day in days if day.weekday() == weekday]
    if days and not fitting:
        raise UserError("calendar.weekday_differs", text=shown)
    return fitting


def _dates(typed: str, today: date, shown: str) -> list[date]:
    if found := _NUMBERS.fullmatch(typed):
        return _real([int(found["year"])], int(found["month"]), int(found["day"]), shown)
    found = _DAY_FIRST.fullmatch(typed) or _MONTH_FIRST.fullmatch(typed)
    month = _named(found["month"], _MONTHS) if found else None
    if found is None or month is None:
        return []
    years = [int(found["year"])] if found["year"] else [today.year, today.year + 1]
    return _real(years, month + 1, int(found["day"]), shown)


def _real(years: list[int], month: int, day: int, shown: str) -> list[date]:
    days: list[date] = []
    for year in years:
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue  # the 29th of February, in most years
    if not days:
        raise UserError("calendar.no_such_day", text=shown)
    return days


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """Which of ``names`` is meant by its beginning, of three letters or more: "tue", "tues.", "Tuesdays"."""
    short = word.rstrip(".s")
    if len(short) < _SHORTEST_NAME:
        return None
    return next((number for number, name in enumerate(names) if name.startswith(short)), None)
