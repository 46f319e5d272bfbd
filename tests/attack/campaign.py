"""The attacker at many check-ins: all his strategies, on each storage, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.attack.evening import evening
from tests.attack.evidence import Truth
from tests.attack.folder import FOLDER, turnout
from tests.attack.practice import Practised
from tests.attack.score import Guess, Scores, scored
from tests.attack.storages import REAL, STORAGES
from tests.attack.strategies import STRATEGIES, Reading

PER_GROUP = 20
PRACTISED = "practised on his own"


@dataclass(slots=True)
class Findings:
    """What each strategy found at one storage."""

    checkins: int = 0
    answers: int = 0
    counted: int = 0
    """How many answers the times of the sealed file showed there to be."""
    scores: dict[str, Scores] = field(default_factory=dict[str, Scores])
    practised: Practised = field(default_factory=Practised)

    def add(self, name: str, reading: Reading, truth: Truth, guess: Guess) -> None:
        self.scores[name] = self.scores.get(name, Scores()) + scored(guess, reading.evidence, truth)

    def merge(self, other: Findings) -> None:
        self.checkins += other.checkins
        self.answers += other.answers
        self.counted += other.counted
        for name, scores in other.scores.items():
            self.scores[name] = self.scores.get(name, Scores()) + scores

    def look(self, reading: Reading, truth: Truth, *, folder: bool) -> None:
        self.checkins += 1
        self.answers += len(truth.answers)
        for name, strategy in STRATEGIES.items():
            self.add(name, reading, truth, strategy(reading))
        # he learns from each check-in only after he has guessed it
        self.add(PRACTISED, reading, truth, self.practised.guess(reading) if self.checkins > 1 else Guess())
        self.practised.learn(reading, truth)
        if folder:
            self.counted += turnout(reading.evidence)
            for name, strategy in FOLDER.items():
                self.add(name, reading, truth, strategy(reading))


def attacked(storage: str, seed: int, checkins: int) -> Findings:
    """So many check-ins of groups of their own; the same seed has the same people do the same."""
    findings = Findings()
    for first in range(0, checkins, PER_GROUP):
        asyncio.run(_attack(findings, storage, seed + first, min(PER_GROUP, checkins - first)))
    return findings


async def _attack(findings: Findings, storage: str, seed: int, checkins: int) -> None:
    with TemporaryDirectory() as folder:
        async with evening(Path(folder), seed, STORAGES[storage]()) as group:
            for _ in range(checkins):
                evidence, truth = await group.checkin()
                findings.look(Reading(evidence), truth, folder=storage == REAL)


def winners(findings: Findings, unlikely: float) -> dict[str, Scores]:
    """The strategies that did better than luck can explain, the check-in folder's among them."""
    return {
        name: scores for name, scores in findings.scores.items() if min(scores.who.luck, scores.bands.luck) < unlikely
    }


def table(found: Mapping[str, Findings]) -> str:
    """Success beside chance, for each storage and strategy."""
    head = ("storage", "strategy", "who answered", "what", "at most by luck")
    lines: list[tuple[str, ...]] = [head]
    for storage, findings in found.items():
        for name, scores in findings.scores.items():
            luck = min(scores.who.luck, scores.bands.luck)
            lines.append((storage, name, str(scores.who), str(scores.bands), f"{luck:.1g}"))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
