"""A few at a time, in order of arrival, the urgent first."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any


class Turns:
    """Places with two queues: SQLite has one writer, and a concern must not wait behind a thousand reminders for it."""

    def __init__(self, places: int = 1) -> None:
        self._free = places
        self._inside = set[asyncio.Task[Any] | None]()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = itertools.count()

    @asynccontextmanager
    async def turn(self, *, urgent: bool) -> AsyncGenerator[None]:
        me = asyncio.current_task()
        if me in self._inside:
            # it would wait for itself for ever
            raise RuntimeError("a transaction was begun inside another; pass the one that is open")
        await self._take(urgent=urgent)
        self._inside.add(me)
        try:
            yield
        finally:
            self._inside.discard(me)
            self._pass_on()

    async def _take(self, *, urgent: bool) -> None:
        if self._free:
            self._free -= 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (0 if urgent else 1, next(self._arrivals), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, following = heapq.heappop(self._waiting)
            if not following.done():
                following.set_result(None)
                return
        self._free += 1
