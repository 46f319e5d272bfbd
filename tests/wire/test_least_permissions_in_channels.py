"""Channels that are hidden from the bot, deleted, or in which it may less than it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client import Bot
from bot.core.clock import utc_now
from bot.settings import Posting
from tests.wire import Permission, Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.town import ALL_WELL, REFUSED, Town, all_is_there, let_in, nobody_waits, opened, quiet

ROOM_HIDDEN = "Room of Tides: the bot can't see it any more. Please give the bot *View Channel* there."


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    """A Discord that does not slow anybody down: what is looked at here is what it refuses."""
    async with Wire(limits=False) as discord:
        yield discord


@pytest_asyncio.fixture
async def bot(wire: Wire, tmp_path: Path) -> AsyncIterator[Bot]:
    async with running(wire, wire_settings(wire, tmp_path, posting=Posting(per_second=2_000.0))) as bot:
        yield bot


@pytest_asyncio.fixture
async def town(wire: Wire, bot: Bot) -> Town:
    """Tides is open, and zoe is in it."""
    town = Town(wire)
    await opened(town, bot)
    return town


def within_the_hour() -> datetime:
    """A start so near that its reminder is due at once."""
    return utc_now() + timedelta(minutes=30)


async def test_a_room_hidden_from_the_bot(wire: Wire, bot: Bot, town: Town) -> None:
    zoe, cleo, room = town.joins("zoe"), town.joins("cleo"), town.channel("tides")
    await let_in(town, bot, zoe)
    town.hides(room)
    before = wire.overwrites(room)
    asked = await town.ask(cleo)
    await quiet(bot)
    await town.welcome(town.cards()[-1])
    await town.leave(zoe)
    await town.schedule(within_the_hour())
    await town.post_agreement()
    await quiet(bot)

    assert wire.overwrites(room) == before, "what is hidden is not repaired"
    assert "You are welcome in **Tides**, but" in asked.text
    assert any("hasn't let us close the room" in message.text for message in zoe.sees(town.hall))
    desk = "\n".join(town.texts("tides-desk"))
    assert f"could not be opened for {cleo.mention}" in desk and f"could not be closed for {zoe.mention}" in desk
    assert "did not go out" in desk and "agreement could not be posted" in desk
    picked = await town.picks(cleo, "group access")
    assert "The bot can't see this room" in (await cleo.slash(town.hall, "group access", group=picked)).text
    assert ROOM_HIDDEN in await town.check()
    await quiet(bot)
    assert town.sees(zoe) and not town.sees(cleo)

    town.mends(room)
    await town.check()
    await quiet(bot)
    assert town.sees(cleo) and not town.sees(zoe)
    assert wire.pins(room) == wire.messages(room)
    assert ALL_WELL in await town.check()
    nobody_waits(wire)


@pytest.mark.parametrize("lacking", [Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES], ids=["hidden", "silent"])
async def test_a_desk_that_cannot_be_written_to(wire: Wire, bot: Bot, town: Town, lacking: Permission) -> None:
    cleo, desk = town.joins("cleo"), town.channel("tides-desk")
    town.takes(desk, lacking)
    asked = await town.ask(cleo)
    await town.schedule(within_the_hour())
    await quiet(bot)
    assert "we couldn't bring it to the facilitators yet" in asked.text
    told = "\n".join(town.texts("safeguarding"))
    assert "Someone has asked to join, and the facilitators' desk could not be written to" in told
    assert "how many people are coming to a meeting can't be seen" in told
    assert any("Your meeting starts" in text for text in town.texts("tides")), "the room can still be reached"
    checked = await town.check()
    assert "bringing a request to the facilitators" in checked and REFUSED in checked
    await quiet(bot)
    assert town.texts("tides-desk") == []

    town.mends(desk)
    await town.check()
    await quiet(bot)
    (card,) = town.cards()
    assert len([text for text in town.texts("tides-desk") if "Coming: **0**" in text]) == 1
    await town.welcome(card)
    await quiet(bot)
    assert town.sees(cleo)
    assert ALL_WELL in await town.check()
    nobody_waits(wire)


@pytest.mark.parametrize("how", ["hidden", "deleted"])
async def test_a_category_that_is_lost(wire: Wire, bot: Bot, town: Town, how: str) -> None:
    category = town.channel("Groups")
    if how == "hidden":
        town.hides(category)
    else:
        wire.delete_channel(category)
    founded = await town.found("Pebbles")
    await quiet(bot)
    assert founded.text.count("could not be made") == 3
    assert [name for name in town.names if name.startswith("pebbles")] == []
    assert "The category" in await town.check()
    await quiet(bot)

    if how == "hidden":
        town.mends(category)
    else:
        await town.set_up()
        await quiet(bot)
        assert len(town.amiss()) == 4
        for left_outside in town.amiss():
            await town.lea.click(left_outside, "Mend it")
    await town.check()
    await quiet(bot)
    made = [town.channel(name) for name in town.names if name.startswith("pebbles")]
    assert [channel.parent for channel in made] == [town.channel("Groups")] * 3
    assert town.channel("tides").parent is town.channel("safeguarding").parent is town.channel("Groups")
    assert town.names.count("Groups") == 1
    assert ALL_WELL in await town.check()
    nobody_waits(wire)


async def test_a_safeguarding_channel_that_was_deleted(wire: Wire, bot: Bot, town: Town) -> None:
    wire.delete_channel(town.channel("safeguarding"))
    assert "The safeguarding channel: it isn't there any more" in await town.check()
    await town.set_up()
    await quiet(bot)
    all_is_there(town)
    assert ALL_WELL in await town.check()


@pytest.mark.parametrize("name", ["tides", "tides-desk"])
async def test_a_room_that_was_deleted_is_told_and_not_made_again(wire: Wire, bot: Bot, town: Town, name: str) -> None:
    cleo = town.joins("cleo")
    wire.delete_channel(town.channel(name))
    asked = await town.ask(cleo)
    await quiet(bot)
    if name == "tides":
        await town.welcome(town.cards()[-1])
    await town.schedule(within_the_hour())
    await town.post_agreement()
    await quiet(bot)
    assert "yet. " in asked.text, "what could not be done was said"
    checked = await town.check()
    assert "Tides: it isn't there any more" in checked
    await quiet(bot)
    assert name not in town.names
    nobody_waits(wire)


@pytest.mark.parametrize(
    "lacking",
    [Permission.SEND_MESSAGES, Permission.READ_MESSAGE_HISTORY, Permission.PIN_MESSAGES],
    ids=["send", "history", "pin"],
)
async def test_a_room_in_which_the_bot_may_less(wire: Wire, bot: Bot, town: Town, lacking: Permission) -> None:
    room = town.channel("tides")
    town.takes(room, lacking)
    posted = await town.post_agreement()
    await quiet(bot)
    assert "being posted and pinned" in posted.text
    (trouble,) = town.texts("tides-desk")
    assert "agreement" in trouble and REFUSED in trouble
    assert len(wire.pins(room)) == 1, "the old one stays until the new one is there and pinned"
    assert (lacking.name or "").replace("_", " ").title() in await town.check()
    await quiet(bot)

    town.mends(room)
    await town.check()
    await quiet(bot)
    assert wire.pins(room) == wire.messages(room)
    assert len(wire.pins(room)) == 1
    assert ALL_WELL in await town.check()
    nobody_waits(wire)


async def test_roles_above_the_bot_are_in_nobodys_way(wire: Wire, bot: Bot) -> None:
    town = Town(wire)
    wire.add_role(town.guild, "Captain", Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES, above_bot=True)
    for role in town.guild.roles.values():
        if not role.managed and role.id != town.guild.id:
            role.position += 10
    await opened(town, bot)
    await let_in(town, bot, town.joins("cleo"))
    assert ALL_WELL in await town.check()


async def test_a_server_that_throws_the_bot_out_holds_up_no_other(wire: Wire, bot: Bot, town: Town) -> None:
    elsewhere, cleo = Town(wire, "Lighthouse"), town.joins("cleo")
    await let_in(town, bot, town.joins("zoe"))
    await town.ask(cleo)
    await quiet(bot)
    thrown_out = wire.hold("GET", "/channels/*", before=True)
    await town.fay.click(town.cards()[-1], "Welcome in")
    wire.remove_bot(town.guild)
    thrown_out.release()
    await opened(elsewhere, bot)
    await quiet(bot)
    assert not town.sees(cleo)
    nobody_waits(wire)
