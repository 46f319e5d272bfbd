"""The bot without each of its permissions in turn: what then does not happen is told, and made up for later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import pytest_asyncio

from bot.client import Bot
from bot.settings import Posting
from bot.ui.permissions import INVITE, names
from tests.wire import Permission, Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.town import Town, nobody_waits, quiet

EVERY = names(INVITE)


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    """A Discord that does not slow anybody down: what is looked at here is what it refuses."""
    async with Wire(limits=False) as discord:
        yield discord


@pytest_asyncio.fixture
async def bot(wire: Wire, tmp_path: Path) -> AsyncIterator[Bot]:
    async with running(wire, wire_settings(wire, tmp_path, posting=Posting(per_second=2_000.0))) as bot:
        yield bot


def without(*lacking: str) -> int:
    return (INVITE & ~discord.Permissions(**dict.fromkeys(lacking, True))).value


def shown(permission: str) -> str:
    """A permission as Discord's settings name it."""
    return permission.replace("_", " ").title()


def rooms_are_private(town: Town) -> None:
    """Whatever was made is closed to everyone else from its first moment, and open to the bot."""
    for channel in town.guild.channels.values():
        if channel.name not in ("hall", "Groups"):
            overwrites = town.wire.overwrites(channel)
            assert overwrites[town.guild.id].deny & Permission.VIEW_CHANNEL, channel.name
            assert overwrites[town.wire.world.bot.id].allow & Permission.VIEW_CHANNEL, channel.name


def all_is_there(town: Town) -> None:
    """Every channel once, the agreement once in the room and pinned, and no line that says so."""
    (voice,) = [name for name in town.names if name.startswith("tides-") and name != "tides-desk"]
    assert town.names == sorted(["Groups", "hall", "safeguarding", "tides", "tides-desk", voice])
    rooms_are_private(town)
    (agreement,) = town.wire.messages(town.channel("tides"))
    assert town.wire.pins(town.channel("tides")) == [agreement]
    assert town.sees(town.lea, "safeguarding") and town.sees(town.ben, "safeguarding")
    assert all(town.sees(town.fay, name) for name in ("tides", "tides-desk", voice))


async def opened(town: Town, bot: Bot) -> None:
    """Set up, with the group Tides open."""
    await town.set_up()
    await quiet(bot)
    await town.found()
    await quiet(bot)
    all_is_there(town)


@pytest.mark.parametrize("lacking", EVERY)
async def test_from_the_start(wire: Wire, bot: Bot, lacking: str) -> None:
    town, elsewhere = Town(wire, invite=without(lacking)), Town(wire, "Lighthouse")
    started, _ = await asyncio.gather(town.set_up(), elsewhere.set_up())
    await quiet(bot)
    founded, _ = await asyncio.gather(town.found(), elsewhere.found())
    await quiet(bot)
    all_is_there(elsewhere)
    rooms_are_private(town)

    refused = "Discord doesn't let the bot do it: a permission is missing."
    assert refused in started.text + founded.text, started.text + founded.text
    checked = await town.check()
    assert f"- {shown(lacking)}: to " in checked
    assert "open Server Settings > Roles" in checked
    assert "Once this is mended" in checked

    town.holds(INVITE.value)
    assert "being tried again now" in await town.check()
    await quiet(bot)
    if "tides" not in town.names:
        assert "/setup check" in founded.text
        await town.found()
        await quiet(bot)
    all_is_there(town)
    assert "Nothing is waiting, and nothing is lost." in await town.check()
    nobody_waits(wire)
