"""Meetings as people plan them: in zones whose clocks change, by every rule, often on the very night of the change."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.core.calendar import Repeat
from bot.core.zones import zone_names
from bot.features.meetings import By, Proposal

DAY = timedelta(days=1)
SHORTEST_MONTH = 28
STEPS = {Repeat.NONE: 1, Repeat.DAILY: 1, Repeat.WEEKLY: 7, Repeat.FORTNIGHTLY: 14}
RULES = {
    Repeat.NONE: 25,
    Repeat.DAILY: 5,
    Repeat.WEEKLY: 20,
    Repeat.FORTNIGHTLY: 20,
    Repeat.MONTHLY: 15,
    Repeat.MONTHLY_BY_WEEKDAY: 10,
    Repeat.MONTHLY_BY_LAST_WEEKDAY: 10,
}
BY = {
    Repeat.MONTHLY: By.DATE,
    Repeat.MONTHLY_BY_WEEKDAY: By.WEEKDAY,
    Repeat.MONTHLY_BY_LAST_WEEKDAY: By.LAST,
}


@dataclass(eq=False, slots=True)
class Change:
    """What somebody wants to be different about one time of a meeting: another start, or none."""

    day: date
    wanted_at: datetime
    to: datetime | None
    """On the clocks of the meeting's zone; None if it is left out."""
    following: bool = False
    """Whether all that follow are moved with it, or end with it."""
    draft: int | None = None
    tried_at: datetime | None = None
    done_at: datetime | None = None
    refused: str = ""


@dataclass(eq=False, slots=True)
class Word:
    """A facilitator says that they will be there."""

    day: date
    wanted_at: datetime
    tried_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(eq=False, slots=True)
class Plan:
    """A meeting as it was meant; what became of the meaning is filled in when it is planned."""

    group: str
    title: str
    zone: str
    first: date
    at: time
    repeat: Repeat
    until: date | None
    times: int | None
    minutes: int
    wanted_at: datetime
    """When somebody sits down to plan it."""
    changes: dict[date, Change] = field(default_factory=dict[date, Change])
    words: dict[date, Word] = field(default_factory=dict[date, Word])
    origin: Change | None = None
    """What divided it from another meeting, if that is how it came to be."""
    ended: Change | None = None
    """What had all from its day on end, or go on as another."""
    draft: int | None = None
    tried_at: datetime | None = None
    planned_at: datetime | None = None
    too_late: bool = False
    """The bot was away until the start had passed."""

    @property
    def proposal(self) -> Proposal:
        by = BY.get(self.repeat)
        return Proposal(
            title=self.title,
            starts=f"{self.first} {self.at:%H:%M}",
            minutes=self.minutes,
            repeat=Repeat.MONTHLY if by else self.repeat,
            by=by,
            until=self.until.isoformat() if self.until else "",
            times=self.times,
            zone=self.zone,
        )


@dataclass(frozen=True, slots=True)
class Span:
    """The year: plans are made for what begins after ``begins``."""

    begins: datetime
    ends: datetime
    lengths: tuple[timedelta, ...]
    short: bool
    """Whether meetings come round a few times only, so that more kinds of them fit into the time."""

    @property
    def days(self) -> int:
        return (self.ends - self.begins).days


@cache
def changing(zone: str, begins: date, days: int) -> tuple[date, ...]:
    """The days in so many on which the clocks of a place change."""
    place = ZoneInfo(zone)
    offsets = [datetime.combine(begins + n * DAY, time(), UTC).astimezone(place).utcoffset() for n in range(days + 1)]
    return tuple(begins + n * DAY for n in range(days) if offsets[n] != offsets[n + 1])


def draw_zone(dice: random.Random, span: Span) -> str:
    """Any zone, those whose clocks change rather than others."""
    for _ in range(8):
        zone = dice.choice(zone_names())
        if changing(zone, span.begins.date(), span.days):
            return zone
    return zone


def divisible(plan: Plan) -> bool:
    """Whether what follows one of its times can move with it wherever that is: not from month's end to month's end."""
    return plan.repeat is not Repeat.NONE and (plan.repeat is not Repeat.MONTHLY or plan.first.day <= SHORTEST_MONTH)


def goes_on(plan: Plan, change: Change, times_before: int) -> Plan:
    """The meeting that all times from a change on are, now that they have moved."""
    assert change.to is not None and change.tried_at is not None
    first, repeat = change.to.date(), plan.repeat
    if repeat is Repeat.MONTHLY_BY_WEEKDAY and plan.first.day > SHORTEST_MONTH and is_last(first):
        repeat = Repeat.MONTHLY_BY_LAST_WEEKDAY
    return replace(
        plan,
        first=first,
        at=change.to.time(),
        repeat=repeat,
        times=None if plan.times is None else plan.times - times_before,
        wanted_at=change.tried_at,
        changes={},
        origin=change,
        ended=None,
        tried_at=change.tried_at,
        planned_at=change.done_at,
    )


def is_last(day: date) -> bool:
    return (day + 7 * DAY).month != day.month


def draw_plans(dice: random.Random, group: str, zone: str, span: Span) -> Iterator[Plan]:
    """One to three meetings of a group, the first of which begins early."""
    for number in range(1 if span.short else dice.choice((1, 1, 2, 3))):
        yield _draw(dice, group, zone, span, number)


def _draw(dice: random.Random, group: str, zone: str, span: Span, number: int) -> Plan:
    (repeat,) = dice.choices(list(RULES), list(RULES.values()))
    hour = dice.randrange(4) if dice.random() < 0.4 else dice.randrange(8, 23)
    # no two of a group begin in the same minute, so that they can be told apart by their start
    at = time(hour, dice.choice((0, 15, 30, 45)) + number)
    first = _first_day(dice, zone, repeat, span, early=number == 0)
    until, times = _end(dice, repeat, first, span)
    start = datetime.combine(first, at, ZoneInfo(zone)).astimezone(UTC)
    ahead = max(span.lengths) + timedelta(hours=dice.uniform(30, 200))
    if dice.random() < 0.15:
        ahead = timedelta(minutes=dice.uniform(20, 2000))
    return Plan(
        group=group,
        title=f"Evening {number + 1} of {group}",
        zone=zone,
        first=first,
        at=at,
        repeat=repeat,
        until=until,
        times=times,
        minutes=dice.choice((45, 90, 90, 120)),
        wanted_at=max(span.begins, start - ahead),
    )


def _first_day(dice: random.Random, zone: str, repeat: Repeat, span: Span, *, early: bool) -> date:
    least = span.begins.date() + max(span.lengths) + 3 * DAY
    most = max(least, span.ends.date() - 5 * DAY)
    latest = min(most, least + 30 * DAY) if early else most
    changes = changing(zone, span.begins.date(), span.days)
    day = least + dice.randrange((latest - least).days + 1) * DAY
    step = STEPS.get(repeat)
    if changes and step and dice.random() < 0.6:
        # so that one of its days is that of a change, or one beside it
        near = dice.choice(changes) + dice.choice((-1, 0, 0, 1)) * DAY
        first = near if repeat is Repeat.NONE else near - (near - day).days // step * step * DAY
        day = first if least <= first <= most else day
    if repeat is Repeat.MONTHLY_BY_LAST_WEEKDAY:
        while not is_last(day):
            day += 7 * DAY
    return day


def _end(dice: random.Random, repeat: Repeat, first: date, span: Span) -> tuple[date | None, int | None]:
    if repeat is Repeat.NONE:
        return None, None
    if repeat is Repeat.DAILY:
        return None, dice.randrange(2, 5 if span.short else 15)
    if span.short:
        times = dice.randrange(2, 5)
        return (None, times) if dice.random() < 0.5 else (first + STEPS.get(repeat, 30) * times * DAY, None)
    match dice.randrange(4):
        case 0:
            return first + dice.randrange(200) * DAY, None
        case 1:
            return None, dice.randrange(2, 20)
        case _:
            return None, None
