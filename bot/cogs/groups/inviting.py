"""`/group invite`: keeping a place for somebody, which is theirs to take or not."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.groups.named import candidate
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import say
from bot.ui.texts import mention


class Inviting(commands.Cog):
    _bot: Bot

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.LATER)
    async def invite(self, interaction: Interaction, person: discord.User, group: str | None = None) -> None:
        """Invite somebody into a group."""
        into = group_of(interaction)
        crowd = await self._bot.services.groups.invitations.invite(
            guild_id=into.guild_id, group_id=into.id, actor_id=interaction.user.id, person=candidate(person)
        )
        await say(
            interaction,
            "groups.invite_done",
            person=mention(person.id),
            name=into.name,
            taken=crowd.taken,
            capacity=crowd.capacity,
        )
