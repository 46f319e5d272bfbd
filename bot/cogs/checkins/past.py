"""Past sentences, as a list with dates; what differs between them is left to those who were there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.client import Interaction
from bot.cogs.checkins.pages import outcomes, result_lines, sentence_words
from bot.core.questions import Question
from bot.features.checkins import Checkin, Sentence
from bot.features.checkins.past import Stretch
from bot.features.groups import Group
from bot.ui.access import Access, Answers, group_of
from bot.ui.answer import replace as show_instead
from bot.ui.answer import words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import LONGEST, Page, Row
from bot.ui.texts import Words, instant

READERS = Access.MEMBER | Access.VISITOR
_WHERE = r":(?P<group>\d+):(?P<asked>[a-z][a-z0-9_]*):(?P<second>\d{1,10})"


class EarlierButton(PersistentButton, template="checkins-earlier" + _WHERE):
    access = READERS
    answers = Answers.NOW
    label = "checkins.earlier_button"

    def __init__(self, group: int, asked: str, second: int) -> None:
        """``asked``: the template's id; ``second``: of the Unix clock, in which the first that is shown closed."""
        super().__init__(f"checkins-earlier:{group}:{asked}:{second}")
        self.group = group
        self._asked = asked
        self._before = datetime.fromtimestamp(second, UTC)

    async def press(self, interaction: Interaction) -> None:
        await _turn(interaction, self._asked, before=self._before)


class LaterButton(PersistentButton, template="checkins-later" + _WHERE):
    access = READERS
    answers = Answers.NOW
    label = "checkins.later_button"

    def __init__(self, group: int, asked: str, second: int) -> None:
        """As for the earlier ones; ``second``: in which the last that is shown closed."""
        super().__init__(f"checkins-later:{group}:{asked}:{second}")
        self.group = group
        self._asked = asked
        self._since = datetime.fromtimestamp(second + 1, UTC)

    async def press(self, interaction: Interaction) -> None:
        await _turn(interaction, self._asked, since=self._since)


async def _turn(interaction: Interaction, asked: str, **when: datetime) -> None:
    about = group_of(interaction)
    stretch = await interaction.client.services.checkins.past.stretch(
        guild_id=about.guild_id, group_id=about.id, template=asked, **when
    )
    await show_instead(interaction, past_page(words_of(interaction), about, stretch))


def newest_page(words: Words, group: Group, newest: Sequence[Checkin]) -> Page:
    """The newest of each, and how to read the earlier ones."""
    if not newest:
        return Page(words("checkins.past_none"))
    parts = [
        "\n".join((words("checkins.past_heading", title=one.asked.title, day=_day(one)), *result_lines(words, one)))
        for one in newest
    ]
    return Page(words("checkins.past_intro", name=group.name), *parts)


def past_page(words: Words, group: Group, stretch: Stretch) -> Page:
    """A stretch of the past of one template, question by question: as much as one message holds."""
    if not stretch.checkins:
        return Page(words("checkins.past_none_of"))
    while sum(map(len, parts := _parts(words, group, stretch.checkins))) > LONGEST and len(stretch.checkins) > 1:
        stretch = stretch.shorter()
    return Page(*parts, *_turning(group, stretch))


def _parts(words: Words, group: Group, checkins: Sequence[Checkin]) -> list[str]:
    titled = words("checkins.past_of", title=checkins[0].asked.title, name=group.name)
    parts, before = [str(titled)], set[str]()
    for question, said in _by_question(checkins).items():
        kind = "past_question_other" if question.text in before else "past_question"
        before.add(question.text)
        lines = [
            words("checkins.past_line", day=_day(one), sentence=sentence_words(words, question, sentence))
            for one, sentence in said
        ]
        parts.append("\n".join((words(f"checkins.{kind}", question=question.text), *lines)))
    return parts


def _by_question(checkins: Sequence[Checkin]) -> dict[Question, list[tuple[Checkin, Sentence]]]:
    """What each came to; a question that was reworded, or had other answers, is another question."""
    found: dict[Question, list[tuple[Checkin, Sentence]]] = {}
    for one in checkins:
        for question, sentence in outcomes(one):
            found.setdefault(replace(question, label=""), []).append((one, sentence))
    return found


def _turning(group: Group, stretch: Stretch) -> list[Row]:
    first, last = stretch.checkins[0], stretch.checkins[-1]
    buttons: list[PersistentButton] = []
    if stretch.earlier:
        buttons.append(EarlierButton(group.id, last.asked.id, int(last.closes_at.timestamp())))
    if stretch.later:
        buttons.append(LaterButton(group.id, first.asked.id, int(first.closes_at.timestamp())))
    return [Row(*buttons)] if buttons else []


def _day(checkin: Checkin) -> str:
    return instant(checkin.closes_at, "D")
