"""Which names are asked about, and which are left alone."""

from __future__ import annotations

import pytest

from bot.features.groups.keeping.names import words_that_tell
from bot.settings.model import CONDITION_WORDS


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Grief support", "grief"),
        ("GRIEF", "grief"),
        ("grief_support", "grief"),
        ("GriefSupport", "grief"),
        ("my-grief-2026", "grief"),
        ("grief2026", "grief"),
        ("Gríef", "grief"),
        ("\uff47\uff52\uff49\uff45\uff46", "grief"),
        ("\U0001d4f0\U0001d4fb\U0001d4f2\U0001d4ee\U0001d4ef", "grief"),
        ("gr\u200bief", "grief"),
        ("Gr1ef", "grief"),
        ("gr!ef", "grief"),
        ("D-e-pression", "depression"),
        ("D e p r e s s i o n", "depression"),
        ("d.3.p.r.3.s.s.1.0.n", "depression"),
        ("Living with cancers", "cancer"),
        ("Losses", "loss"),
        ("Therapies & tea", "therapy"),
        ("grief's end", "grief"),
        ("self harm", "self-harm"),
        ("selfharm", "self-harm"),
        ("Self_Harm", "self-harm"),
        ("s3lf-h4rm", "self-harm"),
        ("H.I.V.", "hiv"),
        ("(PTSD)", "ptsd"),
        ("🌊 pain 🌊", "pain"),
        ("chronic 1llness", "illness"),
        ("AlcoholFree", "alcohol"),
        ("p4in", "pain"),
    ],
)
def test_a_word_that_tells_is_found_however_it_is_written(name: str, word: str) -> None:
    assert word in words_that_tell(name, CONDITION_WORDS)


@pytest.mark.parametrize(
    "name",
    [
        "Tuesday",
        "Painting together",
        "Spain",
        "Grandpa in Berlin",
        "Pa in town",
        "Glossary",
        "Lossless",
        "Drugstore",
        "Seating",
        "Beating drums",
        "Group 1055",
        "Room 5",
        "Survivorship",
        "Elementals",
        "Mentally",
        "Maids of honour",
        "Panicum",
        "Widowmaker peak",
        "",
        "!!!",
        "🌊",
        "Hi V",
        "n" * 100,
        "1" * 100,
        "!" * 100,
    ],
)
def test_an_innocent_name_is_left_alone(name: str) -> None:
    assert words_that_tell(name, CONDITION_WORDS) == ()


def test_every_word_is_named_as_the_operator_wrote_it() -> None:
    assert words_that_tell("Pain and GRIEF", ("Grief", "pain", "--", "7")) == ("Grief", "pain")


def test_without_words_nothing_is_asked() -> None:
    assert words_that_tell("Grief", ()) == ()
