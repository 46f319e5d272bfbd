"""Leaving a group, in two steps."""

from __future__ import annotations

import discord

from bot.client import Interaction
from bot.features.groups import Group
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, say, words_of
from bot.ui.components import GroupButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Words


def confirm_page(words: Words, group: Group) -> Page:
    return Page(words("groups.leave_confirm", name=group.name), Row(LeaveButton(group.id)))


class GoButton(GroupButton, named="groups-go"):
    """The first of the two steps."""

    access = Access.MEMBER | Access.VISITOR
    answers = Answers.NOW
    label = "groups.leave_button"

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        leaving = await interaction.client.services.groups.may_leave(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id
        )
        await answer(interaction, confirm_page(words_of(interaction), leaving))


class LeaveButton(GroupButton, named="groups-leave"):
    access = Access.MEMBER | Access.VISITOR
    answers = Answers.LATER
    label = "groups.leave_button"
    style = discord.ButtonStyle.danger

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.groups.leave(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id
        )
        await say(interaction, "groups.left", name=group.name)
