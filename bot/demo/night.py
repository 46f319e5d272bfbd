"""What is noted of the evening while it is played: who is who, what is where, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.core.helplines import Country
from bot.core.questions import Template
from bot.demo.eyes import Eyes, Seen
from bot.demo.people import Answer, Cast, Person
from bot.demo.traces import Traces
from bot.demo.watch import Change

COMING, LISTENING, AWAY = "I'm coming", "Just listening", "Can't make it"
THERE = "I'll be there"
REMIND, HERE, STEP_OUT, FINE = "Remind me privately", "I'm here", "Step out", "I'm OK"
BACK, SPEAK, PASS, DONE = "I'm back", "Speak", "Pass", "I'm done"
MOVED, SOON = "A meeting that you had answered about", "Your meeting starts"
"""How a private word about a meeting begins, and how a reminder does."""
ASK, VISIT, GO_ON = "Ask to join", "Visit first", "Go on"
WELCOME_IN, NOT_NOW, LATER = "Welcome in", "Not now", "Offer a place later"
STAY, TAKE_PLACE = "Stay", "Take the place"
POST, AGREE, MEND = "Post it", "I agree", "Mend it"
ANSWER = "Answer privately"
FLAG, TAKE, SHOW, CLOSE = "Flag to facilitators", "I've got this", "Show what was flagged", "Close"
HELP = "Get help now"
INBOX = "/inbox"

Files = Mapping[str, bytes]
"""What the files held at one moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    """A reminder that must come at ``at``, or at ``back`` if the bot was down then."""

    at: datetime
    starts_at: datetime
    back: datetime | None = None


@dataclass(slots=True, kw_only=True)
class MeetingNotes:
    """What was noted of the meeting that was moved, and of the one that was lived through."""

    unsafe: tuple[str, ...] = ()
    """Words that a direct message must not hold."""
    moved_to: datetime | None = None
    asked: Answer | None = None
    """What the facilitator read before the move counted."""
    too_soon: tuple[Change, ...] = ()
    """What came of it until then."""
    answered: tuple[Person, ...] = ()
    """Who had answered about it."""
    reminded: Person | None = None
    """Who wished to be reminded in private, an hour before."""
    opened_at: datetime | None = None
    there: tuple[Person, ...] = ()
    arriving: tuple[Change, ...] = ()
    """What came onto anybody's screen, or changed there, while they said so."""
    out: Person | None = None
    stepped: tuple[Change, ...] = ()
    passing: Person | None = None
    """Who passed before it was their turn."""
    passed: tuple[Change, ...] = ()
    """What came of that at once."""
    circle: tuple[Change, ...] = ()
    """What came of the round from then to its end."""
    spoke: tuple[Person, ...] = ()
    kept: int = 0
    """Rows that said who was there, shortly before the end."""
    left: int = 0
    """The same afterwards."""
    closed_at: datetime | None = None
    closing: Answer | None = None


@dataclass(slots=True, kw_only=True)
class CheckinNotes:
    """What was noted of the check-in."""

    asked: Template | None = None
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    """By name, the place of the option that each chose for each question in turn; ``-`` for what was not said."""
    opened_at: datetime | None = None
    thanked: tuple[Answer, ...] = ()
    refused: tuple[Answer, ...] = ()
    """What people read who were not asked."""
    stirred: tuple[Change, ...] = ()
    """What came onto anybody's screen, or changed there, while people answered and until the end."""
    files: tuple[tuple[Files, Files], ...] = ()
    """Before and after people answered."""
    sealed: tuple[str, ...] = ()
    """What was kept of the answers while it was open."""
    reread: Answer | None = None
    """What a member reads who looks at what past ones came to."""
    rhythm: Answer | None = None
    """What the facilitator is told who has one open by itself."""
    listed: Answer | None = None
    """What a member reads who then asks which there are."""
    refusal: str = ""
    """What an operator is told whose check-in asks what nobody could help with."""


@dataclass(slots=True, kw_only=True)
class ConcernNotes:
    """What was noted of the message that was flagged."""

    reporter: Person | None = None
    author: Person | None = None
    holder: Person | None = None
    words: tuple[str, ...] = ()
    """What the author and the reporter wrote."""
    flagged_at: datetime | None = None
    due_at: datetime | None = None
    """When, by the card, somebody else is called."""
    raised: tuple[Change, ...] = ()
    waiting: tuple[Change, ...] = ()
    """Until shortly before somebody else is called."""
    stepped: tuple[Change, ...] = ()
    taken: tuple[Change, ...] = ()
    """From there to long after it was closed."""
    shown: Answer | None = None
    """What the one who took it could read."""
    left: Answer | None = None
    """What is open afterwards."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*self.raised, *self.waiting, *self.stepped, *self.taken)


@dataclass(slots=True, kw_only=True)
class HelpNotes:
    """What was noted of somebody who asked for help."""

    country: Country | None = None
    first: tuple[Seen, ...] = ()
    """Before a country was picked."""
    picked: tuple[Seen, ...] = ()
    files: tuple[tuple[Files, Files], ...] = ()
    stirred: tuple[Change, ...] = ()


@dataclass(slots=True, kw_only=True)
class KeepingNotes:
    """What was noted of how the group was kept."""

    point: str = ""
    """What the group adds to the agreement."""
    preview: Answer | None = None
    before_posting: tuple[Seen, ...] = ()
    """What stood in the room while it was looked at."""
    let_in: Person | None = None
    """Into whose hands the room was put."""
    read_meanwhile: bool = False
    noticed: tuple[Change, ...] = ()
    """What came of that before anybody did anything."""
    mended: tuple[Change, ...] = ()
    visitor: Person | None = None
    ended_at: datetime | None = None
    """When the meeting was over."""
    asked: Answer | None = None
    stayed: Answer | None = None
    stirred: tuple[Change, ...] = ()
    """What came onto anybody's screen, or changed there, from the last reminder until the visitor stayed."""
    people: Answer | None = None
    """Who is in the group after that, as the facilitator reads it."""
    waiting: Person | None = None
    waits_from: datetime | None = None
    read_early: bool = False
    """Whether who waits could read the room."""
    left: tuple[Change, ...] = ()
    """What came onto anybody's screen, or changed there, when somebody left."""
    offered: Answer | None = None


@dataclass(slots=True, kw_only=True)
class Night:
    """What is needed to judge the evening: who is who, what is where, and what was noted on the way."""

    eyes: Eyes
    cast: Cast
    traces: Traces
    lobby: str
    room: str = ""
    desk: str = ""
    safeguarding: str = ""
    members: tuple[Person, ...] = ()
    """Who is in the group at the end."""
    welcomed: tuple[Person, ...] = ()
    declined: Person | None = None
    gone: tuple[Person, ...] = ()
    """Who left, or had themselves erased."""
    due: tuple[DueReminder, ...] = ()
    cards: list[Seen] = field(default_factory=list[Seen])
    """The requests on the desk before they were answered."""
    numbers: list[Seen] = field(default_factory=list[Seen])
    """The card of a meeting on the desk once three people had answered."""
    answered_at: datetime | None = None
    """When the facilitators began to answer the requests."""
    looks: list[Answer] = field(default_factory=list[Answer])
    """What is kept, as the one who was erased reads it, and as somebody does who was never in a group."""
    swallowed: Callable[[], Sequence[BaseException]]
    """What went wrong in the bot that nobody was told."""
    log: Path
    meeting: MeetingNotes = field(default_factory=MeetingNotes)
    checkin: CheckinNotes = field(default_factory=CheckinNotes)
    concern: ConcernNotes = field(default_factory=ConcernNotes)
    help: HelpNotes = field(default_factory=HelpNotes)
    keeping: KeepingNotes = field(default_factory=KeepingNotes)

    @property
    def facilitators(self) -> tuple[Person, ...]:
        return (self.cast.facilitator, self.cast.co_facilitator)

    @property
    def outsiders(self) -> tuple[Person, ...]:
        """Who has no business in the group's room."""
        people = [self.cast.stranger, *self.gone, *([self.declined] if self.declined else [])]
        return tuple(person for person in people if person not in self.members)

    def card_of(self, person: Person) -> Seen | None:
        return next((card for card in self.cards if person.id in card.names), None)

    def told(self, person: Person) -> list[Seen]:
        """What this person was told of their request, other than in reply to a press.

        Who visits is asked later how it was, and who asks again is answered again: that is not counted, nor is what
        they are told of a meeting.
        """
        until = self._counted_until(person)
        replies = {
            answer.result.response.id
            for answer in self.cast.journal
            if answer.result.response is not None and answer.did != INBOX
        }
        return [
            seen
            for seen in self.eyes.everything(person.actor)
            if seen.private and self.answered_at and seen.at >= self.answered_at and seen.id not in replies
            if (until is None or seen.at < until) and MOVED not in seen.text and SOON not in seen.text
        ]

    def _counted_until(self, person: Person) -> datetime | None:
        if person is self.keeping.visitor:
            return self.keeping.ended_at
        return self.keeping.waits_from if person is self.keeping.waiting else None
