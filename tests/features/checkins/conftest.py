"""A group of seven members, on each database."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.storage import Database
from tests.conftest import StepClock
from tests.features.checkins.asked import Asked


@pytest.fixture
async def asked(db: Database, clock: StepClock, tmp_path: Path) -> Asked:
    made = Asked(db, clock, folder=tmp_path / "run" / "checkins")
    await made.seat()
    return made
