"""Words, and how far they have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

DM_KIND = "inbox.word"
"""The kind of the post by which a word travels as a direct message."""


class State(StrEnum):
    FRESH = "fresh"
    """Just put: no way has been tried."""
    SENT = "sent"
    """On its way as a direct message."""
    WAITING = "waiting"
    """No way was open: shown at the person's next interaction, and in ``/inbox``."""
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Something to tell one person. ``purpose`` names what a direct message was allowed for, None if never by one."""

    guild_id: int
    user_id: int
    kind: str
    expires_at: datetime
    params: Mapping[str, int | str | bool | None] = field(default_factory=dict[str, int | str | bool | None])
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A word in the inbox."""

    id: int
    guild_id: int
    user_id: int
    kind: str
    params: Mapping[str, int | str | bool | None]
    purpose: str | None
    state: State
    created_at: datetime
