"""A page becomes as many messages as Discord's limits ask for, and calls nobody but whom it names."""

from __future__ import annotations

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.pages import LONGEST, MOST, Document, Page, Row, divide, layout
from bot.ui.texts import Words
from tests.ui.stage import TEXTS, PressButton

WORDS = Words(TEXTS)


def components(page: Page) -> int:
    return sum(1 + len(part.items) if isinstance(part, Row) else 1 for part in page.parts)


def length(page: Page) -> int:
    return sum(len(part) for part in page.parts if isinstance(part, str))


@given(st.lists(st.one_of(st.integers(1, 9_000), st.just(None)), min_size=1, max_size=40))
def test_every_part_comes_once_in_order_and_no_message_is_too_big(sizes: list[int | None]) -> None:
    parts = [
        Row(*(PressButton("ok", n) for n in range(5))) if size is None else "word " * (size // 5) + "."
        for size in sizes
    ]
    divided = divide(Page(*parts))
    assert all(length(page) <= LONGEST and components(page) <= MOST for page in divided)
    given_rows = [part for part in parts if isinstance(part, Row)]
    assert [part for page in divided for part in page.parts if isinstance(part, Row)] == given_rows
    told = "".join(part for page in divided for part in page.parts if isinstance(part, str))
    assert told.split() != [] or not any(sizes)
    assert "".join(told.split()) == "".join("".join(part.split()) for part in parts if isinstance(part, str))


def test_a_word_that_never_ends_is_cut() -> None:
    assert [length(page) for page in divide(Page("x" * 9_000))] == [4_000, 4_000, 1_000]


def test_what_fits_stays_one_message() -> None:
    assert len(divide(Page("a" * 2_000, "b" * 2_000))) == 1


def test_only_the_first_of_several_messages_calls_anybody() -> None:
    first, *others = divide(Page("x" * 9_000, mentions=(7,)))
    assert first.mentions == (7,)
    assert {page.mentions for page in others} == {()}


def test_nobody_is_called_unless_named() -> None:
    allowed = Page("@everyone <@1> <@&2>").allowed_mentions.to_dict()
    assert allowed["parse"] == []
    assert allowed.get("users", []) == []
    assert Page("<@1> <@2>", mentions=(1,)).allowed_mentions.to_dict()["users"] == [1]


def test_a_button_that_would_die_with_the_process_is_refused() -> None:
    with pytest.raises(TypeError):
        Row(discord.ui.Button(custom_id="dies", label="No"))
    Row(discord.ui.Button(url="https://example.org", label="A link"))


def test_a_page_is_one_container_that_bears_the_mark_and_the_operators_words() -> None:
    (container,) = layout(Page("Hello", Row(PressButton("ok", 3))), WORDS, mark=12345).to_components()
    assert container["id"] == 12345
    assert container["components"][1]["components"][0]["label"] == "Press 3"


def test_a_file_stands_where_the_page_has_it_and_can_be_sent_again() -> None:
    whole = Page("Here", Document("when.ics", b"BEGIN"), "x" * 4_000)
    first, second = divide(whole)
    (container,) = layout(first, WORDS).to_components()
    assert [one.get("file", {}).get("url") for one in container["components"]] == [None, "attachment://when.ics"]
    for _ in range(2):
        (file,) = first.files
        assert (file.filename, file.fp.read()) == ("when.ics", b"BEGIN")
    assert second.files == []
