"""What may be said of a check-in: one of three sentences an item, and nothing with too few answers.

The rule leaves every respondent's answer open. For n answers let t be how many people may pool what they know, and
m how many answers a sentence claims; m is always more than half, and so few below all that t people who know the
sentence, n and their own answers can rule out none of the three bands for anybody else. It is proved by going through
every outcome and every coalition (``tests/features/checkins/test_release.py``), for 5 to 40 answers. Below 5 no such
rule with a majority exists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 5
"""Answers with a value below which nothing is said of an item."""

MOST_POOLED = 3
"""People at most who may pool what they know without learning what anybody else answered."""


class Sentence(StrEnum):
    """All that is ever released of an item; ``NONE`` says only that there is nothing to say."""

    HIGH = "high"
    LOW = "low"
    SPREAD = "spread"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many answers to one item fell into each band."""

    low: int = 0
    mid: int = 0
    high: int = 0

    @property
    def answers(self) -> int:
        return self.low + self.mid + self.high


def pooled(answers: int) -> int:
    """How many people may pool what they know: t."""
    return min(MOST_POOLED, (answers - 3) // 2)


def claimed(answers: int) -> int:
    """How many answers in one band a sentence needs: m."""
    return min(math.ceil(2 * answers / 3), answers - pooled(answers) - 1)


def release(counts: Counts) -> Sentence:
    """The sentence for these counts."""
    if counts.answers < FEWEST:
        return Sentence.NONE
    needed = claimed(counts.answers)
    if counts.high >= needed:
        return Sentence.HIGH
    if counts.low >= needed:
        return Sentence.LOW
    return Sentence.SPREAD
