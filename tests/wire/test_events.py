"""Scheduled events: by voice channel or elsewhere, their states, and who may change them."""

from __future__ import annotations

from datetime import timedelta

import discord
import pytest

from tests.wire import Permission, Wire
from tests.wire.barebot import BareBot
from tests.wire.conftest import BOT, Harbour
from tests.wire.test_messages import refused

ONLY_SERVER = discord.PrivacyLevel.guild_only


@pytest.fixture
async def voice(bot: BareBot, wire: Wire, harbour: Harbour) -> discord.VoiceChannel:
    made = wire.add_channel(harbour.guild, "Voice", kind=2)
    await wire.settle()
    found = bot.get_channel(made.id)
    assert isinstance(found, discord.VoiceChannel)
    return found


async def test_a_meeting_is_announced_begun_and_ended(
    bot: BareBot, voice: discord.VoiceChannel, wire: Wire, harbour: Harbour
) -> None:
    starts = discord.utils.utcnow() + timedelta(days=1)
    made = await bot.guilds[0].create_scheduled_event(
        name="Tides", start_time=starts, channel=voice, privacy_level=ONLY_SERVER
    )
    assert [event.data["name"] for event in harbour.guild.events.values()] == ["Tides"]
    assert [event.name for event in await bot.guilds[0].fetch_scheduled_events()] == ["Tides"]
    begun = await made.start()
    assert harbour.guild.events[made.id].status == 2
    await refused(50035, bot.http.edit_scheduled_event(voice.guild.id, made.id, status=4))
    await begun.end()
    await begun.delete()
    await refused(10070, bot.guilds[0].fetch_scheduled_event(made.id))


async def test_an_event_elsewhere_needs_a_place_and_an_end(bot: BareBot, voice: discord.VoiceChannel) -> None:
    starts = discord.utils.utcnow() + timedelta(days=1)
    guild = bot.guilds[0]
    made = await guild.create_scheduled_event(
        name="Walk",
        start_time=starts,
        end_time=starts + timedelta(hours=1),
        location="The pier",
        entity_type=discord.EntityType.external,
        privacy_level=ONLY_SERVER,
    )
    assert made.location == "The pier"


async def test_the_past_and_a_missing_permission_are_refused(
    bot: BareBot, voice: discord.VoiceChannel, wire: Wire, harbour: Harbour
) -> None:
    guild, now = bot.guilds[0], discord.utils.utcnow()
    past = guild.create_scheduled_event(
        name="x", start_time=now - timedelta(hours=1), channel=voice, privacy_level=ONLY_SERVER
    )
    await refused(50035, past)
    wire.set_bot_permissions(harbour.guild, BOT & ~Permission.CREATE_EVENTS)
    later = guild.create_scheduled_event(
        name="x", start_time=now + timedelta(hours=1), channel=voice, privacy_level=ONLY_SERVER
    )
    await refused(50013, later)


async def test_a_recurring_event_goes_by_a_request_of_its_own(bot: BareBot, voice: discord.VoiceChannel) -> None:
    starts = (discord.utils.utcnow() + timedelta(days=1)).isoformat()
    route = discord.http.Route("POST", "/guilds/{guild_id}/scheduled-events", guild_id=voice.guild.id)
    rule = {"start": starts, "frequency": 2, "interval": 1, "by_weekday": [0]}
    body = {
        "name": "Weekly",
        "privacy_level": 2,
        "scheduled_start_time": starts,
        "entity_type": 2,
        "channel_id": str(voice.id),
        "recurrence_rule": rule,
    }
    made = await bot.http.request(route, json=body)
    assert made["recurrence_rule"].items() >= rule.items()
