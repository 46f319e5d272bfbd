"""An exception at a line of the program's own: any line, any kind, in the event loop and in the threads it uses."""

from __future__ import annotations

import asyncio
import io
import linecache
import logging
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, ParamSpec, TypeVar

from bot.cli.logs import CONSOLE, Discreet

Line = tuple[str, int]
Fail = Callable[[], BaseException]
Injection = tuple[Line | None, Fail]
P = ParamSpec("P")
T = TypeVar("T")

TOLD = "member 40001 chose option 3"
"""What every injected exception says, as if it had caught somebody's answer."""

KINDS: tuple[Fail, ...] = (
    lambda: OSError(28, TOLD),
    lambda: RuntimeError(TOLD),
    lambda: asyncio.CancelledError(TOLD),
    lambda: MemoryError(TOLD),
)


class Saboteur:
    """Watches the lines of some packages, and fails where it is told to. Make it inside the event loop."""

    def __init__(self, *packages: ModuleType) -> None:
        folders = [Path(package.__file__ or "").parent for package in packages]
        self._files = {str(path) for folder in folders for path in folder.glob("*.py")}
        self._looking = False
        self._line: Line | None = None
        self._fail: Fail = RuntimeError
        self.passed: list[Line] = []
        """Every line in the order in which it was first come to."""
        asyncio.get_running_loop().set_default_executor(_Watched(self))

    @contextmanager
    def watching(self, line: Line | None = None, fail: Fail = RuntimeError) -> Generator[None]:
        """Within the block ``fail`` is raised before ``line`` is run for the first time; None: nothing is raised."""
        self._line, self._fail, self.passed, self._looking = line, fail, [], True
        before = sys.gettrace()
        sys.settrace(self.trace)
        try:
            yield
        finally:
            sys.settrace(before)
            self._looking = False

    def trace(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        return self._each if frame.f_code.co_filename in self._files else None

    def _each(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        here = frame.f_code.co_filename, frame.f_lineno
        if self._looking and event == "line" and here not in self.passed:
            self.passed.append(here)
            if here == self._line:
                raise self._fail()
        return self._each


class _Watched(ThreadPoolExecutor):
    """Threads that are watched as the event loop is."""

    def __init__(self, saboteur: Saboteur) -> None:
        super().__init__(max_workers=4)
        self._saboteur = saboteur

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        def watched() -> T:
            sys.settrace(self._saboteur.trace)
            try:
                return fn(*args, **kwargs)
            finally:
                sys.settrace(None)

        return super().submit(watched)


def every(lines: Sequence[Line], size: str) -> list[Injection]:
    """Each line with each kind of exception; at the small size every second one with one kind, in turn.

    Nothing happens on a line that only says ``try``, and what is raised there by force would leave no block above it.
    """
    lines = [line for line in lines if linecache.getline(*line).strip() != "try:"]
    if size == "full":
        return [(line, kind) for line in lines for kind in KINDS]
    return [(line, KINDS[number % len(KINDS)]) for number, line in enumerate(lines[::2])]


@contextmanager
def written() -> Generator[io.StringIO]:
    """What is logged, as the bot writes it."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(Discreet(CONSOLE))
    logging.root.addHandler(handler)
    try:
        yield log
    finally:
        logging.root.removeHandler(handler)
