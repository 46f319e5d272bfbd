"""What a server's set-up says, and what stands still in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.features.groups.model import Server, Setback
from bot.outbox.outbox import Stuck

SAFEGUARDING_CODE = "circlekeeper-safeguarding"
"""What the channel is found again by: it is in its topic, and there is one in a server."""


class Task(StrEnum):
    """What a person does for a server."""

    LEAD = "lead"
    BACKUP = "backup"
    ADMIN = "admin"
    """Who set it up last, and is told if something of it cannot be done."""


class Room(StrEnum):
    """The channels that a server needs before it can have groups."""

    CATEGORY = "category"
    SAFEGUARDING = "safeguarding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What ``/setup check`` knows without Discord."""

    server: Server | None
    setbacks: tuple[Setback, ...]
    """What Discord refused, until it is put again."""
    stuck: tuple[Stuck, ...]
    """What keeps failing, or is held because it cannot be seen whether it was sent."""
