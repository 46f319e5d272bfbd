"""**Answer privately** and its form. Nothing follows an answer: no word is looked up, nothing is remembered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.client import Interaction
from bot.core.questions import MOST_QUESTIONS, Question
from bot.ui.access import Access, Answers, standing_of
from bot.ui.answer import answer, words_of
from bot.ui.components import PersistentButton, PersistentModal, Typed
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Page, Row
from bot.ui.texts import Words

UNSAID = "unsaid"
MOST_IN_SIGHT = 10
"""Options of a question that Discord shows at once; more are folded into a list."""


class AnswerPrivatelyButton(PersistentButton, template=r"checkins-answer:(?P<group>\d+):(?P<checkin>\d+)"):
    access = Access.MEMBER
    answers = Answers.FORM
    afterwards = False
    refusal = "checkins.not_asked"
    label = "checkins.answer_button"
    style = discord.ButtonStyle.primary

    def __init__(self, group: int, checkin: int) -> None:
        super().__init__(f"checkins-answer:{group}:{checkin}")
        self.group = group
        self.checkin = checkin

    def doors(self) -> Sequence[Row]:
        return (doors_to_somebody(self.group),)

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        checkin = await interaction.client.services.checkins.may_answer(
            guild_id=interaction.guild_id,
            group_id=self.group,
            checkin_id=self.checkin,
            user_id=interaction.user.id,
            facilitates=standing_of(interaction).facilitator,
        )
        await AnswerForm(self.group, self.checkin, questions=checkin.asked.questions).open(interaction)


class AnswerForm(PersistentModal):
    template = re.compile(r"checkins-answering:(?P<group>\d+):(?P<checkin>\d+)")
    access = Access.MEMBER
    afterwards = False
    refusal = "checkins.not_asked"
    title = "checkins.answer_title"

    def __init__(self, group: int, checkin: int, *, questions: Sequence[Question] = ()) -> None:
        """``questions``: only to show the form; one that comes back is read against those that were asked."""
        super().__init__(f"checkins-answering:{group}:{checkin}")
        self.group = group
        self.checkin = checkin
        self._questions = questions

    def doors(self) -> Sequence[Row]:
        return (doors_to_somebody(self.group),)

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        unsaid = words("checkins.unsaid_option")
        return [
            ui.Label[Any](
                text=question.label, description=question.text, component=_choice(question, f"question-{place}", unsaid)
            )
            for place, question in enumerate(self._questions)
        ]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.checkins.answer(
            guild_id=interaction.guild_id,
            group_id=self.group,
            checkin_id=self.checkin,
            user_id=interaction.user.id,
            facilitates=standing_of(interaction).facilitator,
            chosen=_chosen(typed),
        )
        await answer(interaction, Page(words_of(interaction)("checkins.thanks"), *self.doors()))


def doors_to_somebody(group_id: int) -> Row:
    """Beneath whatever follows a press or a form, so that from afar all of these look the same."""
    return Row(talk_door(group_id), help_door())


def _choice(question: Question, custom_id: str, unsaid: str) -> ui.RadioGroup[Any] | ui.Select[Any]:
    """The options in their order and *Prefer not to say* last, all of them in sight as long as Discord has room."""
    listed = [(option.text, str(place)) for place, option in enumerate(question.options)]
    listed.append((unsaid, UNSAID))
    if len(listed) <= MOST_IN_SIGHT:
        in_sight = [discord.RadioGroupOption(label=text, value=value) for text, value in listed]
        return ui.RadioGroup(custom_id=custom_id, options=in_sight, required=False)
    folded = [discord.SelectOption(label=text, value=value) for text, value in listed]
    return ui.Select(custom_id=custom_id, options=folded, min_values=0, required=False)


def _chosen(typed: Typed) -> dict[int, int]:
    """The place of the chosen option, by the question's place; what was not said is left out."""
    given = {place: typed.text(f"question-{place}") for place in range(MOST_QUESTIONS)}
    return {place: int(option) for place, option in given.items() if option.isdecimal()}
