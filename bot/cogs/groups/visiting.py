"""Visitors say that they stay."""

from __future__ import annotations

import discord

from bot.client import Interaction
from bot.ui.access import Access, Answers
from bot.ui.answer import say
from bot.ui.components import GroupButton


class StayButton(GroupButton, named="groups-stay"):
    access = Access.MEMBER | Access.VISITOR
    answers = Answers.LATER
    label = "groups.stay_button"
    style = discord.ButtonStyle.success
    refusal = "groups.visit_ended"

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.groups.visits.stay(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id
        )
        await say(interaction, "groups.stayed", name=group.name)
