"""The link that invites the bot, with no permission more than it uses."""

from __future__ import annotations

from collections.abc import Mapping

import discord

from bot.cli.run import explained
from bot.client import use_api
from bot.settings import Settings
from bot.ui.permissions import EVENT_REASONS, EVENTS, INVITE, REASONS, names


async def invite(settings: Settings | None, application: int | None) -> None:
    """Print the link and what each permission is for.

    Without ``application`` its id is asked of Discord with the token in ``settings``. Raises ``OperatorError``.
    """
    if application is None:
        assert settings is not None
        application = await _application(settings)
    print(discord.utils.oauth_url(application, permissions=INVITE, scopes=("bot", "applications.commands")))
    print()
    print("It asks for these permissions, and no others:")
    for name in names(INVITE):
        print(f"  {_line(name, REASONS)}")
    print()
    print("Only if meetings are to have Discord's own event, give the bot's role this as well:")
    for name in names(EVENTS):
        print(f"  {_line(name, EVENT_REASONS)}")


def _line(name: str, reasons: Mapping[str, str]) -> str:
    return f"{name.replace('_', ' ').title()}: {reasons[name]}"


async def _application(settings: Settings) -> int:
    if settings.api_url is not None:
        use_api(settings.api_url)
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(settings.token)
        except Exception as error:
            raise explained(error, settings) from error
        assert client.application_id is not None
        return client.application_id
