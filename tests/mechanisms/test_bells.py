"""Bells really ring: in real time, once, at the time that was set last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from bot.core.clock import utc_now
from bot.core.drain import Drain
from bot.timers import BellMaker, LoopBell, SchedulerBells


@pytest.fixture(params=["loop", "scheduler"])
async def make_bell(request: pytest.FixtureRequest) -> AsyncGenerator[BellMaker]:
    if request.param == "loop":
        yield LoopBell
        return
    bells = SchedulerBells(utc_now)
    bells.start()
    yield bells.make
    bells.stop()


async def test_it_rings_once_after_the_time_that_was_set_last(make_bell: BellMaker) -> None:
    rung = list[float]()
    bell = make_bell("test", lambda: rung.append(time.monotonic()))
    began = time.monotonic()
    bell.ring_in(0.05)
    bell.ring_in(60)
    bell.ring_in(0.1)
    await asyncio.sleep(0.4)
    assert len(rung) == 1 and 0.09 <= rung[0] - began < 0.4


async def test_it_can_be_set_again_by_its_own_ring(make_bell: BellMaker) -> None:
    rung = list[int]()

    def ring() -> None:
        rung.append(1)
        if len(rung) < 3:
            bell.ring_in(0.01)

    bell = make_bell("test", ring)
    bell.ring_in(-5)  # what is overdue rings now
    await asyncio.sleep(0.4)
    assert len(rung) == 3


async def test_bells_of_different_names_do_not_silence_each_other(make_bell: BellMaker) -> None:
    rung = list[str]()
    for name in ("timers", "courier"):
        make_bell(name, lambda name=name: rung.append(name)).ring_in(0.02)
    await asyncio.sleep(0.3)
    assert sorted(rung) == ["courier", "timers"]


async def test_a_ring_runs_where_a_drain_can_start(make_bell: BellMaker) -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    make_bell("test", Drain(work, name="test").ring).ring_in(0)
    await asyncio.wait_for(done.wait(), 2)


async def test_what_was_set_before_the_scheduler_started_rings_once_it_has() -> None:
    rung = list[int]()
    bells = SchedulerBells(utc_now)
    bell = bells.make("test", lambda: rung.append(1))
    bell.ring_in(0)
    bell.ring_in(0.05)
    bells.start()
    await asyncio.sleep(0.3)
    bells.stop()
    assert rung == [1]


async def test_it_rings_though_the_wall_clock_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.timers.bell.SPARE", 0.1)
    # what the scheduler sees once the clock has been set back: the time to ring lies two hours ahead
    bells = SchedulerBells(lambda: utc_now() + timedelta(hours=2))
    bells.start()
    rung = list[int]()
    bells.make("test", lambda: rung.append(1)).ring_in(0.05)
    await asyncio.sleep(0.4)
    bells.stop()
    assert rung == [1]
