"""The words of ``texts/en.toml``, and the agreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.wording import BANNED_PHRASES
from bot.settings import load
from bot.settings.guidelines import SAFETY_LINES, version_of, with_safety_lines
from bot.settings.starter import starter_dir
from bot.settings.texts import longest, placeholders
from tests.settings import only_problem_of, problems_of, sample_environ

LONGEST_AGREEMENT = 3500


def write_texts(tmp_path: Path, toml: str) -> dict[str, str]:
    environ = sample_environ(tmp_path)
    (tmp_path / "config" / "texts" / "en.toml").write_text(toml, encoding="utf-8")
    return environ


def write_guideline(tmp_path: Path, name: str, text: str) -> dict[str, str]:
    environ = sample_environ(tmp_path)
    (tmp_path / "config" / "guidelines" / name).write_text(text, encoding="utf-8")
    return environ


def test_the_shipped_words_are_sound(tmp_path: Path) -> None:
    settings = load(sample_environ(tmp_path), start=tmp_path)
    assert not [note for note in settings.notes if "shipped words" in note]
    assert "{code}" in settings.texts["errors.unexpected"]
    assert settings.texts["groups.welcome"].startswith("Welcome to **{group_name}**")


def test_reworded_texts_are_taken_and_left_out_ones_are_shipped(tmp_path: Path) -> None:
    environ = write_texts(tmp_path, '[errors]\nunexpected = "Oh dear. Say {code} to us."\n')
    shipped = load(sample_environ(tmp_path / "other"), start=tmp_path).texts
    settings = load(environ, start=tmp_path)
    assert settings.texts["errors.unexpected"] == "Oh dear. Say {code} to us."
    assert settings.texts["errors.stale"] == shipped["errors.stale"]
    assert settings.texts.keys() == shipped.keys()
    note = "config/texts/en.toml: errors.stale is not there, so the shipped words are used"
    assert note in settings.notes
    assert not any("errors.unexpected" in note for note in settings.notes)


def test_without_the_file_all_words_are_shipped(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    before = load(environ, start=tmp_path).texts
    (tmp_path / "config" / "texts" / "en.toml").unlink()
    settings = load(environ, start=tmp_path)
    assert settings.texts == before
    assert "config/texts/en.toml is not there, so the shipped words are used" in settings.notes


@pytest.mark.parametrize(
    ("line", "key", "words"),
    [
        ('stail = "x"', "errors.stail", "did you mean errors.stale?"),
        ("stale = 3", "errors.stale", "is not words"),
        ('stale = "  "', "errors.stale", "is empty"),
        ('stale = "Ask {name}."', "errors.stale", "unknown placeholder {name}; placeholders here: none"),
        (
            'unexpected = "Oh dear."',
            "errors.unexpected",
            "leaves out the placeholder {code}; placeholders here: {code}",
        ),
        ('unexpected = "Oh {code:>9}."', "errors.unexpected", "something other than a plain name"),
        ('unexpected = "Oh {code!r}."', "errors.unexpected", "something other than a plain name"),
        ('unexpected = "Oh {code.name}."', "errors.unexpected", "something other than a plain name"),
        ('unexpected = "Oh {}."', "errors.unexpected", "something other than a plain name"),
        ('unexpected = "Oh {code."', "errors.unexpected", "a brace that stands alone"),
        ('unexpected = "Oh code}."', "errors.unexpected", "a brace that stands alone"),
        (f'stale = "{"a" * 3501}"', "errors.stale", "is 3501 characters long; at most 3500"),
        ('stale = "Hello @everyone."', "errors.stale", '"@everyone"'),
        ('stale = "Hello @Here."', "errors.stale", '"@Here"'),
        ('stale = "**Don\u2019t**  worry."', "errors.stale", "don't worry"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_line(tmp_path: Path, line: str, key: str, words: str) -> None:
    problem = only_problem_of(write_texts(tmp_path, f"[errors]\n# mine\n{line}\n"), tmp_path)
    assert (problem.file, problem.line, problem.key) == ("config/texts/en.toml", 3, key)
    assert words in str(problem)


@pytest.mark.parametrize("promise", ["completely anonymous", "**Fully** anonymous", "100% anonymous", "untraceable"])
def test_no_words_promise_more_of_a_check_in_than_anybody_can_keep(tmp_path: Path, promise: str) -> None:
    problem = only_problem_of(write_texts(tmp_path, f'[checkins]\nunsaid_option = "This is {promise}."\n'), tmp_path)
    assert problem.key == "checkins.unsaid_option"


def test_members_are_told_what_a_check_in_does_not_protect_from(tmp_path: Path) -> None:
    intro = load(sample_environ(tmp_path), start=tmp_path).texts["checkins.intro"]
    copying = "copying the total and its key again and again"
    for limit in ("Discord sees", "by changing the program", copying, "two accounts"):
        assert limit in intro


@pytest.mark.parametrize("phrase", BANNED_PHRASES)
def test_no_banned_phrase_is_let_in(tmp_path: Path, phrase: str) -> None:
    environ = write_texts(tmp_path, f'[errors]\nstale = "Well, {phrase.upper()}, so."\n')
    assert f'says "{phrase}"' in {problem.wrong for problem in problems_of(environ, tmp_path)}


@pytest.mark.parametrize(
    "words",
    [
        "Call 116 123.",
        "Ring 0800 1111.",
        "Phone +44 20 7946 0000 at any time.",
        "Try 1-800-555-0199.",
        "Try (020) 7946-0000.",
        "Text HOME to 50808.",
        "text 85258",
        "In danger? 999.",
        "Dial the line on 105.",
        "988 is free.",
        "Tel: 0114.555.0199",
    ],
)
def test_no_phone_number_is_typed_by_hand(tmp_path: Path, words: str) -> None:
    problem = only_problem_of(write_texts(tmp_path, f'[errors]\nstale = "{words}"\n'), tmp_path)
    assert "phone number typed by hand" in problem.wrong


@pytest.mark.parametrize(
    "words",
    [
        "Write it like 2026-12-01 19:30.",
        "See https://harbour.invalid/pages/123456789.",
        "It starts <t:1764612000:R>, in <#112233445566778899>.",
        "Up to 4000 letters, for 12 to 20 people, 90 minutes.",
        "Discord allows 50 channels in one category and 500 in a server.",
        "We call this group a circle of 8.",
        "Between 1 and 112.5 hours.",
    ],
)
def test_other_numbers_may_be_said(tmp_path: Path, words: str) -> None:
    assert load(write_texts(tmp_path, f'[errors]\nstale = "{words}"\n'), start=tmp_path).texts["errors.stale"] == words


def test_braces_of_their_own_are_written_twice(tmp_path: Path) -> None:
    environ = write_texts(tmp_path, '[errors]\nunexpected = "{{oh}} {code}"\n')
    assert load(environ, start=tmp_path).texts["errors.unexpected"].format(code="K7") == "{oh} K7"


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("groups.join_button", 80),
        ("groups.join_title", 45),
        ("groups.join_label", 45),
        ("groups.note_hint", 100),
        ("groups.consent_option", 100),
        ("groups.note_placeholder", 150),
        ("commands.group_create", 100),
        ("commands.group_create__title", 100),
        ("groups.welcome", 3500),
    ],
)
def test_the_end_of_a_key_says_how_long_its_text_may_be(key: str, limit: int) -> None:
    assert longest(key) == limit


def test_placeholders_are_the_names_in_braces() -> None:
    assert placeholders("{a} and {{b}} and {c} and {a}") == {"a", "c"}


def test_the_shipped_agreement_says_the_three_lines_itself(tmp_path: Path) -> None:
    guidelines = load(sample_environ(tmp_path), start=tmp_path).guidelines
    folder = starter_dir() / "guidelines"
    assert guidelines.body == (folder / "agreement.md").read_text(encoding="utf-8").strip()
    assert guidelines.short == (folder / "short.md").read_text(encoding="utf-8").strip()
    assert "Flag to facilitators" in guidelines.body


@pytest.mark.parametrize("name", ["agreement.md", "short.md"])
def test_a_reworded_agreement_keeps_the_lines_that_keep_people_safe(tmp_path: Path, name: str) -> None:
    environ = write_guideline(tmp_path, name, "Be kind.\n\n**no one** watches this\nchannel all the time\n")
    guidelines = load(environ, start=tmp_path).guidelines
    text = guidelines.body if name == "agreement.md" else guidelines.short
    limit, _, help_now = SAFETY_LINES
    assert text == f"Be kind.\n\n**no one** watches this\nchannel all the time\n\n{limit}\n{help_now}"


def test_safety_lines_are_added_once() -> None:
    once = with_safety_lines("Be kind.")
    assert all(line in once for line in SAFETY_LINES)
    assert with_safety_lines(once) == once


def test_the_version_follows_the_words_and_not_how_the_file_is_saved(tmp_path: Path) -> None:
    version = version_of("Be kind.\nBe café.")
    assert version_of("\nBe kind.  \r\nBe cafe\u0301.\n\n") == version
    assert version_of("Be kind.\nBe fair.") != version
    assert len(version) == 12
    environ = sample_environ(tmp_path)
    before = load(environ, start=tmp_path).guidelines
    assert load(write_guideline(tmp_path, "short.md", "Be kind."), start=tmp_path).guidelines.version == before.version
    assert load(write_guideline(tmp_path, "agreement.md", "Be kind."), start=tmp_path).guidelines.version not in {
        before.version,
        version,
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "is empty"),
        ("Be kind.\n\nIf in danger, call 999.\n", 3, "phone number"),
        ("We guarantee it.\n", 1, "guarantee"),
        ("@everyone, be kind.\n", 1, "@everyone"),
        ("a" * LONGEST_AGREEMENT, None, f"at most {LONGEST_AGREEMENT}"),
    ],
)
def test_an_agreement_that_cannot_be_is_refused(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    problem = only_problem_of(write_guideline(tmp_path, "agreement.md", text), tmp_path)
    assert (problem.file, problem.line) == ("config/guidelines/agreement.md", line)
    assert words in str(problem)
