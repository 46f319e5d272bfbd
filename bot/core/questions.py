"""What a check-in asks: its questions, and which end of a scale each option is counted towards."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A check-in as it can be opened; ``id`` is the name of its file."""

    id: str
    title: str
    questions: tuple[Question, ...]
