"""Tests of the settings, and the smallest environment in which they load."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.settings.keyfile import new_key
from bot.settings.starter import starter_dir


def sample_environ(tmp_path: Path) -> dict[str, str]:
    """An environment for ``load(environ, start=tmp_path)``, with a copy of the shipped config in ``tmp_path``."""
    config = tmp_path / "config"
    if not config.exists():
        shutil.copytree(starter_dir(), config)
    return {
        "DISCORD_TOKEN": "invented.token.for-tests",
        "DATABASE_URL": f"sqlite:///{tmp_path}/data/circlekeeper.db",
        "CIRCLEKEEPER_KEY": new_key(),
        "CIRCLEKEEPER_CONFIG": str(config),
        "CIRCLEKEEPER_CHECKINS": str(tmp_path / "checkins"),
    }
