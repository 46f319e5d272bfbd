"""A bare discord.py bot for the wire's own tests: it knows no feature, only the ways of answering."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

import discord
import yarl
from discord.ext import commands

from tests.wire import Wire


class BareBot(commands.AutoShardedBot):
    """Is ready at once and keeps what it heard in `heard`."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=intents or discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            guild_ready_timeout=0.01,
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.heard: list[discord.Message] = []

    async def setup_hook(self) -> None:
        _, url, _ = await self.http.get_bot_gateway()
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        if self.tree.get_commands():
            await self.tree.sync()

    async def on_ready(self) -> None:
        if "POST_TO" in os.environ:
            await self.get_partial_messageable(int(os.environ["POST_TO"])).send("I am here", nonce="hello")

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        del shard_id, initial


@contextlib.asynccontextmanager
async def running(bot: BareBot, wire: Wire) -> AsyncIterator[BareBot]:
    """Point discord.py at the wire, and run the bot until the end of the block."""
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = wire.api_url
    task = asyncio.create_task(bot.start(wire.token))
    try:
        connected = asyncio.create_task(wire.connected(5))
        await asyncio.wait([task, connected], return_when=asyncio.FIRST_COMPLETED)
        connected.cancel()
        if task.done():
            await task
        await bot.wait_until_ready()
        yield bot
    finally:
        await bot.close()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before


if __name__ == "__main__":
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    BareBot().run(os.environ["DISCORD_TOKEN"], log_handler=None)
