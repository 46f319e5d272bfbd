"""How long people wait for an answer, at a hundred interactions a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.bench.circles import Circle, Circles, lay_out, remember
from tests.bench.programs import Name, discord, running
from tests.bench.sizes import Size
from tests.bench.startup import COMMAND
from tests.bench.table import Row, median, percentile, spread
from tests.wire import Interaction, Message, Wire
from tests.wire.message_deeds import Draft
from tests.wire.processes import House

PER_SECOND = 100
WARM_UP = 30
CHOICES = ("coming", "listening", "away")
BUTTON, ROW = 2, 1
READ_WITHIN, WRITTEN_WITHIN = 0.010, 0.030
Act = Callable[[int], Awaitable[Interaction]]


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from the gateway's dispatch until the answer could be read: without a write, and with one."""

    read: list[float]
    written: list[float]


async def measure(size: Size, folder: Path) -> list[Row]:
    bot, bare = [await _waits(name, size.answers, folder / name) for name in COMMAND]
    return [
        _row("answer without a write (list of groups)", bot.read, bare.read, READ_WITHIN),
        _row("answer after a write (*Coming*)", bot.written, bare.written, WRITTEN_WITHIN),
    ]


def _row(what: str, bot: Sequence[float], bare: Sequence[float], within: float) -> Row:
    worst = percentile(bot, 0.99)
    return Row(
        what=f"{what}, {PER_SECOND} a second",
        measured=spread(bot),
        baseline=f"bare {spread(bare)}",
        ratio=median(bot) / median(bare),
        budget=f"p99 {within * 1000:.0f} ms",
        met=worst <= within,
    )


async def _waits(name: Name, count: int, folder: Path) -> Waits:
    async with discord() as wire:
        circles = lay_out(wire, 1)
        (circle,) = circles.circles
        house, meets_at = House(folder, wire), None
        if name == "bot":
            meets_at = await remember(house, circles, starts_in=timedelta(days=9))
        members = circles.members
        reminder = _reminder(wire, circle, meets_at)
        ids = [button["custom_id"] for button in reminder.components[0]["components"]]
        async with running(name, wire, house):
            return Waits(
                await _at_rate(wire, count, lambda n: _browse(name, circles, n)),
                await _at_rate(
                    wire,
                    count,
                    # each time somebody changes their mind, so that each time there is something to write
                    lambda n: members[n % len(members)].click(
                        reminder, custom_id=ids[n // len(members) % len(ids)], until="sent"
                    ),
                ),
            )


async def _browse(name: Name, circles: Circles, number: int) -> Interaction:
    person = circles.members[number % len(circles.members)]
    return await person.slash(circles.circles[0].room, COMMAND[name], until="sent")


def _reminder(wire: Wire, circle: Circle, meets_at: datetime | None) -> Message:
    """The message of a reminder, with its answers; the bare bot's has one button."""
    ids = ["answer"]
    if meets_at is not None:
        ids = [f"meetings-answer:{circle.group_id}:{circle.meeting_id}:{meets_at.date()}:{each}" for each in CHOICES]
    buttons = [{"type": BUTTON, "style": BUTTON, "label": each[-20:], "custom_id": each} for each in ids]
    draft = Draft({"content": "Tomorrow", "components": [{"type": ROW, "components": buttons}]})
    return wire.message_deeds.post(circle.room, wire.world.bot, draft)


async def _at_rate(wire: Wire, count: int, act: Act) -> list[float]:
    """Do it so many times, a hundred times a second whether answered or not; gives how long each took."""
    acts: list[Interaction] = []
    began = time.monotonic()
    for number in range(WARM_UP + count):
        await asyncio.sleep(began + number / PER_SECOND - time.monotonic())
        acts.append(await act(number))
    await wire.wait_for(lambda: all(each.shown for each in acts), 30)
    arrived = {each.path: each.at for each in wire.requests}
    return [_readable(wire, each, arrived) - each.began for each in acts[WARM_UP:]]


def _readable(wire: Wire, act: Interaction, arrived: dict[str, float]) -> float:
    """When what the person can read arrived: the callback, or what was put in place of *thinking*."""
    callback = f"/interactions/{act.id}/{act.token}/callback"
    edit = f"/webhooks/{wire.world.bot.id}/{act.token}/messages/@original"
    return arrived.get(edit, arrived[callback])
