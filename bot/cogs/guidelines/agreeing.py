"""**I agree**, under an agreement that has changed."""

from __future__ import annotations

import discord

from bot.client import Interaction
from bot.ui.access import Access, Answers
from bot.ui.answer import say
from bot.ui.components import PersistentButton
from bot.ui.texts import channel


class AgreeButton(PersistentButton, template=r"guidelines-agree:(?P<group>\d+):(?P<agreement>v\w+)"):
    """For a changed agreement only: who asks to join agrees in the asking."""

    access = Access.MEMBER | Access.VISITOR
    answers = Answers.LATER
    label = "guidelines.agree_button"
    style = discord.ButtonStyle.success

    def __init__(self, group: int, agreement: str) -> None:
        """``agreement``: the version of what is shown above the button, after a ``v``."""
        super().__init__(f"guidelines-agree:{group}:{agreement}")
        self.group = group
        self.agreement = agreement

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.guidelines.asking.agree(
            guild_id=interaction.guild_id,
            group_id=self.group,
            user_id=interaction.user.id,
            version=self.agreement[1:],
        )
        await say(interaction, "guidelines.agreed", room=channel(group.room_id or 0))
