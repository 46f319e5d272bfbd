"""Concerns, how urgent they are, and who may be asked about them: plain values and pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.features.groups import Group, Server

NOTE_LENGTH = 500
EVIDENCE_LASTS = timedelta(days=60)
"""The longest that the copy of a flagged message is kept, counted from the flag."""


class Source(StrEnum):
    FLAG = "flag"
    """Somebody flagged a message."""
    TALK = "talk"
    """Somebody asks to talk, about themselves or anything else."""


class Reason(StrEnum):
    """Why somebody flags a message."""

    DANGER = "danger"
    WORRIED = "worried"
    METHODS = "methods"
    HURTFUL = "hurtful"
    AGREEMENT = "agreement"
    OTHER = "other"

    @property
    def tier(self) -> int:
        tiers = {Reason.DANGER: 3, Reason.METHODS: 1, Reason.HURTFUL: 1, Reason.AGREEMENT: 0}
        return tiers.get(self, 2)


class Urgency(StrEnum):
    """How soon somebody who asks to talk would like it."""

    CALM = "calm"
    URGENT = "urgent"
    MIGHT_ACT = "might_act"
    """They might act on thoughts of suicide."""

    @property
    def tier(self) -> int:
        return 2 if self is Urgency.CALM else 3


class About(StrEnum):
    """Whom somebody who asks to talk says it is about, so that those people are not asked about themselves."""

    OTHER = "other"
    FACILITATOR = "facilitator"
    LEAD = "lead"


class CaseState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Outcome(StrEnum):
    TALKED = "talked"
    SIGNPOSTED = "signposted"
    EMERGENCY_SERVICES = "emergency_services"
    LEAD_INFORMED = "lead_informed"
    NOT_NEEDED = "not_needed"
    COULD_NOT_REACH = "could_not_reach"
    OTHER = "other"


class Rung(StrEnum):
    """Who is called, and where. The first two are cards in a channel; the others reach one person privately."""

    DESK = "desk"
    """The group's facilitators."""
    LEAD = "lead"
    """The safeguarding lead, in a channel that the backup lead reads too."""
    LEAD_ALONE = "lead_alone"
    BACKUP_ALONE = "backup_alone"

    @property
    def alone(self) -> bool:
        return self in (Rung.LEAD_ALONE, Rung.BACKUP_ALONE)


class Part(StrEnum):
    """What somebody is to a case."""

    ABOUT = "about"
    REPORTER = "reporter"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How a concern of one tier climbs: ``after`` so long without anyone having taken it somebody else is called.

    ``repeat`` is how often the last call is repeated; None is once.
    """

    after: timedelta
    repeat: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the message menu handed over with a flagged message: its words, and how many attachments it had."""

    words: str
    attachments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """The message that a concern is about; ``author_id`` is None where it is a bot's, or not known."""

    channel_id: int
    message_id: int
    author_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A concern as somebody raises it. ``named``: the people who look at it may know who that is."""

    guild_id: int
    reporter_id: int
    source: Source
    tier: int
    group_id: int | None = None
    flagged: Flagged | None = None
    reason: Reason | None = None
    about: About = About.OTHER
    named: bool = False
    note: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A concern. ``cards`` are its newest messages, by channel; ``at`` is the rung that was called last."""

    id: int
    guild_id: int
    group_id: int | None
    tier: int
    source: Source
    reason: Reason | None
    channel_id: int | None
    message_id: int | None
    state: CaseState
    about: About
    at: Rung
    calls: int
    due_at: datetime | None
    opened_at: datetime
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    cards: Mapping[int, int] = field(default_factory=dict[int, int])
    told: bool = False
    """Whether those who raised it have been told that nobody was reached."""

    @property
    def open(self) -> bool:
        return self.state is CaseState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One person who raised the concern; ``user_id`` is None unless they let their name be known."""

    user_id: int | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """All that somebody who holds a case may see."""

    case: Case
    voices: tuple[Voice, ...]
    about_id: int | None
    evidence: Evidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who may be asked about one concern as things are now, so that nobody is asked about one that names them."""

    server: Server
    group: Group | None
    facilitators: frozenset[int]
    concerned: frozenset[int]
    about: About

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Who may be called, in order; empty if nobody is left."""
        lead, backup = self.server.lead_id not in self.concerned, self.server.backup_id not in self.concerned
        if not lead:
            return (Rung.BACKUP_ALONE,) if backup else ()
        # the backup reads the lead's channel too
        above = (Rung.LEAD, Rung.LEAD_ALONE, Rung.BACKUP_ALONE) if backup else (Rung.LEAD_ALONE,)
        return (Rung.DESK, *above) if self._desk_is_free else above

    @property
    def _desk_is_free(self) -> bool:
        has_desk = self.group is not None and self.group.desk_id is not None
        past_nobody = self.about is About.OTHER and not self.facilitators & self.concerned
        return has_desk and bool(self.facilitators) and past_nobody

    def after(self, rung: Rung) -> Rung | None:
        """Who is called if this rung cannot be, or does not answer."""
        order = list(Rung)
        return next((higher for higher in self.rungs if order.index(higher) > order.index(rung)), None)

    def people(self, rung: Rung) -> tuple[int, ...]:
        """Whom a call on this rung is for."""
        match rung:
            case Rung.DESK:
                return tuple(sorted(self.facilitators - self.concerned))
            case Rung.BACKUP_ALONE:
                return (self.server.backup_id,)
            case _:
                return (self.server.lead_id,)

    def channel(self, rung: Rung) -> int | None:
        match rung:
            case Rung.DESK:
                return None if self.group is None else self.group.desk_id
            case Rung.LEAD:
                return self.server.safeguarding_id
            case _:
                return None

    def may_hold(self, user_id: int) -> bool:
        """Whether this person may know of it, take it and close it."""
        if user_id in self.concerned:
            return False
        rungs = self.rungs
        return (
            (Rung.DESK in rungs and user_id in self.facilitators)
            or (Rung.LEAD_ALONE in rungs and user_id == self.server.lead_id)
            or (Rung.BACKUP_ALONE in rungs and user_id == self.server.backup_id)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where somebody's concern can go: ``here`` if this channel is a group's, else to one of ``theirs`` or the lead."""

    here: Group | None
    theirs: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a card says of a case: nothing of what was written, and nobody who wrote it."""

    case: Case
    reach: Reach
    holder_id: int | None
    raised_by: int
    """How many people raised it."""
    named: bool
    """Whether one of them let their name be known, and so waits for somebody to write."""
