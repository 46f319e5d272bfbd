"""The real bot in a process of its own: started with the shipped settings, watched, stopped or killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.settings import sample_environ
from tests.wire import Wire
from tests.wire.forked import POSSIBLE, Forked

ROOT = Path(__file__).parents[2]
KNIFE = ROOT / "tests" / "wire" / "knife.py"


class House:
    """A folder in which an operator runs the bot: config, key and data stay from one start to the next.

    A context manager: what still runs when it is left is killed.
    """

    def __init__(self, folder: Path, wire: Wire | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.environ = sample_environ(folder) | (wire.environment() if wire else {})

        self._processes: list[Process] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._processes:
            await process.kill()
            print(process.errors)  # is shown where the test fails

    @property
    def database(self) -> Path:
        return self.folder / "data" / "circlekeeper.db"

    async def start(self, *arguments: str, program: Path | None = None, forked: bool = True, **environ: str) -> Process:
        """``python -m bot ARGUMENTS``, or another ``program``, with these variables beside the house's own.

        Not ``forked``, it is begun as an operator begins it, and takes a second longer.
        """
        command = ["-P", str(program)] if program else ["-m", "bot"]
        process = await Process.start([*command, *arguments], self.folder, self.environ | environ, forked=forked)
        self._processes.append(process)
        return process

    def errands(self) -> int:
        """How many posts and deeds wait, as the database tells."""
        return self._count("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'held')")

    async def quiet(self, timeout: float = 30) -> None:
        """Until no post or deed waits."""
        for _ in range(int(timeout * 20)):
            if not self.errands():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{self.errands()} posts and deeds still wait")

    def timers(self) -> int:
        return self._count("SELECT count(*) FROM timers")

    def _count(self, question: str) -> int:
        if not self.database.exists():
            return 0
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return int(connection.execute(question).fetchone()[0])
        except sqlite3.OperationalError:  # it is being made
            return 0
        finally:
            connection.close()


class Process:
    """One run. ``errors`` and ``output`` are what it has written when it has ended."""

    reading: asyncio.Task[None]
    """Ends when it does."""

    def __init__(self, process: asyncio.subprocess.Process | Forked) -> None:
        self._process = process
        self.output = self.errors = ""

    @classmethod
    async def start(
        cls, arguments: list[str], folder: Path, environ: Mapping[str, str], *, forked: bool = False
    ) -> Self:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("CIRCLEKEEPER", "DISCORD_"))}
        environ = kept | {"PYTHONPATH": str(ROOT)} | environ
        begin = Forked.start if forked and POSSIBLE else _begun
        made = cls(await begin(arguments, folder, environ))
        made.reading = asyncio.create_task(made._read())
        return made

    async def _read(self) -> None:
        output, errors = await self._process.communicate()
        self.output, self.errors = output.decode(), errors.decode()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def ended(self, timeout: float = 20) -> int:
        """Its exit code, negative for a signal; fails if it does not end in time."""
        try:
            await asyncio.wait_for(asyncio.shield(self.reading), timeout)
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"it did not end within {timeout} s; it said\n{self.errors}") from None
        assert self._process.returncode is not None
        return self._process.returncode

    async def kill(self) -> None:
        if self.running:
            self._process.send_signal(signal.SIGKILL)
        await self.reading

    def terminate(self) -> None:
        """Ask it to stop, as a system does."""
        self._process.send_signal(signal.SIGTERM)

    async def stop(self, timeout: float = 15) -> int:
        """Ask it to stop, and wait; its exit code."""
        self.terminate()
        return await self.ended(timeout)


async def _begun(arguments: list[str], folder: Path, environ: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore",
        *arguments,
        cwd=folder,
        env=environ,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
