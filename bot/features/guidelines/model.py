"""An agreement in a group's room, and how many have accepted it: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a group has agreed on: its words, and the version that they are called in what people accepted."""

    words: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One posting of the agreement; ``number`` counts them in their group, the highest is the one that holds."""

    id: int
    guild_id: int
    group_id: int
    number: int
    version: str
    channel_id: int
    message_id: int | None
    agree_by: datetime | None = None
    """When the place of those who have not accepted it ends; None if nobody was asked."""
    card: tuple[int, int] | None = None
    """Channel and message id of the card on the desk that counts who has accepted it."""

    def over(self, now: datetime) -> bool:
        """Whether nobody is asked to accept it, or not any more."""
        return self.agree_by is None or self.agree_by <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How many of the members have accepted the agreement; who they are is not in here."""

    agreed: int
    members: int
    agree_by: datetime
