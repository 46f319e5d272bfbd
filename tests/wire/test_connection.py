"""The gateway: who may connect, what a bot is told, and how it comes back."""

from __future__ import annotations

import aiohttp
import discord
import pytest

from tests.wire import Permission, Wire
from tests.wire.barebot import BareBot, running
from tests.wire.conftest import Harbour
from tests.wire.payloads import HIDDEN_NAME

INTENTS = discord.Intents(guilds=True, guild_messages=True)


async def test_a_bot_becomes_ready_and_knows_its_server(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    (guild,) = bot.guilds
    assert (guild.id, guild.name, guild.owner_id) == (harbour.guild.id, "Harbour", harbour.ana.id)
    assert [channel.name for channel in guild.text_channels] == ["general"]
    assert guild.me.guild_permissions.manage_channels
    assert not guild.me.guild_permissions.manage_messages
    await wire.settle()
    assert bot.latency < 1


async def test_a_wrong_token_is_turned_away_by_both_doors(wire: Wire, harbour: Harbour) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{wire.api_url}/users/@me", headers={"Authorization": "Bot wrong"}) as answer:
            assert answer.status == 401
        async with session.ws_connect(f"{wire.gateway_url}?v=10&encoding=json") as socket:
            assert (await socket.receive_json())["op"] == 10
            await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 1, "properties": {}}})
            await socket.receive()
            assert socket.close_code == 4004
    assert wire.invalid_requests == 1


@pytest.mark.parametrize("name", ["members", "message_content", "presences"])
async def test_an_intent_that_is_off_in_the_portal_closes_the_door(wire: Wire, harbour: Harbour, name: str) -> None:
    bot = BareBot(discord.Intents(guilds=True, **{name: True}))
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(bot, wire):
            pass


async def test_members_are_told_only_with_the_intent() -> None:
    async with Wire(approved={"members"}) as wire:
        ana = wire.person("ana")
        guild = wire.add_guild("Harbour", ana)
        bo = wire.add_member(guild, "bo")
        async with running(BareBot(discord.Intents(guilds=True, members=True)), wire) as bot:
            assert {member.id for member in bot.guilds[0].members} == {wire.world.bot.id, ana.id, bo.id}
            fetched = {member.id async for member in bot.guilds[0].fetch_members()}
            assert fetched == {wire.world.bot.id, ana.id, bo.id}
            wire.remove_member(guild, bo)
            await wire.settle()
            assert bot.guilds[0].get_member(bo.id) is None


async def test_without_the_intent_members_are_looked_up_singly(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    cy = wire.add_member(harbour.guild, "cy")
    await wire.settle()
    guild = bot.guilds[0]
    assert guild.get_member(cy.id) is None
    assert (await guild.fetch_member(cy.id)).name == "cy"
    with pytest.raises(discord.Forbidden):
        await bot.http.get_members(guild.id, 10, None)
    wire.remove_member(harbour.guild, cy)
    with pytest.raises(discord.NotFound):
        await guild.fetch_member(cy.id)


async def test_each_shard_is_told_of_its_own_servers() -> None:
    async with Wire(shards=3) as wire:
        ana = wire.person("ana")
        guilds = [wire.add_guild(f"g{number}", ana, bot_permissions=Permission.VIEW_CHANNEL) for number in range(6)]
        rooms = [wire.add_channel(guild, "room") for guild in guilds]
        async with running(BareBot(), wire) as bot:
            assert sorted(data["shard"] for data in wire.gateway.identifies) == [[0, 3], [1, 3], [2, 3]]
            assert {guild.id: guild.shard_id for guild in bot.guilds} == {
                guild.id: (guild.id >> 22) % 3 for guild in guilds
            }
            assert len({guild.shard_id for guild in bot.guilds}) == 3
            for room in rooms:
                await ana.send(room, "hello")
            await wire.settle()
            assert {message.channel.id for message in bot.heard} == {room.id for room in rooms}


async def test_a_dropped_connection_is_resumed_and_nothing_is_missed(
    bot: BareBot, wire: Wire, harbour: Harbour
) -> None:
    await wire.drop_gateway()
    await wire.disconnected()
    await harbour.bo.send(harbour.general, "while you were away")
    await wire.wait_for(lambda: wire.gateway.resumes == 1)
    await wire.settle()
    assert len(bot.heard) == 1
    assert len(wire.gateway.identifies) == 1


async def test_a_forgotten_session_is_begun_anew(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    await wire.drop_gateway(resumable=False)
    await wire.wait_for(lambda: len(wire.gateway.identifies) == 2)
    await wire.connected()
    await wire.settle()
    assert bot.get_channel(harbour.general.id) is not None


async def test_two_identifies_at_once_are_refused_where_that_is_asked_for() -> None:
    async with (
        Wire(shards=2, strict_identify=True) as wire,
        aiohttp.ClientSession() as session,
        session.ws_connect(wire.gateway_url) as first,
        session.ws_connect(wire.gateway_url) as second,
    ):
        for number, socket in enumerate((first, second)):
            await socket.receive_json()
            await socket.send_json({"op": 2, "d": {"token": wire.token, "intents": 1, "shard": [number, 2]}})
        assert (await first.receive_json())["t"] == "READY"
        assert (await second.receive_json()) == {"op": 9, "d": False}


async def test_a_channel_out_of_sight_arrives_emptied_and_comes_back_whole(
    bot: BareBot, wire: Wire, harbour: Harbour
) -> None:
    wire.set_overwrite(harbour.general, harbour.guild, deny=Permission.VIEW_CHANNEL)
    await wire.settle()
    hidden = bot.get_channel(harbour.general.id)
    assert isinstance(hidden, discord.TextChannel)
    assert hidden.name == HIDDEN_NAME
    assert list(hidden.overwrites) == [hidden.guild.default_role]
    assert not hidden.permissions_for(hidden.guild.me).view_channel
    assert await bot.guilds[0].fetch_channels() == []
    wire.set_overwrite(harbour.general, wire.world.bot, allow=Permission.VIEW_CHANNEL)
    await wire.settle()
    assert hidden.name == "general"


async def test_what_was_promised_to_a_process_is_in_its_environment(wire: Wire) -> None:
    assert wire.environment() == {"DISCORD_TOKEN": wire.token, "DISCORD_API_URL": f"{wire.url}/api/v10"}
