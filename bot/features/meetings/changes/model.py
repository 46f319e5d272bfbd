"""Why a meeting does not take place, and what is said when one changes: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.features.meetings.model import Occasion


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
