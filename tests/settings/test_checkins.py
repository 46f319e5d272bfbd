"""``config/checkins``: what is read, and what no check-in may ask."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.questions import Band, Template
from bot.settings import load
from tests.settings import only_problem_of, problems_of, sample_environ

OPTIONS = """options = [
    { text = "Not at all", band = "low" },
    { text = "Partly", band = "mid" },
    { text = "Very much", band = "high" },
]
"""
QUESTION = f'[[questions]]\nlabel = "Voices"\ntext = "Everyone could speak."\n{OPTIONS}'


def write(tmp_path: Path, toml: str, name: str = "ours.toml") -> dict[str, str]:
    environ = sample_environ(tmp_path)
    (tmp_path / "config" / "checkins" / name).write_text(toml, encoding="utf-8")
    return environ


def own(environ: dict[str, str], tmp_path: Path) -> Template:
    (template,) = [one for one in load(environ, start=tmp_path).checkins if one.id == "ours"]
    return template


def asking(tmp_path: Path, text: str) -> dict[str, str]:
    return write(tmp_path, f'title = "Ours"\n{QUESTION}'.replace("Everyone could speak.", text))


def test_the_shipped_ones_are_read(tmp_path: Path) -> None:
    health, climate = load(sample_environ(tmp_path), start=tmp_path).checkins
    assert (climate.id, climate.title) == ("meeting_climate", "How was the meeting?")
    assert climate.questions[0].label == "Being heard"
    assert (health.id, health.title) == ("group_health", "How is this group working?")
    for template in (health, climate):
        bands = [[option.band for option in question.options] for question in template.questions]
        assert bands == [[Band.LOW, Band.LOW, Band.MID, Band.HIGH, Band.HIGH]] * 5
        assert not any(question.reversed for question in template.questions)


def test_how_rarely_each_may_be_asked(tmp_path: Path) -> None:
    health, climate = load(sample_environ(tmp_path), start=tmp_path).checkins
    assert (health.apart, climate.apart) == (timedelta(weeks=4), None)
    assert own(write(tmp_path, f'title = "Ours"\n{QUESTION}'), tmp_path).apart == timedelta(weeks=1)
    assert own(write(tmp_path, f'title = "Ours"\nonce = "10 days"\n{QUESTION}'), tmp_path).apart == timedelta(days=10)


def test_a_question_may_be_one_of_which_more_is_harder(tmp_path: Path) -> None:
    toml = f'title = "Ours"\n{QUESTION}{QUESTION.replace("Voices", "Quiet").replace("could", "could not")}'
    template = own(write(tmp_path, toml.replace('label = "Quiet"', 'label = "Quiet"\nreversed = true')), tmp_path)
    assert [question.reversed for question in template.questions] == [False, True]


def test_one_s_own_comes_beside_it(tmp_path: Path) -> None:
    settings = load(write(tmp_path, f'title = "A word from you"\n{QUESTION}'), start=tmp_path)
    assert [template.id for template in settings.checkins] == ["ours", "group_health", "meeting_climate"]


def test_without_the_folder_the_shipped_ones_are_used(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    for path in (tmp_path / "config" / "checkins").iterdir():
        path.unlink()
    (tmp_path / "config" / "checkins").rmdir()
    settings = load(environ, start=tmp_path)
    assert [template.id for template in settings.checkins] == ["group_health", "meeting_climate"]
    assert any("checkins is not there" in note for note in settings.notes)


@pytest.mark.parametrize(
    "text",
    [
        "I thought about suicide.",
        "I had suicidal thoughts.",
        "I wanted to harm myself.",
        "I was close to self-harm.",
        "I felt like ending my life.",
        "I wished I were dead.",
    ],
)
def test_danger_is_never_asked_about_whatever_the_operator_says(tmp_path: Path, text: str) -> None:
    problem = only_problem_of(asking(tmp_path, text), tmp_path)
    assert (problem.file, problem.line, problem.key) == ("config/checkins/ours.toml", 4, "questions[1].text")
    assert "nobody could help" in problem.allowed
    licensed = f'title = "Ours"\ni_have_a_licence_and_a_clinical_lead = true\n{QUESTION}'
    environ = write(tmp_path, licensed.replace("Everyone could speak.", text))
    assert "nobody could help" in only_problem_of(environ, tmp_path).allowed


@pytest.mark.parametrize(
    "text",
    [
        "My symptoms got better.",
        "I have a diagnosis.",
        "I took my medication.",
        "I stayed off drugs.",
        "I had no alcohol.",
        "I met somebody who abused me.",
    ],
)
def test_illness_substances_and_abuse_are_not_asked_about_anonymously(tmp_path: Path, text: str) -> None:
    assert "anonymous form" in only_problem_of(asking(tmp_path, text), tmp_path).allowed


@pytest.mark.parametrize(
    ("title", "name"),
    [("PHQ-9", "ours.toml"), ("The WHO 5 index", "ours.toml"), ("Ours", "gad_7.toml"), ("K10", "a.toml")],
)
def test_a_questionnaire_that_screens_or_is_not_free_needs_the_operator_s_word(
    tmp_path: Path, title: str, name: str
) -> None:
    problem = only_problem_of(write(tmp_path, f'title = "{title}"\n{QUESTION}', name), tmp_path)
    assert "i_have_a_licence_and_a_clinical_lead = true" in problem.allowed
    toml = f'title = "{title}"\ni_have_a_licence_and_a_clinical_lead = true\n{QUESTION}'
    settings = load(write(tmp_path, toml, name), start=tmp_path)
    assert any("i_have_a_licence_and_a_clinical_lead is set" in note for note in settings.notes), "said at every start"


def test_everyday_words_are_no_questionnaires(tmp_path: Path) -> None:
    load(write(tmp_path, f'title = "Basque evening, who 50 came"\n{QUESTION}'), start=tmp_path)


@pytest.mark.parametrize(
    ("toml", "line", "wrong"),
    [
        ('title = "Ours"\n', None, "is empty"),
        (f'title = "Ours"\n{QUESTION * 6}', 2, "has 6 entries"),
        (QUESTION, None, "is missing"),
        (f'title = "{"x" * 46}"\n{QUESTION}', 1, "46 characters"),
        (f'title = "Ours"\n{QUESTION}'.replace("Voices", "x" * 46), 3, "46 characters"),
        (f'title = "Ours"\n{QUESTION}'.replace("Partly", "x" * 101), 7, "101 characters"),
        (f'title = "Ours"\n{QUESTION}'.replace('"mid"', '"middle"'), 7, "is 'middle'"),
        (f'title = "Ours"\n{QUESTION}'.replace('"mid"', '"high"'), 5, "do not go from one end to the other"),
        (f'title = "Ours"\nonce = "3 days"\n{QUESTION}', 2, "is 3d"),
        (f'title = "Ours"\nonce = "never"\n{QUESTION}', 2, "not a length of time"),
        (f'title = "Ours"\nonce = 4\n{QUESTION}', 2, "is a number"),
        (f'title = "Ours"\n{QUESTION}reversed = "yes"\n', 10, "is words"),
        (f'title = "Ours"\nfree_text = true\n{QUESTION}', 2, "is not known"),
        (f'title = "Ours"\n{QUESTION}'.replace("Voices", "Don't worry"), 3, "don't worry"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, toml: str, line: int | None, wrong: str) -> None:
    problems = problems_of(write(tmp_path, toml), tmp_path)
    assert any(wrong in problem.wrong and problem.line == line for problem in problems), problems


def test_a_name_that_cannot_be_typed_is_refused(tmp_path: Path) -> None:
    environ = write(tmp_path, f'title = "Ours"\n{QUESTION}', "Our check-in.toml")
    assert "hard to type" in only_problem_of(environ, tmp_path).wrong
