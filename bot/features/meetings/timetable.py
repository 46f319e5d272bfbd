"""When a meeting takes place: what its schedule says, and what has been changed of single times."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.core.calendar import Occurrence, Schedule, at_local
from bot.core.reading import WallTime


class OccasionState(StrEnum):
    """How far one time of a meeting has come."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    OPEN = "open"
    CLOSING = "closing"
    """The closer is said, and who is there may still answer what comes after."""
    CLOSED = "closed"


class Where(StrEnum):
    """Where a meeting takes place."""

    ROOM = "room"
    """The group's private text channel."""
    VOICE = "voice"
    """The group's own voice channel."""
    ELSEWHERE = "elsewhere"
    """As its words say: a link, a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a meeting takes place; ``words`` only if it is elsewhere."""

    where: Where = Where.ROOM
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is so of one time of a meeting alone. ``day`` is its name: the day on which its schedule has it.

    What is None is as for the other times. ``revision`` counts how often it was changed, so that what was said before
    a change can be told from what is to be said after it. ``reason`` is why it is cancelled.
    """

    day: date
    state: OccasionState = OccasionState.PLANNED
    moved: WallTime | None = None
    minutes: int | None = None
    title: str | None = None
    place: Place | None = None
    reason: str | None = None
    revision: int = 0
    opened_at: datetime | None = None
    single_facilitator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A schedule with its changes. Occurrences keep the name of the day that the schedule has them on, also when they
    have been moved; those that are cancelled do not come, but can be asked for.
    """

    schedule: Schedule
    lasts: timedelta
    changes: Mapping[date, Change] = field(default_factory=dict[date, Change])

    def on(self, day: date) -> Occurrence | None:
        """The occurrence of that name, also a cancelled one."""
        scheduled = self.schedule.on(day)
        return None if scheduled is None else self._as_changed(scheduled)

    def ends_at(self, occurrence: Occurrence) -> datetime:
        change = self.changes.get(occurrence.day)
        if change is None or change.minutes is None:
            return occurrence.starts_at + self.lasts
        return occurrence.starts_at + timedelta(minutes=change.minutes)

    def after(self, instant: datetime) -> Iterator[Occurrence]:
        """All that start later than ``instant``, earliest first."""
        unchanged = (coming for coming in self.schedule.after(instant) if coming.day not in self.changes)
        changed = [coming for coming in self._changed() if coming.starts_at > instant]
        return heapq.merge(unchanged, changed, key=_start)

    def between(self, after: datetime, upto: datetime) -> Iterator[Occurrence]:
        """Those that start later than ``after`` and no later than ``upto``."""
        return takewhile(lambda coming: coming.starts_at <= upto, self.after(after))

    def ending_after(self, instant: datetime) -> Iterator[Occurrence]:
        """All that end later than ``instant``, the first to end first."""
        since = instant - self.lasts
        unchanged = (coming for coming in self.schedule.after(since) if coming.day not in self.changes)
        changed = [coming for coming in self._changed() if self.ends_at(coming) > instant]
        return heapq.merge(unchanged, sorted(changed, key=self.ends_at), key=self.ends_at)

    def ending_between(self, after: datetime, upto: datetime) -> Iterator[Occurrence]:
        """Those that end later than ``after`` and no later than ``upto``."""
        return takewhile(lambda coming: self.ends_at(coming) <= upto, self.ending_after(after))

    def called_off(self) -> list[Occurrence]:
        """Those that do not take place, earliest first."""
        gone = [self.on(day) for day, change in self.changes.items() if change.state is OccasionState.CANCELLED]
        return sorted((occurrence for occurrence in gone if occurrence is not None), key=_start)

    def _changed(self) -> list[Occurrence]:
        """Those that are not as the schedule says, earliest first, without the cancelled."""
        coming = [self.on(day) for day, change in self.changes.items() if change.state is not OccasionState.CANCELLED]
        return sorted((occurrence for occurrence in coming if occurrence is not None), key=_start)

    def _as_changed(self, scheduled: Occurrence) -> Occurrence:
        change = self.changes.get(scheduled.day)
        if change is None or change.moved is None:
            return scheduled
        starts_at = at_local(change.moved.day, change.moved.time, ZoneInfo(self.schedule.zone))
        return Occurrence(day=scheduled.day, starts_at=starts_at)


def _start(occurrence: Occurrence) -> datetime:
    return occurrence.starts_at
