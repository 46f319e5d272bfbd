"""Tests of the settings, and the smallest environment in which they load."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.settings import Problem, Settings, SettingsError, load
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


@functools.cache
def _shipped() -> Settings:
    """Read once: they are the same for every test, but for the places."""
    with TemporaryDirectory() as folder:
        return load(sample_environ(Path(folder)), start=Path(folder))


def shipped_settings(folder: Path, **changes: Any) -> Settings:
    """The shipped settings, with their places in ``folder``; but that a meeting takes place though nobody says they
    will be there.
    """
    places = {
        "meetings": replace(_shipped().meetings, confirm=False),
        "database_url": f"sqlite:///{folder}/data/circlekeeper.db",
        "config_dir": folder / "config",
        "checkins_dir": folder / "checkins",
    }
    return replace(_shipped(), **places | changes)


def problems_of(environ: Mapping[str, str], start: Path) -> tuple[Problem, ...]:
    """What ``load`` has against these settings; fails if it has nothing."""
    with pytest.raises(SettingsError) as refused:
        load(environ, start=start)
    assert str(refused.value).splitlines() == [str(problem) for problem in refused.value.problems]
    return refused.value.problems


def only_problem_of(environ: Mapping[str, str], start: Path) -> Problem:
    """The one problem ``load`` has; fails if it has another number of them."""
    (problem,) = problems_of(environ, start)
    return problem


def write_options(tmp_path: Path, toml: str) -> dict[str, str]:
    """An environment whose ``bot.toml`` is a sound organisation, on three lines, followed by ``toml`` from line 4."""
    environ = sample_environ(tmp_path)
    organisation = '[organisation]\nname = "The Harbour"\nprivacy_policy = "https://harbour.invalid/privacy"\n'
    (tmp_path / "config" / "bot.toml").write_text(organisation + toml, encoding="utf-8")
    return environ
