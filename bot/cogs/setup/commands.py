"""`/setup`: start, check. The only command that Discord itself hides from those who may not manage the server."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.setup.checking import Checking
from bot.core.errors import UserError
from bot.core.zones import zones_like
from bot.features.groups.model import Candidate
from bot.ui.access import Access, Answers, requires
from bot.ui.answer import answer
from bot.ui.progress import Progress, Step

CHOICES = 25


@app_commands.default_permissions(manage_guild=True)
class SetupCog(commands.GroupCog, name="setup", group_name="setup"):
    def __init__(self, bot: Bot) -> None:
        self._setup = bot.services.setup
        self._checking = Checking(bot)
        self._progress = Progress(self._look, name="setup")
        self._setup.progressed.append(self._progress.ring)

    async def cog_unload(self) -> None:
        await self._progress.close()

    @app_commands.command()
    @requires(Access.ADMIN, Answers.LATER)
    async def start(
        self, interaction: Interaction, lead: discord.User, backup_lead: discord.User, timezone: str
    ) -> None:
        """Set this server up, or change its set-up."""
        assert interaction.guild_id is not None
        await self._setup.start(
            guild_id=interaction.guild_id,
            admin_id=interaction.user.id,
            lead=_candidate(lead),
            backup=_candidate(backup_lead),
            zone=timezone,
        )
        await self._progress.follow(interaction, interaction.guild_id)

    @start.autocomplete("timezone")
    async def _offer_zones(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name, value=name) for name in zones_like(typed, CHOICES)]

    @app_commands.command()
    @requires(Access.ADMIN, Answers.LATER)
    async def check(self, interaction: Interaction) -> None:
        """See what is missing and how to mend it."""
        assert interaction.guild is not None
        found = await self._checking.look(interaction.guild)
        tried = 0 if found.missing else await self._setup.again(interaction.guild.id)
        await answer(interaction, self._checking.page(found, tried=tried))

    async def _look(self, interaction: Interaction, _: int) -> Step:
        assert interaction.guild is not None
        found = await self._checking.look(interaction.guild)
        return Step(self._checking.page(found), found.made or bool(found.health.setbacks))


def _candidate(person: discord.User | discord.Member) -> Candidate:
    if not isinstance(person, discord.Member):
        raise UserError("setup.person_away")
    return Candidate(user_id=person.id, bot=person.bot)
