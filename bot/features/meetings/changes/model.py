"""What somebody wants to change of a meeting, why, and what is said of it: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.core.reading import WallTime
from bot.features.meetings.model import Occasion
from bot.features.meetings.timetable import Place


class Doing(StrEnum):
    """What somebody asks for."""

    MOVE = "move"
    SKIP = "skip"
    CANCEL = "cancel"
    EDIT = "edit"


class Which(StrEnum):
    """Of which times of a meeting something is to be so."""

    ONE = "one"
    FOLLOWING = "following"
    """That time, and all that follow it."""


class Reason(StrEnum):
    """Why a time of a meeting is called off. A code and no text, so that nobody is spoken about."""

    FACILITATOR = "facilitator"
    FEW = "few"
    HOLIDAY = "holiday"
    OTHER = "other"
    UNCOVERED = "uncovered"
    """No facilitator said that they would be there."""


class Told(StrEnum):
    """What is said of a change."""

    MOVED = "moved"
    MOVED_ALL = "moved_all"
    """It is moved, and all that follow move with it."""
    CANCELLED = "cancelled"
    ENDED = "ended"
    """It is called off with all that would have followed."""
    HELD = "held"
    """It was called off, and takes place after all."""
    EDITED = "edited"
    """It lasts longer or shorter, or is somewhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One time of a meeting as it was, and as it is now; of one that has ended with all others, the same twice."""

    told: Told
    before: Occasion
    now: Occasion
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A change as it was typed; what is None or empty is to stay as it is."""

    doing: Doing
    meeting_id: int
    day: date
    which: Which = Which.ONE
    to: str = ""
    reason: Reason | None = None
    title: str | None = None
    minutes: int | None = None
    where: str = ""
    places: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change as it was understood; what is None stays as it is."""

    doing: Doing
    meeting_id: int
    day: date
    which: Which = Which.ONE
    to: WallTime | None = None
    reason: Reason | None = None
    title: str | None = None
    minutes: int | None = None
    place: Place | None = None
    places: int | None = None

    @property
    def tells_room(self) -> bool:
        """Whether the room is told. Of a title it is not, which is never posted there, nor of how many places."""
        return self.doing is not Doing.EDIT or self.minutes is not None or self.place is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A wish that waits for its confirmation. ``revision`` is that of its time when it was read back."""

    id: int
    wish: Wish
    revision: int
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What will be, for the person who is asked to confirm it, or what has become of it."""

    draft_id: int
    wish: Wish
    before: Occasion
    now: Occasion | None
    """As it will be; None if it will not take place."""
    answered: int
    """How many people answered, and will be told."""
    dropped: int = 0
    """How many single times that follow were changed, and will be as the others again."""
