"""Lengths of time as an operator writes them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.durations import parse_duration, spell


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("24 h", timedelta(hours=24)),
        ("90s", timedelta(seconds=90)),
        ("2 days", timedelta(days=2)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("1h30min", timedelta(minutes=90)),
        ("1 hour, 30 minutes and 5 seconds", timedelta(minutes=90, seconds=5)),
        ("45 Minutes", timedelta(minutes=45)),
        (" 3 weeks ", timedelta(weeks=3)),
        ("0 days", timedelta()),
    ],
)
def test_reads_what_people_write(written: str, meant: timedelta) -> None:
    assert parse_duration(written) == meant


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "not a length of time"),
        ("soon", "not a length of time"),
        ("24", "a whole number and a unit"),
        ("-1 h", "not a length of time"),
        ("1.5 h", "a whole number"),
        ("1 h later", "not a length of time"),
        ("2 fortnights", "'fortnights' is not a unit"),
        ("2 months", "write days or weeks"),
        ("1 h 2 hours", "the same unit twice"),
        ("99999999999999 weeks", "too long"),
        ("²3 h", "not a length of time"),
    ],
)
def test_refuses_the_rest_in_words(written: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_duration(written)


@pytest.mark.parametrize(
    ("duration", "short"),
    [
        (timedelta(hours=24), "24h"),
        (timedelta(hours=1), "1h"),
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=90), "90min"),
        (timedelta(days=2), "2d"),
        (timedelta(hours=36), "36h"),
        (timedelta(), "0s"),
    ],
)
def test_spells_in_one_unit(duration: timedelta, short: str) -> None:
    assert spell(duration) == short


@given(st.integers(min_value=0, max_value=10**9).map(lambda seconds: timedelta(seconds=seconds)))
def test_what_is_spelt_reads_back(duration: timedelta) -> None:
    assert parse_duration(spell(duration)) == duration


@given(
    st.dictionaries(st.sampled_from(["weeks", "days", "hours", "minutes", "seconds"]), st.integers(0, 500), min_size=1),
    st.sampled_from([" ", ", ", " and ", ""]),
    st.sampled_from(["", " "]),
)
def test_any_sum_of_units_is_read(parts: dict[str, int], between: str, gap: str) -> None:
    written = between.join(f"{number}{gap}{unit}" for unit, number in parts.items())
    assert parse_duration(written) == timedelta(**parts)


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(milliseconds=1500)])
def test_what_nobody_can_write_is_not_spelt(duration: timedelta) -> None:
    with pytest.raises(ValueError, match="whole number of seconds"):
        spell(duration)
