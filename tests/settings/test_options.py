"""What ``bot.toml`` may say."""

from __future__ import annotations

import tomllib
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import LadderStep, LadderTier, Settings, load
from bot.settings.starter import starter_dir
from tests.settings import only_problem_of, problems_of, sample_environ, write_options

SECTIONS = ("organisation", "discord", "groups", "meetings", "retention", "posting")


def load_with(tmp_path: Path, toml: str) -> Settings:
    return load(write_options(tmp_path, toml), start=tmp_path)


def test_the_shipped_file_says_the_defaults(tmp_path: Path) -> None:
    shipped = load(sample_environ(tmp_path), start=tmp_path)
    bare = load_with(tmp_path, "")
    for section in (*SECTIONS[1:], "ladder"):
        assert getattr(shipped, section) == getattr(bare, section)


def test_the_shipped_file_has_every_option(tmp_path: Path) -> None:
    settings = load(sample_environ(tmp_path), start=tmp_path)
    written = tomllib.loads((starter_dir() / "bot.toml").read_text(encoding="utf-8"))
    for section in SECTIONS:
        value = getattr(settings, section)
        assert is_dataclass(value)
        assert list(written[section]) == [field.name for field in fields(value)]
    assert list(written["ladder"]) == [f"tier_{tier.tier}" for tier in settings.ladder]
    assert [len(tier) for tier in written["ladder"].values()] == [3, 3, 3, 3]


def test_the_shipped_address_is_noted_until_it_is_changed(tmp_path: Path) -> None:
    assert any("still the example" in note for note in load(sample_environ(tmp_path), start=tmp_path).notes)
    assert not any("still the example" in note for note in load_with(tmp_path, "").notes)


def test_options_are_read(tmp_path: Path) -> None:
    settings = load_with(
        tmp_path,
        "[discord]\nserver_members = true\n[groups]\ncapacity = 8\n[posting]\nper_second = 2.5\nreserve = 1\n"
        '[meetings]\nreminders = ["90s", "2 days", "1 h 30 min"]\n[retention]\nevidence = "0 days"\n'
        '[ladder.tier_3]\nacknowledge_within = "10s"\nsteps = [{ after = "2 s", tell = "rota" }]\nrepeat = "never"\n',
    )
    assert settings.discord.server_members
    assert (settings.groups.capacity, settings.groups.hard_capacity) == (8, 20)
    assert (settings.posting.per_second, settings.posting.reserve) == (2.5, 1.0)
    assert settings.meetings.reminders == (timedelta(days=2), timedelta(minutes=90), timedelta(seconds=90))
    assert settings.retention.evidence == timedelta()
    assert settings.ladder[0] == LadderTier(
        tier=3,
        acknowledge_within=timedelta(seconds=10),
        steps=(LadderStep(after=timedelta(seconds=2), tell="rota"),),
        repeat=None,
    )
    assert [tier.tier for tier in settings.ladder] == [3, 2, 1, 0]


@pytest.mark.parametrize("toml", ["[meetings]\nreminders = []\n"])
def test_no_reminders_is_a_choice(tmp_path: Path, toml: str) -> None:
    assert load_with(tmp_path, toml).meetings.reminders == ()


@pytest.mark.parametrize(
    ("toml", "line", "key", "words"),
    [
        ("[group]\n", 4, "group", "did you mean groups?"),
        ("colour = 1\n", 4, "organisation.colour", "known here: contact, name, privacy_policy"),
        ("[groups]\n\ncapasity = 8\n", 6, "groups.capasity", "did you mean capacity?"),
        ("[groups]\ncapacity = '8'\n", 5, "groups.capacity", "a whole number from 2 to 100"),
        ("[groups]\ncapacity = true\n", 5, "groups.capacity", "is true or false"),
        ("[groups]\ncapacity = 1\n", 5, "groups.capacity", "is 1;"),
        ("[groups]\nhard_capacity = 5\n", 5, "groups.hard_capacity", "capacity 12 is more than hard_capacity 5"),
        ("[discord]\nserver_members = 1\n", 5, "discord.server_members", "true or false"),
        ("[meetings]\nminutes = 2.5\n", 5, "meetings.minutes", "a whole number"),
        ("[meetings]\nconfirm = 1\n", 5, "meetings.confirm", "true or false"),
        ("[meetings]\nabsence_after = 0\n", 5, "meetings.absence_after", "a whole number from 1 to 6"),
        ("[meetings]\nabsence_after = 7\n", 5, "meetings.absence_after", "a whole number from 1 to 6"),
        ("[meetings]\nreminders = '1 h'\n", 5, "meetings.reminders", "a list such as"),
        ("[meetings]\nreminders = [\n '1 h',\n 'soon',\n]\n", 7, "meetings.reminders[2]", "not a length of time"),
        ("[meetings]\nreminders = ['1 h', '60 min']\n", 5, "meetings.reminders[2]", "says 1h again"),
        ("[meetings]\nreminders = ['0 s']\n", 5, "meetings.reminders[1]", "from 1s to 28d"),
        ("[meetings]\nreminders = [3600]\n", 5, "meetings.reminders[1]", "in quotes"),
        ("[meetings]\nreminders = ['1s','2s','3s','4s','5s','6s']\n", 5, "meetings.reminders", "at most 5"),
        ("[retention]\nevidence = '61 days'\n", 5, "retention.evidence", "from 0s to 60d"),
        ("[retention]\nposts = '1 h'\n", 5, "retention.posts", "from 24h to 90d"),
        ("[retention]\nposts = 30\n", 5, "retention.posts", "in quotes"),
        ("[retention]\naudit = '80 days'\n", 4, "retention.audit_identified", "longer than audit"),
        ("[posting]\nper_second = 51\n", 5, "posting.per_second", "from 1 to 45"),
        ("[posting]\nper_second = nan\n", 5, "posting.per_second", "from 1 to 45"),
        ("[posting]\nper_second = 10\n", 4, "posting.reserve", "less than per_second"),
        ("[ladder]\ntier_3 = 5\n", 5, "ladder.tier_3", "[ladder.tier_3]"),
        ("[ladder.tier_4]\n", 4, "ladder.tier_4", "did you mean tier_"),
        ("[ladder.tier_1]\nsteps = []\n", 5, "ladder.tier_1.steps", "nobody would ever be told"),
        ("[ladder.tier_1]\nsteps = [{ after = '8 h', tell = 'digest' }]\n", 5, "ladder.tier_1.steps", "to a person"),
        ("[ladder.tier_1]\nsteps = [1]\n", 5, "ladder.tier_1.steps[1]", "a table in braces"),
        ("[ladder.tier_1]\nrepeat = 'always'\n", 5, "ladder.tier_1.repeat", "not a length of time"),
        ("[ladder.tier_1]\nsteps = [\n{ after = '1 h' },\n]\n", 6, "ladder.tier_1.steps[1].tell", "is missing"),
        ("[ladder.tier_1]\nsteps = [\n{ tell = 'lead' },\n]\n", 6, "ladder.tier_1.steps[1].after", "is missing"),
        (
            "[ladder.tier_1]\nsteps = [\n{ after = '1 h', tell = 'leads' },\n]\n",
            6,
            "ladder.tier_1.steps[1].tell",
            "one of backup, lead, rota, digest",
        ),
        (
            "[ladder.tier_1]\nsteps = [\n{ after = '1 h', tell = 'lead' },\n{ after = '1 h', tell = 'rota' },\n]\n",
            7,
            "ladder.tier_1.steps[2].after",
            "later than the step before it (1h)",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path: Path, toml: str, line: int, key: str, words: str) -> None:
    problem = only_problem_of(write_options(tmp_path, toml), tmp_path)
    assert (problem.file, problem.line, problem.key) == ("config/bot.toml", line, key)
    assert words in str(problem)


@pytest.mark.parametrize(
    ("toml", "lines", "words"),
    [
        ("", (None, None), "is missing"),
        ("[organisation]\n", (1, 1), "is missing"),
        ('[organisation]\nname = ""\nprivacy_policy = " "\n', (2, 3), "is empty"),
        ("[organisation]\nname = 1\nprivacy_policy = 2\n", (2, 3), "is a number"),
    ],
)
def test_the_organisation_must_say_who_it_is(
    tmp_path: Path, toml: str, lines: tuple[int | None, ...], words: str
) -> None:
    environ = sample_environ(tmp_path)
    (tmp_path / "config" / "bot.toml").write_text(toml, encoding="utf-8")
    problems = [problem for problem in problems_of(environ, tmp_path) if words in problem.wrong]
    assert [problem.key for problem in problems] == ["organisation.name", "organisation.privacy_policy"]
    assert tuple(problem.line for problem in problems) == lines


@pytest.mark.parametrize("address", ["http://harbour.invalid", "harbour.invalid/privacy", "https://", "https://a b"])
def test_the_privacy_policy_is_an_https_address(tmp_path: Path, address: str) -> None:
    environ = sample_environ(tmp_path)
    toml = f'[organisation]\nname = "The Harbour"\nprivacy_policy = "{address}"\n'
    (tmp_path / "config" / "bot.toml").write_text(toml, encoding="utf-8")
    problem = only_problem_of(environ, tmp_path)
    assert (problem.line, problem.key) == (3, "organisation.privacy_policy")


@pytest.mark.parametrize(
    ("toml", "line"),
    [("\n[groups]\ncapacity = = 3\n", 6), ("[groups]\n[groups]\n", 5), ('[groups]\ncapacity = """', 5)],
)
def test_a_file_that_is_no_toml_is_told_with_its_line_and_once(tmp_path: Path, toml: str, line: int) -> None:
    problem = only_problem_of(write_options(tmp_path, toml), tmp_path)
    assert (problem.file, problem.line) == ("config/bot.toml", line)
    assert "not valid TOML" in problem.wrong


def test_a_missing_file_is_told_once(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    (tmp_path / "config" / "bot.toml").unlink()
    problem = only_problem_of(environ, tmp_path)
    assert (problem.file, problem.line) == ("config/bot.toml", None)


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    (tmp_path / "config" / "bot.toml").write_bytes('[organisation]\nname = "Grüße"\n'.encode("latin-1"))
    problem = only_problem_of(environ, tmp_path)
    assert (problem.line, problem.allowed) == (2, "save the file as UTF-8")


def test_a_file_from_windows_reads_the_same(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    usual = load(environ, start=tmp_path)
    for file in (tmp_path / "config").rglob("*.*"):
        text = file.read_text(encoding="utf-8")
        file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load(environ, start=tmp_path) == usual


def test_the_check_in_after_a_meeting_is_one_that_there_is_or_none(tmp_path: Path) -> None:
    settings = load_with(tmp_path, '[meetings]\nopening = false\ncheckin = ""\n')
    assert (settings.meetings.opening, settings.meetings.checkin) == (False, "")
    problem = only_problem_of(write_options(tmp_path, '[meetings]\ncheckin = "meeting_climbing"\n'), tmp_path)
    assert (problem.line, problem.key) == (5, "meetings.checkin")
    assert "meeting_climate" in problem.allowed
