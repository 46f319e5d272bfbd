"""The buttons by which somebody sees to a case: **I've got this**, **Show what was flagged**, **Close**."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.client import Interaction
from bot.features.cases import Case, CaseState, File, Outcome, Source
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton, PersistentModal, Typed
from bot.ui.pages import Link, Page, Row
from bot.ui.texts import Words, mention, quote

SEEING = Access.FACILITATOR | Access.LEAD


class TakeButton(PersistentButton, template=r"cases-take:(?P<group>\d+):(?P<case>\d+)"):
    access = SEEING
    answers = Answers.LATER
    label = "cases.take_button"
    style = discord.ButtonStyle.success

    def __init__(self, group: int, case: int) -> None:
        """``group``: 0 where it concerns none."""
        super().__init__(f"cases-take:{group}:{case}")
        self.group = group
        self.case = case

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        case = await interaction.client.services.cases.take(
            guild_id=interaction.guild_id, case_id=self.case, actor_id=interaction.user.id
        )
        await answer(interaction, Page(words_of(interaction)("cases.taken"), *holding(case)))


class ShowButton(PersistentButton, template=r"cases-show:(?P<group>\d+):(?P<case>\d+)"):
    access = SEEING
    answers = Answers.LATER
    label = "cases.show_button"

    def __init__(self, group: int, case: int, *, written: bool = False) -> None:
        """``written``: nothing was flagged, somebody asked to talk."""
        super().__init__(f"cases-show:{group}:{case}")
        self.group = group
        self.case = case
        self._written = written

    def dress(self, words: Words) -> None:
        self.item.label = words("cases.show_note_button" if self._written else self.label)

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        file = await interaction.client.services.cases.file(
            guild_id=interaction.guild_id, case_id=self.case, actor_id=interaction.user.id
        )
        await answer(interaction, file_page(words_of(interaction), file))


class CloseButton(PersistentButton, template=r"cases-close:(?P<group>\d+):(?P<case>\d+)"):
    access = SEEING
    answers = Answers.FORM
    label = "cases.close_button"

    def __init__(self, group: int, case: int) -> None:
        super().__init__(f"cases-close:{group}:{case}")
        self.group = group
        self.case = case

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.cases.may_close(
            guild_id=interaction.guild_id, case_id=self.case, actor_id=interaction.user.id
        )
        await CloseForm(self.group, self.case).open(interaction)


class CloseForm(PersistentModal):
    template = re.compile(r"cases-closing:(?P<group>\d+):(?P<case>\d+)")
    access = SEEING
    title = "cases.close_title"

    def __init__(self, group: int, case: int) -> None:
        super().__init__(f"cases-closing:{group}:{case}")
        self.group = group
        self.case = case

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        options = [
            discord.RadioGroupOption(label=words(f"cases.outcome_{outcome}_option"), value=outcome)
            for outcome in Outcome
        ]
        choice = ui.RadioGroup[Any](custom_id="outcome", options=options)
        return [ui.Label[Any](text=words("cases.outcome_label"), component=choice)]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.cases.close(
            guild_id=interaction.guild_id,
            case_id=self.case,
            actor_id=interaction.user.id,
            outcome=Outcome(typed.text("outcome")),
        )
        await say(interaction, "cases.closed")


def taking(case: Case) -> list[Row]:
    """What somebody may press on a case, by how it stands."""
    if case.state is CaseState.CLOSED:
        return []
    return [Row(TakeButton(case.group_id or 0, case.id))] if case.open else holding(case)


def holding(case: Case) -> list[Row]:
    group, written = case.group_id or 0, case.source is Source.TALK
    return [Row(ShowButton(group, case.id, written=written), CloseButton(group, case.id))]


def message_link(case: Case, words: Words) -> Link | None:
    """The way to the message, without a word of it."""
    if case.message_id is None:
        return None
    address = f"https://discord.com/channels/{case.guild_id}/{case.channel_id}/{case.message_id}"
    return ui.Button[Any](style=discord.ButtonStyle.link, label=words("cases.open_message_button"), url=address)


def file_page(words: Words, file: File) -> Page:
    case = file.case
    parts: list[str | Row] = []
    if case.reason is not None:
        parts.append(words("cases.file_reason", reason=words(f"cases.reason_{case.reason}_option")))
    if case.message_id is not None:
        parts += _flagged(words, file)
    for voice in file.voices:
        if voice.user_id is not None:
            parts.append(words("cases.file_voice_named", person=mention(voice.user_id)))
        if voice.note:
            parts.append(words("cases.file_note", words=quote(voice.note)))
    if not any(voice.note for voice in file.voices):
        parts.append(words("cases.file_no_note"))
    parts.append(words("cases.file_private"))
    link = message_link(case, words)
    return Page(*parts, *([Row(link)] if link else []))


def _flagged(words: Words, file: File) -> list[str]:
    parts: list[str] = []
    if file.about_id is not None:
        parts.append(words("cases.file_about", person=mention(file.about_id)))
    evidence = file.evidence
    if evidence is None:
        return [*parts, words("cases.file_no_copy")]
    said = words("cases.file_words", words=quote(evidence.words)) if evidence.words else words("cases.file_no_words")
    parts.append(said)
    if evidence.attachments:
        parts.append(words("cases.file_attachments", count=evidence.attachments))
    return parts
