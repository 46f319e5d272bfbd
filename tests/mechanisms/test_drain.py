"""Drains: rung, they run until nothing is left; unrung, there is no task."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.core.drain import Drain


class Well:
    """Something to empty, slowly."""

    def __init__(self) -> None:
        self.emptied = 0
        self.fails = 0

    async def work(self) -> None:
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise ZeroDivisionError
        self.emptied += 1


async def test_many_rings_before_it_starts_are_one_run_and_one_meanwhile_is_another() -> None:
    well = Well()
    drain = Drain(well.work, name="well")
    for _ in range(5):
        drain.ring()
    await asyncio.sleep(0)
    drain.ring()
    drain.ring()
    await drain.settled()
    assert well.emptied == 2
    before = len(asyncio.all_tasks())
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == before == 1


async def test_a_ring_that_came_while_it_failed_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    well = Well()
    well.fails = 1
    drain = Drain(well.work, name="well")
    with caplog.at_level(logging.ERROR):
        drain.ring()
        await asyncio.sleep(0)
        drain.ring()
        await drain.settled()
    assert well.emptied == 1 and "well failed" in caplog.text


async def test_what_failed_is_rung_for_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.drain.RETRY", 0.01)
    well = Well()
    well.fails = 3
    drain = Drain(well.work, name="well")
    drain.ring()
    await asyncio.sleep(0.2)
    assert (well.fails, well.emptied) == (0, 1)


async def test_what_fails_for_good_is_tried_ever_more_rarely_however_often_it_is_rung_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.core.drain.RETRY", 0.01)
    well = Well()
    well.fails = 1000
    drain = Drain(well.work, name="well")
    for _ in range(5):
        drain.ring()
        await drain.settled()
    await asyncio.sleep(0.5)
    tried = 1000 - well.fails
    assert 5 < tried < 12
    well.fails = 0
    drain.ring()
    await drain.settled()
    await asyncio.sleep(0.5)
    assert well.emptied == 1, "nothing is left that would ring again"


async def test_closing_lets_the_running_work_end_and_starts_no_other() -> None:
    well = Well()
    drain = Drain(well.work, name="well")
    drain.ring()
    await asyncio.sleep(0)
    drain.ring()
    await drain.close()
    drain.ring()
    await drain.settled()
    assert well.emptied == 1 and drain.closing


async def test_one_who_stops_waiting_does_not_stop_the_work() -> None:
    well = Well()
    drain = Drain(well.work, name="well")
    drain.ring()
    waiting = asyncio.create_task(drain.settled())
    await asyncio.sleep(0)
    waiting.cancel()
    await drain.settled()
    assert well.emptied == 1
