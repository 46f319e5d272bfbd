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
    return Page(words("checkins.heading", title=checkin.asked.title), *result_lines(words, checkin), ending)


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


def result_lines(words: Words, checkin: Checkin) -> list[Raw]:
    """Each question as it was asked, with its sentence."""
    return [
        words("checkins.result_line", question=question.text, sentence=sentence_words(words, question, sentence))
        for question, sentence in outcomes(checkin)
    ]


def outcomes(checkin: Checkin) -> list[tuple[Question, Sentence]]:
    """What it came to, question by question; of one that was lost there is nothing to say."""
    questions = checkin.asked.questions
    return list(zip(questions, checkin.sentences or (Sentence.NONE,) * len(questions), strict=True))


def sentence_words(words: Words, question: Question, sentence: Sentence) -> Raw:
    """Of a question of which more is harder no end is called the higher: that would sound like the better one."""
    turned = question.reversed and sentence in (Sentence.HIGH, Sentence.LOW)
    return words(f"checkins.sentence_{sentence}_reversed" if turned else f"checkins.sentence_{sentence}")
