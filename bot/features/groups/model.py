"""Servers, groups and the people in them: plain values and pure rules."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.ids import new_id
from bot.outbox import Lane, What
from bot.outbox.model import Params

NAME_LENGTH = 100
ABOUT_LENGTH = 200
ARCHIVE_LASTS = timedelta(days=7)
"""How long an archived group can be brought back."""
NOTE_LENGTH = 500

# marks that turn the direction of writing: in a name they would turn the words that stand after it as well
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# what does not show though it counts as a letter or as a mark: a name of these alone would be empty to everybody
_HIDDEN = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u2800\u3164\ufeff\uffa0"
)
# what joins letters or parts of a picture, and shows only by that
_JOINERS = "\u200c\u200d"


class Mode(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    WINDOWS = "windows"


class GroupState(StrEnum):
    DRAFT = "draft"
    """Its name is being thought over: nothing is made yet."""
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
    NAMED = "named"
    """Named to look after a draft: they are in nothing yet."""
    ACTIVE = "active"
    LEFT = "left"


class Place(StrEnum):
    """The channels of a group."""

    ROOM = "room"
    DESK = "desk"
    VOICE = "voice"


class Reason(StrEnum):
    """Why not now: what a facilitator can say without words of their own."""

    SIZE = "size"
    FIT = "fit"
    TIMING = "timing"
    OTHER = "other"


class RequestState(StrEnum):
    ASKED = "asked"
    WELCOMED = "welcomed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    WAITING = "waiting"
    """A place was not free: the person is on the waiting list."""


class Wish(StrEnum):
    """What somebody wants who reads the agreement before they come."""

    JOIN = "join"
    VISIT = "visit"
    TAKE = "take"
    """The place that is kept for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator has laid down for all groups."""

    capacity: int
    """What a new group starts with: above it facilitators are asked whether they mean it."""
    hard_capacity: int
    """What no group may exceed."""
    request_lasts: timedelta
    """How long a request, or a place on a waiting list, waits for an answer."""
    offer_lasts: timedelta
    """How long a free place is kept for the one to whom it was offered."""
    visits: int
    """How many meetings somebody may visit before they decide."""
    visit_lasts: timedelta
    """How long they may take over that."""
    condition_words: tuple[str, ...] = ()
    """Words that say what people in a group share, and so may out them where its name is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One Discord server that was set up. ``zone`` is an IANA time zone; the channels are there once they are made."""

    guild_id: int
    lead_id: int
    backup_id: int
    zone: str
    category_id: int | None
    """The category in which new rooms are made."""
    safeguarding_id: int | None
    categories: tuple[int, ...] = ()
    """Every category in which rooms of groups may stand."""


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
    voice: bool = False
    joins_from: date | None = None
    joins_until: date | None = None
    paused_until: date | None = None
    """The last day of a break, where one is set."""
    archived_at: datetime | None = None
    archived_from: GroupState | None = None
    """What it was before it was archived, as long as it can be brought back."""
    pending_name: str = ""
    """A new name that is being thought over."""

    def channel(self, place: Place) -> int | None:
        return {Place.ROOM: self.room_id, Place.DESK: self.desk_id, Place.VOICE: self.voice_id}[place]

    def clocks(self, server: Server | None) -> ZoneInfo:
        """The zone by which it lives: its own, else that of its server."""
        return ZoneInfo(self.zone or (server.zone if server else "UTC"))

    @property
    def places(self) -> tuple[Place, ...]:
        """The channels that this group should have."""
        return tuple(place for place in Place if place is not Place.VOICE or self.voice)

    @property
    def ready(self) -> bool:
        """Whether people can meet here: a voice channel that is late stops nobody."""
        return self.room_id is not None and self.desk_id is not None

    @property
    def archived(self) -> bool:
        return self.state is GroupState.ARCHIVED

    def open_on(self, day: date) -> bool:
        """Whether new people may ask on ``day``: a closed group takes them until it starts, if that day is known."""
        if self.mode is Mode.OPEN:
            return True
        if self.joins_until is None or day > self.joins_until:
            return False
        return self.joins_from is None or day >= self.joins_from


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
    duty: bool = False
    """Whether they have a legal duty to report some kinds of harm."""
    visits: int = 0
    """How many meetings they have visited."""
    visit_ends_at: datetime | None = None
    """Until when a visitor may decide."""
    cover_until: datetime | None = None
    """Until when somebody facilitates who only covers a meeting; None for everybody else."""

    @property
    def active(self) -> bool:
        return self.state is MemberState.ACTIVE

    @property
    def facilitates(self) -> bool:
        return self.active and self.role is Role.FACILITATOR

    @property
    def stands_in(self) -> bool:
        """Whether they facilitate for one meeting only, and nobody counts on them after it."""
        return self.facilitates and self.cover_until is not None

    def may_enter(self, place: Place) -> bool:
        return self.facilitates if place is Place.DESK else self.active


def facilitating(
    group: Group, user_id: int, now: datetime, *, duty: bool = False, cover_until: datetime | None = None
) -> Member:
    """Somebody who comes to a group to facilitate it, for good or only until ``cover_until``."""
    return Member(
        id=new_id(),
        guild_id=group.guild_id,
        group_id=group.id,
        user_id=user_id,
        role=Role.FACILITATOR,
        state=MemberState.ACTIVE,
        joined_at=now,
        left_at=None,
        consent_version=None,
        agreement_version=None,
        agreed_at=None,
        duty=duty,
        cover_until=cover_until,
    )


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
    reason: Reason | None = None
    card_channel_id: int | None = None
    card_id: int | None = None
    visit: bool = False
    """Whether they want to visit first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one person is to one group; all false where there is no group."""

    group: Group | None
    member: bool = False
    facilitator: bool = False
    visitor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody named for a task, as Discord knows them."""

    user_id: int
    bot: bool = False
    duty: bool = False
    """Whether they have a legal duty to report some kinds of harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was asked for when a group is to be made, as it was typed; ``facilitators`` holds one or two people."""

    name: str
    facilitators: tuple[Candidate, ...]
    about: str = ""
    capacity: int | None = None
    mode: Mode = Mode.OPEN
    joins_from: str = ""
    joins_until: str = ""
    voice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be different about a group, as it was typed; None for all that stays."""

    name: str | None = None
    about: str | None = None
    capacity: int | None = None
    mode: Mode | None = None
    joins_from: str | None = None
    joins_until: str | None = None
    voice: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A group before and after a change."""

    before: Group
    after: Group
    members: int
    voice_stays: bool = False
    """Whether no voice room was wanted, and there is one: channels are not deleted by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What somebody who asks to join says and agrees to."""

    user_id: int
    group_id: int
    note: str
    consent_version: str
    agreement_version: str
    may_message: bool
    wish: Wish = Wish.JOIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Whether one person may enter one channel of a group."""

    channel_id: int
    user_id: int
    place: Place
    role: Role | None
    """As what they may enter; None if they may not."""
    restrained: bool = False
    """Whether they only read and listen there for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """An errand that came back ``times`` times, with all that is needed to put it again."""

    key: str
    guild_id: int
    group_id: int | None
    kind: str
    what: What
    lane: Lane
    channel_id: int | None
    params: Params
    problem: str
    times: int
    on_its_way: bool = False


def tidy(text: str) -> str:
    """One line as people type it, without what cannot be seen; empty if nothing in it shows."""
    kept = (letter for letter in text if letter not in _TURNING and letter not in _HIDDEN)
    seen = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in kept)
    words = (word.strip(_JOINERS) for word in seen.split())
    line = " ".join(word for word in words if word)
    return line if any(_shows(letter) for letter in line) else ""


def same_name(one: str, other: str) -> bool:
    """Whether two names look the same but for the size of their letters."""
    return _looks(one) == _looks(other)


def _looks(name: str) -> str:
    line = unicodedata.normalize("NFKC", tidy(name)).casefold()
    return "".join(letter for letter in line if unicodedata.category(letter) != "Cf")


def _shows(letter: str) -> bool:
    # a mark shows by the letter that it stands on
    return unicodedata.category(letter)[0] not in "MZ" and unicodedata.category(letter) not in ("Cc", "Cf")


def version_of(words: str) -> str:
    """A name for the words of a statement that people consent to: the same for the same words."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:12]
