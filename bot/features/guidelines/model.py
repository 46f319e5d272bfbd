"""An agreement in a group's room."""

from __future__ import annotations

from dataclasses import dataclass


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
