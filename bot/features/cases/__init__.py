"""Concerns: how one is raised, who is called for it and when, and how a person takes and closes it."""

from bot.features.cases.model import (
    About,
    Case,
    CaseState,
    Evidence,
    File,
    Outcome,
    Reason,
    Rung,
    Source,
    Step,
    Urgency,
)
from bot.features.cases.service import Cases

__all__ = [
    "About",
    "Case",
    "CaseState",
    "Cases",
    "Evidence",
    "File",
    "Outcome",
    "Reason",
    "Rung",
    "Source",
    "Step",
    "Urgency",
]
