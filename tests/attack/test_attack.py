"""The attacker loses at the bot's own storage, and wins wherever an answer is kept less carefully."""

from __future__ import annotations

import functools
import random
import tomllib
from pathlib import Path

import pytest

from bot.core.questions import Band
from bot.features.checkins import Sentence
from bot.settings.starter import starter_dir
from tests.attack.campaign import PRACTISED, Findings, attacked, table, winners
from tests.attack.evidence import Answers, Evidence, Truth
from tests.attack.folder import FOLDER
from tests.attack.score import Guess, Scores, scored
from tests.attack.storages import COUNTED_UP, REAL, STORAGES, WITHOUT_ROWID
from tests.attack.strategies import STRATEGIES

CHECKINS = {"ci": 100, "full": 300}
NAIVE = dict.fromkeys(STORAGES, 7) | {COUNTED_UP: 20}
"""He needs few, but for one of them enough to learn something first."""
FALSE_ALARM = 1e-4
"""How often all of it together may fail by luck."""
UNLIKELY = FALSE_ALARM / (2 * (len(STRATEGIES) + len(FOLDER) + 1))
ALL = 0.95


def at(storage: str, checkins: int) -> Findings:
    found = attacked(storage, 1, checkins)
    print(f"\nsuccess / chance at {found.checkins} check-ins, {found.answers} answers\n{table({storage: found})}")
    return found


def test_the_bots_own_storage_tells_no_more_than_the_sentences(size: str, subtests: pytest.Subtests) -> None:
    """One test, because so many check-ins take long: several processes that share these would each hold them."""
    own = at(REAL, CHECKINS[size])
    assert own.checkins >= 100
    assert set(winners(own, UNLIKELY)) <= set(FOLDER), table({REAL: own})
    with subtests.test("copies of the folder give every answer away, and the members are told so"):
        assert _everything(own.scores["the folder, file and key"]), table({REAL: own})
        texts = tomllib.loads((Path(starter_dir()) / "texts" / "en.toml").read_text())
        intro = texts["checkins"]["intro"].lower()
        for told in ("copying", "again and again", "while this is open", "discord"):
            assert told in intro
    with subtests.test("the sealed file without its key tells only when somebody answered"):
        alone, times = own.scores["the sealed file, without its key"], own.scores["the times of the sealed file"]
        assert min(alone.who.luck, alone.bands.luck) > UNLIKELY, table({REAL: own})
        assert own.counted == own.answers, "how many, and when"
        assert times.bands.luck > UNLIKELY
        assert times.who.luck < UNLIKELY, "who had just been seen is likelier to have answered, as the members are told"


@pytest.mark.parametrize("storage", [name for name in STORAGES if name != REAL])
def test_each_naive_storage_gives_every_answer_away(storage: str) -> None:
    found = at(storage, NAIVE[storage])
    won = winners(found, UNLIKELY).values()
    assert any(_everything(scores) for scores in won), table({storage: found})
    if storage == WITHOUT_ROWID:
        assert found.scores["rows in their order"].bands.luck > UNLIKELY, "random keys hide the order of the rows"
        assert _everything(found.scores["the log replayed"]), "and not that of the log"
    if storage == COUNTED_UP:
        learnt = found.scores[PRACTISED].who
        assert learnt.luck < UNLIKELY, f"with practice he finds what no strategy was written for: {table({'': found})}"


def _everything(scores: Scores) -> bool:
    return scores.who.right >= ALL * scores.who.of and scores.bands.right >= ALL * scores.bands.of


# the measure itself


def _asked(people: int) -> Evidence:
    return Evidence(
        checkin_id=1,
        roster=range(people),
        questions=1,
        copies=[],
        acts=[],
        sentences=[Sentence.HIGH],
        seal=lambda person: b"",
    )


def test_guesses_that_follow_the_sentences_alone_are_worth_exactly_chance() -> None:
    truth = Truth({0: (Band.HIGH,), 1: (Band.HIGH,), 2: (Band.HIGH,), 3: (Band.LOW,)})
    found = scored(Guess(), _asked(6), truth)
    assert (found.bands.right, found.bands.chance, found.bands.variance, found.bands.of) == (3, 3, 0, 4)
    assert (found.who.right, found.who.chance, found.who.of) == (4, 4, 6)


def test_a_hit_counts_for_more_the_rarer_it_is() -> None:
    given: dict[int, Answers] = {person: (Band.LOW if person == 5 else Band.HIGH,) for person in range(6)}
    truth = Truth(given)
    found = scored(Guess(bands={5: (Band.LOW,)}), _asked(6), truth).bands
    assert found.right == 6
    assert found.chance == pytest.approx(5 * 5 / 6 + 1 / 6)
    many = functools.reduce(lambda one, other: one + other, [found] * 20)
    assert many.luck < 1e-9 < found.luck


def test_the_bound_on_luck_is_kept_by_guesses_that_know_nothing() -> None:
    rng, worst = random.Random(5), 1.0
    for _ in range(300):
        total = Scores()
        for _ in range(10):
            given: dict[int, Answers] = {person: (rng.choice(list(Band)),) for person in range(8) if rng.random() < 0.6}
            guess = Guess(
                frozenset(person for person in range(8) if rng.random() < 0.5),
                {person: (rng.choice(list(Band)),) for person in range(8)},
            )
            total += scored(guess, _asked(8), Truth(given))
        worst = min(worst, total.who.luck, total.bands.luck)
    assert worst > 1e-5
