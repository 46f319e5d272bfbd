"""`/setup`: what an admin sees, what is missing, and how it is mended."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.settings.model import DiscordOptions
from bot.ui.permissions import INVITE, REASONS
from tests.harbour import Harbour, Opens, harbour
from tests.simcord_bot import said

__all__ = ["harbour"]


def without(*names: str) -> discord.Permissions:
    kept = discord.Permissions(INVITE.value)
    kept.update(**dict.fromkeys(names, False))
    return kept


async def start(at: Harbour, **options: Any) -> str:
    given = {"lead": at.lea, "backup_lead": at.ben, "timezone": "Europe/Berlin"} | options
    return said(await at.ada.slash(at.hall, "setup start", **given))


async def check(at: Harbour) -> str:
    answer = await at.ada.slash(at.hall, "setup check")
    assert answer.ephemeral
    return said(answer)


async def test_it_makes_the_category_and_a_channel_for_lead_and_backup_only(harbour: Opens) -> None:
    async with harbour() as at:
        answer = await at.set_up()
        assert answer.ephemeral
        text = said(answer)
        assert at.channel("safeguarding").mention in text
        assert "the bot has all it needs" in text
        assert "Nothing is waiting" in text
        assert "Groups" in at.guild.channels
        assert at.sees(at.lea, "safeguarding")
        assert at.sees(at.ben, "safeguarding")
        assert not at.sees(at.ada, "safeguarding")
        assert not at.sees(at.cleo, "safeguarding")


async def test_running_it_again_edits_and_doubles_nothing(harbour: Opens) -> None:
    async with harbour() as at:
        await start(at)
        names = list(at.guild.channels)
        assert at.gil.mention in await start(at, lead=at.gil)
        assert list(at.guild.channels) == names
        assert at.sees(at.gil, "safeguarding")
        assert at.sees(at.ben, "safeguarding")
        assert not at.sees(at.lea, "safeguarding")


async def test_what_cannot_be_so_is_answered_kindly_and_changes_nothing(harbour: Opens) -> None:
    async with harbour() as at:
        robot = at.guild.add_member(at.env.create_user("robot", bot=True))
        assert "two people" in await start(at, backup_lead=at.lea)
        assert "isn't a bot" in await start(at, lead=robot)
        unknown = await start(at, timezone="Europe/Berlim")
        assert "Europe/Berlin" in unknown
        assert "Groups" not in at.guild.channels
        assert "isn't set up yet" in await check(at)


async def test_time_zones_are_offered_while_typing(harbour: Opens) -> None:
    async with harbour() as at:
        offered = await at.ada.autocomplete(at.hall, "setup start", "timezone", "berl", lead=at.lea, backup_lead=at.ben)
        assert "Europe/Berlin" in [choice["value"] for choice in offered]
        assert len(offered) <= 25


async def test_a_restart_in_the_middle_finishes_it_once(harbour: Opens) -> None:
    async with harbour() as at:
        at.env.inject_error("POST", "/guilds/*/channels", status=503)
        await start(at)
        await at.world.restart()
        await at.world.pass_time(60)
        assert sorted(at.guild.channels) == ["Groups", "hall", "safeguarding"]
        assert at.sees(at.lea, "safeguarding")


async def test_only_who_manages_the_server_may_set_it_up(harbour: Opens) -> None:
    async with harbour() as at:
        await start(at)
        helper = at.guild.create_role("Helpers", permissions=discord.Permissions(manage_guild=True))
        other = at.guild.add_member(at.env.create_user("other"), roles=[helper])
        assert "has all it needs" in said(await other.slash(at.hall, "setup check"))


async def test_every_missing_permission_is_named_with_its_reason(harbour: Opens) -> None:
    async with harbour() as at:
        await start(at)
        everyone = dict(discord.Permissions(at.guild.default_role._role.permissions))
        for name in (name for name in REASONS if not everyone[name.replace("view_channel", "read_messages")]):
            at.grant(without(name))
            text = await check(at)
            assert REASONS[name] in text, name
            assert "Server Settings > Roles" in text
        at.grant(INVITE)
        assert "has all it needs" in await check(at)


async def test_without_manage_channels_the_admin_is_told_and_the_next_check_finishes_it(harbour: Opens) -> None:
    async with harbour(permissions=without("manage_channels")) as at:
        answer = await at.set_up()
        text = said(answer)
        assert "Manage Channels" in text
        assert "a permission is missing" in text
        told = text + await at.inbox(at.ada)
        assert told.count("Something of the set-up could not be done") == 1, "and once more as a word"
        assert "Groups" not in at.guild.channels
        still = await check(at)
        assert "Could not be done: making the category" in still
        assert "Groups" not in at.guild.channels
        at.grant(INVITE)
        assert "tried again now" in await check(at)
        assert at.sees(at.lea, "safeguarding")
        assert "Could not be done" not in await check(at)


async def test_who_can_see_everything_anyway_is_said_by_role(harbour: Opens) -> None:
    async with harbour() as at:
        assert "No role makes people administrators" in await start(at)
        at.guild.create_role("**Gods**", permissions=discord.Permissions(administrator=True))
        text = await check(at)
        assert r"\*\*Gods\*\*" in text
        assert at.guild.owner.mention in text


async def test_with_the_members_switch_on_they_are_said_by_person(harbour: Opens) -> None:
    async with harbour(discord=DiscordOptions(server_members=True)) as at:
        gods = at.guild.create_role("Gods", permissions=discord.Permissions(administrator=True))
        zeus = at.guild.add_member(at.env.create_user("zeus"), roles=[gods])
        text = await start(at)
        assert f"Gods: {zeus.mention}" in text
        assert "switch is on" in text


async def test_a_channel_that_is_gone_is_said_and_not_made_again_by_the_check(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.world.bot.get_channel(at.channel("tuesday-desk").id).delete()
        text = await check(at)
        assert "Facilitators' desk of Tuesday: it isn't there any more" in text
        assert "tuesday-desk" not in at.guild.channels


async def test_the_safeguarding_channel_is_made_again_by_starting_again(harbour: Opens) -> None:
    async with harbour() as at:
        await start(at)
        await at.world.bot.get_channel(at.channel("safeguarding").id).delete()
        assert "The safeguarding channel: it isn't there any more" in await check(at)
        await start(at)
        assert at.sees(at.lea, "safeguarding")
        assert "isn't there any more" not in await check(at)


async def test_a_channel_closed_to_the_bot_is_said_and_left_alone(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        room = at.channel("tuesday")
        before = len(at.env.http_requests)
        await at.shut(room, at.world.bot.user)
        text = await check(at)
        assert "Room of Tuesday: the bot can't see it any more" in text
        changes = [request for request in at.env.http_requests[before:] if "/permissions/" in request.path]
        assert changes == []


async def test_a_lead_who_left_the_server_is_named(harbour: Opens) -> None:
    async with harbour() as at:
        await start(at)
        at.guild.remove_member(at.lea)
        await at.env.settle()
        assert f"{at.lea.mention} isn't in this server any more" in await check(at)


@pytest.mark.parametrize("status", [500, 503])
async def test_discord_being_away_for_a_moment_delays_and_doubles_nothing(harbour: Opens, status: int) -> None:
    async with harbour() as at:
        at.env.inject_error("POST", "/guilds/*/channels", status=status, times=2)
        await start(at)
        await at.world.pass_time(120)
        assert sorted(at.guild.channels) == ["Groups", "hall", "safeguarding"]
