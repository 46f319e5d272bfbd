"""What the tests of the demo act through."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.people import Cast, gather
from bot.demo.world import World
from tests.simcord_bot import running, sample_settings


@pytest.fixture
async def circle(tmp_path: Path) -> AsyncGenerator[World]:
    """A bot of few parts: enough to look at what it says."""
    parts = ("bot.cogs.setup", "bot.cogs.privacy")
    async with running(sample_settings(tmp_path), extensions=parts) as world:
        yield world


@pytest.fixture
def guild(circle: World) -> Any:
    made = circle.guild("Lantern House")
    made.create_text_channel("lobby")
    return made


@pytest.fixture
def cast(circle: World, guild: Any) -> Cast:
    return gather(circle.env, guild)
