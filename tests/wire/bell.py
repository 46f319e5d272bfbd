"""Waiting for something to become true, woken on each change instead of looking again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Rung after each change; wakes all who wait, and they look again."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_for(self, predicate: Callable[[], T], timeout: float) -> T | None:
        """The predicate's first true value, or None when `timeout` seconds are over."""
        deadline = time.monotonic() + timeout
        while not (found := predicate()):
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            try:
                await asyncio.wait([waiter], timeout=left)
            finally:
                self._waiting.discard(waiter)
        return found
