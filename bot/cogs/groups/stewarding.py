"""`/group`: handover, pause, archive."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.groups.closing import KEEPERS, archive_page, break_page, resume_page
from bot.cogs.groups.handing import HandingForm
from bot.cogs.groups.named import candidate
from bot.features.groups import GroupState
from bot.features.groups.handover import Handing
from bot.ui.access import Access, Answers, group_choices, group_of, requires, standing_of
from bot.ui.answer import answer, words_of


class Stewarding(commands.Cog):
    """The commands by which a group changes hands, rests and ends."""

    _bot: Bot

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(KEEPERS))
    @requires(KEEPERS, Answers.FORM)
    async def handover(
        self,
        interaction: Interaction,
        to: discord.User,
        stay: bool = False,  # noqa: FBT001, FBT002  # an option that a person types
        group: str | None = None,
    ) -> None:
        """Hand a group over to somebody."""
        assert interaction.guild_id is not None
        handing = Handing(group_id=group_of(interaction).id, asker_id=interaction.user.id, to=candidate(to), stay=stay)
        asked = await self._bot.services.groups.handovers.may_ask(guild_id=interaction.guild_id, handing=handing)
        leads = standing_of(interaction).facilitator
        await HandingForm(asked.id, to.id, int(stay), leads=leads).open(interaction)

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.NOW)
    async def pause(self, interaction: Interaction, until: str = "", group: str | None = None) -> None:
        """Have a break, or end it."""
        assert interaction.guild_id is not None
        about, words = group_of(interaction), words_of(interaction)
        if about.state is GroupState.PAUSED:
            await answer(interaction, resume_page(words, about))
            return
        day = await self._bot.services.groups.breaks.last_day(
            guild_id=interaction.guild_id, group_id=about.id, typed=until
        )
        await answer(interaction, break_page(words, about, day))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(KEEPERS))
    @requires(KEEPERS, Answers.NOW)
    async def archive(self, interaction: Interaction, group: str | None = None) -> None:
        """End a group."""
        assert interaction.guild_id is not None
        ending = await self._bot.services.groups.archive.may_archive(
            guild_id=interaction.guild_id, group_id=group_of(interaction).id, actor_id=interaction.user.id
        )
        await answer(interaction, archive_page(words_of(interaction), ending))
