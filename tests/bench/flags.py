"""From a message flagged to the card on the facilitators' desk: idle, and past a heap of posts that wait."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from pathlib import Path

from tests.bench.bare import FLAGGED
from tests.bench.circles import Circle, Circles, lay_out, remember
from tests.bench.programs import Name, discord, running
from tests.bench.sizes import Size
from tests.bench.table import Row, median, percentile, spread
from tests.wire import Channel, Wire
from tests.wire.limits import GLOBAL_PER_SECOND
from tests.wire.processes import House

MENU, REASON = "Flag to facilitators", {"Why are you flagging this?": "worried"}
CARD = "cases-take"
POSTS_PER_MEETING = 2  # the reminder in the room, and the numbers on the desk
AHEAD = timedelta(hours=1)  # of a meeting comes its last reminder
STARTED_IN = timedelta(seconds=6)
PAUSE = 0.1
IDLE_WITHIN, BUSY_WITHIN = 0.150, 2.0


async def measure(size: Size, folder: Path) -> list[Row]:
    bare = await _idle("bare", size.flags, folder / "bare")
    idle = await _idle("bot", size.flags, folder / "idle")
    heap, busy = await _busy(size, folder / "busy")
    queue = heap / GLOBAL_PER_SECOND
    return [
        Row(
            what="flag to card on the desk, idle",
            measured=spread(idle),
            baseline=f"bare {spread(bare)}",
            ratio=median(idle) / median(bare),
            budget="p99 150 ms",
            met=percentile(idle, 0.99) <= IDLE_WITHIN,
        ),
        Row(
            what=f"flag to card on the desk, {heap:,} posts waiting, Discord's limits",
            measured=spread(busy),
            baseline=f"its turn at {GLOBAL_PER_SECOND} a second: {queue:.0f} s",
            ratio=percentile(busy, 0.99) / queue if queue else None,
            budget="p99 2 s",
            met=percentile(busy, 0.99) <= BUSY_WITHIN,
        ),
    ]


async def _idle(name: Name, count: int, folder: Path) -> list[float]:
    async with discord() as wire:
        circles = lay_out(wire, count)
        house = House(folder, wire)
        if name == "bot":
            await remember(house, circles, starts_in=timedelta(days=9))
        async with running(name, wire, house):
            return await _flags(name, wire, circles, count)


async def _busy(size: Size, folder: Path) -> tuple[int, list[float]]:
    """How many posts waited at the end, and how long the cards took."""
    async with discord() as wire:
        # as many more as go out meanwhile
        circles = lay_out(wire, size.waiting * 3 // 2 // POSTS_PER_MEETING)
        house = House(folder, wire)
        await remember(house, circles, starts_in=AHEAD + STARTED_IN)
        async with running("bot", wire, house):
            for _ in range(600):
                if house.errands() >= size.waiting:
                    break
                await asyncio.sleep(0.1)
            assert house.errands() >= size.waiting, "the posts do not wait yet"
            waits = await _flags("bot", wire, circles, min(size.flags, len(circles.circles)))
            assert not wire.rate_limited, wire.rate_limited
            return house.errands(), waits


async def _flags(name: Name, wire: Wire, circles: Circles, count: int) -> list[float]:
    """Flag a message in each of so many rooms, one after the other."""
    # the last to be reminded of their meeting: what goes to their desks goes by turns
    waits: list[float] = []
    for circle in circles.circles[-count:]:
        waits.append(await _flag(name, wire, circle, circles))
        await asyncio.sleep(PAUSE)
    return waits


async def _flag(name: Name, wire: Wire, circle: Circle, circles: Circles) -> float:
    author, reporter, *_ = circles.members
    form = await reporter.context_menu(await author.send(circle.room, "I cannot go on like this."), MENU)
    seen, began = len(wire.requests), time.monotonic()
    place, mark = (circle.desk, CARD) if name == "bot" else (circle.room, FLAGGED)
    await reporter.submit(form, REASON if name == "bot" else {}, until="sent")
    return await wire.wait_for(lambda: _posted(wire, seen, place, mark), 60) - began


def _posted(wire: Wire, seen: int, place: Channel, mark: str) -> float | None:
    path = f"/channels/{place.id}/messages"
    found = [
        each for each in wire.requests[seen:] if each.path == path and each.method == "POST" and each.status == 200
    ]
    return next((each.at for each in found if mark in json.dumps(each.body)), None)
