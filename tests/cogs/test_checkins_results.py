"""Past sentences read again: as a list with dates, a page at a time, and nothing but what was posted."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cogs.checkins.pages import results_page
from bot.core.clock import utc_now
from bot.core.questions import Band, Option, Question, Template
from bot.features.checkins import Checkin, CheckinState, Sentence
from bot.features.checkins.past import MOST_SHOWN
from bot.ui.permissions import INVITE
from bot.ui.texts import Words
from tests.cogs.test_checkins import COGS, Circle
from tests.features.checkins.bygone import bygone
from tests.settings import shipped_settings
from tests.simcord_bot import running, said, sample_settings

A_WEEK = timedelta(days=7)
STAMP = re.compile(r"<t:\d+:D>")
SCALE = tuple(Option(text=f"to the {band} end", band=band) for band in Band)


def question(text: str) -> Question:
    return Question(label="Asked", text=text, options=SCALE)


EVENING = Template(id="evening", title="The evening", questions=(question("I was heard."), question("It was calm.")))
REWORDED = replace(EVENING, questions=(question("I felt heard."), question("It was calm.")))
HEALTH = Template(id="health", title="The group's health", questions=(question("I know the agreement."),))


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Circle]:
    async with running(sample_settings(tmp_path), extensions=COGS) as world:
        circle = Circle(world, INVITE)
        await circle.seat(members=1)
        yield circle


async def closed(at: Circle, template: Template, weeks_ago: float, *sentences: Sentence, **more: Any) -> None:
    day = at.world.now() - A_WEEK * weeks_ago
    await bygone(at.world.services.db, await at.group(), template, day, sentences, **more)


async def results(at: Circle, **options: Any) -> Any:
    told = await at.members[0].slash(at.room, "checkin results", **options)
    assert told.ephemeral
    return told


def days(told: Any) -> list[str]:
    """The days that are listed under the first question."""
    return STAMP.findall(said(told).split("### ")[1])


async def test_the_newest_of_each_and_how_to_see_more(at: Circle) -> None:
    assert "No check-in has closed" in said(await results(at))
    assert "No check-in of that kind" in said(await results(at, template="evening"))
    await closed(at, EVENING, 3, Sentence.LOW, Sentence.LOW)
    await closed(at, EVENING, 2, Sentence.HIGH, Sentence.NONE)
    await closed(at, HEALTH, 4, Sentence.SPREAD)
    told = said(await results(at))
    assert told.index("The evening") < told.index("The group's health")
    assert "**I was heard.**\nMore than half of the answers were towards the higher end." in told
    assert "**It was calm.**\nNo summary this time." in told
    assert "lower end" not in told, "the earlier one is not the newest"
    assert "/checkin results" in told
    offered = await at.members[0].autocomplete(at.room, "checkin results", "template", "")
    assert [choice["value"] for choice in offered] == ["evening", "health"]
    assert await at.zoe.autocomplete(at.hall, "checkin results", "template", "") == []


async def test_one_template_is_read_back_in_time_by_buttons_that_outlive_a_restart(at: Circle) -> None:
    for weeks_ago in range(1, MOST_SHOWN + 3):
        await closed(at, EVENING, weeks_ago)
    told = await results(at, template="evening")
    first = days(told)
    assert len(first) == MOST_SHOWN and first == sorted(first, reverse=True)
    assert "Earlier" in said(told) and "Later" not in said(told)
    await at.world.restart()
    told = await at.members[0].click(told.response, label="Earlier")
    second = days(told)
    assert len(second) == 2 and max(second) < min(first)
    assert "Later" in said(told) and "Earlier" not in said(told)
    told = await at.members[0].click(told.response, label="Later")
    assert days(told) == first
    assert not told.followups and told.response.ephemeral


async def test_only_what_was_posted_is_listed_by_question_and_with_no_number(at: Circle) -> None:
    other = replace(EVENING.questions[1], options=(*SCALE, Option(text="very much", band=Band.HIGH)))
    await closed(at, replace(EVENING, questions=(REWORDED.questions[0], other)), 1, Sentence.HIGH, Sentence.HIGH)
    await closed(at, REWORDED, 2, Sentence.HIGH, Sentence.LOW)
    await closed(at, EVENING, 3, Sentence.LOW, Sentence.NONE)
    await closed(at, EVENING, 4, state=CheckinState.CANCELLED)
    await closed(at, EVENING, 5, state=CheckinState.LOST)
    told = said(await results(at, template="evening"))
    felt, calm, calm_before, heard = (part.splitlines() for part in told.split("### ")[1:])
    assert [part[0] for part in (felt, calm, calm_before, heard)] == [
        *("I felt heard.", "It was calm.", "It was calm.", "I was heard."),
    ]
    assert [len(STAMP.findall("".join(part))) for part in (felt, calm, calm_before, heard)] == [2, 1, 2, 1]
    assert "other answers to choose from" in calm_before[1]
    assert all(line.startswith("- <t:") for line in (*felt[1:], *calm[1:], *calm_before[2:], *heard[1:]))
    assert not re.search(r"[\d%↑↓|]", STAMP.sub("", told)), "no number, no arrow, no table"


def test_what_more_of_is_harder_is_said_as_often_in_the_same_layout(tmp_path: Path) -> None:
    words = Words(shipped_settings(tmp_path).texts)
    ended = Checkin(
        id=1,
        guild_id=2,
        group_id=3,
        asked=EVENING,
        state=CheckinState.CLOSED,
        opened_at=utc_now() - A_WEEK,
        closes_at=utc_now(),
        sentences=(Sentence.LOW, Sentence.NONE),
    )
    harder = replace(EVENING, questions=tuple(replace(one, reversed=True) for one in EVENING.questions))
    plain, turned = (results_page(words, replace(ended, asked=asked)).parts for asked in (EVENING, harder))
    assert len(plain) == len(turned) and plain[0] == turned[0] and plain[2:] == turned[2:]
    assert "towards the lower end" in str(plain[1]) and "towards *less often*" in str(turned[1])


@pytest.mark.parametrize("longest", ["", "word " * 40])
async def test_a_page_is_one_message_also_in_long_words(tmp_path: Path, longest: str) -> None:
    settings = sample_settings(tmp_path)
    key = "checkins.sentence_spread"
    settings = replace(settings, texts={**settings.texts, key: settings.texts[key] + longest})
    questions = tuple(question(f"{letter}{'y' * 99}") for letter in "abcde")
    async with running(settings, extensions=COGS) as world:
        at = Circle(world, INVITE)
        await at.seat(members=1)
        for weeks_ago in range(1, MOST_SHOWN + 2):
            await closed(at, replace(EVENING, questions=questions), weeks_ago)
        told = await results(at, template="evening")
        read = days(told)
        while "Earlier" in said(told):
            assert not told.followups
            told = await at.members[0].click(told.response, label="Earlier")
            read += days(told)
        assert read == sorted(read, reverse=True) and len(read) == MOST_SHOWN + 1
        while "Later" in said(told):
            told = await at.members[0].click(told.response, label="Later")
        assert days(told)[0] == read[0]
