"""The features without Discord, on each database."""

from __future__ import annotations

import pytest

from bot.storage import Database
from tests.conftest import StepClock
from tests.features.groups.village import Village


@pytest.fixture
def village(db: Database, clock: StepClock) -> Village:
    return Village(db, clock)
