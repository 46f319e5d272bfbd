"""What should be so on Discord, as a cog says it when a deed is carried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.ui.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite:
    """What one person (``member``) or role may and may not do in one channel, as permission bits."""

    target_id: int
    member: bool
    allow: int
    deny: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWanted:
    """A channel that should exist. It is found again by ``code``, which the topic of a text room holds, and with which
    the name of a voice room ends; without a code by its name and place.
    """

    type: Literal["category", "text", "voice"]
    name: str
    code: str = ""
    topic: str = ""
    parent_id: int | None = None
    overwrites: tuple[Overwrite, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessWanted:
    """One person's overwrite in one channel; None takes it away."""

    channel_id: int
    user_id: int
    overwrite: Overwrite | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWanted:
    """A role's overwrite in one channel: none, or one that denies at least ``shut`` and allows nothing of ``never``.
    What else it holds is left as it is.
    """

    channel_id: int
    role_id: int
    shut: int = 0
    never: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWanted:
    """What the topic of a channel that is there should say, and in which category it should stand; None for what is not
    to be touched. Who can read it stays as it is.
    """

    channel_id: int
    topic: str | None = None
    parent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinWanted:
    channel_id: int
    message_id: int
    pinned: bool = True
    standing: bool = False
    """Whether it should long be pinned: then the room is not searched for Discord's line about the pin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditWanted:
    channel_id: int
    message_id: int
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWanted:
    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomGoneWanted:
    """A channel that should not be there any more."""

    channel_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameWanted:
    """What a channel should be called. Discord takes about two names in ten minutes."""

    channel_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWanted:
    """The one voice event, in the group's own voice channel, that should be there of those with this ``code``, which
    its description holds. Only those see it who see the channel. It has to begin in the future.
    """

    channel_id: int
    code: str
    name: str
    description: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGoneWanted:
    """No event with this ``code`` should be there any more."""

    code: str


Wanted = (
    Page
    | RoomWanted
    | RoomGoneWanted
    | AccessWanted
    | RoleWanted
    | PlaceWanted
    | PinWanted
    | EditWanted
    | DeleteWanted
    | EventWanted
    | EventGoneWanted
    | RenameWanted
)
