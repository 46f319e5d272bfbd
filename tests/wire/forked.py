"""Processes of the bot that begin where the reading of its modules ends: forked from one that has read them once."""

from __future__ import annotations

import asyncio
import atexit
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
POSSIBLE = hasattr(os, "fork") and hasattr(os, "pidfd_open")
READ = ("bot.cli", "bot.client", "sqlalchemy.dialects.sqlite.aiosqlite", "tests.courier.story")
MOST = 1 << 17
"""Bytes of an order: the environment, most of all."""


class Forked:
    """One process, with of `asyncio.subprocess.Process` what the tests use."""

    def __init__(self, output: asyncio.StreamReader, errors: asyncio.StreamReader, told: asyncio.StreamReader) -> None:
        self._output, self._errors, self._told = output, errors, told
        self.pid = 0
        self.returncode: int | None = None

    @classmethod
    async def start(cls, arguments: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Forked:
        """``arguments`` as after ``python``: ``-m MODULE ...`` or ``-P PATH ...``."""
        pipes = [os.pipe() for _ in range(3)]
        order = json.dumps({"arguments": list(arguments), "folder": str(folder), "environ": dict(environ)}).encode()
        socket.send_fds(_origin().channel, [order], [written for _, written in pipes])
        for _, written in pipes:
            os.close(written)
        made = cls(*[await _reader(read) for read, _ in pipes])
        made.pid = int(await made._told.readline())
        return made

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    async def communicate(self) -> tuple[bytes, bytes]:
        """Until it has ended; what it wrote."""
        output, errors, code = await asyncio.gather(self._output.read(), self._errors.read(), self._told.read())
        self.returncode = int(code)
        return output, errors


async def _reader(read: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb", 0)
    )
    return reader


class Origin:
    """The process that all others are forked from. It ends, and they with it, when this one does."""

    def __init__(self) -> None:
        self.channel, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-W", "ignore", "-P", __file__]
        environ = os.environ | {"PYTHONPATH": str(ROOT)}
        with its:
            self._process = subprocess.Popen(command, stdin=its, stdout=subprocess.DEVNULL, env=environ)
        atexit.register(self.end)

    def end(self) -> None:
        self.channel.close()
        self._process.wait()


@functools.cache
def _origin() -> Origin:
    return Origin()


# what follows is done in the other processes


def wait_for_orders(channel: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Fork a process for each order: in that one this returns, with the order and where it writes to.

    It tells its own id; when it has ended, its code is told. In the first process nothing is returned, in the end.
    """
    running: dict[int, tuple[int, int]] = {}
    while True:
        ready, _, _ = select.select([channel.fileno(), *running], [], [])
        for ended in running.keys() & set(ready):
            pid, told = running.pop(ended)
            os.write(told, str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
            os.close(told)
            os.close(ended)
        if channel.fileno() not in ready:
            continue
        order, places, _, _ = socket.recv_fds(channel, MOST, 3)
        if not order:
            break
        output, errors, told = places
        pid = os.fork()
        if not pid:
            os.write(told, f"{os.getpid()}\n".encode())
            for others in (told, channel.detach(), *running, *(told for _, told in running.values())):
                os.close(others)
            return json.loads(order), [output, errors]
        running[os.pidfd_open(pid)] = pid, told
        os.close(output)
        os.close(errors)
    for pid, _ in running.values():
        os.kill(pid, signal.SIGKILL)
    return None


def become(order: dict[str, Any], places: list[int]) -> None:
    """Run the program of the order, as ``python`` runs it."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, place in enumerate((nothing, *places)):
        os.dup2(place, stream)
        os.close(place)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    how, program, *arguments = order["arguments"]
    sys.argv = [program, *arguments]
    if how == "-m":
        sys.path.insert(0, order["folder"])
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(program, run_name="__main__")


def read_modules() -> None:
    for name in (*READ, *importlib.import_module("bot.client").EXTENSIONS):
        importlib.import_module(name)
    importlib.import_module("tests.databases").migrated_file()
    gc.collect()
    gc.freeze()
    assert threading.active_count() == 1, "a process with threads cannot be forked"


if __name__ == "__main__":
    orders = socket.socket(fileno=os.dup(0))
    read_modules()
    if ordered := wait_for_orders(orders):
        become(*ordered)
