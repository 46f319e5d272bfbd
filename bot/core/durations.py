"""Lengths of time as people write them: reading "1 h 30 min", and spelling them short again."""

from __future__ import annotations

import re
from datetime import timedelta

EXAMPLES = '"90s", "45 minutes", "24 h", "1 h 30 min", "2 days", "3 weeks"'

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)

_UNITS: dict[str, timedelta] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), _SECOND),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), _WEEK),
}
_UNEVEN_UNITS = frozenset({"mo", "month", "months", "y", "yr", "yrs", "year", "years"})
_PART = re.compile(r"([0-9]+)\s*([a-z]+)")
_WHOLE = re.compile(r"[0-9]+\s*[a-z]+(?:\s*(?:,|and\b)?\s*[0-9]+\s*[a-z]+)*")


def parse_duration(text: str) -> timedelta:
    """Read a length of time, in whole numbers of any unit from seconds to weeks.

    Raises ValueError with words for the person who wrote it.
    """
    wanted = text.strip().lower()
    if not _WHOLE.fullmatch(wanted):
        raise ValueError(
            f"{text.strip()!r} is not a length of time; write a whole number and a unit, such as {EXAMPLES}"
        )
    total = timedelta()
    seen: set[timedelta] = set()
    try:
        for number, name in _PART.findall(wanted):
            unit = _unit(name)
            if unit in seen:
                raise ValueError(f"{text.strip()!r} gives the same unit twice; add the two numbers up")
            seen.add(unit)
            total += int(number) * unit
    except OverflowError:
        raise ValueError(f"{text.strip()!r} is too long") from None
    return total


def spell(duration: timedelta) -> str:
    """The one short form of a duration, as in keys: "90s", "45min", "24h", "2d". ``parse_duration`` reads it back.

    One unit only, and one day stays "24h", because a reminder a day before is spoken of in hours.
    Raises ValueError for a negative duration or a fraction of a second, which nobody can write either.
    """
    if duration < timedelta() or duration % _SECOND:
        raise ValueError("a duration is a whole number of seconds, zero or more")
    if duration >= 2 * _DAY and not duration % _DAY:
        return f"{duration // _DAY}d"
    if duration and not duration % _HOUR:
        return f"{duration // _HOUR}h"
    if duration and not duration % _MINUTE:
        return f"{duration // _MINUTE}min"
    return f"{duration // _SECOND}s"


def _unit(name: str) -> timedelta:
    if name in _UNEVEN_UNITS:
        raise ValueError('months and years differ in length; write days or weeks, such as "30 days"')
    if name not in _UNITS:
        raise ValueError(f"{name!r} is not a unit of time; use seconds, minutes, hours, days or weeks")
    return _UNITS[name]
