"""Answers in time: Discord waits three seconds, and a slow disk must not use them up."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.world import World
from bot.storage import Database, Tx
from tests.simcord_bot import said
from tests.ui.conftest import Theatre, furnish, stage_settings

DISCORD_WAITS = 3.0
ADDED = 2.0


class SlowDatabase(Database):
    """Every commit takes two seconds longer."""

    slow = False

    @contextlib.asynccontextmanager
    async def begin(self, *, urgent: bool = False) -> AsyncGenerator[Tx]:
        async with super().begin(urgent=urgent) as tx:
            yield tx
            if self.slow:
                await asyncio.sleep(ADDED)


@pytest.fixture
async def theatre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Theatre]:
    monkeypatch.setattr("bot.services.Database", SlowDatabase)
    world = World(stage_settings(tmp_path), extensions=("tests.ui.stage",))
    await world.start()
    made = furnish(world)
    database: Any = world.services.db
    database.slow = True
    yield made
    database.slow = False
    await world.close()


async def answered_after(theatre: Theatre, act: Any) -> tuple[float, Any]:
    """Seconds from the act to the first answer on Discord, and what came of it."""
    world = theatre.world
    before = len(callbacks(world))
    began = time.monotonic()
    acting = asyncio.ensure_future(act)
    while len(callbacks(world)) == before:
        assert time.monotonic() - began < 10, "it never answered"
        await asyncio.sleep(0.01)
    took = time.monotonic() - began
    return took, await acting


def callbacks(world: World) -> list[Any]:
    return [request for request in world.env.http_requests if request.path.endswith("/callback")]


async def test_a_slow_disk_keeps_nobody_waiting_for_the_first_answer(theatre: Theatre) -> None:
    act = theatre.ann.slash(theatre.channel, "stage slowly", name="Ann")
    took, result = await answered_after(theatre, act)
    assert took < 1, "it says at once that it is thinking"
    assert said(result) == "Welcome, Ann."
    assert result.ephemeral
