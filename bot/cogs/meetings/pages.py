"""How meetings are put into words: what was understood, what is coming, what a card counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from bot.cogs.meetings.buttons import ScheduleButton
from bot.cogs.meetings.where import where_words
from bot.core.calendar import LAST, LAST_DAY_IN_EVERY_MONTH, Happens, Repeat, Schedule, happens, place_in_month
from bot.core.reading import WallTime
from bot.features.meetings import Meeting, Numbers, Occasion
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, day_words, instant


def understood_page(words: Words, occasion: Occasion) -> Page:
    """What was understood, in every way that can show a mistake, and the button that confirms it."""
    meeting, local = occasion.meeting, local_start(occasion)
    what = words(
        "meetings.understood",
        title=meeting.title,
        day=day_words(words, local.date()),
        time=f"{local:%H:%M}",
        zone=meeting.schedule.zone,
        when=instant(occasion.starts_at),
        relative=instant(occasion.starts_at, "R"),
        minutes=occasion.minutes,
        ends=instant(occasion.ends_at, "t"),
    )
    button = Row(ScheduleButton(meeting.group_id, meeting.id))
    where = [where_words(words, occasion), *([words("meetings.event_comes")] if meeting.event else [])]
    return Page(words("meetings.please_check"), what, *where, *_notes(words, meeting, local), button)


def list_page(words: Words, occasions: Sequence[Occasion], called_off: Sequence[Occasion] = ()) -> Page:
    """``called_off``: times that do not take place, which are said so that nobody waits."""
    if not occasions and not called_off:
        return Page(words("meetings.list_empty"))
    group = (*occasions, *called_off)[0].group
    off = [
        words("meetings.list_off", title=occasion.title, when=instant(occasion.starts_at)) for occasion in called_off
    ]
    lines = [_list_line(words, occasion) for occasion in occasions]
    return Page(words("meetings.list_intro", name=group.name), *lines, *off)


def _list_line(words: Words, occasion: Occasion) -> str:
    line = words(
        "meetings.list_line",
        title=occasion.title,
        when=instant(occasion.starts_at),
        relative=instant(occasion.starts_at, "R"),
        repeat=repeat_words(words, occasion.meeting.schedule),
    )
    line = f"{line} {where_words(words, occasion)}"
    scheduled = occasion.meeting.schedule.on(occasion.day)
    if scheduled is None or scheduled.starts_at == occasion.starts_at:
        return line
    return line + " " + words("meetings.list_moved", was=instant(scheduled.starts_at))


def card_page(words: Words, occasion: Occasion, numbers: Numbers, *more: str | Row) -> Page:
    places = occasion.meeting.places
    limited = {} if places is None else {"places": places, "waiting": numbers.waiting}
    counted = words(
        "meetings.card" if places is None else "meetings.card_places",
        title=occasion.title,
        when=instant(occasion.starts_at),
        coming=numbers.coming,
        listening=numbers.listening,
        away=numbers.away,
        **limited,
    )
    return Page(counted, *more)


def repeat_words(words: Words, schedule: Schedule) -> Raw:
    """How it comes round, and when for the last time."""
    rule, last = _rule_words(words, schedule), schedule.last_day
    if schedule.times is not None and last is not None:
        return words("meetings.repeats_times", repeat=rule, times=schedule.times, day=day_words(words, last))
    if schedule.until is not None:
        return words("meetings.repeats_until", repeat=rule, day=day_words(words, schedule.until))
    return words("meetings.repeats", repeat=rule)


def _rule_words(words: Words, schedule: Schedule) -> Raw:
    day = schedule.day
    by_last = schedule.repeat is Repeat.MONTHLY_BY_LAST_WEEKDAY
    if by_last or schedule.repeat is Repeat.MONTHLY_BY_WEEKDAY:
        place = LAST if by_last else place_in_month(day)
        weekday = words(f"calendar.weekday_{day.isoweekday()}")
        return words(f"meetings.repeat_weekday_{'last' if place == LAST else place}", weekday=weekday)
    if schedule.repeat is Repeat.MONTHLY:
        length = "short" if day.day > LAST_DAY_IN_EVERY_MONTH else "date"
        return words(f"meetings.repeat_monthly_{length}", number=day.day)
    return words(f"meetings.repeat_{schedule.repeat}")


def local_start(occasion: Occasion) -> datetime:
    """When it starts, on the clocks of its meeting."""
    return occasion.starts_at.astimezone(ZoneInfo(occasion.meeting.schedule.zone))


def clock_notes(words: Words, typed: WallTime, local: datetime) -> list[str]:
    """What is to be known of a start that the clocks of that day leave out or show twice."""
    how = happens(typed.day, typed.time, cast("ZoneInfo", local.tzinfo))
    if how is Happens.ONCE:
        return []
    return [words(f"meetings.clocks_{how}", typed=f"{typed.time:%H:%M}", time=f"{local:%H:%M}")]


def _notes(words: Words, meeting: Meeting, local: datetime) -> list[str]:
    schedule = meeting.schedule
    notes: list[str] = [repeat_words(words, schedule)]
    notes += clock_notes(words, WallTime(day=schedule.day, time=schedule.time), local)
    if schedule.repeat is not Repeat.NONE:
        notes.append(words("meetings.clocks_stay", time=f"{schedule.time:%H:%M}"))
    if meeting.places is not None:
        notes.append(words("meetings.understood_places", places=meeting.places))
    return notes
