"""The bot thrown out of a server and taken back, an outage, and people who leave: as Discord tells it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client import Bot
from bot.settings import DiscordOptions, Posting, Settings
from bot.storage.absence import is_away
from bot.ui.permissions import INVITE
from tests.wire import Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.town import Town, let_in, nobody_waits, opened, quiet


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(limits=False, approved={"members"}) as discord:
        yield discord


@pytest.fixture
def settings(wire: Wire, tmp_path: Path) -> Settings:
    return wire_settings(
        wire, tmp_path, posting=Posting(per_second=2_000.0), discord=DiscordOptions(server_members=True)
    )


async def away(bot: Bot, town: Town) -> bool:
    async with bot.services.db.read() as tx:
        return await is_away(tx, town.guild.id)


async def heard(wire: Wire, bot: Bot) -> None:
    """Return once the bot has done what Discord has just told it."""
    await wire.settle(0.2)
    await quiet(bot)


async def post_agreement(bot: Bot, town: Town) -> None:
    async with bot.services.db.read() as tx:
        (group,) = await bot.services.groups.all_in(tx, town.guild.id)
    which = {"guild_id": town.guild.id, "group_id": group.id}
    preview = await bot.services.guidelines.preview(**which)
    stamp = {"version": preview.agreement.version, "number": preview.number}
    await bot.services.guidelines.post(**which, user_id=town.fay.id, **stamp)
    await quiet(bot)


async def test_thrown_out_and_taken_back(wire: Wire, settings: Settings) -> None:
    town = Town(wire)
    async with running(wire, settings) as bot:
        await opened(town, bot)
        wire.remove_bot(town.guild)
        await heard(wire, bot)
        assert await away(bot, town)
        asked = len(wire.requests)
        await post_agreement(bot, town)
        await wire.settle(1.5)
        assert len(wire.requests) == asked, "nothing is tried in a server that the bot is not in"
        wire.invite_bot(town.guild, INVITE.value)
        await heard(wire, bot)
        assert not await away(bot, town)
        assert len(wire.messages(town.channel("tides"))) == 1, "what waited is posted, and the old one taken away"
        assert "is here again" in await town.inbox(town.kim)
        assert len(wire.pins(town.channel("tides"))) == 1
        nobody_waits(wire)


async def test_an_outage_is_no_farewell(wire: Wire, settings: Settings) -> None:
    town = Town(wire)
    async with running(wire, settings) as bot:
        await opened(town, bot)
        wire.outage(town.guild)
        await heard(wire, bot)
        assert not await away(bot, town)
        wire.outage_over(town.guild)
        await heard(wire, bot)
        assert not await away(bot, town)
        assert "is here again" not in await town.inbox(town.kim)


async def test_taken_back_during_an_outage(wire: Wire, settings: Settings) -> None:
    town = Town(wire)
    async with running(wire, settings) as bot:
        await town.set_up()
        await quiet(bot)
        wire.remove_bot(town.guild)
        await heard(wire, bot)
        wire.invite_bot(town.guild, INVITE.value, outage=True)
        await heard(wire, bot)
        assert await away(bot, town)
        wire.outage_over(town.guild)
        await heard(wire, bot)
        assert not await away(bot, town)


async def test_thrown_out_while_the_connection_was_lost(wire: Wire, settings: Settings) -> None:
    town = Town(wire)
    async with running(wire, settings) as bot:
        await town.set_up()
        await quiet(bot)
        await wire.drop_gateway(resumable=False)
        await wire.disconnected()
        wire.remove_bot(town.guild)
        await wire.connected()
        await wire.wait_for(lambda: wire.asked("GET", "/users/@me/guilds"))
        await heard(wire, bot)
        assert await away(bot, town)
        wire.invite_bot(town.guild, INVITE.value)
        await heard(wire, bot)
        assert not await away(bot, town)


async def test_thrown_out_and_taken_back_while_it_was_off(wire: Wire, settings: Settings) -> None:
    town, other = Town(wire), Town(wire, "Elsewhere")
    async with running(wire, settings) as bot:
        await opened(town, bot)
        await other.set_up()
        await quiet(bot)
    wire.remove_bot(town.guild)
    async with running(wire, settings) as bot:
        await heard(wire, bot)
        assert await away(bot, town)
        assert not await away(bot, other)
    wire.invite_bot(town.guild, INVITE.value)
    async with running(wire, settings) as bot:
        await heard(wire, bot)
        assert not await away(bot, town)
        assert "is here again" in await town.inbox(town.kim)


async def test_whoever_leaves_the_server_and_comes_back_is_not_in_the_room(wire: Wire, settings: Settings) -> None:
    town = Town(wire)
    async with running(wire, settings) as bot:
        await opened(town, bot)
        zoe = town.joins("zoe")
        await let_in(town, bot, zoe)
        shown = [len(wire.messages(channel)) for channel in town.guild.channels.values()]
        wire.remove_member(town.guild, zoe)
        await heard(wire, bot)
        wire.add_member(town.guild, zoe, town.people)
        await heard(wire, bot)
        for name, channel in wire.channels(town.guild).items():
            assert zoe.id not in wire.overwrites(channel), name
        assert not town.sees(zoe)
        assert [len(wire.messages(channel)) for channel in town.guild.channels.values()] == shown, "nobody is told"
        assert town.told(zoe) == []
        assert "your place in **Tides** has ended" in await town.inbox(zoe)
        await let_in(town, bot, zoe)


async def test_the_lead_is_told_where_a_facilitator_has_left(wire: Wire, settings: Settings) -> None:
    town = Town(wire)
    async with running(wire, settings) as bot:
        await opened(town, bot)
        wire.remove_member(town.guild, town.fay)
        await heard(wire, bot)
        (told,) = town.texts("safeguarding")
        assert "no facilitator any more" in told
        assert "/group handover" in told
        wire.remove_member(town.guild, town.lea)
        await heard(wire, bot)
        assert "lead isn't in this server any more" in await town.inbox(town.ben)
        assert "lead isn't in this server any more" in await town.inbox(town.kim)
        assert "isn't in this server any more" in await town.check()
