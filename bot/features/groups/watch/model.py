"""What a channel should be, what it was seen to be, and where the two differ: plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.features.groups.model import Group, Member, Place, Server
from bot.features.groups.rooms import RENAME

SAFEGUARDING = "safeguarding"
"""Where the lead and the backup are told things: watched like a group's channels."""

DESK = "desk"
"""Where a finding is told besides: on the desk of the group that it is about."""

WHY_LENGTH = 300

FEW = 3
"""How many people who cannot take part in one channel are told of one by one."""

AT_ONCE = 40
"""How many findings one look tells of at the most; the next look tells of the next."""


class Kind(StrEnum):
    """How a channel is not as declared."""

    EXTRA_PERSON = "extra_person"
    EXTRA_ROLE = "extra_role"
    EVERYONE = "everyone"
    """What keeps everyone else out is gone."""
    MISSING_PERSON = "missing_person"
    """Declared, and with less than that, or nothing."""
    MISSING_PEOPLE = "missing_people"
    """Several at once, as when a channel is made to follow its category: told of together."""
    WRONG_PERSON = "wrong_person"
    """Declared, and with more than that."""
    HIDDEN = "hidden"
    """There, and closed to the bot: who can read it is not known."""
    RENAMED = "renamed"
    MOVED = "moved"
    DELETED = "deleted"
    TOPIC = "topic"
    """The code by which the room is found again is gone from its topic."""

    @property
    def about_person(self) -> bool:
        return self in (Kind.EXTRA_PERSON, Kind.MISSING_PERSON, Kind.WRONG_PERSON)


class State(StrEnum):
    OPEN = "open"
    MEANT = "meant"
    """Somebody has said that it is meant to be so; it counts for as long as it is so."""
    MENDED = "mended"
    GONE = "gone"
    """It came to an end without us."""


class Sight(StrEnum):
    """How a channel was found."""

    SEEN = "seen"
    HIDDEN = "hidden"
    DELETED = "deleted"
    UNKNOWN = "unknown"
    """Not looked at, because our own work on it is not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The bits that one person's overwrite allows in a channel: at least and at most."""

    user_id: int
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One channel as it should be."""

    group_id: int | None
    place: str
    channel_id: int
    """0 while it is being made."""
    people: tuple[Expected, ...]
    name: str = ""
    """Empty where any name will do, as are the other two."""
    code: str = ""
    categories: tuple[int, ...] = ()
    unsure: frozenset[int] = frozenset()
    """Whose access is on its way, or could not be changed and was told of."""
    ending: bool = False
    """Whether its group is archived: then it is open to nobody but the desk's, until it is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One way in which a channel is not as declared. ``detail`` is what it is instead; another detail is another."""

    kind: Kind
    user_id: int | None = None
    role_id: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found when one channel was looked at."""

    declared: Declared
    sight: Sight
    drifts: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnItsWay:
    """Something of ours that is still to be done on Discord, or could not be."""

    key: str
    kind: str
    revision: int
    group_id: int | None
    place: str
    user_id: int | None
    """Whose access it is; None for the channel itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """What is declared in one server at one moment: equal to another if nothing has changed in between."""

    server: Server
    groups: tuple[tuple[Group, tuple[Member, ...]], ...]
    on_its_way: tuple[OnItsWay, ...]
    mending: frozenset[int]
    """The findings that are being mended."""
    restrained: frozenset[int]
    """Who only reads for now, by the ids of their rows."""

    def busy(self, group_id: int | None, place: str) -> bool:
        """Whether the channel itself is being made by us."""
        return any(one.user_id is None and one.kind != RENAME for one in self._at(group_id, place))

    def renaming(self, group_id: int | None, place: str) -> bool:
        """Whether it is about to get another name from us."""
        return any(one.kind == RENAME for one in self._at(group_id, place))

    def unsure(self, group_id: int | None, place: str) -> frozenset[int]:
        """Whose access to it is on its way."""
        return frozenset(one.user_id for one in self._at(group_id, place) if one.user_id is not None)

    def _at(self, group_id: int | None, place: str) -> list[OnItsWay]:
        return [one for one in self.on_its_way if (one.group_id, one.place) == (group_id, place)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The message that tells of a finding; ``at``: on the desk, or in the safeguarding channel."""

    drift_id: int
    at: str
    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A drift that was found and told."""

    id: int
    guild_id: int
    group_id: int | None
    place: str
    channel_id: int
    kind: Kind
    user_id: int | None
    """None also where the person has asked to be forgotten."""
    role_id: int | None
    detail: str
    state: State
    found_at: datetime
    mending: bool
    problem: str | None
    """Why Discord did not let it be mended."""
    cards: tuple[Card, ...] = ()
    by_id: int | None = None
    """Who said that it is meant to be so, or had it mended."""
    why: str = ""

    @property
    def drift(self) -> Drift:
        return Drift(kind=self.kind, user_id=self.user_id, role_id=self.role_id, detail=self.detail)

    @property
    def group_place(self) -> Place:
        return Place(self.place)

    @property
    def mendable(self) -> bool:
        """Whether the bot can mend it: what it cannot see it does not touch, the server's own channel is set up, and
        who is forgotten is found anew.
        """
        if self.kind.about_person and self.user_id is None:
            return False
        return self.kind is not Kind.HIDDEN and not (self.kind is Kind.DELETED and self.group_id is None)

    def is_at(self, look: Look) -> bool:
        """Whether this look was at the same place."""
        return (look.declared.group_id, look.declared.place) == (self.group_id, self.place)

    def holds(self, looks: Iterable[Look]) -> bool:
        """Whether it is still so, as far as can be seen. Nothing is where nothing is declared any more; what was meant
        to be so in a group's rooms was so for as long as the group lived.
        """
        look = next((one for one in looks if self.is_at(one)), None)
        if look is None or (look.declared.ending and self.state is State.MEANT and self.place != DESK):
            return False
        if not look.declared.channel_id:
            return True
        if look.declared.channel_id != self.channel_id:
            return False
        if look.sight is Sight.UNKNOWN or self.drift in look.drifts:
            return True
        if look.sight is Sight.HIDDEN:
            return self.kind not in (Kind.HIDDEN, Kind.DELETED)
        if self.kind is Kind.MISSING_PEOPLE:
            return bool(look.declared.unsure)
        return look.sight is Sight.SEEN and self.user_id is not None and self.user_id in look.declared.unsure


def is_known(look: Look, drift: Drift, held: Iterable[Finding]) -> bool:
    """Whether it was told of before."""
    here = [one for one in held if one.is_at(look) and one.channel_id == look.declared.channel_id]
    return any(one.drift == drift for one in here)


def gathered(look: Look, held: Iterable[Finding]) -> Look:
    """The same look with many people who are missing in it as one thing, but for those who were told of by name."""
    here = [one for one in held if one.is_at(look) and one.channel_id == look.declared.channel_id]
    named = {one.user_id for one in here if one.kind is Kind.MISSING_PERSON}
    missing = [one for one in look.drifts if one.kind is Kind.MISSING_PERSON and one.user_id not in named]
    together = any(one.kind is Kind.MISSING_PEOPLE for one in here)
    if len(missing) <= (0 if together else FEW):
        return look
    others = tuple(one for one in look.drifts if one not in missing)
    return replace(look, drifts=(*others, Drift(kind=Kind.MISSING_PEOPLE)))
