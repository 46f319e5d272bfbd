"""What the sentences alone tell when somebody has come or gone between two check-ins of the same questions.

No storage is attacked here. He knows who was in the room at each of them, and compares: if the sentence changed when
one person left, he says that it was theirs. How much that is worth depends on how far apart the two were, because the
others think differently by then too.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.core.questions import Band
from bot.features.checkins import Sentence
from bot.features.checkins.release import Counts, release
from tests.attack.score import LIKELIEST, Score

FEWEST, MOST = 6, 14
CHANGES_A_DAY = 0.05
"""How likely somebody sees one question anew on any one day."""
OPPOSITE = {Band.HIGH: Band.LOW, Band.LOW: Band.HIGH}


@dataclass(slots=True)
class Room:
    """A group and what each of its people would answer to one question, which leans as the group does."""

    rng: random.Random
    weights: tuple[int, int, int]
    minds: list[Band]

    def mind(self) -> Band:
        return self.rng.choices(list(Band), weights=self.weights)[0]

    def pass_days(self, days: int) -> None:
        kept = (1 - CHANGES_A_DAY) ** days
        self.minds = [band if self.rng.random() < kept else self.mind() for band in self.minds]

    def said(self) -> Sentence:
        return release(Counts(*(self.minds.count(band) for band in Band)))


def compared(rooms: int, days: int, seed: int) -> Score:
    """Two releases so many days apart in each of so many rooms; in between one person leaves, or one comes."""
    rng, total = random.Random(seed), Score()
    for _ in range(rooms):
        room = Room(rng, rng.choice([(5, 3, 2), (2, 3, 5), (1, 1, 1)]), [])
        room.minds = [room.mind() for _ in range(rng.randint(FEWEST + 1, MOST))]
        total += _left(room, days) if rng.random() < 0.5 else _came(room, days)
    return total


def shown(rooms: int, seed: int) -> str:
    """How often he is right about the one who came or went, beside chance, by the days in between."""
    return "\n".join(f"{days:2} days apart: {compared(rooms, days, seed)}" for days in (0, 1, 7, 14, 28))


def _left(room: Room, days: int) -> Score:
    asked, before = list(room.minds), room.said()
    room.pass_days(days)
    room.minds.pop()
    return _told(asked, before, room.said())


def _came(room: Room, days: int) -> Score:
    before = room.said()
    room.pass_days(days)
    room.minds.append(room.mind())
    return _told(list(room.minds), room.said(), before)


def _told(asked: list[Band], with_them: Sentence, without: Sentence) -> Score:
    """What the comparison says of the last of those asked, beside what it would be worth for any of them."""
    guess = _guess(with_them, without)
    if guess is None:
        return Score()
    chance = asked.count(guess) / len(asked)
    return Score(float(asked[-1] is guess), chance, chance * (1 - chance), 1)


def _guess(with_them: Sentence, without: Sentence) -> Band | None:
    """With them more than half were on one side, and without them not; or the other way round."""
    if with_them is without:
        return None
    if with_them in LIKELIEST:
        return LIKELIEST[with_them]
    return OPPOSITE[LIKELIEST[without]] if without in LIKELIEST else None
