"""Reads what somebody typed about a time of a meeting, and says what becomes of the meeting by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core.calendar import Occurrence, Repeat
from bot.core.errors import UserError
from bot.core.reading import WallTime, read_start
from bot.features.groups.model import tidy
from bot.features.meetings.changes.model import Doing, Typed, Which, Wish
from bot.features.meetings.changes.series import rest_of
from bot.features.meetings.model import LONGEST, SHORTEST, TITLE_LENGTH, Meeting, Occasion
from bot.features.meetings.places import read_place
from bot.features.meetings.timetable import Change, OccasionState

MOST_PLACES = 1000


def read(typed: Typed, occasion: Occasion, now: datetime) -> Wish:
    """What was meant. Raises ``UserError`` that says what to type."""
    zone = ZoneInfo(occasion.meeting.schedule.zone)
    once = occasion.meeting.schedule.repeat is Repeat.NONE
    wish = Wish(
        doing=typed.doing,
        meeting_id=typed.meeting_id,
        day=typed.day,
        which=Which.ONE if once and typed.places is None else typed.which,
        reason=typed.reason,
    )
    if typed.doing is Doing.MOVE:
        usual = occasion.starts_at.astimezone(zone).time()
        to = read_start(typed.to, now, zone, usual=usual)
        if occasion.starts_at == _instant(occasion, to) and wish.which is Which.ONE:
            raise UserError("meetings.move_nowhere")
        return replace(wish, to=to)
    return _read_edit(typed, wish, occasion) if typed.doing is Doing.EDIT else wish


def _read_edit(typed: Typed, wish: Wish, occasion: Occasion) -> Wish:
    if typed.title is None and typed.minutes is None and not typed.where.strip() and typed.places is None:
        raise UserError("meetings.edit_nothing")
    title = None if typed.title is None else tidy(typed.title)
    if title is not None and not title:
        raise UserError("meetings.title_empty")
    if title is not None and len(title) > TITLE_LENGTH:
        raise UserError("meetings.title_long", longest=TITLE_LENGTH)
    if typed.minutes is not None and not SHORTEST <= typed.minutes <= LONGEST:
        raise UserError("meetings.minutes_range", shortest=SHORTEST, longest=LONGEST)
    if typed.places is not None and wish.which is Which.ONE:
        raise UserError("meetings.places_of_all")
    place = read_place(typed.where, occasion.group) if typed.where.strip() else None
    return replace(wish, title=title, minutes=typed.minutes, place=place, places=typed.places)


def changed(wish: Wish, occasion: Occasion) -> Change:
    """What is so of this one time by the wish."""
    change = occasion.change
    if wish.doing in (Doing.SKIP, Doing.CANCEL):
        return replace(change, state=OccasionState.CANCELLED, reason=wish.reason)
    return replace(
        change,
        moved=wish.to or change.moved,
        minutes=wish.minutes or change.minutes,
        title=wish.title or change.title,
        place=wish.place or change.place,
    )


def rewritten(wish: Wish, meeting: Meeting) -> Meeting:
    """The meeting as it is by the wish, but for when it takes place."""
    return replace(
        meeting,
        title=wish.title or meeting.title,
        minutes=wish.minutes or meeting.minutes,
        place=wish.place or meeting.place,
        places=wish.places or meeting.places,
    )


def freed(wish: Wish, change: Change) -> Change:
    """What stays so of a single time when the wish is so of all."""
    return replace(
        change,
        title=None if wish.title else change.title,
        minutes=None if wish.minutes else change.minutes,
        place=None if wish.place else change.place,
    )


def as_wished(wish: Wish, occasion: Occasion, now: datetime) -> Occasion:
    """What this time will be, for somebody to look at. Raises ``UserError`` if it cannot be."""
    meeting = occasion.meeting
    if wish.which is Which.FOLLOWING:
        after = rewritten(wish, meeting)
        if wish.to is None:
            return at(replace(after, changes={day: freed(wish, one) for day, one in meeting.changes.items()}), occasion)
        rest = rest_of(meeting, occasion.day, wish.to, now)
        return at(replace(after, schedule=rest, changes={}), occasion, day=wish.to.day)
    return at(replace(meeting, changes={**meeting.changes, occasion.day: changed(wish, occasion)}), occasion)


def at(meeting: Meeting, occasion: Occasion, *, day: date | None = None) -> Occasion:
    """The time of that day, by default the same, of the meeting as it is given."""
    occurrence = meeting.timetable.on(day or occasion.day)
    assert isinstance(occurrence, Occurrence), "it is a day that the schedule has"
    return replace(occasion, meeting=meeting, occurrence=occurrence)


def _instant(occasion: Occasion, to: WallTime) -> datetime:
    moved = replace(occasion.change, moved=to)
    return at(replace(occasion.meeting, changes={occasion.day: moved}), occasion).starts_at
