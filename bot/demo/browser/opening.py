"""``circlekeeper demo --open``: plays the evening without pauses, then leaves its server open in the browser."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import webbrowser
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import discord
from aiohttp import web
from rich.console import Console
from rich.text import Text
from simcord.backend.errors import SetupError

from bot.core.errors import OperatorError
from bot.demo.browser.house import House
from bot.demo.browser.server import LOOPBACK, Server
from bot.demo.playing import FAILED, judged, opened, parts
from bot.demo.stage import Stage
from bot.demo.verdict import Finding

AT_THE_END = 1.0
"""Seconds that requests still under way are waited for."""


class Overture(Stage):
    """Tells how far the evening is, and shows none of it."""

    def __init__(self, console: Console) -> None:
        super().__init__(Console(quiet=True), pauses=False)
        self._aloud = console

    def scene(self, number: int, of: int, words: str) -> None:
        self._aloud.print(Text(f"  {number} of {of} · {words}", style="dim"))


def show(*, without: str | None, port: int, screen: bool) -> int:
    """Serve until interrupted; gives the exit code: 0 only if everything that must be so was so.

    ``port``: 0 for any that is free. ``screen``: whether there is one on which a browser could open by itself.
    Raises ``OperatorError`` for a part that there is not, a bot that does not start, and a port that is taken.
    """
    console = Console(highlight=False)
    extensions = parts(without)
    with tempfile.TemporaryDirectory(prefix="circlekeeper-demo-") as folder:
        return asyncio.run(_shown(Path(folder), console, extensions=extensions, port=port, screen=screen))


async def _shown(folder: Path, console: Console, *, extensions: tuple[str, ...], port: int, screen: bool) -> int:
    findings: list[Finding] = []
    console.print(Text("The evening is played first, so that there is something to see.", style="bold"))
    with _interrupted() as interrupted:
        try:
            async with opened(folder, Overture(console), extensions=extensions) as evening:
                findings = await judged(evening)
                _report(console, findings)
                await _serve(console, House(evening), port=port, screen=screen)
        except discord.DiscordException as error:
            raise OperatorError(f"The bot did not start: {error}") from error
        except (asyncio.CancelledError, TimeoutError, SetupError):
            if not interrupted.is_set():
                raise
    console.print("\nClosed. Nothing is kept.")
    return FAILED if any(finding.problems for finding in findings) else 0


async def _serve(console: Console, house: House, *, port: int, screen: bool) -> None:
    server = Server(house)
    runner = web.AppRunner(server.app, access_log=None, shutdown_timeout=AT_THE_END)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, LOOPBACK, port).start()
        except OSError as error:
            raise OperatorError(f"Port {port} cannot be used: {error.strerror or error}. Choose another.") from error
        address = f"http://{LOOPBACK}:{runner.addresses[0][1]}{server.base}"
        console.print("\nOpen this in a browser on this computer. Ctrl-C ends it:\n")
        console.print(Text(f"  {address}", style="bold cyan"), soft_wrap=True)
        if screen:
            webbrowser.open(address)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _report(console: Console, findings: list[Finding]) -> None:
    failed = [finding for finding in findings if finding.problems]
    if not failed:
        console.print(Text(f"All {len(findings)} things that must be so are so.", style="green"))
    for finding in failed:
        console.print(Text(f"✗ {finding.what}: {finding.problems[0]}", style="red"))


@contextmanager
def _interrupted() -> Generator[asyncio.Event]:
    """Set when somebody wants it to end, by Ctrl-C or by SIGTERM; what is being done is then cancelled."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    wanted = asyncio.Event()

    def end() -> None:
        wanted.set()
        if task is not None:
            task.cancel()

    asked: list[signal.Signals] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # where a loop takes no signals, Ctrl-C is a KeyboardInterrupt
            loop.add_signal_handler(name, end)
            asked.append(name)
    try:
        yield wanted
    finally:
        for name in asked:
            loop.remove_signal_handler(name)
