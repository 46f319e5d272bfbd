"""The settings of a bot that is played, made as an operator makes them."""

from __future__ import annotations

from pathlib import Path

from bot.settings import Settings, load
from bot.settings.init import init

TOKEN = "none.is.needed"  # noqa: S105  # nobody asks for it: there is no Discord here


def made_settings(folder: Path) -> Settings:
    """What ``circlekeeper init`` writes, read as ``circlekeeper run`` reads it; the environment has no say."""
    init(folder)
    return settings_in(folder)


def settings_in(folder: Path) -> Settings:
    """What has been written there. Raises ``OperatorError`` that tells every mistake."""
    environ = {
        "DISCORD_TOKEN": TOKEN,
        "DATABASE_URL": f"sqlite:///{folder}/data/circlekeeper.db",
        "CIRCLEKEEPER_CHECKINS": str(folder / "checkins"),
    }
    return load(environ, start=folder)
