"""Why two summaries of almost the same people are kept two weeks apart."""

from __future__ import annotations

from tests.attack.releases import compared, shown
from tests.attack.score import Score

ROOMS = 3000


def test_a_day_apart_the_change_is_often_that_of_the_one_who_left() -> None:
    found = compared(ROOMS, days=1, seed=1)
    assert found.luck < 1e-6
    assert found.right / found.of > 1.5 * found.chance / found.of


def test_two_weeks_apart_most_of_it_is_gone_and_some_is_not() -> None:
    """What is said again and again of a group in which nobody changes is not hidden by any wait."""
    soon, later = compared(ROOMS, days=1, seed=1), compared(ROOMS, days=14, seed=1)
    print(f"\n{shown(ROOMS, seed=1)}")
    assert 0 < beyond(later) < beyond(soon) / 3


def beyond(found: Score) -> float:
    return (found.right - found.chance) / found.of
