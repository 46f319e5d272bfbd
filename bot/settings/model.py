"""The settings as the rest of the bot sees them: frozen values with their defaults, and no way to read a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from bot.core.helplines import Country
from bot.core.questions import Template

Tell = Literal["backup", "lead", "rota", "digest"]
"""Whom a step of the ladder tells: backup facilitator, safeguarding lead, all of the rota, or the weekly digest."""

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["console", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """Which shards this process runs, of how many in all."""

    ids: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who runs the groups. ``privacy_policy`` is an https address; ``contact`` may be empty."""

    name: str
    privacy_policy: str
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordOptions:
    """What the operator switched on in Discord's developer portal."""

    server_members: bool = False


CONDITION_WORDS = (
    "abuse",
    "addiction",
    "adhd",
    "aids",
    "alcohol",
    "anorexia",
    "anxiety",
    "autism",
    "bereavement",
    "bipolar",
    "bpd",
    "bulimia",
    "cancer",
    "chronic",
    "dementia",
    "depressed",
    "depression",
    "diabetes",
    "disorder",
    "drug",
    "eating",
    "epilepsy",
    "fertility",
    "gambling",
    "grief",
    "hiv",
    "illness",
    "loss",
    "mental",
    "miscarriage",
    "ocd",
    "overdose",
    "pain",
    "panic",
    "psychosis",
    "ptsd",
    "recovery",
    "schizophrenia",
    "self-harm",
    "sober",
    "suicide",
    "survivor",
    "therapy",
    "trauma",
    "widow",
)
"""What people in a group may share, as it stands in names: seen by everyone who sees the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDefaults:
    """What holds for all groups: sizes in people, visits in meetings."""

    capacity: int = 12
    """What a new group starts with."""
    hard_capacity: int = 20
    """What no group may exceed."""
    visits: int = 2
    """How many meetings somebody may visit before they decide."""
    visit_lasts: timedelta = timedelta(days=21)
    """How long they may take over that."""
    offer_lasts: timedelta = timedelta(hours=48)
    """How long a free place is kept for the one to whom it was offered."""
    condition_words: tuple[str, ...] = CONDITION_WORDS
    """Words in a group's name that may out the people in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDefaults:
    """How long a meeting is, how long before it the reminders come, longest first, whether it is said when nobody
    opens one, and which check-in follows it, if any.
    """

    minutes: int = 90
    reminders: tuple[timedelta, ...] = (timedelta(hours=24), timedelta(hours=1))
    opening: bool = True
    checkin: str = "meeting_climate"
    turn: timedelta = timedelta(minutes=2)
    """How long one person's turn in a circle round is meant to be."""
    confirm: bool = True
    """Whether facilitators say beforehand that they will be there, and a meeting that nobody holds is called off."""
    absence_after: int = 2
    """After how many missed meetings in a row facilitators are asked about a note, for who wished for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckinLimits:
    """What the operator keeps out of check-ins, beside what no check-in may ask anyway."""

    never_ask: tuple[str, ...] = ()
    """Words, each of which stands for its plural too; with a ``*`` at its end, for any ending."""
    never_use: tuple[str, ...] = ()
    """Names of questionnaires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """Whom to tell, ``after`` so long without anyone having acknowledged the concern."""

    after: timedelta
    tell: Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderTier:
    """How a concern of one tier climbs. ``repeat`` is how often the last step is repeated; None is never."""

    tier: int
    acknowledge_within: timedelta
    steps: tuple[LadderStep, ...]
    repeat: timedelta | None = None


DEFAULT_LADDER = (
    LadderTier(
        tier=3,
        acknowledge_within=timedelta(minutes=5),
        steps=(
            LadderStep(after=timedelta(minutes=5), tell="backup"),
            LadderStep(after=timedelta(minutes=10), tell="lead"),
            LadderStep(after=timedelta(minutes=15), tell="rota"),
        ),
        repeat=timedelta(minutes=10),
    ),
    LadderTier(
        tier=2,
        acknowledge_within=timedelta(minutes=30),
        steps=(
            LadderStep(after=timedelta(minutes=30), tell="backup"),
            LadderStep(after=timedelta(minutes=60), tell="lead"),
        ),
    ),
    LadderTier(
        tier=1,
        acknowledge_within=timedelta(hours=4),
        steps=(LadderStep(after=timedelta(hours=8), tell="lead"),),
    ),
    LadderTier(
        tier=0,
        acknowledge_within=timedelta(hours=72),
        steps=(LadderStep(after=timedelta(hours=72), tell="digest"),),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long each class of data is kept; what it is counted from is in its name or in ``config/bot.toml``."""

    membership_after_leaving: timedelta = timedelta(days=30)
    request: timedelta = timedelta(days=60)
    attendance: timedelta = timedelta(days=90)
    headcount: timedelta = timedelta(days=730)
    cases_after_closing: timedelta = timedelta(days=90)
    evidence: timedelta = timedelta(days=7)
    checkin_results: timedelta = timedelta(days=730)
    audit: timedelta = timedelta(days=365)
    audit_identified: timedelta = timedelta(days=90)
    posts: timedelta = timedelta(days=30)
    words: timedelta = timedelta(days=60)
    backups: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Requests a second to Discord, and how many of them are kept for the urgent and for answers to people."""

    per_second: float = 45.0
    reserve: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What members agree to, its short form for the start of a meeting, and the version they agreed to.

    The version follows the words of ``body`` alone: a reworded short form asks nobody again.
    """

    body: str
    short: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the operator decides. What could give something away is left out of its ``repr``."""

    token: str = field(repr=False)
    api_url: str | None
    database_url: str = field(repr=False)
    key: bytes = field(repr=False)
    config_dir: Path
    checkins_dir: Path
    log_level: LogLevel
    log_format: LogFormat
    shards: Shards | None
    organisation: Organisation
    discord: DiscordOptions
    groups: GroupDefaults
    meetings: MeetingDefaults
    checkin_limits: CheckinLimits
    ladder: tuple[LadderTier, ...]
    retention: Retention
    posting: Posting
    texts: Mapping[str, str] = field(repr=False)
    guidelines: Agreement = field(repr=False)
    helplines: tuple[Country, ...] = field(repr=False)
    checkins: tuple[Template, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
