"""The real bot on SimCord, with a stage of throwaway commands instead of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.demo.world import World
from bot.settings import Settings
from tests.simcord_bot import sample_settings
from tests.ui.stage import TEXTS


@dataclass
class Theatre:
    """A server in which everything goes wrong, and two people who try it."""

    world: World
    guild: Any
    channel: Any
    ann: Any
    ben: Any

    @property
    def texts(self) -> dict[str, str]:
        return dict(self.world.settings.texts)


def stage_settings(folder: Path) -> Settings:
    settings = sample_settings(folder)
    return replace(settings, texts={**settings.texts, **TEXTS})


def furnish(world: World) -> Theatre:
    guild = world.guild("A server")
    ann = guild.add_member(world.env.create_user("ann"))
    ben = guild.add_member(world.env.create_user("ben"))
    return Theatre(world, guild, guild.create_text_channel("general"), ann, ben)


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncGenerator[Theatre]:
    world = World(stage_settings(tmp_path), extensions=("tests.ui.stage",))
    await world.start()
    yield furnish(world)
    with suppress(ExceptionGroup):  # what goes wrong here is meant to
        await world.close()
