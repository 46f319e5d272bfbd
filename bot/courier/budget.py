"""How fast we may speak to Discord: below its limit for everything, and lower still for what can wait.

Discord allows 50 requests a second to a bot, answers to interactions not counted; the library paces nothing before
it is refused.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

from bot.outbox import Lane

BURST = 4  # requests that may follow each other at once; with a rate of 45 it stays under 50 in any second

Spend = Callable[[], Awaitable[None]]
"""Waits until one further request may start, and counts it."""


class Budget:
    """Two allowances that refill with time: one for all, one, smaller by the reserve, for all but the urgent."""

    def __init__(self, now: Callable[[], float], *, per_second: float, reserve: float) -> None:
        """``now``: a clock in seconds; ``per_second``: infinite where there is no limit; ``reserve``: requests a second
        that only urgent errands may use.
        """
        self._now = now
        self._rates = (per_second, max(per_second - reserve, 1.0))
        self._left = [0.0, 0.0]  # logging in took requests too
        self._seen = now()

    def available(self, lane: Lane) -> int:
        """How many requests of this lane may start now."""
        self._refill()
        return int(self._left[0] if lane is Lane.URGENT else min(self._left))

    def spend(self, lane: Lane) -> None:
        """Count a request that starts; more than are allowed make later ones wait longer."""
        self._refill()
        self._left[0] -= 1
        if lane is not Lane.URGENT:
            self._left[1] -= 1

    async def take(self, lane: Lane) -> None:
        """Count one more request, and wait until its turn has come."""
        self.spend(lane)
        await asyncio.sleep(self._until(0, lane))

    def wait(self, lane: Lane) -> float:
        """Seconds until one request of this lane may start."""
        self._refill()
        return self._until(1, lane)

    def _until(self, wanted: int, lane: Lane) -> float:
        missing = [(wanted - left) / rate for left, rate in zip(self._left, self._rates, strict=True)]
        return max(0.0, missing[0] if lane is Lane.URGENT else max(missing))

    def _refill(self) -> None:
        now = self._now()
        passed, self._seen = now - self._seen, now
        self._left = [
            float(BURST) if math.isinf(rate) else min(float(BURST), left + passed * rate)
            for left, rate in zip(self._left, self._rates, strict=True)
        ]
