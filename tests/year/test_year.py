"""A simulated year: whatever goes wrong, each reminder is said once, in time, or somebody is told that it was not."""

from __future__ import annotations

import gc
import logging
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.year.house import House, Size
from tests.year.weather import Fault, Struck, Weather

# the connections of a process that was killed are found by the collector
pytestmark = pytest.mark.filterwarnings("ignore:The garbage collector is trying to clean up")

SHORT = {
    9: Size(groups=24, short=True),
    6: Size(groups=4, short=True, confirm=True),
}
HOUSES = {
    "ci": SHORT,
    "full": SHORT | {2: Size(groups=24, short=True), 5: Size(groups=25), 8: Size(groups=5, confirm=True)},
}
"""By their seeds."""


@pytest.fixture(autouse=True)
def _buried() -> Generator[None]:
    """It finds them here, and not in the middle of another test."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _unheard(caplog: pytest.LogCaptureFixture) -> None:
    """What is logged of a year's trouble is not kept."""
    caplog.set_level(logging.CRITICAL)


class OneLongWait(Weather):
    """Nothing goes wrong, but that Discord once has the whole bot wait for longer than one attempt may take."""

    waits = 1

    def strikes(self) -> Struck | None:
        if self.calm or not self.waits:
            return None
        self.waits -= 1
        return Struck(Fault.LIMITED, 150, everything=True)

    def dies(self) -> bool:
        return False


def test_a_wait_for_the_whole_bot_ends(tmp_path: Path) -> None:
    house = House(7, Size(groups=2, days=40, short=True, fate=False), tmp_path, weather=OneLongWait)
    verdict = house.run()
    assert not verdict.complaints, "\n".join(verdict.complaints)
    assert verdict.counts["posted late"] and house.ledger.counts[Fault.LIMITED] == 1


def test_a_year_of_trouble(tmp_path: Path, size: str) -> None:
    total, wrong = Counter[str](), list[str]()
    for seed, one in HOUSES[size].items():
        house = House(seed, one, tmp_path / f"{seed}")
        verdict = house.run()
        total += verdict.counts + house.ledger.counts
        wrong += [f"seed {seed}: {complaint}" for complaint in verdict.complaints]
    print(dict(total))
    assert not wrong, "\n".join(wrong)
    assert min(total[each] for each in ("posted", "told", "posted late", "kills", "naps", "stops", "faults")) > 3
    assert min(total[each] for each in ("moved", "left out", "of all that follow", "called off")) > 0
    assert sum(total[each] > 0 for each in Fault) > len(Fault) / 2


class ManyLost(Weather):
    """Every third answer to a post is long in coming, and lost then."""

    def strikes(self) -> Struck | None:
        return None if self.calm or self.dice.random() > 1 / 3 else Struck(Fault.HUNG_AFTER, 90)

    def dies(self) -> bool:
        return False


@pytest.mark.parametrize("looks", [True, False])
def test_a_courier_that_does_not_look_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, looks: bool
) -> None:
    async def sees_nothing(*_: object, **__: object) -> None:
        return None

    if not looks:
        monkeypatch.setattr("bot.courier.posts.look", sees_nothing)
    house = House(2, Size(groups=2, days=40, short=True, fate=False), tmp_path, weather=ManyLost)
    house._wire.nonce_window = 60.0
    complaints = house.run().complaints
    assert bool(complaints) is not looks, "\n".join(complaints)
