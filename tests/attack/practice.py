"""An attacker who runs the bot himself first, and learns there what goes together with an answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.core.questions import Band
from tests.attack.evidence import Answers, Copy, Truth
from tests.attack.score import Guess
from tests.attack.strategies import NEAR, Reading

Outcome = str
UNANSWERED = "nothing"


@dataclass(slots=True)
class _Belief:
    """How often each sign was seen with each outcome."""

    outcomes: Counter[Outcome] = field(default_factory=Counter[Outcome])
    signs: Counter[tuple[str, Outcome]] = field(default_factory=Counter[tuple[str, Outcome]])

    def learn(self, signs: set[str], outcome: Outcome) -> None:
        self.outcomes[outcome] += 1
        self.signs.update((sign, outcome) for sign in signs)

    def likeliest(self, signs: set[str], among: Sequence[Outcome]) -> Outcome:
        return max(among, key=lambda outcome: self._weight(signs, outcome))

    def _weight(self, signs: set[str], outcome: Outcome) -> float:
        often = self.outcomes[outcome]
        weight = math.log(often + 1)
        for sign in {sign for sign, _ in self.signs}:
            share = (self.signs[sign, outcome] + 1) / (often + 2)
            weight += math.log(share if sign in signs else 1 - share)
        return weight


class Practised:
    def __init__(self) -> None:
        self._who = _Belief()
        self._bands: dict[int, _Belief] = {}

    def learn(self, reading: Reading, truth: Truth) -> None:
        """One check-in of his own, of which he knows all."""
        for person, signs in signs_of(reading).items():
            answers = truth.answers.get(person)
            self._who.learn(signs, UNANSWERED if answers is None else "something")
            for place, band in enumerate(answers or ()):
                if band is not None:
                    self._bands.setdefault(place, _Belief()).learn(signs, band)

    def guess(self, reading: Reading) -> Guess:
        found = signs_of(reading)
        among = (UNANSWERED, "something")
        who = {person for person, signs in found.items() if self._who.likeliest(signs, among) != UNANSWERED}
        return Guess(frozenset(who), {person: self._answers(signs) for person, signs in found.items()})

    def _answers(self, signs: set[str]) -> Answers:
        return tuple(Band(belief.likeliest(signs, tuple(Band))) for _, belief in sorted(self._bands.items()))


def signs_of(reading: Reading) -> dict[int, set[str]]:
    """What can be noticed of each person: where they are named, what changed soon after they were seen, and what was
    said of all.
    """
    found: dict[int, set[str]] = {person: set() for person in reading.evidence.roster}
    for change in reading.changes:
        for person in reading.named(change):
            found[person].add(f"named in {change.table}")
    tables: dict[int, set[str]] = {}
    for change in reading.changes:
        tables.setdefault(change.window, set()).add(f"soon after: {change.table}")
    for place, sentence in enumerate(reading.evidence.sentences):
        for signs in found.values():
            signs.add(f"sentence {place}: {sentence}")
    own = {act.at for act in reading.evidence.acts}
    for window, (before, copy) in enumerate(pairwise(reading.copies), start=1):
        noticed = {*_noticed(before, copy), *tables.get(window, ())}
        for act in reading.evidence.acts:
            if copy.at not in own and act.at < copy.at <= act.at + NEAR and act.person in found:
                found[act.person] |= noticed
    return found


def _noticed(before: Copy, copy: Copy) -> Iterator[str]:
    for name in copy.data:
        if copy.data[name] != before.data.get(name):
            yield f"soon after: what is in {name}"
        if copy.stats[name] != before.stats.get(name):
            yield f"soon after: the times of {name}"
    if copy.said:
        yield f"soon after: {copy.said.count(chr(10))} lines"
