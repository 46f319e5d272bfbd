"""What is kept about one person, and what goes when they ask to be forgotten: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from bot.features.groups import Role
from bot.storage import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in one server, by the seal that stands for them there: fit for the name of a timer."""

    guild_id: int
    sealed: bytes

    @property
    def subject(self) -> str:
        return f"{self.guild_id}:{self.sealed.hex()}"

    @classmethod
    def of(cls, subject: str) -> Self:
        guild_id, sealed = subject.split(":")
        return cls(guild_id=int(guild_id), sealed=bytes.fromhex(sealed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How many things of one retention class are kept about a person."""

    kept: Kept
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody agreed to when they came into a group; nothing where they were named to run it."""

    group: str
    role: Role
    joined_at: datetime
    consent_version: str | None
    agreement_version: str | None
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that a person is shown about themselves."""

    holdings: tuple[Holding, ...]
    given: tuple[Given, ...]
    purposes: tuple[str, ...]
    """What they allow direct messages for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What being forgotten would mean for somebody now."""

    groups: tuple[str, ...]
    """The names of the groups whose rooms they would lose."""
    count: int
    """How many things would be deleted."""
