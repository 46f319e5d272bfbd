"""What an attacker got right, beside what the same guesses get right against answers that change hands.

Chance is exact: the mean over every way in which the answers of one check-in could be dealt out anew among those who
were asked. What everybody learns from the sentences is in both, so that only what is beyond them counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.questions import Band
from bot.features.checkins import Sentence
from tests.attack.evidence import Answers, Evidence, Truth

LIKELIEST = {Sentence.HIGH: Band.HIGH, Sentence.LOW: Band.LOW}


@dataclass(frozen=True, slots=True)
class Guess:
    """What the attacker says of those of whom he believes to know something."""

    who: frozenset[int] | None = None
    """Who answered; None if he cannot tell."""
    bands: Mapping[int, Answers] = field(default_factory=dict[int, Answers])


@dataclass(frozen=True, slots=True)
class Score:
    right: float = 0
    chance: float = 0
    variance: float = 0
    of: float = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right,
            self.chance + other.chance,
            self.variance + other.variance,
            self.of + other.of,
        )

    @property
    def luck(self) -> float:
        """A bound on how often guesses that know nothing do as well as this: Bennett's inequality."""
        beyond = self.right - self.chance
        if beyond <= 1e-9:
            return 1.0
        if self.variance <= 1e-9:
            return 0.0
        share = beyond / self.variance
        return math.exp(-self.variance * ((1 + share) * math.log1p(share) - share))

    def __str__(self) -> str:
        return f"{self.right / self.of:.3f} / {self.chance / self.of:.3f}" if self.of else "-"


@dataclass(frozen=True, slots=True)
class Scores:
    """For two questions: who answered, and what each of them answered."""

    who: Score = Score()
    bands: Score = Score()

    def __add__(self, other: Scores) -> Scores:
        return Scores(self.who + other.who, self.bands + other.bands)


def scored(guess: Guess, evidence: Evidence, truth: Truth) -> Scores:
    """Where he says nothing, he guesses what the sentences make likeliest."""
    people, unsaid = evidence.roster, (None,) * evidence.questions
    expected = tuple(LIKELIEST.get(sentence, Band.MID) for sentence in evidence.sentences)
    guessed = [guess.bands.get(person, expected) for person in people]
    given = [truth.answers.get(person, unsaid) for person in people]
    among = set(people) if guess.who is None else guess.who
    who = [[float((one in among) == (other in truth.answers)) for other in people] for one in people]
    bands = [[_alike(one, other) for other in given] for one in guessed]
    return Scores(_score(who, len(people)), _score(bands, sum(_alike(one, one) for one in given)))


def _alike(guessed: Answers, given: Answers) -> float:
    same = [band is not None and band is other for band, other in zip(given, guessed, strict=True)]
    return sum(same) / len(same)


def _score(table: Sequence[Sequence[float]], of: float) -> Score:
    """``table``: what each guess gets for each answer. The moments are those of a sum over a random dealing out."""
    size = len(table)
    rows = [sum(row) / size for row in table]
    columns = [sum(column) / size for column in zip(*table, strict=True)]
    mean = sum(rows) / size
    apart = sum((cell - rows[i] - columns[j] + mean) ** 2 for i, row in enumerate(table) for j, cell in enumerate(row))
    return Score(sum(table[i][i] for i in range(size)), mean * size, apart / (size - 1), of)
