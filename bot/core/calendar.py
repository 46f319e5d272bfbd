"""Wall-clock times in a time zone: which instants they are, and on which days they come round again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, rrule, weekday

LAST_DAY_IN_EVERY_MONTH = 28
LAST = -1
"""The place in its month of a weekday that counts from the end."""


class Happens(StrEnum):
    """How often the clocks of a place show one time on one day."""

    ONCE = "once"
    TWICE = "twice"
    """The clocks go back over it."""
    NEVER = "never"
    """The clocks go forward past it."""


class Repeat(StrEnum):
    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    """On the same day of the month, or on the last one where the month is shorter."""
    MONTHLY_BY_WEEKDAY = "monthly_by_weekday"
    """On the same weekday at the same place in the month: each second Tuesday, each last Thursday."""
    MONTHLY_BY_LAST_WEEKDAY = "monthly_by_last_weekday"
    """On the last of its weekday in each month, also where the first of them is a fourth."""


_STEPS = {Repeat.DAILY: 1, Repeat.WEEKLY: 7, Repeat.FORTNIGHTLY: 14}  # days


def place_in_month(day: date) -> int:
    """Which of its weekday in the month a day is, from 1 to 4, or ``LAST``.

    A fifth one is the last, for most months have no fifth. A fourth one is the fourth, also where no fifth follows.
    """
    place = (day.day - 1) // 7 + 1
    return place if place <= LAST_DAY_IN_EVERY_MONTH // 7 else LAST


def is_last_in_month(day: date) -> bool:
    """Whether no other day of its weekday follows in its month."""
    return (day + timedelta(days=7)).month != day.month


def at_local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The one instant, in UTC, that a time of day on that day stands for.

    Follows RFC 5545, section 3.3.5, as calendars do. A time that the clocks show twice is the first of the two. A time
    that they leave out is read with the offset from before the change: 02:30 where 02:00 to 03:00 is left out is 03:30,
    as many minutes after midnight as on any other day.
    """
    return datetime.combine(day, at, zone).replace(fold=0).astimezone(UTC)


def happens(day: date, at: time, zone: ZoneInfo) -> Happens:
    """Whether the clocks show this time once on that day, twice, or never."""
    wall = datetime.combine(day, at, zone)
    before, after = wall.replace(fold=0).utcoffset(), wall.replace(fold=1).utcoffset()
    assert before is not None and after is not None, "every zone has an offset"
    if before == after:
        return Happens.ONCE
    return Happens.TWICE if before > after else Happens.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time of many: ``day`` on the wall calendar is its name, ``starts_at`` the instant, in UTC."""

    day: date
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A wall-clock time, first on ``day``, and how it comes round.

    ``until`` is the last day on which it may, ``times`` how often it does in all, the first included; one of them at
    most, and with neither it is endless. ``zone`` is an IANA name. Days are counted on the wall calendar and each is
    turned into an instant by itself, so a change of the clocks moves no later one.
    """

    day: date
    time: time
    zone: str
    repeat: Repeat = Repeat.NONE
    until: date | None = None
    times: int | None = None

    @property
    def last_day(self) -> date | None:
        """The day of the last occurrence; None if there is always another."""
        if self.repeat is not Repeat.NONE and self.until is None and self.times is None:
            return None
        return max(self._days(self.day))

    def on(self, day: date) -> Occurrence | None:
        """The occurrence of that day, if it comes round then."""
        comes = next(self._days(day), None) == day
        return self._occurrence(day) if comes else None

    def after(self, instant: datetime) -> Iterator[Occurrence]:
        """All that start later than ``instant``, earliest first; endless if the schedule is."""
        # a change of the clocks can carry a start past midnight, so that the day before may still be to come
        since = instant.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=1)
        return (coming for day in self._days(since) if (coming := self._occurrence(day)).starts_at > instant)

    def between(self, after: datetime, upto: datetime) -> Iterator[Occurrence]:
        """Those that start later than ``after`` and no later than ``upto``."""
        return takewhile(lambda coming: coming.starts_at <= upto, self.after(after))

    def days(self, since: date) -> Iterator[date]:
        """The days on which it comes round, from ``since`` on; endless if it is."""
        return self._days(since)

    def _occurrence(self, day: date) -> Occurrence:
        return Occurrence(day=day, starts_at=at_local(day, self.time, ZoneInfo(self.zone)))

    def _days(self, since: date) -> Iterator[date]:
        if self.repeat is Repeat.NONE:
            return iter([self.day] if since <= self.day else [])
        # an endless rule is entered near the day asked for, while one that counts has to be counted from its first day
        begin = self.day if self.times is not None else self._enter(since)
        rule = rrule(
            dtstart=_midnight(begin), until=self.until and _midnight(self.until), count=self.times, **self._rule()
        )
        return (found.date() for found in rule.xafter(_midnight(since), inc=True))

    def _enter(self, since: date) -> date:
        """A day, at most one step before ``since``, from which the rule gives the same days as from its first."""
        if since <= self.day:
            return self.day
        # days of a month are named by the rule, so that it can be entered anywhere
        step = _STEPS.get(self.repeat, 1)
        return since - (since - self.day) % timedelta(days=step)

    def _rule(self) -> dict[str, Any]:
        if step := _STEPS.get(self.repeat):
            return {"freq": DAILY, "interval": step}
        if self.repeat is Repeat.MONTHLY_BY_LAST_WEEKDAY:
            return {"freq": MONTHLY, "byweekday": weekday(self.day.weekday(), LAST)}
        if self.repeat is Repeat.MONTHLY_BY_WEEKDAY:
            return {"freq": MONTHLY, "byweekday": weekday(self.day.weekday(), place_in_month(self.day))}
        fitting = range(min(self.day.day, LAST_DAY_IN_EVERY_MONTH), self.day.day + 1)
        return {"freq": MONTHLY, "bymonthday": fitting, "bysetpos": -1}


def _midnight(day: date) -> datetime:
    # rrule counts in datetimes; with all of them at midnight and without a zone it counts days
    return datetime.combine(day, time.min)
