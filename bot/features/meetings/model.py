"""Meetings, when their reminders are due, and what people answer: plain values and pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.core.calendar import Occurrence, Repeat, Schedule
from bot.features.groups.model import Group
from bot.features.meetings.timetable import Change, OccasionState, Place, Timetable

TITLE_LENGTH = 100
SHORTEST, LONGEST = 5, 480  # minutes
FEWEST_PLACES, MOST_PLACES = 2, 100
MOST_PER_GROUP = 20
"""Meetings that one group may have planned at a time, each of which may come round again and again."""
MOST_TIMES = 366
"""How often a meeting whose end is a count may take place: every day of a year."""

_INSTANT = timedelta(microseconds=1)
_CLOSED = (OccasionState.CLOSING, OccasionState.CLOSED)


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
    LAST = "last"
    """The weekday, and that no other of it follows in the month."""


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
    where: str = ""
    places: int | None = None
    event: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    id: int
    guild_id: int
    group_id: int
    title: str
    schedule: Schedule
    minutes: int
    state: MeetingState
    place: Place = field(default_factory=Place)
    places: int | None = None
    """How many can come; None if there is no limit."""
    event: bool = False
    """Whether Discord shows an event for its next time."""
    revision: int = 0
    """How often its schedule was changed for all times that were ahead."""
    changes: Mapping[date, Change] = field(default_factory=dict[date, Change])

    @property
    def lasts(self) -> timedelta:
        """How long it is, unless one time of it is longer or shorter."""
        return timedelta(minutes=self.minutes)

    @property
    def timetable(self) -> Timetable:
        return Timetable(schedule=self.schedule, lasts=self.lasts, changes=self.changes)

    def coming(self, now: datetime) -> Iterator[Occurrence]:
        """Every time of it that has not ended yet nor been closed, the first to end first."""
        closed = {day for day, change in self.changes.items() if change.state in _CLOSED}
        return (occurrence for occurrence in self.timetable.ending_after(now) if occurrence.day not in closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One time of a meeting, as it stands now."""

    meeting: Meeting
    group: Group
    occurrence: Occurrence

    @property
    def day(self) -> date:
        """Its name among the times of the meeting."""
        return self.occurrence.day

    @property
    def starts_at(self) -> datetime:
        return self.occurrence.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.meeting.timetable.ends_at(self.occurrence)

    @property
    def change(self) -> Change:
        """What is so of this time alone; as good as nothing if nothing is."""
        return self.meeting.changes.get(self.day) or Change(day=self.day)

    @property
    def state(self) -> OccasionState:
        return self.change.state

    @property
    def revision(self) -> int:
        """How often when it takes place was changed, for itself or with all the times that were ahead."""
        return self.meeting.revision + self.change.revision

    @property
    def called_off(self) -> bool:
        """Whether it does not take place, alone or with the whole meeting."""
        return OccasionState.CANCELLED is self.state or self.meeting.state is MeetingState.CANCELLED

    @property
    def title(self) -> str:
        return self.change.title or self.meeting.title

    @property
    def minutes(self) -> int:
        return self.change.minutes or self.meeting.minutes

    @property
    def place(self) -> Place:
        return self.change.place or self.meeting.place


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How many said what about one occasion; who said it is not in here."""

    coming: int = 0
    listening: int = 0
    away: int = 0
    waiting: int = 0
    """How many would come or listen, and have no place yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One time of a meeting, and how long ``before`` its start something is due; negative is after it."""

    occurrence: Occurrence
    before: timedelta


def due_between(timetable: Timetable, lengths: Sequence[timedelta], since: datetime, now: datetime) -> list[Moment]:
    """What came due from ``since`` to ``now``, both included, by start: for each time of the meeting the latest alone.

    ``lengths`` are lengths of time before a start. A day before is 24 hours before, whatever the clocks do.
    """
    latest: dict[date, Moment] = {}
    for before in sorted(lengths, reverse=True):
        for occurrence in timetable.between(since + before - _INSTANT, now + before):
            latest[occurrence.day] = Moment(occurrence=occurrence, before=before)
    return sorted(latest.values(), key=lambda moment: moment.occurrence.starts_at)


def overdue_at_once(timetable: Timetable, lengths: Sequence[timedelta], now: datetime) -> Moment | None:
    """For a meeting planned just now: the latest moment of its next time that has passed, None if it is early."""
    occurrence = next(timetable.after(now), None)
    if occurrence is None:
        return None
    passed = [before for before in lengths if occurrence.starts_at - before <= now]
    return Moment(occurrence=occurrence, before=min(passed)) if passed else None


def starting_at(meeting: Meeting, instant: datetime) -> list[Occurrence]:
    """The times of the meeting that start at just that instant."""
    return list(meeting.timetable.between(instant - _INSTANT, instant))


def next_due(meeting: Meeting, lengths: Iterable[timedelta], after: datetime) -> datetime | None:
    """When next, later than ``after``, one of ``lengths`` before a start is reached, or a time of the meeting ends or
    would have ended. None once all that is past.
    """
    timetable = meeting.timetable
    due = [
        occurrence.starts_at - before
        for before in lengths
        if (occurrence := next(timetable.after(after + before), None))
    ]
    ending = next(timetable.ending_after(after), None)
    ends = [] if ending is None else [timetable.ends_at(ending)]
    # a time that is called off can be held after all, until it would have ended
    ends += [at for called_off in timetable.called_off() if (at := timetable.ends_at(called_off)) > after]
    return min([*due, *ends], default=None)
