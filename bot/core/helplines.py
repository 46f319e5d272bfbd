"""Countries, their emergency numbers and their helplines, as an operator wrote them down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Channel(StrEnum):
    """How a line is reached."""

    CALL = "call"
    TEXT = "text"
    WHATSAPP = "whatsapp"
    CHAT = "chat"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One way to reach a line. ``dial`` is exactly as published, never reformatted; ``zone`` belongs to ``hours``."""

    channel: Channel
    dial: str = ""
    url: str = ""
    keyword: str = ""
    hours: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A helpline. Without ``last_checked`` nobody has rung it, and no member sees it."""

    id: str
    name: str
    contacts: tuple[Contact, ...]
    last_checked: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """``code`` is the ISO code of two letters. A number means something in its own country only."""

    code: str
    name: str
    emergency: tuple[str, ...]
    lines: tuple[Line, ...] = ()
