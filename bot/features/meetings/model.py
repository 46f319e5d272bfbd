"""Meetings, when their reminders are due, and what people answer: plain values and pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.core.calendar import Occurrence, Repeat, Schedule
from bot.features.groups.model import Group

TITLE_LENGTH = 100
SHORTEST, LONGEST = 5, 480  # minutes
MOST_PER_GROUP = 20
"""Meetings that one group may have planned at a time, each of which may come round again and again."""
MOST_TIMES = 366
"""How often a meeting whose end is a count may take place: every day of a year."""

_INSTANT = timedelta(microseconds=1)


class MeetingState(StrEnum):
    DRAFT = "draft"
    """Read back to the person who typed it, and not confirmed yet."""
    PLANNED = "planned"
    SHELVED = "shelved"
    """Its group is archived: it is planned again if the group is brought back."""
    CANCELLED = "cancelled"
    OVER = "over"
    """It has ended, and does not come round again."""


class By(StrEnum):
    """What stays the same from month to month."""

    DATE = "date"
    WEEKDAY = "weekday"


class Choice(StrEnum):
    """What a member says, privately, about one meeting."""

    COMING = "coming"
    LISTENING = "listening"
    AWAY = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A meeting as it was typed; what is empty is filled from the group and the settings."""

    title: str
    starts: str
    minutes: int | None = None
    repeat: Repeat = Repeat.NONE
    by: By | None = None
    until: str = ""
    times: int | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    id: int
    guild_id: int
    group_id: int
    title: str
    schedule: Schedule
    minutes: int
    state: MeetingState

    @property
    def lasts(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    def coming(self, now: datetime) -> Iterator[Occurrence]:
        """Every time that it has not ended yet, the nearest first."""
        return self.schedule.after(now - self.lasts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One time of a meeting, as it stands now."""

    meeting: Meeting
    group: Group
    occurrence: Occurrence

    @property
    def starts_at(self) -> datetime:
        return self.occurrence.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.occurrence.starts_at + self.meeting.lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How many said what about one occasion; who said it is not in here."""

    coming: int = 0
    listening: int = 0
    away: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One time of a meeting, to be spoken of ``before`` it starts."""

    occurrence: Occurrence
    before: timedelta


def due_between(schedule: Schedule, reminders: Sequence[timedelta], since: datetime, now: datetime) -> list[Reminder]:
    """What came due from ``since`` to ``now``, both included, by start: for each time of the meeting the latest alone.

    ``reminders`` are lengths of time before a start. A day before is 24 hours before, whatever the clocks do.
    """
    latest: dict[date, Reminder] = {}
    for before in sorted(reminders, reverse=True):
        for occurrence in schedule.between(since + before - _INSTANT, now + before):
            latest[occurrence.day] = Reminder(occurrence=occurrence, before=before)
    return sorted(latest.values(), key=lambda reminder: reminder.occurrence.starts_at)


def overdue_at_once(schedule: Schedule, reminders: Sequence[timedelta], now: datetime) -> Reminder | None:
    """For a meeting planned just now: the reminder that its next time would have had already, None if it is early."""
    occurrence = next(schedule.after(now), None)
    if occurrence is None:
        return None
    passed = [before for before in reminders if occurrence.starts_at - before <= now]
    return Reminder(occurrence=occurrence, before=min(passed)) if passed else None


def next_due(meeting: Meeting, reminders: Sequence[timedelta], after: datetime) -> datetime | None:
    """When next, later than ``after``, a reminder is due or the meeting ends; None once all that is past."""
    due = [
        occurrence.starts_at - before
        for before in (*reminders, -meeting.lasts)
        if (occurrence := next(meeting.schedule.after(after + before), None))
    ]
    return min(due, default=None)
