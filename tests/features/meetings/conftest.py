"""A group that is open, on each kind of database."""

from __future__ import annotations

import pytest

from bot.storage import Database
from tests.conftest import StepClock
from tests.features.meetings.house import House


@pytest.fixture
async def house(db: Database, clock: StepClock) -> House:
    made = House(db, clock)
    await made.found()
    return made
