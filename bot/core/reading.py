"""Days and times as people type them: "next tue 7pm", "1 dec 19:00", "in 2 weeks", "2026-12-01 19:00"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from bot.core.calendar import at_local
from bot.core.errors import UserError
from bot.core.reading_days import read_days

FARTHEST = timedelta(days=731)  # two years, one of them a leap year
EVENING = (time(19), time(18), time(20), time(17), time(21))
"""When people most often meet, the likeliest first."""

_LONGEST_SHOWN = 60
_OFFERED_DAYS = 7

_NAMED_TIMES = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_CLOCK = r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2}))?(?:\s?(?P<half>am|pm)|\s?(?:o'clock|h))?"
_NAMED = "(?P<named>noon|midday|midnight)"
_TIME_LAST = re.compile(rf"(?:(?P<day>.*)\s)?(?:{_CLOCK}|{_NAMED})")
_TIME_FIRST = re.compile(rf"(?:{_CLOCK}|{_NAMED})\s(?P<day>.*)")
_TIME = re.compile(rf"(?:{_CLOCK}|{_NAMED})")
_SOON = re.compile(r"in (?P<number>[0-9]{1,4}|an?|one|two|three) (?P<unit>hour|hr|minute|min)s?")
_MINUTES = {"hour": 60, "hr": 60, "minute": 1, "min": 1}
_COUNTED = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}

_PARTS = {"morning": "am", "afternoon": "pm", "evening": "pm", "tonight": "pm"}
_EARLIEST_MORNING_HOUR = 8
"""A bare "8" is in the morning and a bare "7" in the evening: few people meet before or after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WallTime:
    """A day and a time of day as the clocks of some place show them."""

    day: date
    time: time


def read_start(text: str, now: datetime, zone: ZoneInfo, *, usual: time | None = None) -> WallTime:
    """The start that was meant, on the clocks of ``zone``: always later than ``now`` and at most two years later.

    A day without a year, a weekday, or no day at all is the next one on which that time is still to come. ``usual`` is
    meant where a day is given without a time. Raises ``UserError`` that says what to type.
    """
    found = readings(text, now, zone, usual=usual)
    if len(found) > 1:
        one, other = (start.day.isoformat() for start in found[:2])
        raise UserError("calendar.date_unclear", text=_shown(text), one=one, other=other)
    return found[0]


def readings(text: str, now: datetime, zone: ZoneInfo, *, usual: time | None = None) -> list[WallTime]:
    """Every start that may be meant: more than one for a date such as 1/12. Raises ``UserError`` if there is none."""
    shown, typed = _shown(text), _plain(text)
    soon = _soon(typed, now, zone, shown)
    if soon is not None:
        return [soon]
    words, half = _part_of_day(typed)
    today = now.astimezone(zone).date()
    for on, at in _splits(words, half):
        if days := read_days(on, today, shown):
            return _coming(days, at, now, zone, shown)
    whole = read_days(words, today, shown)
    if whole and usual is not None and words:
        return _coming(whole, usual, now, zone, shown)
    raise UserError("calendar.time_missing" if whole else "calendar.start_unclear", text=shown)


def read_day(text: str, now: datetime, zone: ZoneInfo) -> date:
    """The day that was meant, on the calendar of ``zone``: always today or later.

    Raises ``UserError`` that says what to type.
    """
    shown, today = _shown(text), now.astimezone(zone).date()
    found = read_days(_plain(text), today, shown) if text.strip() else []
    if not found:
        raise UserError("calendar.day_unclear", text=shown)
    coming = {ahead for days in found if (ahead := next((day for day in days if day >= today), None))}
    if not coming:
        raise UserError("calendar.past", text=shown)
    if len(coming) > 1:
        one, other = sorted(day.isoformat() for day in coming)
        raise UserError("calendar.date_unclear", text=shown, one=one, other=other)
    return coming.pop()


def offers(text: str, now: datetime, zone: ZoneInfo, *, usual: Sequence[time], most: int) -> list[WallTime]:
    """What may be meant by something half typed, the likeliest first; ``usual`` are the times of day to fill in."""
    typed, times = text.strip()[:_LONGEST_SHOWN], list(dict.fromkeys((*usual, *EVENING)))
    if typed:
        tried = [typed, f"{typed} pm", f"{typed} am", *(f"{typed} {at:%H:%M}" for at in times)]
    else:
        today = now.astimezone(zone).date()
        days = [today + timedelta(days=ahead) for ahead in range(_OFFERED_DAYS)]
        tried = [f"{day} {at:%H:%M}" for at, day in product(times, days)]
    found: dict[WallTime, None] = {}
    for one in tried:
        with suppress(UserError):
            found |= dict.fromkeys(readings(one, now, zone))
    return list(found)[:most]


def _shown(text: str) -> str:
    return text.strip()[:_LONGEST_SHOWN]


def read_time(text: str) -> time:
    """The time of day that was meant. Raises ``UserError`` that says what to type."""
    found = _TIME.fullmatch(_plain(text))
    exact = found is not None and (found["minute"] or found["half"] or found["named"])
    at = _time(found, None) if found is not None and exact else None
    if at is None:
        raise UserError("calendar.time_unclear", text=_shown(text))
    return at


def _plain(text: str) -> str:
    typed = unicodedata.normalize("NFKC", text).casefold()
    typed = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", typed)
    typed = re.sub(r"(?<=[0-9])t(?=[0-9]{1,2}:)", " ", typed)
    return " ".join(word for word in re.split(r"[,\s]+", typed) if word not in ("", "at", "on"))


def _soon(typed: str, now: datetime, zone: ZoneInfo, shown: str) -> WallTime | None:
    """Some hours or minutes from now."""
    found = _SOON.fullmatch(typed)
    if found is None:
        return None
    number = _COUNTED.get(found["number"]) or int(found["number"])
    wall = (now + timedelta(minutes=number * _MINUTES[found["unit"]])).astimezone(zone)
    start = WallTime(day=wall.date(), time=wall.time().replace(second=0, microsecond=0, fold=0))
    if at_local(start.day, start.time, zone) <= now:
        raise UserError("calendar.past", text=shown)
    return start


def _part_of_day(typed: str) -> tuple[str, str | None]:
    """The words without "evening" and its like, and which half of the day it is."""
    words = typed.split()
    part = next((word for word in words if word in _PARTS), None)
    if part is None:
        return typed, None
    before = {"tonight": ["today"]}.get(part, [])
    left = [before if word == part else [word] for word in words if word not in ("this", "in", "the")]
    return " ".join(word for some in left for word in some), _PARTS[part]


def _splits(typed: str, half: str | None) -> Iterator[tuple[str, time]]:
    """The words for the day, and the time of day before or after them, in each way in which they can be told apart."""
    for form in (_TIME_LAST, _TIME_FIRST):
        found = form.fullmatch(typed)
        if found and (at := _time(found, half)) is not None:
            yield found["day"] or "", at


def _time(found: re.Match[str], half: str | None) -> time | None:
    if found["named"]:
        return _NAMED_TIMES[found["named"]]
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    said = found["half"] or (half if 1 <= hour <= 12 else None)
    if said is not None:
        known = 1 <= hour <= 12
        hour = hour % 12 + (12 if said == "pm" else 0)
    else:
        known = hour < 24
        if found["minute"] is None and 1 <= hour < _EARLIEST_MORNING_HOUR:
            hour += 12
    return time(hour, minute) if known and minute < 60 else None


def _coming(found: list[list[date]], at: time, now: datetime, zone: ZoneInfo, shown: str) -> list[WallTime]:
    """For each reading of the day its first that is still to come, if any is."""
    starts: list[WallTime] = []
    for days in found:
        ahead = next((day for day in days if _within(day, now) and at_local(day, at, zone) > now), None)
        if ahead is not None and at_local(ahead, at, zone) <= now + FARTHEST:
            starts.append(WallTime(day=ahead, time=at))
    if starts:
        return starts
    over = all(days[-1] <= now.astimezone(zone).date() for days in found)
    raise UserError("calendar.past" if over else "calendar.too_far", text=shown)


def _within(day: date, now: datetime) -> bool:
    # far from any year that can be meant, an instant may not even exist
    return abs(day.year - now.year) <= 3
