"""A group's story from set-up to leaving, with no permission but the invite's, under Discord's real limits."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.client import Bot
from bot.core.clock import utc_now
from bot.settings import Settings
from bot.ui.permissions import INVITE
from tests.wire import Person, Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.town import ALLOWED, Town, nobody_waits, quiet

BERLIN = ZoneInfo("Europe/Berlin")
SOON = 6.0


@dataclass(frozen=True, slots=True)
class Evening:
    """A meeting on the next full minute that is not too near, and how long before it the reminder is due soon."""

    starts_at: datetime
    before: timedelta

    @classmethod
    def planned(cls) -> Evening:
        now = utc_now().timestamp()
        starts = math.ceil((now + 2 * SOON) / 60) * 60
        return cls(datetime.fromtimestamp(starts, UTC), timedelta(seconds=round(starts - now - SOON)))

    @property
    def typed(self) -> str:
        """As somebody in Berlin types it."""
        return f"{self.starts_at.astimezone(BERLIN):%Y-%m-%d %H:%M}"


@pytest.fixture
def evening() -> Evening:
    return Evening.planned()


@pytest.fixture
def settings(wire: Wire, tmp_path: Path, evening: Evening) -> Settings:
    made = wire_settings(wire, tmp_path)
    return replace(made, meetings=replace(made.meetings, reminders=(evening.before,)))


@pytest_asyncio.fixture
async def bot(wire: Wire, settings: Settings) -> AsyncIterator[Bot]:
    async with running(wire, settings) as bot:
        yield bot


async def test_the_story(wire: Wire, bot: Bot, evening: Evening) -> None:
    town = Town(wire)
    cleo, mo = town.joins("cleo"), town.joins("mo")
    await _opens(town)
    await _joins(town, cleo, mo)
    await _meets(town, cleo, evening)
    await _goes(town, cleo)
    await quiet(bot)
    nobody_waits(wire)
    assert wire.rate_limited == {}
    assert wire.invalid_requests == 0, "nothing was tried that the invite does not allow"


async def _opens(town: Town) -> None:
    wire = town.wire
    assert wire.bot_role(town.guild).permissions == INVITE.value
    started = await town.set_up()
    await wire.wait_for(lambda: "are there" in started.text)
    assert "the bot has all it needs" in started.text
    founded = await town.found()
    await wire.wait_for(lambda: "is ready" in founded.text and "on its way" not in founded.text)
    (voice,) = [name for name in town.names if name.startswith("tides-") and name != "tides-desk"]
    assert town.names == sorted(["Groups", "hall", "safeguarding", "tides", "tides-desk", voice])
    room = town.channel("tides")
    await wire.wait_for(lambda: wire.pins(room) and wire.messages(room) == wire.pins(room))
    assert "Our group agreement" in wire.messages(room)[0].text


async def _joins(town: Town, cleo: Person, mo: Person) -> None:
    wire = town.wire
    asked = await town.ask(cleo, **{"A note to the facilitators, if you like": "Hello from **me**"})
    assert "Thank you" in asked.text and "/inbox" in asked.text
    hopes = await town.ask(mo, **ALLOWED)
    assert "direct message" in hopes.text
    await wire.wait_for(lambda: len(town.cards()) == 2)
    first, second = sorted(town.cards(), key=lambda card: cleo.mention not in card.text)
    assert "Hello from" in first.text
    assert not any(card.pinged for card in town.cards())

    assert "is a member now" in (await town.welcome(first)).text
    await wire.wait_for(lambda: town.sees(cleo) and "Welcome to" in asked.text)
    assert "kindly and privately" in (await town.decline(second)).text
    await wire.wait_for(lambda: "It can't be right now. There is no room" in hopes.text)
    await wire.wait_for(lambda: "was welcomed in" in first.text and "not now" in second.text)
    assert not town.sees(mo) and not town.sees(cleo, "tides-desk")


async def _meets(town: Town, cleo: Person, evening: Evening) -> None:
    wire, room, desk = town.wire, town.channel("tides"), town.channel("tides-desk")
    understood = await town.fay.slash(desk, "meeting schedule", title="Evening", starts=evening.typed)
    assert "Please check this" in understood.text and f"{int(evening.starts_at.timestamp())}" in understood.text
    scheduled = await town.fay.click(understood, "Schedule it")
    assert "is scheduled" in scheduled.text
    assert "Evening" in (await cleo.slash(room, "meeting list")).text
    reminder = await wire.wait_for(lambda: next(iter(wire.messages(room)[1:]), None), 2 * SOON)
    assert "Your meeting starts" in reminder.text
    assert "Evening" not in reminder.text and not reminder.pinged
    assert utc_now() >= evening.starts_at - evening.before, "not before it was due"

    card = await wire.wait_for(lambda: next((each for each in wire.messages(desk) if "Coming:" in each.text), None))
    assert "Thank you" in (await cleo.click(reminder, "Just listening")).text
    assert "Thank you" in (await cleo.click(reminder, "I'm coming")).text
    assert "Thank you" in (await town.fay.click(reminder, "Can't make it")).text
    counted = "Coming: **1**. Just listening: **0**. Can't make it: **1**."
    await wire.wait_for(lambda: counted in card.text, 15)
    assert len([each for each in wire.messages(room) if "meeting starts" in each.text]) == 1
    assert len(wire.messages(room)) == 2, "an answer leaves no trace in the room"


async def _goes(town: Town, cleo: Person) -> None:
    wire, room = town.wire, town.channel("tides")
    access = (await cleo.slash(room, "group access")).text
    assert town.fay.mention in access and town.ada.mention in access and "besides the facilitators: 1" in access
    assert cleo.mention not in access, "who the members are is not said"
    kept = (await cleo.slash(town.hall, "privacy show")).text
    assert "Tides" in kept and "Your answers to meetings" in kept
    assert "Welcome to" in await town.inbox(cleo)
    assert "have left" in (await town.leave(cleo)).text
    await wire.wait_for(lambda: not town.sees(cleo))
    erasing = await cleo.slash(town.hall, "privacy erase")
    assert "deleted" in (await cleo.click(erasing, "Delete everything about me")).text
    assert "keeps nothing about you" in (await cleo.slash(town.hall, "privacy show")).text
    assert "Nothing is waiting, and nothing is lost." in await town.check()


async def test_who_presses_while_the_bot_stops_is_answered(wire: Wire, settings: Settings) -> None:
    async with running(wire, settings) as bot:
        town = Town(wire)
        await town.set_up()
        await quiet(bot)
        pressed = [await town.fay.slash(town.hall, line, until="sent") for line in ("privacy show", "group browse")]
        await wire.wait_for(lambda: any(act.response for act in pressed))
    nobody_waits(wire)


async def test_two_who_set_up_at_once_both_see_it_done_once(wire: Wire, bot: Bot) -> None:
    town = Town(wire)
    for _ in range(2):
        one, other = await asyncio.gather(town.set_up(), town.set_up(by=town.ada))
        await wire.wait_for(lambda one=one, other=other: "are there" in one.text and "are there" in other.text)
        await quiet(bot)
        assert town.names == ["Groups", "hall", "safeguarding"]
    nobody_waits(wire)
