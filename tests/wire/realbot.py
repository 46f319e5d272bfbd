"""The real bot in this process, speaking to the wire: its services on a real file, its bells, its cogs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord

from bot.client import EXTENSIONS, Bot, use_api
from bot.core.clock import Clock, utc_now
from bot.services import open_services
from bot.settings import Settings
from bot.timers import BellMaker
from tests.databases import migrated_sqlite
from tests.settings import shipped_settings
from tests.wire import Wire


def wire_settings(wire: Wire, folder: Path, **changes: Any) -> Settings:
    """The shipped settings, with a database of every table and no row in ``folder``, and ``wire`` for Discord."""
    database_url = migrated_sqlite(folder)
    return shipped_settings(folder, database_url=database_url, api_url=wire.api_url, token=wire.token, **changes)


@contextlib.asynccontextmanager
async def running(
    wire: Wire,
    settings: Settings,
    *,
    make_bell: BellMaker | None = None,
    clock: Clock = utc_now,
    extensions: tuple[str, ...] = EXTENSIONS,
) -> AsyncIterator[Bot]:
    """Run the bot until the end of the block. Started again with the same settings, it finds what it left.

    Whatever it logged as an error fails the test: nothing that Discord or people do is one.
    """
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    use_api(wire.api_url)
    try:
        async with open_services(settings, clock=clock, make_bell=make_bell) as services:
            bot = Bot(services, extensions=extensions, guild_ready_timeout=0.01)
            serving = asyncio.create_task(bot.start(settings.token))
            try:
                await _ready(wire, bot, serving)
                yield bot
            finally:
                await bot.close()
                await serving
    finally:
        logging.getLogger().removeHandler(errors)
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before
    assert not errors.told, "the bot logged errors:\n" + "\n".join(errors.told)


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(logging.Formatter().format(record))


async def _ready(wire: Wire, bot: Bot, serving: asyncio.Task[None]) -> None:
    connected = asyncio.create_task(wire.connected(10))
    await asyncio.wait([serving, connected], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        connected.cancel()
        await serving
    await connected
    await bot.wait_until_ready()
