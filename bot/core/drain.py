"""One task that empties something, started by a ring and ended when nothing is left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

RETRY = 5.0
"""Seconds after which work that failed is rung for again, so that a short outage does not end it for good."""
LONGEST_RETRY = 300.0
"""Seconds to which that grows while it keeps failing."""


class Drain:
    """Runs ``work`` once for any number of rings that come before it starts, and once more for those that come after.

    A ring is a plain call, fit for ``tx.after_commit``. Nothing waits in between: without a ring there is no task.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], *, name: str) -> None:
        self._work = work
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self._rung = False
        self._closed = False
        self._failures = 0
        self._again: asyncio.TimerHandle | None = None

    def ring(self) -> None:
        self._rung = True
        if self._task is None and not self._closed:
            self._task = asyncio.get_running_loop().create_task(self._run(), name=f"drain:{self._name}")

    async def settled(self) -> None:
        """Return once the work that has been rung for is done."""
        while self._task is not None:
            await asyncio.shield(self._task)

    async def close(self) -> None:
        """Let the running work finish; later rings do nothing."""
        self._closed = True
        await self.settled()

    @property
    def closing(self) -> bool:
        """Whether work in progress should come to an end at its next safe point."""
        return self._closed

    async def _run(self) -> None:
        try:
            while self._rung and not self._closed:
                self._rung = False
                await self._attempt()
        finally:
            self._task = None

    async def _attempt(self) -> None:
        if self._again is not None:
            self._again.cancel()
        try:
            await self._work()
            self._failures = 0
        except Exception:
            log.exception("%s failed; it is tried again", self._name)
            delay = min(RETRY * 2 ** min(self._failures, 16), LONGEST_RETRY)
            self._failures += 1
            self._again = asyncio.get_running_loop().call_later(delay, self.ring)


class Crew:
    """Tasks that run beside each other and belong to one owner, who can wait for them all."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Return once none is left."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self, *, grace: float) -> None:
        """Wait ``grace`` seconds for them to end, then cancel those that have not."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await self.settled()
