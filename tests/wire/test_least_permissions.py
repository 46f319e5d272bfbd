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
from bot.ui.permissions import INVITE, MEMBER, MEMBER_VOICE, names
from tests.wire import Person, Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.town import (
    ALL_WELL,
    REFUSED,
    Town,
    all_is_there,
    let_in,
    nobody_waits,
    opened,
    quiet,
    rooms_are_private,
)

EVERY = names(INVITE)
FEW = ("connect", "manage_channels", "manage_roles", "pin_messages", "view_channel")
"""One of each sort: for the voice room, for making rooms, for opening them, for the bot alone, for everything."""

# to see is given to the bot by the category too, once that is there
NEEDED_TO_OPEN = {"manage_roles", *names(MEMBER)} - {"view_channel"}
NEEDED_TO_OPEN_VOICE = {"manage_roles", *names(MEMBER_VOICE)} - {"view_channel"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "lacking" in metafunc.fixturenames:
        full = metafunc.config.getoption("--size") == "full"
        metafunc.parametrize("lacking", EVERY if full else FEW)


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


async def test_from_the_start(wire: Wire, bot: Bot, lacking: str) -> None:
    town, elsewhere = Town(wire, invite=without(lacking)), Town(wire, "Lighthouse")
    started, _ = await asyncio.gather(town.set_up(), elsewhere.set_up())
    await quiet(bot)
    founded, _ = await asyncio.gather(town.found(), elsewhere.found())
    await quiet(bot)
    all_is_there(elsewhere)
    rooms_are_private(town)

    assert REFUSED in started.text + founded.text
    checked = await town.check()
    assert f"- {shown(lacking)}: to " in checked
    assert "open Server Settings > Roles" in checked
    assert "Once this is mended" in checked

    town.holds(INVITE.value)
    assert "being tried again now" in await town.check()
    await quiet(bot)
    assert "/setup check" in founded.text
    if "tides" not in town.names:
        await town.found()
        await quiet(bot)
    all_is_there(town)
    assert ALL_WELL in await town.check()
    nobody_waits(wire)


async def test_a_category_that_the_bot_could_not_see_is_not_made_twice(wire: Wire, bot: Bot) -> None:
    town = Town(wire, invite=without("view_channel"))
    for _ in range(2):
        started = await town.set_up()
        await quiet(bot)
        assert REFUSED in started.text
    assert town.names == ["hall"]
    town.holds(INVITE.value)
    await town.check()
    await quiet(bot)
    assert town.names == ["Groups", "hall", "safeguarding"]


async def test_later(wire: Wire, bot: Bot, lacking: str) -> None:
    town, elsewhere = Town(wire), Town(wire, "Lighthouse")
    cleo, zoe, mo = town.joins("cleo"), town.joins("zoe"), elsewhere.joins("mo")
    await asyncio.gather(opened(town, bot), opened(elsewhere, bot))
    await let_in(town, bot, zoe)
    town.holds(without(lacking))

    asked, _ = await asyncio.gather(town.ask(cleo), elsewhere.ask(mo))
    await quiet(bot)
    await asyncio.gather(town.welcome(town.cards()[-1]), elsewhere.welcome(elsewhere.cards()[-1]), town.leave(zoe))
    founded = await town.found("Pebbles")
    await town.post_agreement()
    await quiet(bot)
    assert elsewhere.sees(mo)
    rooms_are_private(town)
    assert (REFUSED in founded.text) == (lacking != "view_channel")
    assert town.sees(cleo) == (lacking not in NEEDED_TO_OPEN)
    assert ("Welcome to" if town.sees(cleo) else "You are welcome in **Tides**, but") in asked.text
    assert town.sees(zoe) == (lacking == "manage_roles")
    troubles = "\n".join(town.texts("tides-desk"))
    assert (f"could not be opened for {cleo.mention}" in troubles) == (lacking in NEEDED_TO_OPEN | NEEDED_TO_OPEN_VOICE)
    assert (f"could not be closed for {zoe.mention}" in troubles) == (lacking == "manage_roles")
    assert f"- {shown(lacking)}: to " in await town.check()

    town.holds(INVITE.value)
    await town.check()
    await quiet(bot)
    everything_was_made_up_for(town, cleo, zoe)
    assert "Welcome to" in asked.text
    assert ALL_WELL in await town.check()
    nobody_waits(wire)


def everything_was_made_up_for(town: Town, came: Person, went: Person) -> None:
    rooms_are_private(town)
    (voice,) = [name for name in town.names if name.startswith("tides-") and name != "tides-desk"]
    assert [name for name in town.names if town.sees(came, name)] == sorted(["Groups", "hall", "tides", voice])
    assert [name for name in town.names if town.sees(went, name)] == ["Groups", "hall"]
    assert len([name for name in town.names if name.startswith("pebbles")]) == 3
    for room in (town.channel("tides"), town.channel("pebbles")):
        assert town.wire.messages(room) == town.wire.pins(room)
        assert len(town.wire.pins(room)) == 1
