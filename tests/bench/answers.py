"""How long people wait for an answer, at a hundred interactions a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.bench.circles import Circle, Circles, lay_out, remember
from tests.bench.programs import Name, discord, processor_time, running
from tests.bench.sizes import Size
from tests.bench.startup import COMMAND
from tests.bench.table import Row, median, ms, percentile, spread
from tests.wire import Interaction, Message, Wire
from tests.wire.message_deeds import Draft
from tests.wire.processes import House

PER_SECOND, CALMLY = 100, 25
WARM_UP = 30
COSTS = {"without a write": "read", "after a write": "written"}
CHOICES = ("coming", "listening", "away")
BUTTON, ROW = 2, 1
READ_WITHIN, WRITTEN_WITHIN = 0.010, 0.030
Act = Callable[[int], Awaitable[Interaction]]


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from the gateway's dispatch, and the processor time of the program for one answer."""

    callback: list[float]
    """Until anything was answered at all, if only that it is thinking."""
    readable: list[float]
    """Until there was something to read."""
    cost: float


@dataclass(frozen=True, slots=True)
class Measured:
    read: Waits
    written: Waits
    calmly_written: Waits


async def measure(size: Size, folder: Path) -> list[Row]:
    bot, bare = [await _measured(name, size.answers, folder / name) for name in COMMAND]
    return [
        _row("answer without a write (list of groups)", PER_SECOND, bot.read, bare.read, READ_WITHIN),
        _row("answer after a write (*Coming*)", PER_SECOND, bot.written, bare.written, WRITTEN_WITHIN),
        _row("answer after a write (*Coming*)", CALMLY, bot.calmly_written, bare.calmly_written, None),
        *(_cost(what, getattr(bot, which), getattr(bare, which)) for what, which in COSTS.items()),
    ]


def _row(what: str, rate: int, bot: Waits, bare: Waits, within: float | None) -> Row:
    callback = "" if bot.callback == bot.readable else f" (*thinking* p99 {ms(percentile(bot.callback, 0.99))})"
    return Row(
        what=f"{what}, {rate} a second",
        measured=spread(bot.readable) + callback,
        baseline=f"bare {spread(bare.readable)}",
        ratio=median(bot.readable) / median(bare.readable),
        budget="" if within is None else f"p99 {within * 1000:.0f} ms",
        met=None if within is None else percentile(bot.readable, 0.99) <= within,
    )


def _cost(what: str, bot: Waits, bare: Waits) -> Row:
    return Row(
        what=f"processor time for one answer {what}",
        measured=ms(bot.cost),
        baseline=f"bare {ms(bare.cost)}",
        ratio=bot.cost / bare.cost,
    )


async def _measured(name: Name, count: int, folder: Path) -> Measured:
    async with discord() as wire:
        circles = lay_out(wire, 1)
        (circle,) = circles.circles
        house, meets_at = House(folder, wire), None
        if name == "bot":
            meets_at = await remember(house, circles, starts_in=timedelta(days=9))
        reminder = _reminder(wire, circle, meets_at)
        async with running(name, wire, house) as process:

            async def at_rate(rate: int, number: int, act: Act) -> Waits:
                before = processor_time(process)
                callbacks, readable = await _at_rate(wire, rate, number, act)
                return Waits(callbacks, readable, max(processor_time(process) - before, 0.001) / (WARM_UP + number))

            return Measured(
                await at_rate(PER_SECOND, count, lambda number: _browse(name, circles, number)),
                await at_rate(PER_SECOND, count, lambda number: _answer(reminder, circles, number)),
                await at_rate(CALMLY, count // 3, lambda number: _answer(reminder, circles, number)),
            )


async def _answer(reminder: Message, circles: Circles, number: int) -> Interaction:
    """Each time somebody changes their mind, so that each time there is something to write."""
    members = circles.members
    ids = [button["custom_id"] for button in reminder.components[0]["components"]]
    custom_id = ids[number // len(members) % len(ids)]
    return await members[number % len(members)].click(reminder, custom_id=custom_id, until="sent")


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


async def _at_rate(wire: Wire, rate: int, count: int, act: Act) -> tuple[list[float], list[float]]:
    """Do it so many times, so often a second whether answered or not; gives how long each took."""
    acts: list[Interaction] = []
    began = time.monotonic()
    for number in range(WARM_UP + count):
        await asyncio.sleep(began + number / rate - time.monotonic())
        acts.append(await act(number))
    await wire.wait_for(lambda: all(each.shown for each in acts), 60)
    arrived = {each.path: each.at for each in wire.requests}
    measured = acts[WARM_UP:]
    callbacks = [arrived[f"/interactions/{each.id}/{each.token}/callback"] for each in measured]
    edits = [f"/webhooks/{wire.world.bot.id}/{each.token}/messages/@original" for each in measured]
    readable = [arrived.get(edit, callback) for edit, callback in zip(edits, callbacks, strict=True)]
    return (
        [at - each.began for at, each in zip(callbacks, measured, strict=True)],
        [at - each.began for at, each in zip(readable, measured, strict=True)],
    )
