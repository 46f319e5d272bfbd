"""A name that would tell what people in a group share: **Use this name**, **Choose another name**."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.client import Interaction
from bot.features.groups import Group, GroupState
from bot.features.groups.model import NAME_LENGTH
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, say, words_of
from bot.ui.components import GroupButton, PersistentModal, Typed
from bot.ui.pages import Page, Row
from bot.ui.texts import Words

KEEPERS = Access.FACILITATOR | Access.LEAD | Access.ADMIN


def name_page(words: Words, group: Group, telling: Sequence[str]) -> Page:
    """Which words they are and why that matters; everything else that was typed is kept."""
    draft = group.state is GroupState.DRAFT
    kept = words("groups.name_tells_draft") if draft else words("groups.name_tells_pending", name=group.name)
    return Page(
        words("groups.name_tells", name=group.name if draft else group.pending_name, telling=", ".join(telling)),
        words("groups.name_tells_why"),
        kept,
        Row(UseNameButton(group.id), OtherNameButton(group.id)),
    )


class UseNameButton(GroupButton, named="groups-name-use"):
    access = KEEPERS
    answers = Answers.LATER
    label = "groups.use_name_button"

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        keeping = interaction.client.services.groups.keeping
        group = await keeping.use_name(guild_id=interaction.guild_id, group_id=self.group, actor_id=interaction.user.id)
        await _say_decided(interaction, group)


class OtherNameButton(GroupButton, named="groups-name-other"):
    access = KEEPERS
    answers = Answers.FORM
    label = "groups.other_name_button"
    style = discord.ButtonStyle.primary

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        keeping = interaction.client.services.groups.keeping
        name = await keeping.name_in_question(guild_id=interaction.guild_id, group_id=self.group)
        await OtherNameForm(self.group, name=name).open(interaction)


class OtherNameForm(PersistentModal):
    template = re.compile(r"groups-name-form:(?P<group>\d+)")
    access = KEEPERS
    title = "groups.other_name_title"

    def __init__(self, group: int, *, name: str = "") -> None:
        super().__init__(f"groups-name-form:{group}")
        self.group = group
        self._name = name

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        typed = ui.TextInput[Any](custom_id="name", default=self._name or None, max_length=NAME_LENGTH)
        label, hint = words("groups.other_name_label"), words("groups.other_name_hint")
        return [ui.Label[Any](text=label, description=hint, component=typed)]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        keeping = interaction.client.services.groups.keeping
        group = await keeping.other_name(
            guild_id=interaction.guild_id,
            group_id=self.group,
            actor_id=interaction.user.id,
            name=typed.text("name"),
        )
        await _say_decided(interaction, group)


async def _say_decided(interaction: Interaction, group: Group) -> None:
    if group.state is GroupState.DRAFT or group.pending_name:
        telling = interaction.client.services.groups.keeping.telling(group.pending_name or group.name)
        await answer(interaction, name_page(words_of(interaction), group, telling))
    elif group.ready:
        await say(interaction, "groups.renamed", name=group.name)
    else:
        await say(interaction, "groups.being_made", name=group.name)
