"""One bot with its groups, through a year of plans and trouble, and what is found at its end."""

from __future__ import annotations

import gc
import heapq
import itertools
import logging
import random
import warnings
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.ui.permissions import BOT
from tests.databases import migrated_sqlite
from tests.settings import shipped_settings
from tests.wire import Permission, Wire
from tests.year.ledger import Ledger
from tests.year.life import Life, stepped_world
from tests.year.oracle import Oracle, days, start_at, start_of
from tests.year.plans import Change, Plan, Span, Word, divisible, draw_plans, draw_zone
from tests.year.stepped import Machine, until
from tests.year.town import Channel, Circle, Town
from tests.year.verdict import Verdict, judge
from tests.year.weather import Weather

BEGINS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SETTLES = timedelta(hours=3)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LENGTHS = (
    (timedelta(hours=24), HOUR),
    (timedelta(days=3), timedelta(hours=2), 15 * MINUTE),
    (timedelta(days=7), 45 * MINUTE),
    (timedelta(seconds=90),),
    (timedelta(hours=12), timedelta(hours=6), 10 * MINUTE),
)
BLIND = "blind"
SHUT = {
    "forbidden": Permission.VIEW_CHANNEL,
    "silenced": Permission.SEND_MESSAGES,
    BLIND: Permission.READ_MESSAGE_HISTORY,
}

SHUTS, NAPS, STOPS = 30, 12, 3
"""In a year of 25 groups: rooms that are shut for a while, sleeps of the machine, restarts in good order."""

MOMENTS_BETWEEN_DEATHS = 6000
CHANGED, FOLLOWING = 0.25, 0.35
CONFIRMED = 0.75

Act = Callable[[Life], Awaitable[None]]
Fate = Callable[[Life | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of a year, and how much trouble in it; a ``short`` one has less of each meeting."""

    groups: int
    days: int = 365
    short: bool = False
    fate: bool = True
    """Whether rooms are shut, the machine sleeps and the process is restarted."""
    confirm: bool = False
    """Whether a meeting is called off that no facilitator has confirmed; then none is moved or left out."""

    @property
    def share(self) -> float:
        return self.groups * self.days / (25 * 365)


class House:
    def __init__(self, seed: int, size: Size, folder: Path, *, weather: type[Weather] = Weather) -> None:
        self.dice = random.Random(seed)
        self._seed = seed
        self._size = size
        self._machine = Machine(BEGINS)
        self._weather = weather(seed + 1, self._machine, moments_between_deaths=MOMENTS_BETWEEN_DEATHS)
        self.ledger = Ledger(self._machine)
        self._ends = BEGINS + timedelta(days=size.days)
        self._span = Span(BEGINS + HOUR, self._ends, LENGTHS[seed % len(LENGTHS)], size.short)
        self._wire = Wire()
        self._wire.schema = None
        usual = shipped_settings(folder, database_url=migrated_sqlite(folder), token=self._wire.token)
        self._settings = replace(
            usual,
            meetings=replace(usual.meetings, reminders=self._span.lengths, opening=False, confirm=self._size.confirm),
        )
        self._acts: list[tuple[datetime, int, Act]] = []
        self._fates: list[tuple[datetime, int, Fate]] = []
        self._order = itertools.count()
        self._stopping = self._over = False

    def run(self) -> Verdict:
        """Play the year."""
        with stepped_world(self._machine, self._seed):
            zones = [draw_zone(self.dice, self._span) for _ in range(self._size.groups)]
            self._town = Town(self._wire, self._machine, zones)
            for circle in self._town.circles:
                circle.plans += draw_plans(self.dice, circle.name, circle.zone, self._span)
                for plan in circle.plans:
                    self._draw_words(plan) if self._size.confirm else self._draw_changes(plan)
            self._act(BEGINS, self._found)
            while not self._over:
                self._stopping = False
                Life(self._settings, self._wire, self._machine, self._weather, self.ledger).run(self._live)
                self._wait(self._machine() + timedelta(seconds=1 if self._weather.calm else self._weather.away()))
        oracle = Oracle(self.ledger, self._span.lengths, confirm=self._size.confirm)
        verdict = judge(self._town, self.ledger, oracle)
        verdict.complaints += [f"the wire: {each}" for each in self._wire.violations]
        return verdict

    # what happens when

    def _act(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (at, next(self._order), act))

    def _fate(self, at: datetime, fate: Fate) -> None:
        heapq.heappush(self._fates, (at, next(self._order), fate))

    def _wait(self, instant: datetime) -> None:
        """Nothing runs until then, and the world goes on."""
        while self._fates and self._fates[0][0] <= instant:
            at, _, fate = heapq.heappop(self._fates)
            self._machine.step_to(at)
            fate(None)
        self._machine.step_to(instant)

    async def _live(self, life: Life) -> None:
        while not self._stopping:
            if self._fates and (not self._acts or self._fates[0][0] <= self._acts[0][0]):
                await until(self._machine, self._fates[0][0])
                heapq.heappop(self._fates)[2](life)
            else:
                await until(self._machine, self._acts[0][0])
                act = self._acts[0]
                await act[2](life)
                self._acts.remove(act)
                heapq.heapify(self._acts)

    async def _found(self, life: Life) -> None:
        await self._town.found(life)
        self._weather.calm = False
        for _, plan in self._town.all_plans():
            self._act(plan.wanted_at, lambda life, plan=plan: self._town.plan(life, plan))
            self._intend_changes(plan)
            for word in plan.words.values():
                self._act(word.wanted_at, lambda life, plan=plan, word=word: self._town.confirm(life, plan, word))
        for month in range(1, self._size.days // 30 + 1):
            self._act(BEGINS + timedelta(days=30 * month), self._town.read_inboxes)
        if self._size.fate:
            self._draw_fates()
        self._act(self._ends, self._calm_down)

    def _intend_changes(self, plan: Plan) -> None:
        for change in plan.changes.values():
            self._act(change.wanted_at, lambda life, plan=plan, change=change: self._change(life, plan, change))

    async def _change(self, life: Life, plan: Plan, change: Change) -> None:
        after = await self._town.change(life, plan, change)
        if after is not None:
            self._draw_changes(after)
            self._intend_changes(after)

    async def _calm_down(self, life: Life) -> None:
        """The year is over: nothing goes wrong any more, and what still waits is done by a fresh process."""
        self._weather.calm = True
        self._stopping = True
        self._act(self._ends + SETTLES, self._finish)

    async def _finish(self, life: Life) -> None:
        await self._town.read_inboxes(life)
        services = life.bot.services
        stuck, failing = await services.outbox.stuck(), await services.timers.failing()
        assert not stuck and not failing, f"left undone: {stuck} {failing}"
        self._stopping = self._over = True

    # fate

    def _draw_fates(self) -> None:
        """Trouble comes at random, and mostly where something is due."""
        near = [
            (circle, start - before)
            for circle in self._town.circles
            for plan in circle.plans
            for start in self._starts(plan)
            for before in self._span.lengths
        ]
        near = [each for each in near if BEGINS + HOUR < each[1] < self._ends - 2 * SETTLES]
        if not near:
            return
        for _ in range(round(SHUTS * self._size.share)):
            circle, due = self.dice.choice(near)
            self._shut(circle, due)
        for _ in range(round(NAPS * self._size.share)):
            _, due = self.dice.choice(near)
            lasts = self._weather.between(5, 40_000)
            begins = due - timedelta(seconds=self.dice.uniform(-0.5, min(lasts, 5000)))
            self._fate(begins, lambda life, lasts=lasts: self._nap(life, lasts))
        for _ in range(round(STOPS * self._size.share)):
            _, due = self.dice.choice(near)
            self._fate(due - timedelta(seconds=self.dice.uniform(-1, 60)), self._stop)

    def _draw_words(self, plan: Plan) -> None:
        """Most times of a meeting are confirmed, before, between or after somebody was asked for it, or too late."""
        for day in days(plan, self._ends.date()):
            if self.dice.random() < CONFIRMED:
                before = timedelta(hours=self._weather.between(0.3, 60))
                plan.words[day] = Word(day, max(start_of(plan, day) - before, plan.wanted_at + HOUR))

    def _draw_changes(self, plan: Plan) -> None:
        """Some times of a meeting are moved, and some left out, before, between or after their reminders.

        Once in a meeting all that follow may move with a time, or end with it.
        """
        used, divided = set[datetime](), plan.origin is not None
        for day in list(days(plan, self._ends.date()))[1:]:
            if self.dice.random() > CHANGED:
                continue
            wall = datetime.combine(day, plan.at) + timedelta(days=self.dice.choice((-1, 0, 1, 2)))
            following = self.dice.random() < FOLLOWING and not divided and divisible(plan)
            wall += self.dice.randrange(-8, 9) * HOUR
            # no other meeting of the group begins in that minute of a quarter of an hour
            wall += 3 * MINUTE if following else self.dice.randrange(6, 12) * MINUTE
            to = wall if self.dice.random() < 0.7 and wall not in used else None
            start = start_of(plan, day)
            nearest = start if to is None else min(start, start_at(plan, to))
            before = max(self._span.lengths) * self.dice.uniform(0.05, 1.5) + 5 * MINUTE
            if nearest - before > plan.wanted_at + HOUR:
                used.add(wall)
                divided = divided or following
                plan.changes[day] = Change(day, nearest - before, to, following)

    def _starts(self, plan: Plan) -> list[datetime]:
        return [start_of(plan, day) for day in days(plan, self._ends.date())]

    def _nap(self, life: Life | None, lasts: float) -> None:
        if life is not None:
            life.nap(lasts)

    def _stop(self, life: Life | None) -> None:
        self._stopping = life is not None

    def _shut(self, circle: Circle, due: datetime) -> None:
        """Somebody changes a room's or a desk's permissions, and after a while changes them back."""
        channel = circle.room if self.dice.random() < 0.7 else circle.desk
        how, lacks = self.dice.choice(list(SHUT.items()))
        since = due - timedelta(seconds=self._weather.between(0.05, 50_000))
        ends = min(due + timedelta(seconds=self._weather.between(0.05, 50_000)), self._ends)
        if any(other.channel_id == channel.id for other in self.ledger.troubles(channel.id, since, ends)):
            return  # it cannot be shut twice at once: who gives back one permission gives back all
        self.ledger.shut(channel.id, since, ends, how, wholly=how != BLIND)
        self._fate(since, lambda _: self._take(channel, lacks))
        self._fate(ends, lambda _: self._give_back(channel))

    def _take(self, channel: Channel, lacks: Permission) -> None:
        bot = self._wire.world.bot
        self._wire.set_overwrite(channel, bot, allow=BOT.value & ~lacks, deny=lacks)

    def _give_back(self, channel: Channel) -> None:
        self._wire.set_overwrite(channel, self._wire.world.bot, allow=BOT.value)


def played(seed: int, size: Size) -> tuple[int, int, Counter[str], list[str]]:
    """One house's year: its seed, its groups, what was counted, and what was wrong."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")  # the connections of a killed process are found by the collector
    gc.freeze()
    with TemporaryDirectory() as folder:
        house = House(seed, size, Path(folder))
        verdict = house.run()
    return seed, size.groups, verdict.counts + house.ledger.counts, verdict.complaints
