"""Time that stands still until nothing is left to do, and then jumps to the next thing that is due."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

TURN = 1e-6  # seconds: what one turn of the loop takes, as even the quickest takes some time


class Machine:
    """The bot's machine: ``uptime`` in seconds stands still while it sleeps, the wall clock goes on.

    Calling it gives the wall clock, as the bot's ``Clock`` does.
    """

    def __init__(self, begins: datetime) -> None:
        self._begins = begins
        self._asleep = 0.0
        self.uptime = 0.0

    def __call__(self) -> datetime:
        return self._begins + timedelta(seconds=self.uptime + self._asleep)

    def monotonic(self) -> float:
        return self.uptime

    def sleep(self, seconds: float) -> None:
        self._asleep += seconds

    def step_to(self, instant: datetime) -> None:
        """Let time pass while no process runs."""
        self.uptime += max(0.0, (instant - self()).total_seconds())


class DiscordsTime:
    """In place of the module ``time`` where Discord is: its machines never sleep."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def time(self) -> float:
        return self._machine().timestamp()

    def monotonic(self) -> float:
        return self.time()


class _Stepping(selectors.DefaultSelector):
    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine = machine

    def select(self, timeout: float | None = None) -> list[Any]:
        """Nothing ever comes from outside, so that waiting is no more than a step."""
        if timeout is None:
            raise RuntimeError("everything waits, and nothing will ever happen")
        self._machine.uptime += max(TURN, timeout)
        return []


class SteppedLoop(asyncio.SelectorEventLoop):
    """An event loop on the machine's uptime. What would run in a thread runs at once."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(_Stepping(machine))
        self._machine = machine

    def time(self) -> float:
        return self._machine.uptime

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        done = self.create_future()
        done.set_result(func(*args))
        return done


async def until(machine: Machine, instant: datetime) -> None:
    """Wait for an instant on the wall clock."""
    await asyncio.sleep(max(0.0, (instant - machine()).total_seconds()))
