"""The command line: run, demo, check, init, invite."""

from bot.cli.main import main

__all__ = ["main"]
