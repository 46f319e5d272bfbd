"""``circlekeeper demo``: makes a world that is thrown away afterwards, has the evening played in it, and judges it."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import discord
from rich.console import Console
from simcord.backend.errors import BackendError, SetupError

from bot.client import EXTENSIONS
from bot.core.errors import OperatorError
from bot.demo.evening import BEGINS, LOBBY, Evening
from bot.demo.making import made_settings
from bot.demo.people import Stuck, gather
from bot.demo.stage import Stage
from bot.demo.traces import Traces
from bot.demo.verdict import Finding, judge
from bot.demo.world import World

FAILED = 1
FOREWORD = (
    "The real bot, on a Discord that is simulated in this process, with a database in a temporary folder.",
    "Every screen shows what Discord lets that person see, in their own local time.",
)


def main(*, without: str | None, quick: bool) -> int:
    """Play the evening; gives the exit code: 0 only if everything that must be so is so.

    ``without``: a part of the bot (``groups``) to leave out, which the verdict must notice. ``quick``: no pauses.
    Raises ``OperatorError`` for a part that there is not.
    """
    extensions = parts(without)
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="circlekeeper-demo-") as folder:
        show = perform(Path(folder), console, extensions=extensions, pauses=console.is_terminal and not quick)
        findings = asyncio.run(show)
    return FAILED if any(finding.problems for finding in findings) else 0


def parts(without: str | None) -> tuple[str, ...]:
    """The parts of the bot but for the one that is left out. Raises ``OperatorError`` if there is no such part."""
    names = {extension.rpartition(".")[2]: extension for extension in EXTENSIONS}
    if without is not None and without not in names:
        raise OperatorError(f"There is no part called {without}. Parts that can be left out: {', '.join(names)}.")
    return tuple(extension for name, extension in names.items() if name != without)


async def perform(folder: Path, console: Console, *, extensions: tuple[str, ...], pauses: bool) -> list[Finding]:
    """Play and judge in ``folder``, and show both on ``console``."""
    stage = Stage(console, pauses=pauses)
    try:
        async with opened(folder, stage, extensions=extensions) as evening:
            stage.title("An evening with Circlekeeper", *FOREWORD)
            findings = await judged(evening)
    except (OperatorError, discord.DiscordException) as error:
        findings = [Finding("The bot started", (str(error),))]
    stage.findings(findings)
    failed = sum(bool(finding.problems) for finding in findings)
    if failed:
        stage.end(f"{failed} of {len(findings)} did not hold: see ✗ above.", good=False)
    else:
        stage.end(f"All {len(findings)} hold. Nothing of this evening is kept.", good=True)
    return findings


async def judged(evening: Evening) -> list[Finding]:
    """Play the evening to its end and judge it; one that got stuck fails for that reason alone."""
    try:
        await evening.play()
    except (Stuck, OperatorError, SetupError, BackendError, discord.DiscordException, TimeoutError) as error:
        problems = [str(error), *(f"{type(one).__name__}: {one}" for one in evening.night.swallowed())]
        return [Finding("The evening could be played to its end", tuple(problems))]
    return judge(evening.night)


@asynccontextmanager
async def opened(folder: Path, stage: Stage, *, extensions: tuple[str, ...] = EXTENSIONS) -> AsyncGenerator[Evening]:
    """The bot running in a server of invented people, with its files in ``folder``, before anything has happened.

    Raises ``OperatorError`` if the bot does not start.
    """
    with logging_to(folder / "log" / "bot.log") as log:
        world = World(made_settings(folder / "bot"), extensions=extensions, begins=BEGINS)
        await world.start()
        stage.now = world.now
        try:
            guild = world.guild("Lantern House")
            guild.create_text_channel(LOBBY)
            traces = Traces(folder / "bot" / "data", log.parent, sealed=world.settings.checkins_dir)
            yield Evening(world, gather(world.env, guild), stage, traces, log=log)
        finally:
            with suppress(ExceptionGroup):  # what the bot swallowed has been told by the verdict
                await world.close()


@contextmanager
def logging_to(path: Path) -> Generator[Path]:
    """Have the log in a file, as it is before ids are masked for an operator's eyes."""
    path.parent.mkdir()
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    try:
        yield path
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        handler.close()
