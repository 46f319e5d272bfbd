"""Which lines may be shown on a day: pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.helplines import Country, Line

MOST = 3
"""Lines for one country: a wall of numbers is as good as none."""

STALE = timedelta(days=180)
HIDDEN = timedelta(days=365)
AHEAD = timedelta(days=1)  # whoever checked it may live where tomorrow has begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A line fit to be shown. ``checked`` is the day to show beside it, where that is long ago."""

    line: Line
    checked: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What somebody in this country is shown; ``lines`` is empty where nobody has checked one."""

    country: Country
    lines: tuple[Shown, ...]


def help_in(country: Country, today: date) -> Help:
    shown = (_shown(line, today) for line in country.lines)
    return Help(country=country, lines=tuple(line for line in shown if line is not None)[:MOST])


def _shown(line: Line, today: date) -> Shown | None:
    if line.last_checked is None:
        return None
    age = today - line.last_checked
    if not -AHEAD <= age <= HIDDEN:
        return None
    return Shown(line=line, checked=line.last_checked if age >= STALE else None)
