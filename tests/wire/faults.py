"""What goes wrong on request: an answer lost after the deed, an error instead of the deed, an answer held back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.wire.routing import Call


def pattern_of(path: str) -> re.Pattern[str]:
    """A path in which `*` or `{anything}` stands for one segment: `/channels/*/messages`."""
    parts = re.split(r"\*|\{[^}]*\}", path)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


@dataclass(eq=False)
class _Fault:
    method: str
    path: str
    times: int

    def __post_init__(self) -> None:
        self._pattern = pattern_of(self.path)

    def takes(self, call: Call) -> bool:
        """Whether this call is one it was set for; counts it if so."""
        if self.times <= 0 or call.method != self.method or not self._pattern.fullmatch(call.path):
            return False
        self.times -= 1
        return True


@dataclass(eq=False)
class _Failure(_Fault):
    status: int
    code: int


@dataclass(eq=False)
class Hold(_Fault):
    """One request that Discord keeps waiting. By default its deed is done and only the answer is held.

    `arrived` is set when the request is in, `accepted` when the deed is done. `release()` lets it go on, `lose()` lets
    it go on and drops the connection without an answer. With `before=True` the deed waits as well.
    """

    before: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    accepted: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    call: Call | None = None
    lost: bool = False

    def release(self) -> None:
        self.released.set()

    def lose(self) -> None:
        self.lost = True
        self.released.set()


@dataclass(eq=False)
class _Listener(_Fault):
    callback: Callable[[Call], Awaitable[None] | None]


class Faults:
    """The faults that are set, asked at each request in the order in which they were set."""

    def __init__(self) -> None:
        self._losses: list[_Fault] = []
        self._failures: list[_Failure] = []
        self._holds: list[Hold] = []
        self._listeners: list[_Listener] = []

    def lose_answer(self, method: str, path: str, times: int) -> None:
        self._losses.append(_Fault(method, path, times))

    def fail(self, method: str, path: str, status: int, code: int, times: int) -> None:
        self._failures.append(_Failure(method, path, times, status, code))

    def hold(self, method: str, path: str, *, before: bool) -> Hold:
        hold = Hold(method, path, 1, before)
        self._holds.append(hold)
        return hold

    def on_accepted(self, method: str, path: str, callback: Callable[[Call], Awaitable[None] | None]) -> None:
        self._listeners.append(_Listener(method, path, 1 << 30, callback))

    def failure_for(self, call: Call) -> tuple[int, int] | None:
        """The status and code to answer with instead of acting."""
        found = next((each for each in self._failures if each.takes(call)), None)
        return (found.status, found.code) if found else None

    def hold_for(self, call: Call) -> Hold | None:
        found = next((each for each in self._holds if each.takes(call)), None)
        if found is not None:
            found.call = call
        return found

    def loses_answer_to(self, call: Call) -> bool:
        return any(each.takes(call) for each in self._losses)

    async def tell_accepted(self, call: Call) -> None:
        for each in self._listeners:
            if each.takes(call):
                outcome = each.callback(call)
                if outcome is not None:
                    await outcome

    def release_all(self) -> None:
        for hold in self._holds:
            hold.release()
