"""A bell that rings once, after a while. It holds nothing: a lost bell costs lateness, never the thing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]

from bot.core.clock import Clock

SPARE = 2.0  # seconds after its time at which a bell rings whatever the wall clock says


class Bell(Protocol):
    def ring_in(self, seconds: float) -> None:
        """Ring after ``seconds`` instead of at any time set before."""
        ...


BellMaker = Callable[[str, Callable[[], None]], Bell]
"""Makes a bell from its name and what its ring calls."""


class LoopBell:
    """A bell on the event loop's own clock, which may be a virtual one."""

    def __init__(self, name: str, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._handle: asyncio.TimerHandle | None = None

    def ring_in(self, seconds: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = asyncio.get_running_loop().call_later(max(0.0, seconds), self._ring)


class SchedulerBells:
    """Bells of one APScheduler with its jobs in memory. Start and stop it with the services."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scheduler: Any = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def make(self, name: str, ring: Callable[[], None]) -> Bell:
        return _Job(self._scheduler, self._clock, name, ring)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


class _Job:
    def __init__(self, scheduler: Any, clock: Clock, name: str, ring: Callable[[], None]) -> None:
        self._scheduler = scheduler
        self._clock = clock
        self._name = name
        self._ring = ring
        self._spare: asyncio.TimerHandle | None = None

    def ring_in(self, seconds: float) -> None:
        at = self._clock() + timedelta(seconds=max(0.0, seconds))
        self._scheduler.add_job(self._sound, "date", run_date=at, id=self._name, replace_existing=True)
        # the scheduler waits by the wall clock; when that is set back, this one still rings in time
        if self._spare is not None:
            self._spare.cancel()
        self._spare = asyncio.get_running_loop().call_later(max(0.0, seconds) + SPARE, self._ring)

    async def _sound(self) -> None:
        if self._spare is not None:
            self._spare.cancel()
        # a coroutine runs on the loop itself; a plain function would ring from a thread
        self._ring()
