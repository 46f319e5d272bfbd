"""Ending a check-in without results: asked once more, because what people have answered is gone with it."""

from __future__ import annotations

import discord

from bot.client import Interaction
from bot.features.checkins import Checkin
from bot.ui.access import Access, Answers
from bot.ui.answer import say
from bot.ui.components import PersistentButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Words


class CancelButton(PersistentButton, template=r"checkins-cancel:(?P<group>\d+):(?P<checkin>\d+)"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "checkins.cancel_button"
    style = discord.ButtonStyle.danger

    def __init__(self, group: int, checkin: int) -> None:
        super().__init__(f"checkins-cancel:{group}:{checkin}")
        self.group = group
        self._checkin = checkin

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        checkin = await interaction.client.services.checkins.cancel(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id, checkin_id=self._checkin
        )
        await say(interaction, "checkins.cancelled_done", title=checkin.asked.title)


def cancel_page(words: Words, checkin: Checkin) -> Page:
    """What would be lost, and the button that does it."""
    asked = words("checkins.cancel_confirm", title=checkin.asked.title, closes=checkin.closes_at)
    return Page(asked, Row(CancelButton(checkin.group_id, checkin.id)))
