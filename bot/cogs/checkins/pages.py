"""How check-ins are put into words. Every outcome has the same layout."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cogs.checkins.answering import AnswerPrivatelyButton
from bot.core.questions import Question, Template
from bot.features.checkins import Checkin, CheckinState, Sentence
from bot.features.checkins.release import FEWEST
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, instant


def opened_page(words: Words, checkin: Checkin) -> Page:
    """The one post that a check-in has while it is open."""
    intro = words(
        "checkins.intro",
        questions=len(checkin.asked.questions),
        closes=instant(checkin.closes_at),
        fewest=FEWEST,
    )
    title = words("checkins.heading", title=checkin.asked.title)
    doors = Row(AnswerPrivatelyButton(checkin.group_id, checkin.id), talk_door(checkin.group_id), help_door())
    return Page(title, intro, doors)


def results_page(words: Words, checkin: Checkin) -> Page:
    """A line a question and one at the end, whatever there is to say."""
    lost = checkin.state is CheckinState.LOST
    ending = words("checkins.results_lost" if lost else "checkins.results_thanks")
    return Page(words("checkins.heading", title=checkin.asked.title), *_lines(words, checkin), ending)


def past_page(words: Words, name: str, past: Sequence[Checkin]) -> Page:
    """Past sentences as a list with dates; what differs between them is left to those who were there."""
    if not past:
        return Page(words("checkins.past_none"))
    parts = [
        "\n".join((words("checkins.past_heading", title=one.asked.title, day=instant(one.closes_at, "D")), *lines))
        for one in past
        if (lines := _lines(words, one))
    ]
    return Page(words("checkins.past_intro", name=name), *parts)


def list_page(words: Words, checkin: Checkin | None, templates: Sequence[Template]) -> Page:
    """What is open now and, for those who may open one, what can be."""
    if checkin is None:
        parts = [words("checkins.list_none")]
    else:
        closes_at = checkin.closes_at
        parts = [
            words(
                "checkins.list_open",
                title=checkin.asked.title,
                closes=instant(closes_at),
                relative=instant(closes_at, "R"),
            )
        ]
    lines = [words("checkins.list_line", template=one.id, title=one.title) for one in templates]
    return Page(*parts, *(["\n".join((words("checkins.list_templates"), *lines))] if lines else []))


def _lines(words: Words, checkin: Checkin) -> list[Raw]:
    sentences = checkin.sentences or (Sentence.NONE,) * len(checkin.asked.questions)
    return [
        words("checkins.result_line", question=question.text, sentence=_said(words, question, sentence))
        for question, sentence in zip(checkin.asked.questions, sentences, strict=True)
    ]


def _said(words: Words, question: Question, sentence: Sentence) -> Raw:
    """Of a question of which more is harder no end is called the higher: that would sound like the better one."""
    leans = sentence in (Sentence.HIGH, Sentence.LOW)
    reversed_key = f"checkins.sentence_{sentence}_reversed"
    return words(reversed_key if question.reversed and leans else f"checkins.sentence_{sentence}")
