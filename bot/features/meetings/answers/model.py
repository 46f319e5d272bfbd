"""What comes of an answer: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.features.meetings.model import Choice, Occasion

TAKE_A_PLACE = (Choice.COMING, Choice.LISTENING)


class Outcome(StrEnum):
    KEPT = "kept"
    WAITING = "waiting"
    """It is full: they get a place when one is free, if it is before the start."""
    MOVED = "moved"
    """Nothing is kept: what they answered to said another time."""
    CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """``next_at``: when the meeting takes place next, if this time of it is called off and there is another."""

    occasion: Occasion
    outcome: Outcome
    next_at: datetime | None = None
