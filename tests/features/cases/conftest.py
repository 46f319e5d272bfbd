"""A group on each database, its concerns as they run."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.conftest import StepClock
from tests.features.cases.watch import Watch, on_watch
from tests.features.privacy.full_house import settings_on


@pytest.fixture
async def watch(database_url: str, tmp_path: Path, clock: StepClock) -> AsyncGenerator[Watch]:
    async with on_watch(settings_on(database_url, tmp_path), clock) as made:
        yield made
