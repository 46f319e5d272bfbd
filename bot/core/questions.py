"""What a check-in asks: its questions, and which end of a scale each option is counted towards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MOST_QUESTIONS = 5
"""As many as a form on Discord has room for."""


class Band(StrEnum):
    """What of an answer is counted, from one end of the scale to the other."""

    LOW = "low"
    MID = "mid"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    text: str
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; *Prefer not to say* is not among its options, because every question has it."""

    label: str
    text: str
    options: tuple[Option, ...]
    reversed: bool = False
    """Whether more of it is harder: its sentences say *more often* and *less often*, and name no end as the better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A check-in as it can be opened; ``id`` is the name of its file."""

    id: str
    title: str
    questions: tuple[Question, ...]
    apart: timedelta | None = timedelta(days=7)
    """How long a group is left alone with it from one opening to the next; None: once a meeting."""
