"""Hears that the bot was taken out of a server or is in one again, and tells who keeps it what they must know."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.client import Bot
from bot.features.setup.presence import BACK, GONE
from bot.inbox.model import Kept
from bot.ui.pages import Page


class PresenceCog(commands.Cog, name="presence"):
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._presence = bot.services.setup.presence
        self._out: set[int] = set()
        """The servers that the bot is out of, so that the thousands that become available at a start ask nothing."""
        self._begun = False
        bot.courier.tells(BACK, self.back)
        bot.courier.tells(GONE, self.gone)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """What happened while the bot was off. A server with an outage is listed, and stays as it is."""
        if not self._begun:
            self._begun = True
            await self._compare({guild.id for guild in self._bot.guilds})

    @commands.Cog.listener()
    async def on_shard_ready(self, _: int) -> None:
        """What happened while a connection was lost: the library goes on to list servers that are not said again."""
        if self._begun:
            await self._compare({guild.id async for guild in self._bot.fetch_guilds(limit=None, with_counts=False)})

    async def _compare(self, listed: set[int]) -> None:
        shards = self._bot.services.settings.shards

        def ours(guild_id: int) -> bool:
            return shards is None or (guild_id >> 22) % shards.count in shards.ids

        self._out = await self._presence.compare(listed, ours=ours)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self._out.add(guild.id)
        await self._presence.removed(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._out.discard(guild.id)
        await self._presence.back(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """It may have been joined during an outage, which the library does not call joining."""
        if guild.id in self._out:
            await self.on_guild_join(guild)

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """Comes only with Discord's *Server Members* switch."""
        await self._presence.keeper_back(guild_id=member.guild.id, user_id=member.id)

    async def back(self, word: Kept) -> Page:
        return Page(self._bot.words("setup.back"))

    async def gone(self, word: Kept) -> Page:
        words = self._bot.words
        return Page(words(f"setup.gone_{word.params['task']}"), words("setup.gone_mend"))
