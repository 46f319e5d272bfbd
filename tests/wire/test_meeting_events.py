"""Discord's own event about a meeting, over the wire: with and without the permission, by hand, and by the knife."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.client import Bot
from bot.ui.permissions import EVENTS, INVITE
from tests.wire import Interaction, Wire
from tests.wire.processes import KNIFE, House
from tests.wire.realbot import running, wire_settings
from tests.wire.town import ALL_WELL, BERLIN, Town, nobody_waits, opened, quiet

MADE = "/guilds/*/scheduled-events"
WITH_EVENTS = (INVITE | EVENTS).value


async def schedule(town: Town) -> Interaction:
    """A meeting each week in the voice channel, with an event."""
    starts = f"{datetime.now(BERLIN) + timedelta(days=2):%Y-%m-%d 19:00}"
    typed = {"title": "Evening", "starts": starts, "repeat": "weekly", "where": "voice", "event": True}
    understood = await town.fay.slash(town.channel("tides-desk"), "meeting schedule", **typed)
    return await town.fay.click(understood, "Schedule it")


def starts(town: Town) -> list[datetime]:
    return [datetime.fromisoformat(event.data["scheduled_start_time"]) for event in town.guild.events.values()]


async def test_without_the_permission_it_is_said_and_made_up_for(wire: Wire, tmp_path: Path) -> None:
    async with running(wire, wire_settings(wire, tmp_path)) as bot:
        town = Town(wire)
        await opened(town, bot)
        assert ALL_WELL in await town.check()
        await schedule(town)
        await quiet(bot)
        assert starts(town) == []
        told = [text for text in town.texts("tides-desk") if "Create Events" in text]
        assert len(told) == 1
        checked = await town.check()
        assert "- Create Events: to show Discord's own event" in checked
        town.holds(WITH_EVENTS)
        assert "being tried again now" in await town.check()
        await quiet(bot)
        (event,) = town.guild.events.values()
        assert event.data["name"] == "Meeting"
        assert "Evening" not in str(event.data)
        assert ALL_WELL in await town.check()
        await deleted_by_hand(town, bot)
        await in_a_channel_that_is_closed_to_it(town, bot)
        nobody_waits(wire)


async def deleted_by_hand(town: Town, bot: Bot) -> None:
    """It comes back when the meeting is next looked at, here after a break."""
    town.guild.events.clear()
    await take_a_break(town, bot)
    assert starts(town) == []
    await end_the_break(town, bot)
    assert len(starts(town)) == 1


async def in_a_channel_that_is_closed_to_it(town: Town, bot: Bot) -> None:
    """What the role gives, the channel can take."""
    (voice,) = [each for each in town.guild.channels.values() if each.type == 2]
    await take_a_break(town, bot)
    assert starts(town) == []
    town.takes(voice, EVENTS.value)
    await end_the_break(town, bot)
    assert starts(town) == []
    assert "let the bot do this: Create Events" in await town.check()
    town.mends(voice)
    await town.check()
    await quiet(bot)
    assert len(starts(town)) == 1


async def take_a_break(town: Town, bot: Bot) -> None:
    asked = await town.fay.slash(town.channel("tides-desk"), "group pause")
    await town.fay.click(asked, "Begin the break")
    await quiet(bot)


async def end_the_break(town: Town, bot: Bot) -> None:
    asked = await town.fay.slash(town.channel("tides-desk"), "group pause")
    await town.fay.click(asked, "The break is over")
    await quiet(bot)


async def test_there_is_one_event_wherever_the_process_is_killed(tmp_path: Path) -> None:
    async with Wire() as wire, House(tmp_path / "house", wire) as house:
        town = Town(wire, invite=WITH_EVENTS)
        process = await house.start("run", program=KNIFE)
        await wire.connected(60)
        await town.set_up()
        await wire.wait_for(lambda: "safeguarding" in town.names, 60)
        await town.found()
        await wire.wait_for(lambda: any(re.fullmatch("tides-(?!desk)[^-]+", name) for name in town.names), 60)
        await house.quiet(60)
        hold = wire.hold("POST", MADE)
        await schedule(town)
        await wire.wait_for(hold.accepted.is_set, 60)
        await process.kill()
        hold.lose()
        await wire.disconnected()
        assert len(town.guild.events) == 1

        process = await house.start("run", program=KNIFE, KNIFE_AT="answered:meetings.event")
        assert await process.ended(60) == -9, process.errors
        await wire.disconnected()
        assert len(town.guild.events) == 1

        (first,) = starts(town)
        ahead = (first + timedelta(hours=3) - datetime.now(UTC)).total_seconds()
        process = await house.start("run", program=KNIFE, KNIFE_AHEAD=str(ahead))
        await wire.connected(60)
        await wire.wait_for(lambda: first not in starts(town), 60)
        await house.quiet(60)
        assert await process.stop() == 0, process.errors
        (second,) = starts(town)
        assert second.astimezone(BERLIN) == first.astimezone(BERLIN) + timedelta(days=7)
