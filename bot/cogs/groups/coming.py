"""Hears that somebody has left a server, was removed from it, or banned."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.client import Bot


class ComingCog(commands.Cog, name="coming"):
    """Discord tells of it only with its *Server Members* switch; without it, the next look at a room finds out.

    Nothing happens when somebody comes back: a word waits for them, and they may ask to join again.
    """

    def __init__(self, bot: Bot) -> None:
        self._groups = bot.services.groups

    @commands.Cog.listener()
    async def on_raw_member_remove(self, gone: discord.RawMemberRemoveEvent) -> None:
        await self._groups.gone(guild_id=gone.guild_id, user_id=gone.user.id)
