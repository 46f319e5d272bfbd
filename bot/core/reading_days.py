"""Days as people type them: "tue", "next tue", "in 2 weeks", "1 dec", "1.12.2026", "2026-12-01"."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from bot.core.errors import UserError

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORTEST_NAME = 3
_A_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)
_MONTHS_IN_A_YEAR = 12

_ISO = re.compile(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})")
_NUMERIC = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<mark>[./-])(?P<second>[0-9]{1,2})(?:(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})?)?"
)
_YEAR = r"(?:\s(?P<year>[0-9]{4}))?"
_DAY_FIRST = re.compile(rf"(?:the )?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?(?: of)?\s?(?P<month>[a-z]+)\.?{_YEAR}")
_MONTH_FIRST = re.compile(rf"(?P<month>[a-z]+)\.?\s?(?:the )?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_YEAR}")
_AHEAD = re.compile(r"in (?P<number>[0-9]{1,3}|an?|one|two|three|four|five|six) (?P<unit>day|week|month)s?")
_COUNTED = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


def read_days(typed: str, today: date, shown: str) -> list[list[date]]:
    """What may be meant by the words for a day; none if they are not a day.

    Each reading holds the days that fit it, the likeliest first. More than one reading has a date in numbers of which
    either may be the month. Raises ``UserError`` for a day that is not in the calendar; ``shown`` is what is quoted.
    """
    if (plain := _plain_days(typed, today)) is not None:
        return [plain]
    first, _, rest = typed.partition(" ")
    weekday = _named(first, _WEEKDAYS)
    if weekday is None:
        return _dates(typed, today, shown)
    if rest:
        return _checked(_dates(rest, today, shown), weekday, shown)
    ahead = today + timedelta(days=(weekday - today.weekday()) % 7)
    return [[ahead, ahead + _A_WEEK]]


def _plain_days(typed: str, today: date) -> list[date] | None:
    named = {
        "": [today, today + _A_DAY],
        "today": [today],
        "tomorrow": [today + _A_DAY],
        "day after tomorrow": [today + 2 * _A_DAY],
        "the day after tomorrow": [today + 2 * _A_DAY],
        "next week": [today + _A_WEEK],
    }
    if typed in named:
        return named[typed]
    if found := _AHEAD.fullmatch(typed):
        return [_ahead(today, _COUNTED.get(found["number"]) or int(found["number"]), found["unit"])]
    return _near_weekday(typed, today)


def _near_weekday(typed: str, today: date) -> list[date] | None:
    """A weekday of this week or the next: "next tue" is never today, and a week begins with its Monday."""
    words = typed.split()
    if "next week" in typed and len(words) == 3:
        (name,) = set(words) - {"next", "week"} or {""}
        weekday = _named(name, _WEEKDAYS)
        monday = today - timedelta(days=today.weekday()) + _A_WEEK
        return None if weekday is None else [monday + timedelta(days=weekday)]
    if len(words) != 2 or words[0] not in ("this", "next"):
        return None
    weekday = _named(words[1], _WEEKDAYS)
    if weekday is None:
        return None
    after = 0 if words[0] == "this" else 1
    ahead = today + timedelta(days=after + (weekday - today.weekday() - after) % 7)
    return [ahead] if words[0] == "this" else [ahead, ahead + _A_WEEK]


def _ahead(today: date, number: int, unit: str) -> date:
    if unit != "month":
        return today + number * (_A_WEEK if unit == "week" else _A_DAY)
    years, month = divmod(today.month - 1 + number, _MONTHS_IN_A_YEAR)
    year = today.year + years
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _checked(found: list[list[date]], weekday: int, shown: str) -> list[list[date]]:
    fitting = [fit for days in found if (fit := [day for day in days if day.weekday() == weekday])]
    if found and not fitting:
        raise UserError("calendar.weekday_differs", text=shown)
    return fitting


def _dates(typed: str, today: date, shown: str) -> list[list[date]]:
    if found := _ISO.fullmatch(typed):
        return [_real([int(found["year"])], int(found["month"]), int(found["day"]), shown)]
    if found := _NUMERIC.fullmatch(typed):
        return _in_numbers(found, today, shown)
    found = _DAY_FIRST.fullmatch(typed) or _MONTH_FIRST.fullmatch(typed)
    month = _named(found["month"], _MONTHS) if found else None
    if found is None or month is None:
        return []
    years = [int(found["year"])] if found["year"] else [today.year, today.year + 1]
    return [_real(years, month + 1, int(found["day"]), shown)]


def _in_numbers(found: re.Match[str], today: date, shown: str) -> list[list[date]]:
    """A day and a month, or a month and a day: each that is in the calendar."""
    first, second, year = int(found["first"]), int(found["second"]), found["year"]
    years = [today.year, today.year + 1] if year is None else [int(year) if len(year) > 2 else 2000 + int(year)]
    read = {(second, first): _existing(years, second, first), (first, second): _existing(years, first, second)}
    known = [days for days in read.values() if days]
    if not known:
        raise UserError("calendar.no_such_day", text=shown)
    return known


def _real(years: list[int], month: int, day: int, shown: str) -> list[date]:
    days = _existing(years, month, day)
    if not days:
        raise UserError("calendar.no_such_day", text=shown)
    return days


def _existing(years: list[int], month: int, day: int) -> list[date]:
    days: list[date] = []
    for year in years:
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue  # the 29th of February, in most years
    return days


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """Which of ``names`` is meant by its beginning, of three letters or more: "tue", "tues.", "Tuesdays"."""
    short = word.rstrip(".s")
    if len(short) < _SHORTEST_NAME:
        return None
    return next((number for number, name in enumerate(names) if name.startswith(short)), None)
