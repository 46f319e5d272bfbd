"""Words are found, filled in, and stay words whatever somebody has put into them."""

from __future__ import annotations

import re

import pytest

from bot.ui.texts import Raw, Words, linked, quote

MARKUP = set("*_`~|>[]<#@-")
WORDS = Words(
    {
        "stage.named": "Hello **{name}**, and {other}.",
        "stage.name_button": "Ask {name}",
        "stage.plain": "Nothing to fill in, not even \\{this\\}.",
        "commands.stage": "Everything about {name}",
    }
)
HOSTILE = {
    "markdown": "**bold** _it_ ~~no~~ ||hidden|| `code`",
    "heading": "# big\n## smaller\n-# tiny",
    "list": "- one\n- two",
    "quote": "> said\n>>> more",
    "link": "[press me](https://example.com/steal)",
    "link in what looks like one": "[x [press me](https://example.com/steal)",
    "address": "https://example.com/||hidden||/_it_",
    "everyone": "@everyone @here",
    "person": "<@100000000000000001> <@!100000000000000001>",
    "role": "<@&100000000000000001>",
    "channel": "<#100000000000000001>",
    "time": "<t:0:R>",
    "command": "</privacy erase:100000000000000001>",
    "emoji": "<:x:100000000000000001>",
    "turned": "safe\u202eelif.exe",
    "isolated": "\u2066a\u2069\u200b\ufeff",
    "lines": "one\r\ntwo\u2028three\x85four\tfive",
    "controls": "a\x00b\x1b[31mc",
    "braces": "{name} {other} {0} {}",
    "backslash": "\\*not bold\\*",
}


def shown_as_words(text: str) -> str:
    """What a client shows of escaped words."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text).replace("\u200b", "")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_somebody_wrote_has_any_effect(name: str) -> None:
    said = WORDS("stage.named", name=HOSTILE[name], other="Ben")
    inside = said.removeprefix("Hello **").removesuffix("**, and Ben.")
    assert len(said.splitlines()) == 1
    # every mark stands behind a backslash, and no mention is whole
    bare = re.sub(r"\\.", "", inside)
    assert set(bare) & (MARKUP - set("@>#-[]")) == set()
    assert not re.search(r"<@|<#|<t:|</|<:|@everyone|@here|\[.*\]\(", bare)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ufeff\x00-\x1f]", inside)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in {"turned", "isolated", "controls"}])
def test_what_they_wrote_can_still_be_read(name: str) -> None:
    said = WORDS("stage.named", name=HOSTILE[name], other="Ben")
    assert shown_as_words(said) == f"Hello **{' '.join(HOSTILE[name].split())}**, and Ben."


def test_braces_in_what_they_wrote_are_not_filled_in() -> None:
    assert "Ben" not in WORDS("stage.named", name="{other}", other="X").replace("Ben", "")
    assert WORDS("stage.named", name="{other}", other="Cleo").startswith("Hello **{other}**")


def test_a_label_shows_no_backslashes_because_discord_reads_no_markup_there() -> None:
    assert WORDS("stage.name_button", name="A*B_C") == "Ask A*B_C"
    assert WORDS("commands.stage", name="A*B\nC\u202e") == "Everything about A*B C"


def test_what_joins_letters_and_families_stays() -> None:
    family, persian = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert WORDS("stage.named", name=family, other=persian) == f"Hello **{family}**, and {persian}."


def test_our_own_marks_are_put_in_as_they_are() -> None:
    assert WORDS("stage.named", name=Raw("<t:0:R>"), other=Raw("<@1>")) == "Hello **<t:0:R>**, and <@1>."


def test_a_text_inside_a_text_is_not_made_harmless_twice() -> None:
    inner = WORDS("stage.named", name="A*B", other="C")
    assert inner in WORDS("stage.named", name="X", other=inner)


def test_given_back_line_by_line() -> None:
    assert quote("one\n\n*two*\r\n@everyone") == "> one\n> \n> \\*two\\*\n> @\u200beveryone"


@pytest.mark.parametrize(("key", "values"), [("stage.unknown", {}), ("stage.named", {"name": "x"})])
def test_an_unknown_text_or_an_unfilled_place_is_a_mistake_of_ours(key: str, values: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        WORDS(key, **values)


def test_a_web_address_in_somebodys_words_stays_one_that_can_be_pressed() -> None:
    told = {
        "see https://a.example/b_c~d?e=*f*&g=(h).": "see https://a.example/b_c~d?e=%2Af%2A&g=%28h%29.",
        "(https://a.example/b)": "(https://a.example/b)",
        "*bold* https://a.example _x_": "\\*bold\\* https://a.example \\_x\\_",
        "https://a.example/`x`[y](z)": "https://a.example/%60x%60%5By%5D%28z%29",
        "https://a.example/||<@1>||": "https://a.example/%7C%7C%3C@1%3E%7C%7C",
        "by the sea\n# and a\u202e b": "by the sea # and a b",
        "javascript:alert(1) http://": "javascript:alert(1) http://",
        "": "",
    }
    assert {typed: str(linked(typed)) for typed in told} == told
    assert "@everyone" not in linked("come @everyone")
