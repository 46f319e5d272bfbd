"""Places in groups: who is expected in one, how full one is, and what somebody sees who looks around."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.features.groups.model import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Somebody who waits for a place in a group, or for whom one is kept."""

    id: int
    guild_id: int
    group_id: int
    user_id: int
    visit: bool
    """Whether they want to visit first."""
    invited: bool
    """Whether they did not ask, and a facilitator did."""
    since: datetime
    offered_at: datetime | None = None
    offer_ends_at: datetime | None = None

    @property
    def offered(self) -> bool:
        return self.offered_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How full a group is. Facilitators do not count; visitors do, and so do places that are kept for somebody."""

    taken: int
    capacity: int
    most: int
    """What no group may exceed."""
    closed: bool = False
    """Whether the group takes nobody new today, by its calendar."""

    @property
    def full(self) -> bool:
        return self.taken >= self.capacity

    @property
    def packed(self) -> bool:
        return self.taken >= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """Somebody is on the waiting list."""

    offered: bool
    """Whether a place was free, so that it is kept for them already."""
    waiting: int
    """How many wait now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A group as somebody who looks around sees it."""

    group: Group
    inside: bool
    """Whether they are in it already."""
    asked: bool
    """Whether they have asked, and nobody has answered yet."""
    visiting: bool = False
    """Whether they are in it as a visitor."""
    full: bool = False
    """Whether who asks now may have to wait."""
    expected: Expected | None = None
    """Their place on the waiting list, or the one that is kept for them."""
