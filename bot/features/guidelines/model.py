"""An agreement, its wording for one group, and where it stands: plain values and pure rules."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from bot.features.groups import Group
from bot.features.groups.model import tidy

POINTS_LENGTH = 1500
LONGEST = 3500
"""Characters of a whole agreement: a post takes 4,000, and what asks for a yes stands in it too."""

RHYTHMS = (4, 8, 12)
"""Weeks from one reminder to the next."""

_VERSION_LETTERS = 12

_HIDDEN_LINK = re.compile(r"\[[^\]\n]+\]\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a group has agreed on: its words, and the version that they are called in what people accepted.

    ``house_version`` names the house's part of it.
    """

    words: str
    version: str
    house_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a group has of its own: its points, others that are being thought over, and how often it is reminded."""

    points: str = ""
    draft: str | None = None
    """None if nothing is being thought over; empty if that is to have no points any more."""
    weeks: int = 0
    """From one reminder to the next; 0 for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One posting of the agreement; ``number`` counts them in their group, the highest is the one that holds."""

    id: int
    guild_id: int
    group_id: int
    number: int
    version: str
    house_version: str | None
    """Of the house's part of it; None for one from before groups had points of their own."""
    words: str
    """What was posted; empty for one from before that was kept."""
    channel_id: int
    message_id: int | None
    put_at: datetime
    gone: bool = False
    """Whether the message was found to be there no longer."""
    agree_by: datetime | None = None
    """When the place of those who have not accepted it ends; None if nobody was asked."""
    card: tuple[int, int] | None = None
    """Channel and message id of the card on the desk that counts who has accepted it."""

    @property
    def stands(self) -> bool:
        return self.message_id is not None and not self.gone

    @property
    def coming(self) -> bool:
        """Whether it is on its way to the room."""
        return self.message_id is None and not self.gone

    def over(self, now: datetime) -> bool:
        """Whether nobody is asked to accept it, or not any more."""
        return self.agree_by is None or self.agree_by <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line that the next agreement has and the posted one lacks (``added``), or the other way round."""

    line: str
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The agreement as it would be posted, beside what is posted now."""

    group: Group
    agreement: Agreement
    points: str
    draft: bool
    """Whether the points are ones that are being thought over."""
    left_out: bool
    """Whether the group has points, or thinks of some, that do not fit in one post beside the house's words."""
    number: int
    """Of the newest posting; 0 if there is none."""
    posted: bool
    """Whether one is in the room, or on its way there."""
    changes: tuple[Change, ...]
    asks: bool
    """Whether members would be asked for their yes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What one member has said yes to: which version, when, and whether it is the one that holds."""

    version: str
    at: datetime
    current: bool
    asked: bool
    """Whether they are asked for their yes to one that is newer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How many of the members have accepted the agreement; who they are is not in here."""

    agreed: int
    members: int
    agree_by: datetime


def tidy_points(typed: str) -> str:
    """Points as people type them, line by line, without what cannot be seen and without rows of empty lines."""
    lines = [tidy(line) for line in typed.splitlines()]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return "\n".join(kept).strip()


def hidden_link(points: str) -> str | None:
    """Where an address stands behind other words; in the bot's own post, people would take it for the bot's."""
    found = _HIDDEN_LINK.search(points)
    return None if found is None else found[0]


def version_of(house_version: str, points: str) -> str:
    """What the house's words and these points together are called: the same for the same words, however spaced."""
    if not points:
        return house_version
    spoken = " ".join(unicodedata.normalize("NFC", points).split())
    return hashlib.sha256(f"{house_version} {spoken}".encode()).hexdigest()[:_VERSION_LETTERS]


def changes_between(before: str, after: str) -> tuple[Change, ...]:
    """The lines that differ, in the order of reading; how a line is spaced does not count."""
    old, new = _lines(before), _lines(after)
    found: list[Change] = []
    for what, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what != "equal":
            found += [Change(line=line, added=False) for line in old[i:j]]
            found += [Change(line=line, added=True) for line in new[k:m]]
    return tuple(found)


def _lines(text: str) -> list[str]:
    return [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]
