"""A tick of the timers with few and with many of them, and a commit beside raw SQLite."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.core.clock import utc_now
from bot.services import Services, open_services
from bot.settings import load
from bot.storage import Database
from bot.timers import store
from tests.bench.sizes import Size
from tests.bench.table import Row, median, ms, spread
from tests.databases import KEY
from tests.wire.processes import House

KIND = "meetings.forget"
BATCH = 10_000
AS_FAST = 2.0
# what the bot's own connection is told
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


async def measure(size: Size, folder: Path) -> list[Row]:
    few, many = [await _ticks(count, size.ticks, folder / str(count)) for count in size.timers]
    ratio = median(many) / median(few)
    return [
        Row(
            what=f"a tick, one timer of {size.timers[1]:,} due",
            measured=spread(many),
            baseline=f"with {size.timers[0]:,}: {spread(few)}",
            ratio=ratio,
            budget="twice",
            met=ratio <= AS_FAST,
        ),
        await _commits(size.commits, folder),
    ]


class Silent:
    """A bell that does not ring: the ticks are made by hand."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self.ring = ring

    def ring_in(self, seconds: float) -> None:
        pass


async def _ticks(timers: int, times: int, folder: Path) -> list[float]:
    """How long each of so many ticks takes in which one timer is due, with the others far away."""
    bells: dict[str, Silent] = {}

    def make(name: str, ring: Callable[[], None]) -> Silent:
        return bells.setdefault(name, Silent(ring))

    async with open_services(load(House(folder).environ, start=folder), make_bell=make) as services:
        await _fill(services, timers)
        taken: list[float] = []
        for number in range(times + 1):
            async with services.db.begin() as tx:
                await services.timers.set(tx, KIND, str(number), services.clock(), guild_id=None)
            began = time.perf_counter()
            bells["timers"].ring()
            await services.timers.settled()
            taken.append(time.perf_counter() - began)
        return taken[1:]


async def _fill(services: Services, timers: int) -> None:
    far = services.clock() + timedelta(days=1)
    for start in range(0, timers, BATCH):
        rows = [
            {
                "kind": KIND,
                "subject": f"far-{number}",
                "due_at": far + timedelta(seconds=number),
                "next_try_at": far + timedelta(seconds=number),
                "attempts": 0,
                "problem": None,
            }
            for number in range(start, min(start + BATCH, timers))
        ]
        async with services.db.begin() as tx:
            await tx.execute(store.timers.insert(), rows)


async def _commits(count: int, folder: Path) -> Row:
    ours, raw = await _through_the_bot(count, folder), _raw(count, folder / "raw.db")
    return Row(
        what="a transaction that writes one row",
        measured=ms(median(ours)),
        baseline=f"raw SQLite {ms(median(raw))}",
        ratio=median(ours) / median(raw),
    )


async def _through_the_bot(count: int, folder: Path) -> list[float]:
    db = Database(f"sqlite:///{folder / 'ours.db'}", KEY)
    await db.open()
    taken: list[float] = []
    for number in range(count):
        began = time.perf_counter()
        async with db.begin() as tx:
            await store.put(tx, KIND, str(number), utc_now(), guild_id=None)
        taken.append(time.perf_counter() - began)
    await db.close()
    return taken


def _raw(count: int, path: Path) -> list[float]:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE rows (kind TEXT, subject TEXT, due_at TEXT, PRIMARY KEY (kind, subject))")
    connection.execute("CREATE INDEX by_time ON rows (due_at)")
    taken: list[float] = []
    for number in range(count):
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rows VALUES (?, ?, ?)", (KIND, str(number), "2026-11-22 12:00:00"))
        connection.execute("COMMIT")
        taken.append(time.perf_counter() - began)
    connection.close()
    return taken
