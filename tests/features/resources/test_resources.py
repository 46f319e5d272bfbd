"""Which lines are shown, and which never."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core.helplines import Channel, Contact, Country, Line
from bot.features.resources import Resources
from tests.conftest import StepClock

TODAY = date(2026, 11, 22)  # the day on which the clock of the tests stands
LINE = Line(id="nz-1737", name="1737", contacts=(Contact(channel=Channel.CALL, dial="1737"),))


def shown_of(clock: StepClock, *checked: date | None) -> list[tuple[str, date | None]]:
    lines = tuple(replace(LINE, id=str(n), last_checked=day) for n, day in enumerate(checked))
    resources = Resources(clock, [Country(code="NZ", name="New Zealand", emergency=("111",), lines=lines)])
    found = resources.help("NZ")
    assert found is not None
    return [(shown.line.id, shown.checked) for shown in found.lines]


@pytest.mark.parametrize(
    ("days", "seen", "dated"),
    [
        (0, True, False),
        (179, True, False),
        (180, True, True),
        (365, True, True),
        (366, False, False),
        (-1, True, False),
        (-2, False, False),
    ],
)
def test_a_line_is_shown_for_a_year_and_with_its_day_from_half_of_it(
    clock: StepClock, days: int, seen: bool, dated: bool
) -> None:
    day = TODAY - timedelta(days=days)
    assert shown_of(clock, day) == ([("0", day if dated else None)] if seen else [])


def test_a_line_that_nobody_has_checked_is_never_shown(clock: StepClock) -> None:
    assert shown_of(clock, None, TODAY, None) == [("1", None)]


def test_at_most_three_are_shown_in_the_order_of_the_file(clock: StepClock) -> None:
    assert [line for line, _ in shown_of(clock, None, *[TODAY] * 5)] == ["1", "2", "3"]


def test_a_country_that_is_not_in_the_list_has_no_help(clock: StepClock) -> None:
    assert Resources(clock, []).help("NZ") is None
