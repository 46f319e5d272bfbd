"""``config/checkins``: what is read, and what no check-in may ask."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.questions import Band, Template
from bot.settings import load
from bot.settings.checkins import LICENSED
from tests.settings import only_problem_of, problems_of, sample_environ, write_options

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


PLACES = {
    "title": ('title = "Ours"', 1),
    "questions[1].label": ('label = "Voices"', 3),
    "questions[1].text": ('text = "Everyone could speak."', 4),
    "questions[1].options[2].text": ('text = "Partly"', 7),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("licensed", [False, True])
def test_danger_is_never_asked_about_whatever_the_operator_says(tmp_path: Path, place: str, licensed: bool) -> None:
    sound, line = PLACES[place]
    toml = f'title = "Ours"\n{QUESTION}'.replace(sound, f'{sound.partition("=")[0]}= "I wanted to die."', 1)
    licence = f"{LICENSED} = true\n" if licensed else ""
    problem = only_problem_of(write(tmp_path, licence + toml), tmp_path)
    assert (problem.file, problem.line, problem.key) == ("config/checkins/ours.toml", line + licensed, place)
    assert "want" in problem.wrong
    assert "nobody could help" in problem.allowed


@pytest.mark.parametrize("place", PLACES)
def test_illness_is_asked_about_only_with_a_licence_which_is_said_at_every_start(tmp_path: Path, place: str) -> None:
    sound, line = PLACES[place]
    toml = f'title = "Ours"\n{QUESTION}'.replace(sound, f'{sound.partition("=")[0]}= "My symptoms"', 1)
    problem = only_problem_of(write(tmp_path, toml), tmp_path)
    assert (problem.line, problem.key) == (line, place)
    assert "anonymous form" in problem.allowed
    settings = load(write(tmp_path, f"{LICENSED} = true\n{toml}"), start=tmp_path)
    assert [note for note in settings.notes if note.startswith(f"config/checkins/ours.toml: {LICENSED} is set")]


def test_the_operator_s_own_words_hold_beside_the_shipped_ones_whatever_the_licence(tmp_path: Path) -> None:
    more = '[checkins]\nnever_ask = ["gambl*", "rent"]\nnever_use = ["Harbour Scale"]\n'
    load(write_options(tmp_path, more), start=tmp_path)
    for said in ("I gambled less.", "Rents are high.", "I wanted to die.", "I was drunk."):
        assert only_problem_of(asking(tmp_path, said), tmp_path).key == "questions[1].text"
    licensed = f'title = "Ours"\n{LICENSED} = true\n{QUESTION}'
    problem = only_problem_of(write(tmp_path, licensed.replace("Everyone could speak.", "I gambled less.")), tmp_path)
    assert (problem.wrong, problem.allowed) == ('says "gambled"', "never_ask in bot.toml keeps it out of check-ins")
    problem = only_problem_of(write(tmp_path, licensed.replace('"Ours"', '"harbour-scale"')), tmp_path)
    assert "never_use in bot.toml" in problem.allowed


@pytest.mark.parametrize(
    ("more", "line", "key"),
    [
        ('never_ask = "gambling"', 5, "checkins.never_ask"),
        ("never_ask = [7]", 5, "checkins.never_ask[1]"),
        ('never_ask = ["rent", " * "]', 5, "checkins.never_ask[2]"),
        ('never_use = ["--"]', 5, "checkins.never_use[1]"),
        ('only_ask = ["rent"]', 5, "checkins.only_ask"),
    ],
)
def test_words_that_could_never_be_found_are_refused(tmp_path: Path, more: str, line: int, key: str) -> None:
    problem = only_problem_of(write_options(tmp_path, f"[checkins]\n{more}\n"), tmp_path)
    assert (problem.file, problem.line, problem.key) == ("config/bot.toml", line, key)


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


def many(count: int) -> str:
    bands = ["low", *["mid"] * (count - 2), "high"]
    steps = "".join(f'    {{ text = "step {place}", band = "{band}" }},\n' for place, band in enumerate(bands))
    return f'[[questions]]\nlabel = "Steps"\ntext = "How many?"\noptions = [\n{steps}]\n'


def test_a_scale_may_be_as_long_as_a_list_on_discord(tmp_path: Path) -> None:
    (question,) = own(write(tmp_path, f'title = "Ours"\n{many(24)}'), tmp_path).questions
    assert [option.text for option in question.options] == [f"step {place}" for place in range(24)]


PACK = """title = "How life is"
[[questions]]
label = "Anxious yesterday"
text = "Overall, how anxious did you feel yesterday?"
reversed = true
options = [
    { text = "0 - not at all", band = "low" }, { text = "1", band = "low" }, { text = "2", band = "low" },
    { text = "3", band = "low" }, { text = "4", band = "mid" }, { text = "5", band = "mid" },
    { text = "6", band = "high" }, { text = "7", band = "high" }, { text = "8", band = "high" },
    { text = "9", band = "high" }, { text = "10 - completely", band = "high" },
]
[[questions]]
label = "Loneliness"
text = "How often do you feel lonely?"
reversed = true
options = [
    { text = "Often/always", band = "high" },
    { text = "Some of the time", band = "high" },
    { text = "Occasionally", band = "mid" },
    { text = "Hardly ever", band = "low" },
    { text = "Never", band = "low" },
]
"""


def test_scales_from_nought_to_ten_and_from_often_to_never_are_read(tmp_path: Path) -> None:
    anxious, lonely = own(write(tmp_path, PACK), tmp_path).questions
    assert [option.band for option in anxious.options] == [Band.LOW] * 4 + [Band.MID] * 2 + [Band.HIGH] * 5
    assert [option.band for option in lonely.options] == [Band.HIGH] * 2 + [Band.MID] + [Band.LOW] * 2
    problem = only_problem_of(write(tmp_path, PACK.replace("reversed = true\n", "")), tmp_path)
    assert (problem.key, problem.line) == ("questions[2].options", 14), "only one that is reversed begins with high"


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
        (f'title = "Ours"\n{many(25)}', 5, "has 25 entries"),
        (f'title = "Ours"\n{QUESTION * 2}', 11, "is that of question 1"),
        (f'title = "Ours"\n{QUESTION}{QUESTION.replace("Voices", "Other")}', 12, "is that of question 1"),
        (
            f'title = "Ours"\n{QUESTION}{QUESTION.replace("Everyone could speak.", "Other")}',
            11,
            "is that of question 1",
        ),
        (f'title = "Ours"\n{QUESTION}'.replace("Partly", "not  at all."), 7, "is that of option 1"),
        (f'title = "Ours"\n{QUESTION}'.replace("Partly", "Prefer not to say"), 7, "is added by itself"),
        (f'title = "Ours"\n{QUESTION}'.replace("Partly", "\u200b\u2060"), 7, "shows nothing"),
        (f'title = "Ours"\n{QUESTION}'.replace("Partly", "Partly\\nso"), 7, "has more than one line"),
        (f'title = "Ours"\n{QUESTION}'.replace("Partly", "x" * 300), 7, "300 characters"),
        (f'title = "Ours"\n{QUESTION}'.replace("Partly", "Ask @everyone"), 7, "@everyone"),
        (f'title = "Ours"\n{QUESTION}type = "text"\n', 10, "is not known"),
        ('title = "Ours"\n[[questions]]\nlabel = "Say"\ntext = "What would you change?"\n', 2, "is empty"),
        (f'title = "Ours"\n{QUESTION}'.replace('"low"', '"mid"'), 5, "do not go from one end to the other"),
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
