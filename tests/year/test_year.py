"""A simulated year: whatever goes wrong, each reminder is said once, in time, or somebody is told that it was not."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import pytest

from tests.year.house import House, Size

HOUSES = {"ci": [Size(groups=25, short=True)] * 2, "full": [Size(groups=25)] * 5}


@pytest.fixture(autouse=True)
def _unheard(caplog: pytest.LogCaptureFixture) -> None:
    """What is logged of a year's trouble is not kept."""
    caplog.set_level(logging.CRITICAL)


# the connections of a process that was killed are found by the collector
@pytest.mark.filterwarnings("ignore:The garbage collector is trying to clean up")
def test_a_year_of_trouble(tmp_path: Path, size: str) -> None:
    total, wrong = Counter[str](), list[str]()
    for seed, one in enumerate(HOUSES[size], start=2):
        house = House(seed, one, tmp_path / f"{seed}")
        verdict = house.run()
        total += verdict.counts + house.ledger.counts
        wrong += [f"seed {seed}: {complaint}" for complaint in verdict.complaints]
    print(dict(total))
    assert not wrong, "\n".join(wrong)
    assert min(total[each] for each in ("posted", "told", "posted late", "kills", "naps", "stops", "faults")) > 3
