"""The release rule, proved by going through everything that can happen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from bot.features.checkins.release import FEWEST, Counts, Sentence, claimed, pooled, release

Rule = Callable[[Counts], Sentence]


def outcomes(answers: int) -> list[Counts]:
    return [
        Counts(low=low, mid=mid, high=answers - low - mid)
        for low in range(answers + 1)
        for mid in range(answers - low + 1)
    ]


def by_sentence(answers: int, rule: Rule) -> dict[Sentence, set[tuple[int, int, int]]]:
    found: dict[Sentence, set[tuple[int, int, int]]] = defaultdict(set)
    for counts in outcomes(answers):
        found[rule(counts)].add((counts.low, counts.mid, counts.high))
    return found


def ruled_out(answers: int, rule: Rule) -> Iterator[tuple[Counts, int]]:
    """What a coalition answered, and the band of which it then knows that nobody else answered so."""
    for possible in by_sentence(answers, rule).values():
        for size in range(1, pooled(answers) + 1):
            for own in outcomes(size):
                fitting = [
                    (low - own.low, mid - own.mid, high - own.high)
                    for low, mid, high in possible
                    if low >= own.low and mid >= own.mid and high >= own.high
                ]
                if fitting:
                    yield from ((own, band) for band in range(3) if not any(rest[band] for rest in fitting))


@pytest.mark.parametrize("answers", range(FEWEST, 41))
def test_no_coalition_can_rule_out_any_answer_of_anybody_else(answers: int) -> None:
    assert list(ruled_out(answers, release)) == []


def one_more(counts: Counts) -> Sentence:
    """The rule, but that a sentence claims one answer more."""
    needed = claimed(counts.answers) + 1
    if counts.high >= needed:
        return Sentence.HIGH
    return Sentence.LOW if counts.low >= needed else Sentence.SPREAD


def test_the_proof_would_notice_a_rule_that_claims_one_answer_more() -> None:
    assert list(ruled_out(5, one_more)) != []


@pytest.mark.parametrize("answers", range(FEWEST, 41))
def test_a_sentence_never_claims_less_than_more_than_half(answers: int) -> None:
    assert claimed(answers) > answers / 2


@pytest.mark.parametrize("answers", range(FEWEST))
def test_too_few_answers_say_nothing(answers: int) -> None:
    assert {release(counts) for counts in outcomes(answers)} == {Sentence.NONE}


@pytest.mark.parametrize(
    ("answers", "together", "needed"),
    [(5, 1, 3), (6, 1, 4), (7, 2, 4), (8, 2, 5), (9, 3, 5), (10, 3, 6), (12, 3, 8), (15, 3, 10), (20, 3, 14)],
)
def test_the_published_figures(answers: int, together: int, needed: int) -> None:
    assert (pooled(answers), claimed(answers)) == (together, needed)
