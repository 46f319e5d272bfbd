"""Running the bot until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

import aiohttp
import discord

from bot.client import Bot, use_api
from bot.core.errors import OperatorError
from bot.features.checkins.overheard import overhearing
from bot.services import open_services
from bot.settings import Settings

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

LOGIN_REFUSED = (
    "Discord does not accept the token. Copy it anew from the developer portal (your application, Bot, Reset Token) "
    "into DISCORD_TOKEN."
)
MISSING_INTENT = (
    "config/bot.toml says server_members = true, but Discord refuses it. Switch on Server Members Intent in the "
    "developer portal (your application, Bot), or set it to false: the bot works without."
)

TOKEN_REFUSED = 4004  # the gateway's code for a token that is not, or no more, right


def leave_no_core() -> None:
    """Have a crash of this process write no copy of its memory, in which an answer may be passing through."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way.

    Raises ``OperatorError`` for a wrong token, a missing intent, a Discord or database that cannot be reached.
    """
    if settings.api_url is not None:
        use_api(settings.api_url)
    # the library would warn at every start that it cannot speak; this bot never does
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    for one in overhearing():
        log.warning("no check-in can be opened: %s", one)
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with open_services(settings) as services:
        await serve(Bot(services), settings, told)
    log.info("stopped cleanly")


async def serve(bot: Bot, settings: Settings, told: asyncio.Event) -> None:
    """Connect ``bot`` and keep it connected until ``told`` to stop.

    Raises ``OperatorError`` if it cannot connect, or Discord sends it away for good.
    """
    loop = asyncio.get_running_loop()
    # both tasks end with this function
    serving, stopping = loop.create_task(bot.start(settings.token)), loop.create_task(told.wait())
    try:
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        await bot.close()
        if not told.is_set():
            await serving
    except Exception as error:
        raise explained(error, settings) from error
    finally:
        stopping.cancel()
        serving.cancel()  # the library goes on trying to connect even when it is closed
        await asyncio.gather(serving, stopping, return_exceptions=True)


def explained(error: Exception, settings: Settings) -> Exception:
    """The failure in words for the operator, or as it is if we have none."""
    place = settings.api_url or "Discord"
    match error:
        case discord.LoginFailure():
            return OperatorError(LOGIN_REFUSED)
        case discord.PrivilegedIntentsRequired():
            return OperatorError(MISSING_INTENT)
        case discord.ConnectionClosed() if error.code == TOKEN_REFUSED:
            return OperatorError(LOGIN_REFUSED)
        case discord.ConnectionClosed():
            return OperatorError(f"{place} closed the connection for good (code {error.code}). Check the settings.")
        case aiohttp.ClientError() | OSError() | TimeoutError():
            return OperatorError(f"{place} cannot be reached: {error}. Check the network, and DISCORD_API_URL if set.")
        case discord.HTTPException():
            return OperatorError(f"{place} answered with an error (HTTP {error.status}). Try again in a while.")
        case discord.GatewayNotFound():
            return OperatorError(f"{place} did not say where its gateway is. Try again in a while.")
        case _:
            return error
