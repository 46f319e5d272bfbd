"""Writes the meetings of a group as a calendar file: each a series, and what is so of single times of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from bot.core.calendar import (
    LAST,
    LAST_DAY_IN_EVERY_MONTH,
    Happens,
    Occurrence,
    Repeat,
    Schedule,
    at_local,
    happens,
    place_in_month,
)
from bot.core.zones import UTC_NAME
from bot.features.meetings.calendar.clocks import put, zone_component
from bot.features.meetings.model import Meeting
from bot.features.meetings.timetable import Change, OccasionState, Place, Where

MAKER = "-//Circlekeeper//Meetings//EN"
CLOCKS_LAST = timedelta(days=10 * 366)
"""How far ahead the changes of the clocks are written."""
SKIPPED_LAST = timedelta(days=3 * 366)
"""How far ahead a time that the clocks leave out is written by itself."""

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What the file calls things. ``titles``: whether it names the meetings and where they are, or calls each of them
    ``meeting``, because others may see a person's calendar.
    """

    meeting: str
    places: Mapping[Where, str]
    titles: bool = False


def calendar_file(meetings: Sequence[Meeting], labels: Labels, now: datetime) -> bytes | None:
    """What is coming of these meetings; None if nothing is."""
    events = [event for meeting in meetings for event in _Series(meeting, labels, now).events()]
    if not events:
        return None
    calendar = put(Calendar(), prodid=MAKER, version="2.0", method="PUBLISH")
    since = datetime(min(now.year, *(meeting.schedule.day.year for meeting in meetings)) - 1, 1, 1, tzinfo=UTC)
    for zone in sorted({meeting.schedule.zone for meeting in meetings} - {UTC_NAME}):
        calendar.add_component(zone_component(zone, since, now + CLOCKS_LAST))
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()


class _Series:
    """One meeting. It begins with its first time that is ahead, since what was so of those before is not kept."""

    def __init__(self, meeting: Meeting, labels: Labels, now: datetime) -> None:
        self._meeting = meeting
        self._labels = labels
        self._now = now
        self._schedule = meeting.schedule
        self._zone = ZoneInfo(meeting.schedule.zone)

    def events(self) -> Iterator[Event]:
        first = min(self._days_ahead(), default=None)
        if first is None:
            return
        if self._schedule.repeat is Repeat.NONE:
            yield self._single(first)
            return
        left_out = self._left_out(first)
        yield self._series(first, left_out)
        for day in sorted(self._by_themselves(first) - left_out):
            yield put(self._single(day), recurrence_id=self._scheduled(day))

    def _days_ahead(self) -> Iterator[date]:
        """The day of the next time that is as the schedule has it, and those of all that are not."""
        timetable, changes = self._meeting.timetable, self._meeting.changes
        usual = (coming.day for coming in self._meeting.coming(self._now) if coming.day not in changes)
        yield from islice(usual, 1)
        for day, change in changes.items():
            occurrence = None if change.state is OccasionState.CANCELLED else timetable.on(day)
            if occurrence is not None and timetable.ends_at(occurrence) > self._now:
                yield day

    def _series(self, first: date, left_out: Iterable[date]) -> Event:
        meeting = self._meeting
        event = self._event(meeting.title, meeting.place, meeting.minutes, meeting.revision)
        put(event, dtstart=self._scheduled(first), rrule=_rule(self._schedule, first))
        # calendars that read a file leave out what is excluded, while some show a time with STATUS:CANCELLED
        for day in sorted(left_out):
            put(event, exdate=self._scheduled(day))
        return event

    def _single(self, day: date) -> Event:
        """One time as it really is."""
        meeting = self._meeting
        change = meeting.changes.get(day) or Change(day=day)
        occurrence = meeting.timetable.on(day)
        assert occurrence is not None, "only times that the schedule has are written"
        event = self._event(
            change.title or meeting.title,
            change.place or meeting.place,
            change.minutes or meeting.minutes,
            meeting.revision + change.revision,
        )
        return put(event, dtstart=occurrence.starts_at.astimezone(self._zone))

    def _event(self, title: str, place: Place, minutes: int, revision: int) -> Event:
        labels = self._labels
        event = put(
            Event(),
            uid=f"{self._meeting.id:014x}",
            dtstamp=self._now.astimezone(UTC).replace(microsecond=0),
            sequence=revision,
            # not an end by the clock, which may show it twice in that night
            duration=timedelta(minutes=minutes),
            summary=_line(title if labels.titles else labels.meeting),
        )
        where = _line(place.words or labels.places.get(place.where, ""))
        return put(event, location=where) if labels.titles else event

    def _scheduled(self, day: date) -> datetime:
        """The time of this day by its wall clock, whether or not the clocks show it."""
        return datetime.combine(day, self._schedule.time, self._zone)

    def _left_out(self, first: date) -> set[date]:
        """Of the times from the first on: those that are cancelled, and those that are over."""
        timetable, changes = self._meeting.timetable, self._meeting.changes
        begun = takewhile(lambda coming: coming.starts_at <= self._now, self._since(first))
        days = {coming.day for coming in begun} | {day for day in changes if day >= first}
        actual = {day: occurrence for day in days if (occurrence := timetable.on(day))}
        over = {day for day, occurrence in actual.items() if timetable.ends_at(occurrence) <= self._now}
        return over | {day for day in actual if day in changes and changes[day].state is OccasionState.CANCELLED}

    def _by_themselves(self, first: date) -> set[date]:
        """The times that are not as the series has them, for somebody changed them or the clocks leave them out."""
        changed = {day for day, change in self._meeting.changes.items() if day >= first and _differs(change)}
        ahead = takewhile(lambda coming: coming.starts_at <= self._now + SKIPPED_LAST, self._since(first))
        # calendars do not agree what a time is that the clocks do not show
        skipped = {c.day for c in ahead if happens(c.day, self._schedule.time, self._zone) is Happens.NEVER}
        return {day for day in changed | skipped if self._schedule.on(day)}

    def _since(self, first: date) -> Iterator[Occurrence]:
        """Every time from the first on, as the schedule has it."""
        at_first = self._schedule.on(first)
        assert at_first is not None, "the first is one of them"
        return chain([at_first], self._schedule.after(at_first.starts_at))


def _differs(change: Change) -> bool:
    return any(one is not None for one in (change.moved, change.minutes, change.title, change.place))


def _rule(schedule: Schedule, first: date) -> dict[str, Any]:
    """The RRULE by which the schedule comes round from ``first`` on."""
    rule = _frequency(schedule)
    if schedule.times is not None:
        start = at_local(first, schedule.time, ZoneInfo(schedule.zone))
        rule["count"] = 1 + sum(1 for _ in schedule.after(start))
    elif schedule.until is not None:
        rule["until"] = at_local(schedule.until, schedule.time, ZoneInfo(schedule.zone))
    return rule


def _frequency(schedule: Schedule) -> dict[str, Any]:
    day, weekday = schedule.day, _WEEKDAYS[schedule.day.weekday()]
    match schedule.repeat:
        case Repeat.DAILY:
            return {"freq": "daily"}
        case Repeat.WEEKLY:
            return {"freq": "weekly", "byday": weekday}
        case Repeat.FORTNIGHTLY:
            return {"freq": "weekly", "interval": 2, "byday": weekday}
        case Repeat.MONTHLY_BY_WEEKDAY:
            return {"freq": "monthly", "byday": f"{place_in_month(day)}{weekday}"}
        case Repeat.MONTHLY_BY_LAST_WEEKDAY:
            return {"freq": "monthly", "byday": f"{LAST}{weekday}"}
        case Repeat.MONTHLY:
            return {"freq": "monthly", **_day_of_month(day.day)}
        case Repeat.NONE:
            raise ValueError("what takes place once has no rule")


def _day_of_month(day: int) -> dict[str, Any]:
    """That day, or the last one where the month is shorter."""
    if day <= LAST_DAY_IN_EVERY_MONTH:
        return {"bymonthday": day}
    if day == 31:
        return {"bymonthday": LAST}
    return {"bymonthday": list(range(LAST_DAY_IN_EVERY_MONTH, day + 1)), "bysetpos": LAST}


def _line(text: str) -> str:
    """One line of what shows and can be written, so that nobody's words end it and begin another."""
    return "".join(letter for letter in " ".join(text.split()) if unicodedata.category(letter) not in ("Cc", "Cs"))
