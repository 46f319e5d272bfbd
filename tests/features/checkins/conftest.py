"""A group of seven members, on each database."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.storage import Database
from tests.conftest import StepClock
from tests.features.checkins.asked import Asked


@pytest.fixture
async def asked(db: Database, clock: StepClock, tmp_path: Path) -> AsyncGenerator[Asked]:
    made = Asked(db, clock, folder=tmp_path / "run" / "checkins")
    await made.seat()
    yield made
    # what is still destroying a tally would ask a closed database for a connection, and nobody would close that
    await made.checkins.close()
