"""A group in the real bot, and what goes on there while a check-in is open."""

from __future__ import annotations

import contextlib
import io
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.cli.logs import CONSOLE, set_up_logs
from bot.core.ids import new_id
from bot.core.questions import Band
from bot.features.checkins import Checkin, Sentence
from bot.features.checkins.release import Counts, release
from bot.features.groups import Group, Member, MemberState, Place, Role
from bot.features.groups.model import Candidate, Plan
from bot.features.groups.store import put_member
from bot.features.meetings import Choice, Occasion, Proposal
from bot.inbox.model import Word
from bot.services import Services
from tests.attack.evidence import Act, Answers, Copy, Evidence, Spy, Truth
from tests.attack.storages import Sealed, Storage
from tests.conftest import StepClock
from tests.databases import migrated_sqlite
from tests.features.privacy.full_house import open_house
from tests.features.setup.test_presence import ask, carry, set_up
from tests.settings import shipped_settings
from tests.year.driver import Driver

GUILD, LEAD, FAY = 7_001 << 22, 901, 501
FEWEST, MOST = 6, 14
LASTS = timedelta(hours=24)
APART = timedelta(days=29)
SOON = 900
CLOSED_WITHIN = timedelta(minutes=3)
TURNOUT, SAID, AT_ONCE = 0.6, 0.9, 0.7
"""Of ten people asked six answer, of ten questions they leave out one, and of ten answers seven come soon after their
person was seen: it is when they are there that they answer."""

Do = Callable[[int], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that a person does."""

    at: datetime
    person: int
    do: Do
    seen: bool
    """Whether others see it, or it is kept where the attacker can read it."""


@dataclass(slots=True)
class Evening:
    services: Services
    clock: StepClock
    rng: random.Random
    storage: Storage
    spy: Spy
    heard: io.StringIO
    people: list[int]
    group: Group = field(init=False)
    _occasion: Occasion | None = None
    _heard: int = 0

    @property
    def which(self) -> dict[str, int]:
        return {"guild_id": GUILD, "group_id": self.group.id}

    async def begin(self) -> None:
        await set_up(self.services, GUILD)
        await carry(self.services)
        plan = Plan(name="Evening", facilitators=(Candidate(user_id=FAY),))
        made = await self.services.groups.create(guild_id=GUILD, actor_id=LEAD, plan=plan)
        await carry(self.services)
        async with self.services.db.begin() as tx:
            for person in self.people:
                await put_member(tx, _member(made, person, self.clock()))
            group = await self.services.groups.group(tx, GUILD, made.id)
        assert group is not None
        self.group = group

    async def checkin(self) -> tuple[Evidence, Truth]:
        """One check-in from its opening to its sentences."""
        if self._occasion is None or self._occasion.starts_at < self.clock() + LASTS:
            self._occasion = await self._plan_meeting()
        (template, *_) = self.services.checkins.templates
        checkin = await self.services.checkins.open(**self.which, user_id=FAY, template=template, closes="24 h")
        await self.storage.open(self.services, checkin)
        await carry(self.services)
        truth, acts, copies = Truth(self._answers(len(checkin.asked.questions))), list[Act](), [self._copy()]
        for moment in self._moments(checkin, truth):
            self.clock.now = moment.at
            await moment.do(moment.person)
            if moment.seen:
                acts.append(Act(moment.at, moment.person))
            copies.append(self._copy())
        self.clock.now = checkin.closes_at + CLOSED_WITHIN
        await self._due()
        copies.append(self._copy())
        evidence = self._evidence(checkin, copies, acts, _sentences(truth, len(checkin.asked.questions)))
        await self._check(checkin, evidence)
        self.clock.now += APART
        await self._due()
        return evidence, truth

    async def _check(self, checkin: Checkin, evidence: Evidence) -> None:
        """Answers that were lost on the way could not be found either."""
        if isinstance(self.storage, Sealed):
            ended = await self.services.checkins.get(GUILD, checkin.id)
            assert ended is not None and list(ended.sentences) == list(evidence.sentences)

    def _evidence(self, checkin: Checkin, copies: list[Copy], acts: list[Act], sentences: list[Sentence]) -> Evidence:
        return Evidence(
            checkin_id=checkin.id,
            roster=self.people,
            questions=len(checkin.asked.questions),
            copies=copies,
            acts=acts,
            sentences=sentences,
            seal=lambda person: self.services.db.vault.seal_id(person, GUILD),
        )

    def _copy(self) -> Copy:
        said = self.heard.getvalue()[self._heard :]
        self._heard += len(said)
        return self.spy.copy(self.clock(), said)

    async def _due(self) -> None:
        await self.services.timers.start()
        await self.services.timers.settled()
        await self.services.checkins.settled()
        await carry(self.services)

    # what people do

    def _answers(self, questions: int) -> dict[int, Answers]:
        """Drawn without regard to who they are: whatever he gets right beyond chance he has from what is kept."""
        leaning = [self.rng.choices(list(Band), weights=self.rng.choice([(6, 2, 1), (1, 2, 6), (1, 1, 1)]), k=99)]
        leaning += [self.rng.sample(leaning[0], 99) for _ in range(questions - 1)]
        answering = [person for person in self.people if self.rng.random() < TURNOUT]
        return {
            person: tuple(self.rng.choice(bands) if self.rng.random() < SAID else None for bands in leaning)
            for person in answering
        }

    def _moments(self, checkin: Checkin, truth: Truth) -> list[Moment]:
        begins, lasts = self.clock(), int(LASTS.total_seconds())
        seconds = iter(self.rng.sample(range(60, lasts - 2 * SOON), 5 * MOST))
        moments: list[Moment] = []
        for person in self.people:
            for do, seen in ((self._post, True), (self.rng.choice((self._come, self._look, self._tell)), True)):
                moments.append(Moment(begins + timedelta(seconds=next(seconds)), person, do, seen))
        seen_at = {moment.person: moment.at for moment in moments}
        for person, answers in truth.answers.items():
            at = begins + timedelta(seconds=next(seconds))
            if self.rng.random() < AT_ONCE:
                at = seen_at[person] + timedelta(seconds=self.rng.randrange(20, SOON), microseconds=1)
            truth.moments.add(at)
            moments.append(Moment(at, person, self._answering(checkin, answers), seen=False))
        newcomer = self.rng.randrange(10**18, 2**60)
        moments.append(Moment(begins + timedelta(seconds=next(seconds)), newcomer, self._arrive, seen=True))
        return sorted(moments, key=lambda moment: moment.at)

    def _answering(self, checkin: Checkin, answers: Answers) -> Do:
        async def answer(person: int) -> None:
            """As the button and the form do it: what they are to the group is looked up for each."""
            for _ in ("press", "submit"):
                async with self.services.db.read() as tx:
                    await self.services.groups.standing(tx, GUILD, person, group_id=self.group.id)
            await self.services.checkins.may_answer(**self.which, checkin_id=checkin.id, user_id=person)
            await self.storage.keep(self.services, checkin, person, answers)

        return answer

    async def _post(self, person: int) -> None:
        """They write in the channel, which the bot does not read."""

    async def _come(self, person: int) -> None:
        assert self._occasion is not None
        choice = self.rng.choice(list(Choice))
        pressed: dict[str, Any] = {"meeting_id": self._occasion.meeting.id, "day": self._occasion.day, "choice": choice}
        await self.services.meetings.answer(**self.which, **pressed, user_id=person)

    async def _look(self, person: int) -> None:
        await self.services.groups.entry(**self.which, user_id=person, place=Place.ROOM)

    async def _tell(self, person: int) -> None:
        """Something is put for them, as when a place is free."""
        expires_at = self.clock() + timedelta(days=7)
        word = Word(guild_id=GUILD, user_id=person, kind="groups.welcomed", params={}, expires_at=expires_at)
        async with self.services.db.begin() as tx:
            await self.services.inbox.put(tx, word)

    async def _arrive(self, person: int) -> None:
        await ask(self.services, self.group, person)

    async def _plan_meeting(self) -> Occasion:
        starts = self.clock() + 2 * APART + timedelta(hours=self.rng.randrange(1, 99))
        proposal = Proposal(title="Circle", starts=f"{starts:%Y-%m-%d %H:%M}")
        proposed = await self.services.meetings.propose(**self.which, proposal=proposal)
        await self.services.meetings.schedule(**self.which, meeting_id=proposed.meeting.id, user_id=FAY)
        return proposed


@asynccontextmanager
async def evening(folder: Path, seed: int, storage: Storage) -> AsyncGenerator[Evening]:
    """A group with between 6 and 14 members, in a house of its own."""
    rng, clock = random.Random(seed), StepClock()
    people = [rng.randrange(10**18, 2**60) for _ in range(rng.randint(FEWEST, MOST))]
    settings = shipped_settings(folder, database_url=migrated_sqlite(folder))
    with overheard() as heard, Driver(lambda _: None).installed():
        async with open_house(settings, clock) as services:
            spy = Spy(folder / "data", settings.checkins_dir)
            made = Evening(services, clock, rng, storage, spy, heard, people)
            await made.begin()
            yield made


@contextmanager
def overheard() -> Generator[io.StringIO]:
    """Everything that is printed, and logged at any level by a bot that was told to say all."""
    heard = io.StringIO()
    before = logging.root.level, list(logging.root.handlers)
    set_up_logs("DEBUG", "console")
    handler = logging.StreamHandler(heard)
    handler.setFormatter(logging.Formatter(CONSOLE))
    logging.root.handlers[:] = [*before[1], handler]
    try:
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            yield heard
    finally:
        logging.root.setLevel(before[0])
        logging.root.handlers[:] = before[1]


def _sentences(truth: Truth, questions: int) -> list[Sentence]:
    found: list[Sentence] = []
    for place in range(questions):
        given = [answers[place] for answers in truth.answers.values()]
        found.append(release(Counts(*(given.count(band) for band in Band))))
    return found


def _member(group: Group, person: int, now: datetime) -> Member:
    return Member(
        id=new_id(),
        guild_id=GUILD,
        group_id=group.id,
        user_id=person,
        role=Role.MEMBER,
        state=MemberState.ACTIVE,
        joined_at=now,
        left_at=None,
        consent_version="c1",
        agreement_version="a1",
        agreed_at=now,
    )
