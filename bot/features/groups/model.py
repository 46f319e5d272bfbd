"""Servers, groups and the people in them: plain values and pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    WINDOWS = "windows"


class GroupState(StrEnum):
    FORMING = "forming"
    """Its rooms are being made."""
    OPEN = "open"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Role(StrEnum):
    MEMBER = "member"
    FACILITATOR = "facilitator"
    VISITOR = "visitor"


class MemberState(StrEnum):
    ACTIVE = "active"
    LEFT = "left"


class RequestState(StrEnum):
    ASKED = "asked"
    WELCOMED = "welcomed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One Discord server that was set up. ``zone`` is an IANA time zone; the channels are there once they are made."""

    guild_id: int
    lead_id: int
    backup_id: int
    zone: str
    category_id: int | None
    safeguarding_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; ``code`` is what its rooms are found again by, ``zone`` is set where it differs from the server's."""

    id: int
    guild_id: int
    code: str
    name: str
    about: str
    capacity: int
    mode: Mode
    state: GroupState
    zone: str | None
    room_id: int | None
    desk_id: int | None
    voice_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in one group, now or until ``left_at``."""

    id: int
    guild_id: int
    group_id: int
    user_id: int
    role: Role
    state: MemberState
    joined_at: datetime
    left_at: datetime | None
    consent_version: str | None
    agreement_version: str | None
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody asked to join, with consent and agreement given in the asking."""

    id: int
    guild_id: int
    group_id: int
    user_id: int
    note: str
    state: RequestState
    asked_at: datetime
    consent_version: str
    agreement_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one person is to one group; all false where there is no group."""

    group: Group | None
    member: bool = False
    facilitator: bool = False
    visitor: bool = False
