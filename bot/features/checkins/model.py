"""A check-in, when it may end, and what of an answer is counted: plain values and pure rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.calendar import at_local
from bot.core.durations import parse_duration
from bot.core.errors import UserError
from bot.core.questions import Band, Template
from bot.core.reading import WallTime, read_start
from bot.features.checkins.release import Sentence
from bot.features.groups import Member, Role

FEWEST_ELIGIBLE = 6
"""People who may answer, below which a check-in is not opened: too few would answer for anything to be said."""

USUALLY_OPEN = timedelta(hours=24)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=14)
_LONGEST_SHOWN = 60


class CheckinState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """It ended with its sentences."""
    CANCELLED = "cancelled"
    """A facilitator ended it without any."""
    LOST = "lost"
    """Its tally was gone when it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkin:
    """One check-in of a group, with its questions as they were when it was opened. It names no member."""

    id: int
    guild_id: int
    group_id: int
    asked: Template
    state: CheckinState
    opened_at: datetime
    closes_at: datetime
    ended_at: datetime | None = None
    sentences: tuple[Sentence, ...] = ()
    """One a question, in their order, once it is closed."""
    eligible: int | None = None
    """How many it was for; None for one of before that was kept."""

    @property
    def says_something(self) -> bool:
        """Whether a sentence of it was shown."""
        return any(sentence is not Sentence.NONE for sentence in self.sentences)

    def takes_answers(self, now: datetime) -> bool:
        return self.state is CheckinState.OPEN and now < self.closes_at


def eligible(members: Sequence[Member]) -> list[int]:
    """The user ids of those who are asked: not visitors, and not facilitators, who know too much of the others."""
    return [member.user_id for member in members if member.active and member.role is Role.MEMBER]


def meant(typed: str, templates: Mapping[str, Template]) -> str:
    """The id of the template that has this id or this title; what was typed if none has."""
    wanted = typed.strip().casefold()
    named = (one.id for one in templates.values() if wanted in (one.id, one.title.casefold()))
    return typed if typed in templates else next(named, typed)


def read_closing(typed: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When a check-in that opens now is to close: after a length of time, at a time, or after a day if nothing is said.

    Raises ``UserError`` that says what to type.
    """
    closes_at = _closing(typed.strip(), now, zone)
    if not SHORTEST <= closes_at - now <= LONGEST:
        raise UserError("checkins.closes_range")
    return closes_at


def read_lasting(typed: str) -> timedelta:
    """How long a check-in is to stay open that opens at no known time; a day if nothing is said.

    Raises ``UserError`` that says what to type.
    """
    try:
        lasts = parse_duration(typed) if typed.strip() else USUALLY_OPEN
    except ValueError:
        raise UserError("checkins.closes_length", text=typed.strip()[:_LONGEST_SHOWN]) from None
    if not SHORTEST <= lasts <= LONGEST:
        raise UserError("checkins.closes_range")
    return lasts


def _closing(typed: str, now: datetime, zone: ZoneInfo) -> datetime:
    if not typed:
        return now + USUALLY_OPEN
    try:
        lasts = parse_duration(typed)
    except ValueError:
        start = _start(typed, now, zone)
        return at_local(start.day, start.time, zone)
    if lasts > LONGEST:
        raise UserError("checkins.closes_range")  # so long that there may be no such date
    return now + lasts


def _start(typed: str, now: datetime, zone: ZoneInfo) -> WallTime:
    if typed.isdecimal():  # as likely a number of hours as a time of day
        raise UserError("checkins.closes_unclear", text=typed[:_LONGEST_SHOWN])
    try:
        return read_start(typed, now, zone)
    except UserError as error:
        if error.key in ("calendar.start_unclear", "calendar.time_missing"):
            raise UserError("checkins.closes_unclear", text=error.values["text"]) from None
        raise


def bands_of(asked: Template, chosen: Mapping[int, int]) -> dict[int, Band]:
    """What is counted of a form, by the questions' places; what was left out or not said counts nowhere.

    ``chosen``: the place of the option that was chosen, by the question's place. Raises ``UserError`` for a form that
    is not this check-in's.
    """
    if not all(
        place < len(asked.questions) and option < len(asked.questions[place].options)
        for place, option in chosen.items()
    ):
        raise UserError("errors.stale")
    return {place: asked.questions[place].options[option].band for place, option in chosen.items()}
