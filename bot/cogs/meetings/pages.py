"""How meetings are put into words: what was understood, what is coming, what a card counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cogs.meetings.buttons import ScheduleButton
from bot.core.calendar import LAST, LAST_DAY_IN_EVERY_MONTH, Happens, Repeat, Schedule, happens, place_in_month
from bot.features.meetings import Meeting, Numbers, Occasion
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, day_words, instant


def understood_page(words: Words, occasion: Occasion) -> Page:
    """What was understood, in every way that can show a mistake, and the button that confirms it."""
    meeting, local = occasion.meeting, _local(occasion)
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
    return Page(words("meetings.please_check"), what, *_notes(words, meeting, local), button)


def list_page(words: Words, occasions: Sequence[Occasion]) -> Page:
    if not occasions:
        return Page(words("meetings.list_empty"))
    lines = [
        words(
            "meetings.list_line",
            title=occasion.title,
            when=instant(occasion.starts_at),
            relative=instant(occasion.starts_at, "R"),
            repeat=repeat_words(words, occasion.meeting.schedule),
        )
        for occasion in occasions
    ]
    return Page(words("meetings.list_intro", name=occasions[0].group.name), *lines)


def card_page(words: Words, occasion: Occasion, numbers: Numbers) -> Page:
    counted = words(
        "meetings.card",
        title=occasion.title,
        when=instant(occasion.starts_at),
        coming=numbers.coming,
        listening=numbers.listening,
        away=numbers.away,
    )
    return Page(counted)


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


def _local(occasion: Occasion) -> datetime:
    return occasion.starts_at.astimezone(ZoneInfo(occasion.meeting.schedule.zone))


def _notes(words: Words, meeting: Meeting, local: datetime) -> list[str]:
    schedule = meeting.schedule
    notes: list[str] = [repeat_words(words, schedule)]
    how = happens(schedule.day, schedule.time, ZoneInfo(schedule.zone))
    if how is not Happens.ONCE:
        typed = f"{schedule.time:%H:%M}"
        notes.append(words(f"meetings.clocks_{how}", typed=typed, time=f"{local:%H:%M}"))
    if schedule.repeat is not Repeat.NONE:
        notes.append(words("meetings.clocks_stay", time=f"{schedule.time:%H:%M}"))
    return notes
