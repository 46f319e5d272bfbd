"""A hand-over between two people: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.features.groups.model import Candidate

WRITTEN_LENGTH = 500
LASTS = timedelta(days=7)
"""How long the incoming person may take to answer."""
KEPT_AFTERWARDS = timedelta(days=30)
"""How long what was passed on is kept once it is confirmed."""


class Kind(StrEnum):
    """What becomes of the one who asks."""

    GO = "go"
    """They facilitate the group, and their place ends."""
    STAY = "stay"
    """They facilitate the group, and go on with it beside the other."""
    LEAD = "lead"
    """They are a safeguarding lead, who asks for a group that nobody facilitates any more."""


class HandoverState(StrEnum):
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """What somebody writes who hands a group over."""

    group_id: int
    asker_id: int
    to: Candidate
    stay: bool
    practical: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One hand-over; who asked is known only until it is settled."""

    id: int
    guild_id: int
    group_id: int
    asker_id: int | None
    incoming_id: int
    kind: Kind
    practical: str
    """Notes for the one who comes; empty once they are deleted."""
    needs: str
    """What members asked to have passed on; empty once it is deleted."""
    state: HandoverState
    asked_at: datetime

    @property
    def open(self) -> bool:
        return self.state is HandoverState.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    """What the one who has taken over is shown."""

    handover: Handover
    concerns: int
    """How many concerns of the group, of those that this person may know of, are open."""
