"""Channels and who may do what in them: effective permissions, what may be handed out, and how many fit."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.wire import Guild, Permission, Wire
from tests.wire.barebot import BareBot
from tests.wire.conftest import BOT, Harbour
from tests.wire.permissions import ALL, in_channel
from tests.wire.test_messages import refused


@pytest.fixture
def guild(bot: BareBot) -> discord.Guild:
    return bot.guilds[0]


def holds(**permissions: bool) -> discord.PermissionOverwrite:
    return discord.PermissionOverwrite(**permissions)


class TestEffective:
    """The order of Discord: server, everyone here, roles here, the person here, and what is implied."""

    def test_each_layer_overrules_the_one_before(self, wire: Wire, harbour: Harbour) -> None:
        bo, room = harbour.bo, harbour.general
        role = wire.add_role(harbour.guild, "readers")
        wire.give_role(harbour.guild, bo, role)
        view = Permission.VIEW_CHANNEL
        assert in_channel(room, bo.id) & view
        wire.set_overwrite(room, harbour.guild, deny=view)
        assert in_channel(room, bo.id) == 0
        wire.set_overwrite(room, role, allow=view)
        assert in_channel(room, bo.id) & view
        wire.set_overwrite(room, bo, deny=view)
        assert in_channel(room, bo.id) == 0
        assert in_channel(room, harbour.ana.id) == ALL

    def test_among_roles_what_is_allowed_wins(self, wire: Wire, harbour: Harbour) -> None:
        one, other = wire.add_role(harbour.guild, "one"), wire.add_role(harbour.guild, "other")
        for role in (one, other):
            wire.give_role(harbour.guild, harbour.bo, role)
        wire.set_overwrite(harbour.general, one, deny=Permission.SEND_MESSAGES)
        wire.set_overwrite(harbour.general, other, allow=Permission.SEND_MESSAGES)
        assert in_channel(harbour.general, harbour.bo.id) & Permission.SEND_MESSAGES

    def test_an_administrator_sees_everything(self, wire: Wire, harbour: Harbour) -> None:
        wire.give_role(harbour.guild, harbour.bo, wire.add_role(harbour.guild, "admins", Permission.ADMINISTRATOR))
        wire.set_overwrite(harbour.general, harbour.bo, deny=Permission.VIEW_CHANNEL)
        assert in_channel(harbour.general, harbour.bo.id) == ALL

    def test_what_cannot_be_written_cannot_be_attached(self, wire: Wire, harbour: Harbour) -> None:
        wire.set_overwrite(harbour.general, harbour.bo, deny=Permission.SEND_MESSAGES)
        assert not in_channel(harbour.general, harbour.bo.id) & Permission.ATTACH_FILES

    def test_a_voice_channel_is_managed_by_who_may_enter(self, wire: Wire, harbour: Harbour) -> None:
        voice = wire.add_channel(harbour.guild, "voice", kind=2)
        bot_id = wire.world.bot.id
        assert in_channel(voice, bot_id) & Permission.MANAGE_CHANNELS
        wire.set_overwrite(voice, wire.world.bot, deny=Permission.CONNECT)
        assert not in_channel(voice, bot_id) & Permission.MANAGE_CHANNELS

    def test_who_left_may_nothing(self, wire: Wire, harbour: Harbour) -> None:
        wire.set_overwrite(harbour.general, harbour.bo, allow=Permission.VIEW_CHANNEL)
        wire.remove_member(harbour.guild, harbour.bo)
        assert in_channel(harbour.general, harbour.bo.id) == 0
        assert harbour.bo.id in wire.overwrites(harbour.general)


class TestHandingOut:
    async def test_what_the_bot_holds_it_may_give_and_take(
        self, guild: discord.Guild, wire: Wire, harbour: Harbour
    ) -> None:
        channel = guild.text_channels[0]
        bo = await guild.fetch_member(harbour.bo.id)
        await channel.set_permissions(bo, view_channel=True, send_messages=False)
        overwrite = wire.overwrites(harbour.general)[bo.id]
        assert (overwrite.allow, overwrite.deny) == (Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES)
        await channel.set_permissions(bo, overwrite=None)
        assert wire.overwrites(harbour.general) == {}
        await refused(10009, channel._state.http.delete_channel_permissions(channel.id, bo.id))

    @pytest.mark.parametrize("name", ["administrator", "manage_messages", "manage_roles"])
    async def test_what_it_does_not_hold_it_may_not(self, guild: discord.Guild, harbour: Harbour, name: str) -> None:
        bo = await guild.fetch_member(harbour.bo.id)
        for value in (True, False):
            await refused(50013, guild.text_channels[0].set_permissions(bo, **{name: value}))

    async def test_what_it_holds_in_the_category_it_may_give_inside(
        self, guild: discord.Guild, wire: Wire, harbour: Harbour
    ) -> None:
        category = wire.add_channel(harbour.guild, "Groups", kind=4)
        room = wire.add_channel(harbour.guild, "room", parent=category)
        wire.set_overwrite(category, wire.world.bot, allow=Permission.MANAGE_MESSAGES)
        wire.drop_overwrite(room, wire.world.bot)
        await wire.settle()
        bo = await guild.fetch_member(harbour.bo.id)
        channel = guild.get_channel(room.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.set_permissions(bo, manage_messages=True)
        await refused(50013, guild.text_channels[0].set_permissions(bo, manage_messages=True))

    async def test_an_administrator_hands_out_anything(
        self, guild: discord.Guild, wire: Wire, harbour: Harbour
    ) -> None:
        wire.set_bot_permissions(harbour.guild, Permission.ADMINISTRATOR)
        bo = await guild.fetch_member(harbour.bo.id)
        await guild.text_channels[0].set_permissions(bo, manage_roles=True)
        assert wire.overwrites(harbour.general)[bo.id].allow == Permission.MANAGE_ROLES

    async def test_without_manage_roles_nothing_is_handed_out(
        self, guild: discord.Guild, wire: Wire, harbour: Harbour
    ) -> None:
        bo = await guild.fetch_member(harbour.bo.id)
        wire.set_bot_permissions(harbour.guild, BOT & ~Permission.MANAGE_ROLES)
        await refused(50013, guild.text_channels[0].set_permissions(bo, view_channel=True))
        await refused(50013, guild.create_text_channel("x", overwrites={bo: holds(view_channel=True)}))


class TestChannels:
    async def test_a_private_room_is_made_changed_and_deleted(
        self, guild: discord.Guild, wire: Wire, harbour: Harbour
    ) -> None:
        overwrites: dict[Any, discord.PermissionOverwrite] = {
            guild.default_role: holds(view_channel=False),
            guild.me: holds(view_channel=True),
            discord.Object(harbour.bo.id, type=discord.Member): holds(view_channel=True),
        }
        made = await guild.create_text_channel("The Quiet Room", topic="code 7", overwrites=overwrites)
        room = wire.channels(harbour.guild)["the-quiet-room"]
        assert room.topic == "code 7"
        assert in_channel(room, harbour.bo.id) & Permission.VIEW_CHANNEL
        cy = wire.add_member(harbour.guild, "cy")
        assert not in_channel(room, cy.id)
        await made.edit(name="calm", topic="code 8")
        assert (room.name, room.topic) == ("calm", "code 8")
        await made.delete()
        assert "calm" not in wire.channels(harbour.guild)
        await refused(10003, made.edit(name="gone"))

    async def test_a_room_made_without_a_way_in_is_lost(self, guild: discord.Guild, wire: Wire) -> None:
        made = await guild.create_text_channel("lost", overwrites={guild.default_role: holds(view_channel=False)})
        await refused(50001, made.send("hello?"))
        await refused(50001, made.delete())

    async def test_making_rooms_needs_manage_channels(self, guild: discord.Guild, wire: Wire, harbour: Harbour) -> None:
        wire.set_bot_permissions(harbour.guild, BOT & ~Permission.MANAGE_CHANNELS)
        await refused(50013, guild.create_text_channel("x"))
        await refused(50013, guild.text_channels[0].edit(topic="x"))
        await refused(50013, guild.text_channels[0].delete())

    async def test_fifty_fit_a_category(self, guild: discord.Guild, wire: Wire, harbour: Harbour) -> None:
        full = wire.add_channel(harbour.guild, "Full", kind=4)
        for number in range(50):
            wire.add_channel(harbour.guild, f"c{number}", parent=full)
        await wire.settle()
        error = await refused(50035, guild.create_text_channel("one-more", category=guild.get_channel(full.id)))
        assert "50" in str(error)

    async def test_five_hundred_fit_a_server(self, guild: discord.Guild, wire: Wire, harbour: Harbour) -> None:
        fill(wire, harbour.guild)
        await refused(30013, guild.create_text_channel("one-more"))

    async def test_a_room_takes_its_categorys_overwrites_and_stays_in_step(
        self, guild: discord.Guild, wire: Wire, harbour: Harbour
    ) -> None:
        category = wire.add_channel(harbour.guild, "Groups", kind=4)
        wire.set_overwrite(category, harbour.bo, allow=Permission.SEND_MESSAGES)
        await wire.settle()
        made = await guild.create_text_channel("inside", category=guild.get_channel(category.id))
        room = wire.channels(harbour.guild)["inside"]
        assert set(wire.overwrites(room)) == {harbour.bo.id}
        wire.drop_overwrite(category, harbour.bo)
        assert wire.overwrites(room) == {}
        wire.set_overwrite(room, harbour.bo, deny=Permission.SEND_MESSAGES)
        wire.set_overwrite(category, harbour.ana, allow=Permission.VIEW_CHANNEL)
        assert set(wire.overwrites(room)) == {harbour.bo.id}
        wire.delete_channel(category)
        await wire.settle()
        assert made.category is None
        assert room.parent is None


async def test_roles_are_counted_and_given_only_from_below(guild: discord.Guild, wire: Wire, harbour: Harbour) -> None:
    low, high = wire.add_role(harbour.guild, "low"), wire.add_role(harbour.guild, "high", above_bot=True)
    await wire.settle()
    bo = await guild.fetch_member(harbour.bo.id)
    await bo.add_roles(discord.Object(low.id))
    await refused(50013, bo.add_roles(discord.Object(high.id)))
    counts = {role.name: count for role, count in (await guild.role_member_counts()).items()}
    assert counts == {"low": 1, "high": 0, "circlekeeper": 1}


async def test_a_bot_that_was_thrown_out_knows_nothing(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    channel = bot.guilds[0].text_channels[0]
    wire.remove_bot(harbour.guild)
    await wire.settle()
    assert not bot.guilds
    await refused(50001, channel.send("x"))
    await refused(10004, bot.fetch_guild(harbour.guild.id))


def fill(wire: Wire, guild: Guild) -> None:
    """Make channels until the server holds five hundred."""
    while len(guild.channels) < 500:
        wire.add_channel(guild, f"c{len(guild.channels)}")
