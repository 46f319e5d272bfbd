"""Running the bot until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal

import aiohttp
import discord

from bot.client import Bot, use_api
from bot.core.drain import Drain
from bot.core.errors import OperatorError
from bot.services import open_services
from bot.settings import Settings

log = logging.getLogger(__name__)

LOGIN_REFUSED = (
    "Discord does not accept the token. Copy it anew from the developer portal (your application, Bot, Reset Token) "
    "into DISCORD_TOKEN."
)
MISSING_INTENT = (
    "config/bot.toml says server_members = true, but Discord refuses it. Switch on Server Members Intent in the "
    "developer portal (your application, Bot), or set it to false: the bot works without."
)


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way.

    Raises ``OperatorError`` for a wrong token, a missing intent, a Discord or database that cannot be reached.
    """
    if settings.api_url is not None:
        use_api(settings.api_url)
    async with open_services(settings) as services:
        await serve(Bot(services), settings)
    log.info("stopped cleanly")


async def serve(bot: Bot, settings: Settings) -> None:
    """Connect ``bot`` and keep it connected until a signal comes."""
    closing = Drain(bot.close, name="closing")
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, closing.ring)
    try:
        await bot.start(settings.token)
    except Exception as error:
        if not bot.is_closed():
            raise explained(error, settings) from error
    finally:
        await closing.settled()
        await bot.close()


def explained(error: Exception, settings: Settings) -> Exception:
    """The failure in words for the operator, or as it is if we have none."""
    place = settings.api_url or "Discord"
    match error:
        case discord.LoginFailure():
            return OperatorError(LOGIN_REFUSED)
        case discord.PrivilegedIntentsRequired():
            return OperatorError(MISSING_INTENT)
        case aiohttp.ClientError() | OSError() | TimeoutError():
            return OperatorError(f"{place} cannot be reached: {error}. Check the network, and DISCORD_API_URL if set.")
        case discord.HTTPException():
            return OperatorError(f"{place} answered with an error (HTTP {error.status}). Try again in a while.")
        case _:
            return error
