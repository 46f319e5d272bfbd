"""Dividing a meeting that comes round again: what is before a day, and what is from that day on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, takewhile

from bot.core.calendar import LAST, Repeat, Schedule, is_last_in_month, place_in_month
from bot.core.errors import UserError
from bot.core.reading import WallTime
from bot.features.meetings.model import Meeting
from bot.features.meetings.timetable import OccasionState

JUST_ENDED = timedelta(hours=1)
"""A time of a meeting that ended no longer ago may still have to be dealt with."""

NAMED = 60
"""How many times ahead are told their new names: more than reminders and answers reach."""


def rest_of(meeting: Meeting, day: date, to: WallTime, now: datetime) -> Schedule:
    """How what takes place from ``day`` on comes round if it begins at ``to`` instead.

    Raises ``UserError`` if its rule does not allow that.
    """
    schedule = meeting.schedule
    later = replace(schedule, time=to.time)
    first = next(later.after(now), None)
    if to.day == day and not goes_on_before(meeting, day, now) and first is not None and first.day == day:
        # entered at a later day, a rule such as "each 31st" could become another
        return later
    if schedule.until is not None and to.day > schedule.until:
        raise UserError("meetings.move_past_until", day=schedule.until.isoformat())
    if to.day == day and schedule.repeat is Repeat.MONTHLY and day.day < schedule.day.day:
        raise UserError("meetings.move_short_month", number=schedule.day.day)
    repeat = _repeat_from(schedule, to.day)
    left = None if schedule.times is None else schedule.times - len(_before(schedule, day))
    if left == 1:
        return replace(schedule, day=to.day, time=to.time, repeat=Repeat.NONE, times=None)
    return replace(schedule, day=to.day, time=to.time, repeat=repeat, times=left)


def _repeat_from(schedule: Schedule, day: date) -> Repeat:
    by_last = schedule.repeat is Repeat.MONTHLY_BY_LAST_WEEKDAY
    if by_last and not is_last_in_month(day):
        raise UserError("meetings.move_not_the_last", day=day.isoformat())
    if schedule.repeat is not Repeat.MONTHLY_BY_WEEKDAY or place_in_month(schedule.day) != LAST:
        return schedule.repeat
    return Repeat.MONTHLY_BY_LAST_WEEKDAY if is_last_in_month(day) else schedule.repeat


def end_before(schedule: Schedule, day: date) -> Schedule:
    """What there is before ``day``, of which there has to be something."""
    days = _before(schedule, day)
    if len(days) == 1:
        return replace(schedule, repeat=Repeat.NONE, until=None, times=None)
    if schedule.times is not None:
        return replace(schedule, times=len(days))
    return replace(schedule, until=days[-1])


def new_names(schedule: Schedule, day: date, rest: Schedule, new_day: date) -> dict[date, date]:
    """Which time of ``rest``, from ``new_day`` on, each of the times from ``day`` on becomes, in their order."""
    old, new = islice(schedule.days(day), NAMED), rest.days(new_day)
    return dict(zip(old, new, strict=False))


def goes_on_before(meeting: Meeting, day: date, now: datetime) -> bool:
    """Whether a time that the schedule has before ``day`` is still ahead, under way, or has only just ended."""
    since, timetable = now - JUST_ENDED, meeting.timetable
    unchanged = takewhile(lambda coming: coming.day < day, meeting.schedule.after(since - meeting.lasts))
    if any(coming.day not in meeting.changes for coming in unchanged):
        return True
    for change in meeting.changes.values():
        occurrence = timetable.on(change.day)
        if change.day >= day or occurrence is None or change.state is OccasionState.CANCELLED:
            continue
        if change.state in (OccasionState.OPEN, OccasionState.CLOSING) or timetable.ends_at(occurrence) > since:
            return True
    return False


def _before(schedule: Schedule, day: date) -> list[date]:
    return list(takewhile(lambda found: found < day, schedule.days(schedule.day)))
