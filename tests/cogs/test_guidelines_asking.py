"""A changed agreement as members live it: the pinned post, **I agree**, and what they may do in the room meanwhile."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.ui.permissions import INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown

COGS = ("bot.cogs.setup", "bot.cogs.groups", "bot.cogs.guidelines", "bot.cogs.privacy")
A_DAY = 24 * 3600


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Harbour]:
    async with running(sample_settings(tmp_path), extensions=COGS) as world:
        harbour = Harbour(world, INVITE)
        await harbour.found("Tuesday")
        await harbour.join(harbour.cleo)
        await harbour.join(harbour.mo)
        yield harbour


async def reword(at: Harbour, words: str, version: str) -> None:
    """The operator changes the agreement and starts the bot again."""
    agreed = replace(at.world.settings.guidelines, body=words, version=version)
    at.world.settings = replace(at.world.settings, guidelines=agreed)
    await at.world.restart()


def may_write(at: Harbour, person: Any) -> bool:
    room = at.world.bot.get_channel(at.channel("tuesday").id)
    assert isinstance(room, discord.TextChannel)
    overwrite = room.overwrites_for(discord.Object(person.id, type=discord.Member))
    return overwrite.send_messages is True


def pinned(at: Harbour) -> Any:
    (only,) = at.channel("tuesday").pinned_messages()
    return only


async def test_everyone_is_asked_and_writes_again_once_they_agree(at: Harbour) -> None:
    old = pinned(at)
    assert "I agree" not in shown(old), "who asked to join has agreed in the asking"
    await reword(at, "We listen first.", "abc123def456")
    new = pinned(at)
    assert new.id != old.id
    assert "We listen first." in shown(new)
    assert "Our group agreement has changed" in shown(new)
    assert not at.called(at.cleo)
    assert [may_write(at, person) for person in (at.cleo, at.mo, at.fay)] == [False, False, True]
    assert at.sees(at.cleo)
    with pytest.raises(Exception, match=r"50013|50001|ermission"):
        await at.cleo.send(at.channel("tuesday"), "hello?")

    told = await at.cleo.click(new, label="I agree")
    assert told.ephemeral
    assert "you can write" in said(told)
    assert [may_write(at, person) for person in (at.cleo, at.mo)] == [True, False]
    assert any("1 of 2 members have agreed" in message for message in at.messages("tuesday-desk"))


async def test_the_button_works_after_a_restart_and_an_old_one_points_to_the_newest(at: Harbour) -> None:
    await reword(at, "We listen first.", "abc123def456")
    first = pinned(at)
    await at.world.restart()
    assert pinned(at).id == first.id
    await at.cleo.click(first, label="I agree")
    assert may_write(at, at.cleo)


async def test_who_never_agrees_is_told_when_their_place_has_ended(at: Harbour) -> None:
    await reword(at, "We listen first.", "abc123def456")
    await at.cleo.click(pinned(at), label="I agree")
    await at.world.pass_time(14 * A_DAY + 60)
    assert not at.sees(at.mo)
    assert at.sees(at.cleo)
    assert at.direct_messages("mo") == []
    assert "Your place in **Tuesday** has ended" in await at.inbox(at.mo)


async def test_the_post_holds_the_doors_to_help(at: Harbour) -> None:
    assert "Get help now" in shown(pinned(at))
    assert "Talk to a facilitator" in shown(pinned(at))


async def test_a_stranger_cannot_agree(at: Harbour) -> None:
    await reword(at, "We listen first.", "abc123def456")
    everywhere = at.guild.create_role("All", permissions=discord.Permissions(administrator=True))
    stranger = at.guild.add_member(at.env.create_user("stranger"), roles=[everywhere])
    assert "for members of the group" in said(await stranger.click(pinned(at), label="I agree"))
