"""Channels that are hidden, renamed, moved, deleted and seen again, and our own work that is not taken for drift."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client import Bot
from bot.core.clock import utc_now
from bot.settings import Posting
from bot.timers import LoopBell
from tests.wire import Permission, Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.town import ALL_WELL, Town, all_is_there, let_in, nobody_waits, opened, quiet

HURRY = 1_000


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(limits=False) as discord:
        yield discord


@pytest_asyncio.fixture
async def bot(wire: Wire, tmp_path: Path) -> AsyncIterator[Bot]:
    async with running(wire, wire_settings(wire, tmp_path, posting=Posting(per_second=2_000.0))) as bot:
        yield bot


@pytest_asyncio.fixture
async def town(wire: Wire, bot: Bot) -> Town:
    town = Town(wire)
    await opened(town, bot)
    return town


class HurriedBell(LoopBell):
    """Rings by a clock that runs away."""

    def ring_in(self, seconds: float) -> None:
        super().ring_in(seconds / HURRY)


async def looked(wire: Wire, bot: Bot) -> None:
    """Let what Discord tells arrive, and be looked at."""
    await wire.settle()
    await quiet(bot)


async def test_a_hidden_room_is_told_never_touched_and_settled_when_it_is_seen_again(
    wire: Wire, bot: Bot, town: Town
) -> None:
    room, zoe = town.channel("tides"), town.joins("zoe")
    town.hides(room)
    wire.set_overwrite(room, zoe, allow=Permission.VIEW_CHANNEL)
    hidden = wire.overwrites(room)
    await looked(wire, bot)
    (card,), (same,) = town.amiss(), town.amiss("tides-desk")
    assert "Room of Tides" in card.text and "go to Permissions" in card.text
    assert card.buttons == same.buttons == ["It's meant to be so"]
    assert wire.overwrites(room) == hidden
    town.mends(room)
    await looked(wire, bot)
    assert "isn't so any more" in town.amiss()[0].text
    assert f"{zoe.mention} can see it" in town.amiss()[1].text, "what was done meanwhile is seen now"
    await town.lea.click(town.amiss()[1], "Mend it")
    await looked(wire, bot)
    assert not town.sees(zoe)
    assert ALL_WELL in await town.check()
    nobody_waits(wire)


async def test_a_room_renamed_and_moved_is_put_back_and_who_reads_it_stays_as_it_was(
    wire: Wire, bot: Bot, town: Town
) -> None:
    room, elsewhere = town.channel("tides"), wire.add_channel(town.guild, "Lounge", kind=4)
    wire.set_overwrite(elsewhere, town.people, allow=Permission.VIEW_CHANNEL)
    before = wire.overwrites(room)
    room.name, room.parent_id = "grief-and-loss", elsewhere.id
    wire.guild_deeds.update_channel(room)
    await looked(wire, bot)
    renamed, moved = town.amiss()
    assert "called grief-and-loss now" in renamed.text and "moved out" in moved.text
    for card in (renamed, moved):
        await town.lea.click(card, "Mend it")
        await looked(wire, bot)
    assert [("put right" in card.text, card.buttons) for card in town.amiss()] == [(True, [])] * 2
    assert (room.name, room.parent) == ("tides", town.channel("Groups"))
    assert wire.overwrites(room) == before
    assert ALL_WELL in await town.check()


async def test_a_desk_that_is_gone_is_the_lead_s_to_have_made_again(wire: Wire, bot: Bot, town: Town) -> None:
    room = town.channel("tides")
    wire.delete_channel(town.channel("tides-desk"))
    town.hides(room)
    await looked(wire, bot)
    (gone,) = [card for card in town.amiss() if "It was deleted" in card.text]
    await town.lea.click(gone, "Mend it")
    await looked(wire, bot)
    assert town.sees(town.fay, "tides-desk")
    assert town.names.count("tides") == 1, "a room that is only hidden is not made a second time"
    town.mends(room)
    await looked(wire, bot)
    all_is_there(town)


async def test_a_safeguarding_channel_that_is_gone_is_told_to_the_lead_by_a_word(
    wire: Wire, bot: Bot, town: Town
) -> None:
    wire.delete_channel(town.channel("safeguarding"))
    await looked(wire, bot)
    told = await town.inbox(town.lea)
    assert "safeguarding channel** is not as it should be" in told and "/setup start" in told
    await town.set_up()
    await looked(wire, bot)
    assert ALL_WELL in await town.check()
    assert town.amiss() == []


@pytest.mark.parametrize("before", [True, False], ids=["asked", "answered"])
async def test_our_own_access_that_is_on_its_way_is_no_drift(wire: Wire, bot: Bot, town: Town, before: bool) -> None:
    cleo, zoe = town.joins("cleo"), town.joins("zoe")
    await let_in(town, bot, zoe)
    await town.ask(cleo)
    await quiet(bot)
    putting = wire.hold("PUT", "/channels/*/permissions/*", before=before)
    taking = wire.hold("DELETE", "/channels/*/permissions/*", before=before)
    await town.welcome(town.cards()[-1])
    await town.leave(zoe)
    await wire.settle()
    wire.add_role(town.guild, "Helpers")  # something to look at
    await wire.settle()
    putting.release()
    taking.release()
    await looked(wire, bot)
    assert town.sees(cleo) and not town.sees(zoe)
    assert town.amiss() == town.amiss("tides-desk") == []


async def test_what_was_changed_while_the_bot_was_away_is_found_soon_after(wire: Wire, tmp_path: Path) -> None:
    town, settings = Town(wire), wire_settings(wire, tmp_path, posting=Posting(per_second=2_000.0))
    async with running(wire, settings) as bot:
        await opened(town, bot)
    zoe = town.joins("zoe")
    wire.set_overwrite(town.channel("tides"), zoe, allow=Permission.VIEW_CHANNEL)
    began = utc_now()
    async with running(wire, settings, make_bell=HurriedBell, clock=lambda: began + (utc_now() - began) * HURRY) as bot:
        await looked(wire, bot)
        assert [f"{zoe.mention} can see it" in card.text for card in town.amiss()] == [True]
        mo = town.joins("mo")
        await wire.drop_gateway(resumable=False)
        await wire.disconnected()
        wire.set_overwrite(town.channel("tides"), mo, allow=Permission.VIEW_CHANNEL)
        await wire.wait_for(lambda: len(town.amiss()) == 2, 20)
        await quiet(bot)


async def test_a_start_looks_at_no_server_before_its_turn(wire: Wire, tmp_path: Path) -> None:
    town, settings = Town(wire), wire_settings(wire, tmp_path, posting=Posting(per_second=2_000.0))
    async with running(wire, settings) as bot:
        await opened(town, bot)
    before = len(wire.asked("GET", "/guilds/*/channels"))
    async with running(wire, settings) as bot:
        await looked(wire, bot)
        assert len(wire.asked("GET", "/guilds/*/channels")) == before, "a thousand would all be looked at at once"


async def test_what_the_bot_may_not_give_itself_is_taken_away_all_the_same(wire: Wire, bot: Bot, town: Town) -> None:
    room, cleo = town.channel("tides"), town.joins("cleo")
    await let_in(town, bot, cleo)
    before = wire.overwrites(room)
    more = before[cleo.id].allow | Permission.MANAGE_ROLES | Permission.ATTACH_FILES
    wire.set_overwrite(room, cleo, allow=more)
    wire.set_overwrite(room, town.guild, allow=Permission.MANAGE_CHANNELS, deny=Permission.ATTACH_FILES)
    await looked(wire, bot)
    assert len(town.amiss()) == 2
    for card in town.amiss():
        await town.lea.click(card, "Mend it")
        await looked(wire, bot)
    assert ["put right" in card.text for card in town.amiss()] == [True, True]
    assert wire.overwrites(room)[cleo.id] == before[cleo.id]
    shut = wire.overwrites(room)[town.guild.id]
    assert (shut.allow, shut.deny) == (0, Permission.VIEW_CHANNEL | Permission.ATTACH_FILES), "the rest is theirs"


async def test_who_could_read_an_archived_room_is_told_of_and_shut_out_by_a_press(
    wire: Wire, bot: Bot, town: Town
) -> None:
    room, zoe, mo = town.channel("tides"), town.joins("zoe"), town.joins("mo")
    wire.set_overwrite(room, zoe, allow=Permission.VIEW_CHANNEL)
    await looked(wire, bot)
    await town.means(town.amiss()[0], "she speaks tonight")
    wire.set_overwrite(room, mo, allow=Permission.VIEW_CHANNEL)
    await looked(wire, bot)
    await town.archive()
    await quiet(bot)
    told = town.amiss()
    assert [mo.mention in card.text for card in told] == [False, True, False]
    assert told[1].buttons == told[2].buttons == ["Mend it", "It's meant to be so"]
    assert f"{zoe.mention} can see it" in told[2].text, "it was meant for as long as the group lived"
    await town.lea.click(told[1], "Mend it")
    await town.fay.click(town.amiss("tides-desk")[2], "Mend it")
    await looked(wire, bot)
    assert not any(town.sees(one) for one in (zoe, mo, town.fay))
    assert town.sees(town.fay, "tides-desk")
    assert not any(card.buttons for card in town.amiss())


async def test_the_safeguarding_channel_gets_its_name_and_its_code_back(wire: Wire, bot: Bot, town: Town) -> None:
    channel = town.channel("safeguarding")
    before = channel.topic
    channel.name, channel.topic = "gossip", ""
    wire.guild_deeds.update_channel(channel)
    await looked(wire, bot)
    assert "called gossip now. It should be safeguarding" in town.amiss("gossip")[0].text
    for card in town.amiss("gossip"):
        await town.lea.click(card, "Mend it")
        await looked(wire, bot)
    assert (channel.name, channel.topic) == ("safeguarding", before)
    assert ALL_WELL in await town.check()


async def test_everybody_whose_access_is_gone_at_once_is_one_finding_and_one_press(
    wire: Wire, bot: Bot, town: Town
) -> None:
    room, people = town.channel("tides"), [town.joins(f"person {number}") for number in range(4)]
    for person in people:
        await let_in(town, bot, person)
    before = wire.overwrites(room)
    for one in (*people, town.fay):
        wire.guild_deeds.drop_overwrite(room, one.id)
    await looked(wire, bot)
    (card,) = town.amiss()
    assert "Several people who should be able to take part" in card.text
    assert not any(person.mention in card.text for person in people)
    await town.lea.click(card, "Mend it")
    await looked(wire, bot)
    assert wire.overwrites(room) == before
    assert [("put right" in card.text, card.buttons) for card in town.amiss()] == [(True, [])]
