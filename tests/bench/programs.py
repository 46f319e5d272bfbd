"""The programs that are measured: the bot as an operator runs it, and a bare one, each in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from tests.wire import Wire
from tests.wire.processes import House, Process

Name = Literal["bot", "bare"]
ARGUMENTS: dict[Name, list[str]] = {"bot": ["-m", "bot", "run"], "bare": ["-m", "tests.bench.bare"]}
STARTS_WITHIN = 60.0
MEBIBYTE = 1 << 20


@contextlib.asynccontextmanager
async def discord(*, limits: bool = True) -> AsyncIterator[Wire]:
    """A stand-in that does not hold bodies against the document: that takes longer than what is measured."""
    async with Wire(limits=limits) as wire:
        wire.schema = None
        yield wire


@contextlib.asynccontextmanager
async def running(name: Name, wire: Wire, house: House) -> AsyncIterator[Process]:
    """Start a program in the house and wait until it knows its servers; it is killed at the end of the block."""
    # what was built so far stays: the collector would look through it while the program waits for an answer
    gc.collect()
    gc.freeze()
    process = await Process.start(ARGUMENTS[name], house.folder, house.environ)
    try:
        await connected(wire, process)
        yield process
    finally:
        await process.kill()
        await wire.disconnected()
        wire.gateway.sessions.clear()
        gc.unfreeze()


async def connected(wire: Wire, process: Process) -> None:
    """Until the program knows its servers; fails with what it said if it ends instead."""
    here = asyncio.create_task(wire.connected(STARTS_WITHIN))
    await asyncio.wait([here, process.reading], return_when=asyncio.FIRST_COMPLETED)
    if not process.running:
        here.cancel()
        raise AssertionError(f"it ended; it said\n{process.errors}")
    await here


def memory(process: Process) -> float:
    """Its resident memory, in MiB."""
    status = Path(f"/proc/{_pid(process)}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / MEBIBYTE


def processor_time(process: Process) -> float:
    """Seconds of processor time that it has used so far, in all its threads."""
    after_name = Path(f"/proc/{_pid(process)}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _pid(process: Process) -> int:
    return process._process.pid
