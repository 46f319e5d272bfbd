"""What is typed, and how a failure is told: in one or two plain lines, and by the exit code."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import sys
import zoneinfo
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.cli.check import check
from bot.cli.invite import invite
from bot.cli.logs import set_up_logs
from bot.cli.run import leave_no_core, run
from bot.core.errors import OperatorError
from bot.settings import Settings, load
from bot.settings.init import init, next_steps

FAILED = 1
PREVIEW = ("PIL", "av", "markdown_it", "linkify_it", "regex")
DEMO_MISSING = "The demo needs packages that are not installed. Install them with: pip install 'circlekeeper[demo]'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 if it did what was asked."""
    # the rules of time zones come from one place on every machine: the package that is installed with us
    zoneinfo.reset_tzpath(())
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except OperatorError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED


def _settings() -> Settings:
    settings = load(os.environ, start=Path.cwd())
    for note in settings.notes:
        print(f"Note: {note}", file=sys.stderr)
    return settings


def _run(_: argparse.Namespace) -> int:
    settings = _settings()
    set_up_logs(settings.log_level, settings.log_format)
    leave_no_core()
    asyncio.run(run(settings))
    return 0


def _demo(chosen: argparse.Namespace) -> int:
    try:
        # the packages it stands on are an extra: a bot in production does without them
        demo: Any = importlib.import_module("bot.demo")
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.split(".")[0] in ("simcord", "rich", *PREVIEW):
            raise OperatorError(DEMO_MISSING) from None
        raise
    if chosen.open:
        return demo.show(without=chosen.without, port=chosen.port, screen=_has_screen())
    return demo.main(without=chosen.without, quick=chosen.quick)


def _has_screen() -> bool:
    """Whether a browser could open by itself, and would not be one in this very terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _check(_: argparse.Namespace) -> int:
    settings = _settings()
    set_up_logs("WARNING", settings.log_format)
    return 0 if asyncio.run(check(settings)) else FAILED


def _init(chosen: argparse.Namespace) -> int:
    for path in init(chosen.directory):
        print(f"made {path}")
    print()
    print(next_steps(chosen.directory))
    return 0


def _invite(chosen: argparse.Namespace) -> int:
    application = chosen.application
    settings = None if application else _settings()
    asyncio.run(invite(settings, application))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="circlekeeper", description="A Discord bot for peer support groups.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], int], says: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=says, description=says)
        made.set_defaults(command=command)
        return made

    add("run", _run, "Run the bot, with the settings of this folder, until it is told to stop.")
    demo = add("demo", _demo, "Play an evening of a group in the terminal: no token, no network, nothing kept.")
    demo.add_argument("--quick", action="store_true", help="do not pause between the lines")
    demo.add_argument("--open", action="store_true", help="then go on in its server, in a browser on this computer")
    demo.add_argument("--port", type=int, default=0, metavar="N", help="for --open; any free one if it is not given")
    demo.add_argument("--without", metavar="COG", help="leave one part of the bot out, to see that the demo notices")
    add("check", _check, "Check settings, texts and database, and say what is wrong and what stands still.")
    made = add("init", _init, "Write a starter: config, .env, and a key outside the data folder.")
    made.add_argument("directory", type=Path, metavar="DIR")
    invited = add("invite", _invite, "Print the link that invites the bot with the least permissions, each explained.")
    invited.add_argument("--application", type=int, metavar="ID", help="the application id, if there is no token yet")
    return parser
