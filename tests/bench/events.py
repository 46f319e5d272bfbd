"""What it costs to be told of messages that are not for the bot.

Discord does not tell the bot of messages at all, because it does not ask for them. This is what it would cost if it
did, as it would once a feature asked.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.bench.circles import lay_out, remember
from tests.bench.programs import Name, discord, processor_time, running
from tests.bench.sizes import Size
from tests.bench.startup import COMMAND
from tests.bench.table import Row
from tests.wire import Wire, payloads
from tests.wire.processes import House

AS_CHEAP = 1.2


async def measure(size: Size, folder: Path) -> list[Row]:
    rounds = [
        {name: await _cost(name, size.events, folder / f"{name}-{turn}") for name in COMMAND} for turn in range(2)
    ]
    costs = {name: min(each[name] for each in rounds) for name in COMMAND}
    rates = {name: f"{1 / cost:,.0f} a second of processor time" for name, cost in costs.items()}
    ratio = costs["bot"] / costs["bare"]
    return [
        Row(
            what=f"{size.events:,} message events not for the bot",
            measured=rates["bot"],
            baseline=f"bare {rates['bare']}",
            ratio=ratio,
            budget="1.2 of bare's cost",
            met=ratio <= AS_CHEAP,
        )
    ]


async def _cost(name: Name, events: int, folder: Path) -> float:
    """Seconds of processor time for one event."""
    async with discord() as wire:
        circles = lay_out(wire, 1)
        (circle,) = circles.circles
        person = circles.members[0]
        said = await person.send(circle.room, "Hello, everybody. It is good to be back after a long week away.")
        event = payloads.message(said) | {"guild_id": str(circle.guild.id)}
        house = House(folder, wire)
        if name == "bot":
            await remember(house, circles, starts_in=timedelta(days=9))
        async with running(name, wire, house) as process:
            for _ in range(2):
                # twice: what is done at the first events alone is not what one costs
                before = processor_time(process)
                await _tell(wire, event, events)
                await person.slash(circle.room, COMMAND[name])
            return max(processor_time(process) - before, 0.001) / events


async def _tell(wire: Wire, event: dict[str, object], events: int) -> None:
    (session,) = wire.gateway.live
    for _ in range(events):
        session.tell("MESSAGE_CREATE", event)
    done = False

    def sent() -> None:
        nonlocal done
        done = True
        wire.bell.ring()

    assert session.socket is not None
    session.socket.after_sent(sent)
    await wire.wait_for(lambda: done, 120)
