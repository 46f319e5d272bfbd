"""Every table the bot has, found by walking its stores."""

from __future__ import annotations

import importlib
from pathlib import Path

import bot
from bot.storage import metadata

ROOT = Path(bot.__file__).parent


def store_modules() -> list[str]:
    """The names of all modules that may declare tables."""
    mechanisms = [ROOT / "storage" / name for name in ("keys.py", "absence.py")]
    files = [*ROOT.rglob("store.py"), *ROOT.rglob("store/*.py"), *mechanisms]
    return sorted(".".join(("bot", *file.relative_to(ROOT).with_suffix("").parts)) for file in files)


for name in store_modules():
    importlib.import_module(name)

TABLES = metadata.sorted_tables
COLUMNS = [column for table in TABLES for column in table.columns]
