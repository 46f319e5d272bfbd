"""The import rules are watched: each is broken once in a copy of the package, and only that one complains."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

LAYERS = "Imports point down"
COGS = "Cogs do not know each other"
FEATURES = "Features know no feature but groups"
DISCORD = "Discord is known at the edge"
SQL = "SQL is known to the storage and the stores"
MIGRATIONS = "Only the storage knows how a database is migrated"
SCHEDULER = "Only the timers know the scheduler"
DEMO = "Only the demo needs what the demo extra installs"
SETTINGS = "Settings are read where the bot is started and put together"

BREAKS = [
    ("core/planted.py", "from bot.storage import Database", LAYERS),
    ("storage/planted.py", "from bot.outbox import Post", LAYERS),
    ("settings/planted.py", "from bot.storage import Database", LAYERS),
    ("timers/planted.py", "import bot.outbox", LAYERS),
    ("outbox/planted.py", "import bot.inbox", LAYERS),
    ("audit/planted.py", "import bot.features", LAYERS),
    ("features/meetings/planted.py", "import bot.services", LAYERS),
    ("features/groups/planted.py", "import bot.ui", LAYERS),
    ("features/groups/planted.py", "import bot.courier", LAYERS),
    ("ui/planted.py", "import bot.client", LAYERS),
    ("courier/planted.py", "import bot.cogs", LAYERS),
    ("courier/planted.py", "import bot.client", LAYERS),
    ("cogs/planted.py", "import bot.demo", LAYERS),
    ("demo/planted.py", "import bot.cli", LAYERS),
    ("planted.py", "", LAYERS),
    ("cogs/planted.py", "import bot.cogs.groups", COGS),
    ("features/meetings/planted.py", "import bot.features.guidelines", FEATURES),
    ("features/groups/planted.py", "from bot.features.meetings import service", FEATURES),
    ("features/meetings/planted.py", "import discord", DISCORD),
    ("storage/planted.py", "from discord import Guild", DISCORD),
    ("outbox/planted.py", "def late() -> None:\n    import discord.http", DISCORD),
    ("core/planted.py", "import sqlalchemy", SQL),
    ("features/groups/planted.py", "from sqlalchemy import select", SQL),
    ("cogs/planted.py", "from sqlalchemy.exc import IntegrityError", SQL),
    ("features/guidelines/planted.py", "import alembic", MIGRATIONS),
    ("outbox/planted.py", "from apscheduler.schedulers.asyncio import AsyncIOScheduler", SCHEDULER),
    ("cogs/planted.py", "import simcord", DEMO),
    ("ui/planted.py", "from rich.console import Console", DEMO),
    ("cogs/planted.py", "from bot.settings import Settings", SETTINGS),
    ("features/meetings/planted.py", "import bot.settings.model", SETTINGS),
]
ALLOWED = [
    ("features/meetings/planted.py", "from bot.features.groups import model"),
    ("features/meetings/store.py", "import sqlalchemy"),
    ("inbox/planted.py", "import bot.outbox"),
    ("cogs/planted.py", "import discord, bot.services, bot.features.groups"),
    ("demo/planted.py", "import simcord, discord, bot.cogs.groups"),
]
BANS = [
    ("cogs/planted.py", "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n"),
    ("features/groups/planted.py", "import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)\n"),
    ("courier/planted.py", "from unittest.mock import AsyncMock\n\nSEND = AsyncMock()\n"),
    ("timers/planted.py", "import asyncio\n\nasync def start() -> None:\n    asyncio.create_task(asyncio.sleep(1))\n"),
    ("services.py", "import asyncio\n\nasync def start() -> None:\n    asyncio.ensure_future(asyncio.sleep(1))\n"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "bot", folder / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def planted(copy: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    where, text = request.param
    path = copy / "bot" / where
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{text}\n")
    yield copy
    path.write_text(before) if before is not None else path.unlink()


def verdicts(folder: Path) -> dict[str, str]:
    """What import-linter says of each contract: KEPT or BROKEN."""
    command = "from importlinter.cli import lint_imports_command as run; run()"
    said = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)\b", said.stdout, flags=re.MULTILINE))
    assert len(found) == 9, said.stdout + said.stderr
    return found


def broken(folder: Path) -> set[str]:
    return {name for name, verdict in verdicts(folder).items() if verdict == "BROKEN"}


def test_every_contract_is_kept_and_is_broken_by_one_of_the_plants(copy: Path) -> None:
    said = verdicts(copy)
    assert set(said.values()) == {"KEPT"}
    assert {contract for _, _, contract in BREAKS} == set(said)


@pytest.mark.parametrize(
    ("planted", "contract"),
    [((where, text), contract) for where, text, contract in BREAKS],
    indirect=["planted"],
    ids=[f"{where}: {text.splitlines()[-1].strip() if text else 'unplaced'}" for where, text, _ in BREAKS],
)
def test_a_forbidden_import_breaks_its_own_contract_alone(planted: Path, contract: str) -> None:
    assert broken(planted) == {contract}


@pytest.mark.parametrize("planted", ALLOWED, indirect=True, ids=[f"{where}: {text}" for where, text in ALLOWED])
def test_what_the_design_allows_is_allowed(planted: Path) -> None:
    assert broken(planted) == set()


def banned(where: str, text: str) -> bool:
    """Whether ruff refuses the text as a file of the package for something that is banned there."""
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", f"bot/{where}", "-"]
    said = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    assert said.returncode in (0, 1), said.stderr
    return "TID251" in said.stdout


@pytest.mark.parametrize(("where", "text"), BANS, ids=[text.splitlines()[-1].strip() for _, text in BANS])
def test_what_has_one_home_is_banned_elsewhere(where: str, text: str) -> None:
    assert banned(where, text)


def test_the_homes_may_do_what_is_banned_elsewhere() -> None:
    assert not banned("core/clock.py", BANS[0][1])
    assert not banned("core/drain.py", BANS[3][1])
