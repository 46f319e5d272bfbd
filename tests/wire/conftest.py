"""Fixtures of the tests over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.wire import Channel, Guild, Permission, Person, Wire
from tests.wire.barebot import BareBot, running

BOT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MANAGE_CHANNELS
    | Permission.MANAGE_ROLES
    | Permission.PIN_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.CONNECT
    | Permission.CREATE_EVENTS
)


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    """A Discord with rate limits and no privileged intents; leaving it raises what the bot did wrong."""
    async with Wire() as discord:
        discord.check_answers = True
        yield discord


@dataclass(frozen=True, slots=True)
class Harbour:
    """A server: its owner ana, a member bo, and the channel #general."""

    guild: Guild
    ana: Person
    bo: Person
    general: Channel


@pytest.fixture
def harbour(wire: Wire) -> Harbour:
    """A small server in which the bot holds what the tests of the wire need, and no more."""
    ana = wire.person("ana")
    guild = wire.add_guild("Harbour", ana, bot_permissions=BOT)
    return Harbour(guild, ana, wire.add_member(guild, "bo"), wire.add_channel(guild, "general"))


@pytest_asyncio.fixture
async def bot(wire: Wire, harbour: Harbour) -> AsyncIterator[BareBot]:
    """A bare discord.py bot that is ready and in the harbour."""
    async with running(BareBot(), wire) as running_bot:
        yield running_bot
