"""The real bot on SimCord, with a real SQLite file: what tests of cogs and journeys act through."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.demo.world import World
from bot.settings import Settings
from tests.databases import migrated_sqlite
from tests.settings import shipped_settings


def sample_settings(folder: Path, **changes: Any) -> Settings:
    """The shipped settings, with a database in ``folder`` that has every table and no row."""
    return shipped_settings(folder, database_url=migrated_sqlite(folder), **changes)


@asynccontextmanager
async def running(settings: Settings, **options: Any) -> AsyncGenerator[World]:
    """A running bot; at the end, whatever it swallowed and nobody looked at fails the test."""
    world = World(settings, **options)
    await world.start()
    try:
        yield world
    except BaseException:
        world.env.errors.clear()
        await world.close()
        raise
    await world.close()


@pytest.fixture
async def circle(tmp_path: Path) -> AsyncGenerator[World]:
    """The real bot on SimCord; a folder's conftest takes it from here."""
    async with running(sample_settings(tmp_path)) as world:
        yield world


def said(result: Any) -> str:
    """Everything an interaction's answer shows, its follow-ups included, as one text."""
    messages = [message for message in (result.response, *result.followups) if message is not None]
    return "\n".join(text for message in messages for text in texts(message.components))


def shown(message: Any) -> str:
    """Everything a message in a channel shows."""
    return "\n".join(texts([component.to_dict() for component in message.components]))


def texts(components: Any) -> list[str]:
    """The words of components, outer before inner: text displays, and the labels of buttons."""
    found: list[str] = []
    for component in components:
        found += [component[name] for name in ("content", "label") if component.get(name)]
        found += texts(component.get("components") or ())
    return found
