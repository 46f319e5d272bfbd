"""Memory and time until ready, in few and in many servers, beside a bare bot."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.circles import MEMBERS
from tests.bench.programs import Name, discord, memory, running
from tests.bench.sizes import Size
from tests.bench.table import Row, median
from tests.wire import Channel, Person, Wire
from tests.wire.builders import VOICE
from tests.wire.processes import House

CHANNELS, ROLES = 8, 4
COMMAND: dict[Name, str] = {"bot": "group browse", "bare": "browse"}
SETTLES_IN = 2.5
"""Seconds: the library itself takes two, after the last server, to say that it is ready."""
MORE_MEMORY, MORE_TIME, STEEPER = 60.0, 2.0, 1.1
NOISE = 0.5
"""MiB by which two equal processes differ; growth that is smaller cannot be compared."""


@dataclass(frozen=True, slots=True)
class Start:
    ready: float
    """Seconds from the start of the process until it has its servers and has answered somebody."""
    memory: float


async def measure(size: Size, folder: Path) -> list[Row]:
    few, many = size.guilds
    found = {
        (name, guilds): await _started(name, guilds, size.starts, folder) for guilds in size.guilds for name in COMMAND
    }
    rows = [row for guilds in size.guilds for row in _beside(guilds, found["bot", guilds], found["bare", guilds])]
    grown = {name: found[name, many].memory - found[name, few].memory for name in COMMAND}
    ratio = grown["bot"] / grown["bare"] if min(grown.values()) > NOISE else None
    return [
        *rows,
        Row(
            what=f"memory for {many - few} servers more",
            measured=f"{grown['bot']:.1f} MiB",
            baseline=f"bare {grown['bare']:.1f} MiB",
            ratio=ratio,
            budget="1.1 of bare",
            met=None if ratio is None else ratio <= STEEPER,
        ),
    ]


def _beside(guilds: int, bot: Start, bare: Start) -> list[Row]:
    place = f"{guilds} servers of {MEMBERS} members"
    return [
        Row(
            what=f"memory, {place}",
            measured=f"{bot.memory:.1f} MiB",
            baseline=f"bare {bare.memory:.1f} MiB",
            ratio=bot.memory / bare.memory,
            budget="bare + 60 MiB",
            met=bot.memory <= bare.memory + MORE_MEMORY,
        ),
        Row(
            what=f"process started to first answer, {place}",
            measured=f"{bot.ready:.2f} s",
            baseline=f"bare {bare.ready:.2f} s",
            ratio=bot.ready / bare.ready,
            budget="bare + 2 s",
            met=bot.ready <= bare.ready + MORE_TIME,
        ),
    ]


async def _started(name: Name, guilds: int, times: int, folder: Path) -> Start:
    starts = [await _start(name, guilds, folder / f"{name}-{guilds}-{number}") for number in range(times)]
    return Start(median([each.ready for each in starts]), median([each.memory for each in starts]))


async def _start(name: Name, guilds: int, folder: Path) -> Start:
    async with discord() as wire:
        person, hall = _populate(wire, guilds)
        house = House(folder, wire)
        began = time.monotonic()
        async with running(name, wire, house) as process:
            act = await person.slash(hall, COMMAND[name])
            assert act.text
            ready = time.monotonic() - began
            await asyncio.sleep(SETTLES_IN)
            return Start(ready, memory(process))


def _populate(wire: Wire, guilds: int) -> tuple[Person, Channel]:
    """So many servers; gives somebody in one of them."""
    owner = wire.person("ada")
    for number in range(guilds):
        guild = wire.add_guild(f"server-{number}", owner)
        roles = [wire.add_role(guild, f"role-{each}") for each in range(ROLES)]
        for each in range(MEMBERS):
            wire.add_member(guild, f"person-{each}", roles[each % ROLES])
        channels = [wire.add_channel(guild, f"channel-{each}") for each in range(CHANNELS - 1)]
        wire.add_channel(guild, "voice", kind=VOICE)
    return owner, channels[0]
