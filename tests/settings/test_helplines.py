"""What ``helplines.toml`` may say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bot.core.helplines import Channel, Contact, Country, Line
from bot.settings import Settings, load
from tests.settings import only_problem_of, problems_of, sample_environ

NZ = """[NZ]
name = "New Zealand"
emergency = ["111"]

[[NZ.lines]]
id = "nz-1737"
name = "1737"
contacts = [
    { channel = "text", dial = "1737", keyword = "HI", hours = "24/7", zone = "Pacific/Auckland" },
]
last_checked = 2026-11-01
"""


def write(tmp_path: Path, toml: str) -> dict[str, str]:
    environ = sample_environ(tmp_path)
    (tmp_path / "config" / "helplines.toml").write_text(toml, encoding="utf-8")
    return environ


def load_with(tmp_path: Path, toml: str) -> Settings:
    return load(write(tmp_path, toml), start=tmp_path)


def test_the_shipped_file_has_many_countries_and_claims_to_have_checked_nothing(tmp_path: Path) -> None:
    settings = load(sample_environ(tmp_path), start=tmp_path)
    lines = [line for country in settings.helplines for line in country.lines]
    assert (len(settings.helplines), len(lines)) == (31, 48)
    assert all(country.emergency for country in settings.helplines)
    assert all(line.last_checked is None for line in lines)
    assert [country.name for country in settings.helplines][:2] == ["Argentina", "Australia"]
    assert any(re.search(r"helplines\.toml: 48 of the lines have no last_checked", note) for note in settings.notes)


def test_a_country_is_read(tmp_path: Path) -> None:
    settings = load_with(tmp_path, NZ)
    contact = Contact(channel=Channel.TEXT, dial="1737", keyword="HI", hours="24/7", zone="Pacific/Auckland")
    line = Line(id="nz-1737", name="1737", contacts=(contact,), last_checked=date(2026, 11, 1))
    assert settings.helplines == (Country(code="NZ", name="New Zealand", emergency=("111",), lines=(line,)),)
    assert not any("last_checked" in note for note in settings.notes)


@pytest.mark.parametrize("dial", ["0800-999-0091", "13 11 14", "+64 (0)9 1.2", "0800 111 0 111"])
def test_a_number_is_kept_as_it_was_published(tmp_path: Path, dial: str) -> None:
    settings = load_with(tmp_path, NZ.replace('dial = "1737"', f'dial = "{dial}"'))
    assert settings.helplines[0].lines[0].contacts[0].dial == dial


def test_without_the_file_the_shipped_one_is_used(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    (tmp_path / "config" / "helplines.toml").unlink()
    settings = load(environ, start=tmp_path)
    assert len(settings.helplines) == 31
    assert "config/helplines.toml is not there, so the shipped helplines are used" in settings.notes


@pytest.mark.parametrize(
    ("before", "after", "line", "key", "words"),
    [
        ("[NZ]", "[nz]", 1, "nz", "two capital letters"),
        ('name = "New Zealand"', "", 1, "NZ.name", "is missing"),
        ('emergency = ["111"]', "", 1, "NZ.emergency", "is missing or empty"),
        ('["111"]', "[111]", 3, "NZ.emergency[1]", "write it in quotes"),
        ('["111"]', '["call 111"]', 3, "NZ.emergency", "which is not a number"),
        ('id = "nz-1737"', "", 5, "NZ.lines[1].id", "is missing"),
        ('name = "1737"', "", 5, "NZ.lines[1].name", "is missing"),
        ('channel = "text"', 'channel = "fax"', 9, "NZ.lines[1].contacts[1].channel", "one of call, text"),
        ('dial = "1737"', 'dial = "ring us"', 9, "NZ.lines[1].contacts[1].dial", "as it is published"),
        ('dial = "1737"', "dial = 1737", 9, "NZ.lines[1].contacts[1].dial", "write words in quotes"),
        ('channel = "text"', 'channel = "chat"', 9, "NZ.lines[1].contacts[1].url", "https://"),
        ('channel = "text"', 'channel = "email"', 9, "NZ.lines[1].contacts[1].dial", "an e-mail address"),
        ("2026-11-01", '"lately"', 11, "NZ.lines[1].last_checked", "a day without quotes"),
        ("2026-11-01", "2026-11-01T10:00:00Z", 11, "NZ.lines[1].last_checked", "a day without quotes"),
        ("last_checked", "last_cheked", 11, "NZ.lines[1].last_cheked", "did you mean last_checked?"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    tmp_path: Path, before: str, after: str, line: int, key: str, words: str
) -> None:
    toml = NZ.replace(before, after)
    if before == "[NZ]":
        toml = toml.replace("[[NZ.", "[[nz.")
    found = [problem for problem in problems_of(write(tmp_path, toml), tmp_path) if problem.key == key]
    assert [(problem.file, problem.line) for problem in found[:1]] == [("config/helplines.toml", line)]
    assert words in str(found[0])


def test_a_line_of_the_same_id_is_refused(tmp_path: Path) -> None:
    again = NZ[NZ.index("[[") :]
    problem = only_problem_of(write(tmp_path, NZ + again), tmp_path)
    assert "each line once" in str(problem)


def test_a_broken_file_is_refused_with_its_line(tmp_path: Path) -> None:
    problem = only_problem_of(write(tmp_path, "[NZ]\nname = \n"), tmp_path)
    assert (problem.file, problem.line) == ("config/helplines.toml", 2)
