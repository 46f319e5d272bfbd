"""Posts and deeds as features put them, and errands as the courier takes them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

Params = Mapping[str, int | str | bool | None]
"""Ids and choices, never a member's words: the words are found when the thing is sent, from what is then true."""

NONCE_LENGTH = 25  # the most that Discord takes


class Lane(IntEnum):
    """How soon: a lower lane is always carried first."""

    URGENT = 0
    PROMPT = 1
    ROUTINE = 2
    BULK = 3


class What(StrEnum):
    """What is carried. All but ``POST`` are deeds: each says what should be and looks first."""

    POST = "post"
    ENSURE_ROOM = "ensure_room"
    ENSURE_ACCESS = "ensure_access"
    PIN = "pin"
    UNPIN = "unpin"
    EDIT = "edit"
    DELETE = "delete"
    EVENT = "event"
    DELETE_ROOM = "delete_room"
    RENAME = "rename"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that must appear once. ``key`` is its identity: putting the same key again changes nothing.

    It goes to ``channel_id``, or privately to ``user_id``. ``kind`` names the cog that finds its words.
    """

    key: str
    guild_id: int
    lane: Lane
    kind: str
    channel_id: int | None = None
    user_id: int | None = None
    params: Params = field(default_factory=dict[str, int | str | bool | None])
    not_before: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that should be so on Discord. Putting the same key again has it looked at and done again.

    ``kind`` names the cog that says, when the deed is carried, what should then be so.
    """

    key: str
    guild_id: int
    what: What
    lane: Lane
    kind: str
    channel_id: int | None = None
    params: Params = field(default_factory=dict[str, int | str | bool | None])
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A post or deed in the courier's hands, until its lease ends."""

    seq: int
    key: str
    guild_id: int
    what: What
    lane: Lane
    kind: str
    channel_id: int | None
    user_id: int | None
    params: Params
    mark: int
    revision: int
    attempts: int
    tried_at: datetime | None
    """When the earliest attempt was made of which it is not known whether Discord acted; None if there is none."""
    expires_at: datetime | None = None
    """Past it, only a message that turns out to have arrived counts; otherwise it is given back as ``expired``."""
    lease: str = ""
    """Known to the outbox alone: whose turn at this errand it is, so that one who comes too late changes nothing."""

    @property
    def nonce(self) -> str:
        """The same for every attempt at this key, so that Discord itself drops a quick repeat."""
        digest = hashlib.sha256(self.key.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode()[:NONCE_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A deed that is still to be done; ``revision`` counts how often it was put."""

    key: str
    kind: str
    revision: int
    params: Params


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """An errand that was done: ``message_id`` for a post, ``channel_id`` for a room, both where both are known."""

    key: str
    guild_id: int
    kind: str
    params: Params
    channel_id: int | None
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """An errand that cannot be done; ``problem`` is a short code: ``forbidden``, ``missing``, ``expired``, ``refused``,
    ``full``, ``category_full``, ``server_full`` (of channels), ``pins_full``, ``closed`` (a direct message that is not
    taken).
    """

    key: str
    guild_id: int
    kind: str
    params: Params
    channel_id: int | None
    problem: str
