"""What the tests of the demo act through."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.demo.world import World
from tests.simcord_bot import running, sample_settings


@pytest.fixture
async def circle(tmp_path: Path) -> AsyncGenerator[World]:
    """A bot of few parts: enough to look at what it says."""
    parts = ("bot.cogs.setup", "bot.cogs.privacy")
    async with running(sample_settings(tmp_path), extensions=parts) as world:
        yield world
