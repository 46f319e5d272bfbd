"""How often a check-in is opened without anybody asking for it: plain values and pure rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from bot.core.calendar import at_local
from bot.core.durations import parse_duration
from bot.core.errors import UserError
from bot.core.questions import Template
from bot.core.reading import WallTime
from bot.features.checkins.model import USUALLY_OPEN

USUALLY_AT = time(19)
"""When one is opened whose time nobody has said: when people most often meet."""

A_WEEK = timedelta(days=7)
LONGEST_APART = timedelta(days=366)
STILL_OPENED = timedelta(days=1)
"""How late one is still opened; after that it is left until its next time."""

_LONGEST_SHOWN = 40

_AFTER_MEETINGS = frozenset({"meeting", "each meeting", "after each meeting", "after every meeting", "after meetings"})
_SPOKEN = {
    **dict.fromkeys(("daily", "day"), timedelta(days=1)),
    **dict.fromkeys(("weekly", "week"), A_WEEK),
    **dict.fromkeys(("fortnightly", "fortnight", "other week", "second week"), 2 * A_WEEK),
}
_NUMBERS = {"a": "1", "one": "1", "two": "2", "three": "3", "four": "4", "six": "6", "eight": "8"}
_COUNTED = re.compile(rf"^({'|'.join(_NUMBERS)})\b")


class Every(StrEnum):
    """What is typed instead of a length of time."""

    MEETING = "meeting"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A check-in that comes round in a group: every so many ``days``, or after each meeting if that is None.

    ``coming``: when it is opened next, on the group's clocks; None after each meeting. ``told``: why the facilitators
    were last told that it could not be opened, so that they are told once.
    """

    guild_id: int
    group_id: int
    template: str
    days: int | None = None
    coming: WallTime | None = None
    lasts: timedelta = USUALLY_OPEN
    told: str | None = None

    @property
    def subject(self) -> str:
        """What its timer is about."""
        return f"{self.guild_id}:{self.group_id}:{self.template}"

    def due_at(self, zone: ZoneInfo) -> datetime | None:
        """When it is opened next; None after each meeting."""
        return None if self.coming is None else at_local(self.coming.day, self.coming.time, zone)

    def next_round(self, now: datetime, zone: ZoneInfo) -> Self:
        """The same with its next time later than ``now``: a whole number of rounds after the one that is due."""
        moved = self
        while moved.days and moved.coming and (due := moved.due_at(zone)) is not None and due <= now:
            moved = moved.on(moved.coming.day + timedelta(days=moved.days))
        return moved

    def on(self, day: date) -> Self:
        """The same with that day for its next."""
        return self if self.coming is None else replace(self, coming=replace(self.coming, day=day))


def is_never(typed: str) -> bool:
    """Whether it is to be ended."""
    return typed.strip().casefold().startswith(Every.NEVER)


def read_every(typed: str, asked: Template) -> Every | int:
    """After each meeting, never, or the days from one to the next.

    Raises ``UserError`` that says what to type, or how rarely this check-in may be asked.
    """
    wanted = typed.strip().casefold().removeprefix("every ").strip()
    if is_never(typed):
        return Every.NEVER
    if wanted in _AFTER_MEETINGS:
        if (asked.apart or A_WEEK) > A_WEEK:
            raise _too_often(asked)
        return Every.MEETING
    apart = _days(typed, wanted)
    # what is asked once a meeting waits for the next one all the same; without meetings it is asked once a week
    if apart < (A_WEEK if asked.apart is None else asked.apart):
        raise _too_often(asked)
    return apart.days


def _days(typed: str, wanted: str) -> timedelta:
    unclear = UserError("checkins.every_unclear", text=typed.strip()[:_LONGEST_SHOWN])
    try:
        apart = _SPOKEN.get(wanted) or parse_duration(_COUNTED.sub(lambda found: _NUMBERS[found[1]], wanted))
    except ValueError:
        raise unclear from None
    if not apart or apart % timedelta(days=1):
        raise unclear
    if apart > LONGEST_APART:
        raise UserError("checkins.every_range", most=LONGEST_APART.days)
    return apart


def _too_often(asked: Template) -> UserError:
    apart = A_WEEK if asked.apart is None else asked.apart
    return UserError("checkins.every_too_often", title=asked.title, days=apart.days)
