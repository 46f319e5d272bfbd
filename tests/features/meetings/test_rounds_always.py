"""Whatever people press, in whatever order: who did not pass is called once, who passed is not, and the round ends."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import NotFound
from bot.features.meetings.rounds import Round
from bot.features.meetings.rounds.model import SeatState
from tests.conftest import StepClock
from tests.examples import examples
from tests.features.meetings.circle import Circle, convene
from tests.features.meetings.house import House

PRESSES = ("speak", "pass", "pass", "done", "done", "next", "pause", "go_on", "come", "leave", "restart", "wait")


class Seen:
    """What an onlooker who knows every press may expect of who is called."""

    def __init__(self) -> None:
        self.calls = list[tuple[int, int]]()
        self.silent = Counter[int]()
        self.asked_again = Counter[int]()
        """Who was left out, as they were silent twice, and then pressed to speak after all: how often."""
        self.passed_after = dict[int, int]()
        """For each whose last press was to pass: how many had been called by then."""
        self.passed_ever, self.left = set[int](), set[int]()
        self.came = set[int]()

    def look(self, circle: Round | None) -> None:
        if circle is None or circle.at_turn is None:
            return
        call = (circle.turn, circle.at_turn.user_id)
        if call not in self.calls:
            self.calls.append(call)
        assert circle.turn <= circle.turns
        assert sum(seat.called for seat in circle.seats) == 1

    def speaks(self, circle: Round, user_id: int) -> None:
        self.passed_after.pop(user_id, None)
        seat = circle.seat(user_id)
        if seat is not None and seat.state is SeatState.OUT and user_id not in self.passed_ever:
            self.asked_again[user_id] += 1

    def check(self) -> None:
        called = Counter(user_id for _, user_id in self.calls)
        assert [turn for turn, _ in self.calls] == list(range(1, len(self.calls) + 1)), "nobody is called unseen"
        for user_id in self.came - self.passed_ever - self.left:
            turns = 1 + (self.silent[user_id] > 0) + self.asked_again[user_id]
            assert called[user_id] == turns, f"{user_id} is called as often as they should"
        for user_id, since in self.passed_after.items():
            assert user_id not in [one for _, one in self.calls[since:]], f"{user_id} passed and is left in peace"


class Walk:
    """Presses at random, on a real round."""

    def __init__(self, circle: Circle, house: House, clock: StepClock, chance: Random) -> None:
        self.circle, self.house, self.clock, self.chance = circle, house, clock, chance
        self.seen = Seen()
        self.newcomers = iter(range(800, 900))

    async def step(self) -> bool:
        """Whether the round goes on."""
        now = await self.circle.now()
        self.seen.look(now)
        if now is None:
            return False
        with suppress(NotFound):  # it is over
            await getattr(self, f"_{self.chance.choice(PRESSES)}")(now, self._somebody(now))
        self.seen.look(await self.circle.now())
        return True

    def _somebody(self, now: Round) -> int:
        return self.chance.choice([seat.user_id for seat in now.seats])

    async def _speak(self, now: Round, user_id: int) -> None:
        self.seen.speaks(now, user_id)
        await self.circle.speak(user_id)

    async def _pass(self, now: Round, user_id: int) -> None:
        self.seen.passed_ever.add(user_id)
        self.seen.passed_after[user_id] = len(self.seen.calls)
        await self.circle.let_pass(user_id)

    async def _done(self, now: Round, user_id: int) -> None:
        await self.circle.done(self.chance.choice((None, None, now.turn - 1)))

    async def _next(self, now: Round, user_id: int) -> None:
        seat = now.at_turn
        if seat is not None and seat.state is SeatState.AT_TURN:
            self.seen.silent[seat.user_id] += 1
        await self.circle.move_on()

    async def _pause(self, now: Round, user_id: int) -> None:
        await self.circle.pause()

    async def _go_on(self, now: Round, user_id: int) -> None:
        await self.circle.go_on()

    async def _come(self, now: Round, user_id: int) -> None:
        if len(self.seen.came) < 9:
            newcomer = next(self.newcomers)
            await self.house.join(newcomer)
            await self.circle.come(newcomer)
            self.seen.came.add(newcomer)

    async def _leave(self, now: Round, user_id: int) -> None:
        if self.chance.random() < 0.4 and user_id not in self.seen.left:
            self.seen.left.add(user_id)
            group_id = self.house.group.id
            await self.house.groups.leave(guild_id=now.guild_id, group_id=group_id, user_id=user_id)

    async def _restart(self, now: Round, user_id: int) -> None:
        self.house.start()

    async def _wait(self, now: Round, user_id: int) -> None:
        self.clock.step(seconds=self.chance.randint(1, 200))
        await self.house.due()


@pytest.mark.parametrize("seed", range(6))
async def test_who_did_not_pass_is_called_once_and_who_passed_is_not(house: House, clock: StepClock, seed: int) -> None:
    chance = Random(seed)
    people = [700 + number for number in range(chance.randint(1, 5))]
    circle = await convene(house, *people)
    walk = Walk(circle, house, clock, chance)
    walk.seen.came |= set(people)
    for _ in range(30):
        if not await walk.step():
            break
    for _ in range(40):
        now = await circle.now()
        walk.seen.look(now)
        if now is None:
            break
        await circle.done()
    assert await circle.now() is None, "it ends"
    walk.seen.check()


NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
BLANK = Round(
    id=1, guild_id=1, group_id=1, meeting_id=1, day=date(2026, 12, 1), number=1, seconds=120, ends_at=NOW
)  # fmt: skip


def press(circle: Round, seen: Seen, what: str, user_id: int) -> Round:
    match what:
        case "speak":
            seen.speaks(circle, user_id)
            return circle.speak(user_id)
        case "pass":
            seen.passed_ever.add(user_id)
            seen.passed_after[user_id] = len(seen.calls)
            return circle.let_pass(user_id, NOW)
        case "next" if circle.at_turn is not None:
            if circle.at_turn.state is SeatState.AT_TURN:
                seen.silent[circle.at_turn.user_id] += 1
            return circle.move_on(circle.turn, NOW)
        case "leave":
            seen.left.add(user_id)
            return circle.leave(user_id, NOW)
        case "pause":
            return circle.pause(NOW) if circle.turn_ends_at else circle.go_on(NOW)
        case _:
            return circle.done(user_id, circle.turn, NOW)


presses = st.tuples(st.sampled_from(["speak", "pass", "next", "leave", "pause", "done", "done"]), st.integers(1, 8))


@settings(max_examples=examples(150, ci=40), deadline=None)
@given(people=st.integers(1, 6), pressed=st.lists(presses, max_size=40), seed=st.integers(0, 99))
def test_the_rules_alone_keep_it_too(people: int, pressed: list[tuple[str, int]], seed: int) -> None:
    seen = Seen()
    circle = BLANK.begin(range(1, people + 1), NOW, Random(seed))
    seen.came |= set(range(1, people + 1))
    seen.look(circle)
    for what, user_id in pressed:
        if not circle.over:
            if what == "speak":
                seen.came.add(user_id)
            circle = press(circle, seen, what, user_id)
            seen.look(circle)
    for _ in range(30):
        if circle.at_turn is not None:
            circle = circle.done(circle.at_turn.user_id, circle.turn, NOW)
            seen.look(circle)
    assert circle.over
    assert circle == circle.end(), "nothing of it is kept"
    seen.check()


def test_the_order_is_chosen_by_nobody_and_can_be_given() -> None:
    given_order = [seat.user_id for seat in BLANK.begin([3, 1, 2, 4], NOW, Random(5)).seats]
    assert given_order == [seat.user_id for seat in BLANK.begin([4, 2, 3, 1], NOW, Random(5)).seats]
    orders = {tuple(seat.user_id for seat in BLANK.begin(range(4), NOW, Random(seed)).seats) for seed in range(400)}
    assert len(orders) == 24, "every order comes about"
