"""The posted agreement on a Discord that judges: no place for a pin, a message that was deleted, a pin taken away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client import Bot
from bot.features.guidelines.posting import LOOK
from bot.settings import Posting
from tests.wire import Permission, Wire
from tests.wire.message_deeds import MAX_PINS
from tests.wire.realbot import running, wire_settings
from tests.wire.town import ALL_WELL, REFUSED, Town, nobody_waits, opened, quiet
from tests.wire.world import Message


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
    """Tides is open, with its agreement pinned."""
    town = Town(wire)
    await opened(town, bot)
    return town


async def a_day_later(bot: Bot, town: Town) -> None:
    """The daily look is due now."""
    async with bot.services.db.begin() as tx:
        (group,) = await bot.services.groups.all_in(tx, town.guild.id)
        await bot.services.timers.set(tx, LOOK, f"{group.guild_id}:{group.id}", bot.services.clock(), guild_id=None)
    await bot.services.timers.start()
    await bot.services.timers.settled()
    await quiet(bot)


async def test_a_room_full_of_pins_is_told_in_words_and_mended_by_unpinning(wire: Wire, bot: Bot, town: Town) -> None:
    room = town.channel("tides")
    (agreement,) = wire.pins(room)
    agreement.pinned_at = None
    pinned = [Message(wire.world.snowflakes.new(), room, wire.world.bot, pinned_at=1.0) for _ in range(MAX_PINS)]
    room.messages |= {message.id: message for message in pinned}
    for _ in range(2):
        await a_day_later(bot, town)
        (told,) = town.texts("tides-desk")
        assert "could not be pinned" in told and "no place for one more pin" in told
    room.messages.pop(pinned[0].id)
    await town.check()
    await quiet(bot)
    assert agreement.pinned_at is not None
    assert ALL_WELL in await town.check()
    nobody_waits(wire)


async def test_a_pin_that_was_taken_away_comes_back_without_a_line(wire: Wire, bot: Bot, town: Town) -> None:
    room = town.channel("tides")
    (agreement,) = wire.pins(room)
    agreement.pinned_at = None
    await a_day_later(bot, town)
    assert wire.pins(room) == [agreement] == wire.messages(room)
    assert town.texts("tides-desk") == []


async def test_a_deleted_post_is_told_once_and_posted_by_the_button(wire: Wire, bot: Bot, town: Town) -> None:
    room = town.channel("tides")
    await town.ada.delete(wire.pins(room)[0])
    for _ in range(2):
        await a_day_later(bot, town)
    (told,) = wire.messages(town.channel("tides-desk"))
    assert "its message was deleted" in told.text
    await town.fay.click(told, "Post it again")
    await quiet(bot)
    assert len(wire.pins(room)) == 1
    assert wire.pins(room) == wire.messages(room)
    nobody_waits(wire)


@pytest.mark.parametrize("lacking", [Permission.VIEW_CHANNEL, Permission.PIN_MESSAGES], ids=["hidden", "pin"])
async def test_a_room_in_which_it_cannot_be_looked_after_is_told_once(
    wire: Wire, bot: Bot, town: Town, lacking: Permission
) -> None:
    room = town.channel("tides")
    (agreement,) = wire.pins(room)
    agreement.pinned_at = None
    town.takes(room, lacking)
    for _ in range(2):
        await a_day_later(bot, town)
        # whether the rooms are as they should be is another post
        (told,) = [text for text in town.texts("tides-desk") if "not as it should be" not in text]
        assert "has to see the room" in told and REFUSED in told
    town.mends(room)
    await a_day_later(bot, town)
    assert wire.pins(room) == [agreement]
