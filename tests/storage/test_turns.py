"""Turns: one at a time, the urgent first, otherwise in order of arrival, and nobody stuck when someone gives up."""

from __future__ import annotations

import asyncio

import pytest

from bot.storage.turns import Turns


async def _take(turns: Turns, name: str, order: list[str], *, urgent: bool = False) -> None:
    async with turns.turn(urgent=urgent):
        order.append(name)
        await asyncio.sleep(0)


async def test_the_urgent_overtake_those_who_wait_but_not_each_other() -> None:
    turns, order = Turns(), list[str]()
    async with asyncio.TaskGroup() as people, turns.turn(urgent=False):
        for name in ("reminder 1", "reminder 2", "concern 1", "reminder 3", "concern 2"):
            people.create_task(_take(turns, name, order, urgent=name.startswith("concern")))
            await asyncio.sleep(0)
    assert order == ["concern 1", "concern 2", "reminder 1", "reminder 2", "reminder 3"]


async def test_never_two_inside() -> None:
    turns, inside, most = Turns(), 0, 0

    async def visit() -> None:
        nonlocal inside, most
        async with turns.turn(urgent=False):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(50)))
    assert most == 1


async def test_several_places_let_that_many_in() -> None:
    turns, inside, most = Turns(3), 0, 0

    async def visit() -> None:
        nonlocal inside, most
        async with turns.turn(urgent=False):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(20)))
    assert most == 3


async def test_one_who_gives_up_waiting_is_passed_over() -> None:
    turns, order = Turns(), list[str]()
    async with turns.turn(urgent=False):
        gone = asyncio.create_task(_take(turns, "gone", order))
        patient = asyncio.create_task(_take(turns, "patient", order))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
    await patient
    assert order == ["patient"] and gone.cancelled()


async def test_one_cancelled_at_the_moment_of_being_called_passes_the_turn_on() -> None:
    turns, order = Turns(), list[str]()
    async with turns.turn(urgent=False):
        called = asyncio.create_task(_take(turns, "called", order))
        following = asyncio.create_task(_take(turns, "following", order))
        await asyncio.sleep(0)
    called.cancel()  # its turn has come, but it has not run since
    await following
    assert order == ["following"] and called.cancelled()


async def test_a_failure_inside_gives_the_turn_back() -> None:
    turns, order = Turns(), list[str]()
    with pytest.raises(ZeroDivisionError):
        async with turns.turn(urgent=False):
            raise ZeroDivisionError
    await asyncio.wait_for(_take(turns, "after", order), 1)
    assert order == ["after"]


async def test_a_turn_inside_a_turn_is_refused_instead_of_waiting_for_itself_for_ever() -> None:
    turns = Turns()
    async with turns.turn(urgent=False):
        with pytest.raises(RuntimeError, match="inside another"):
            async with asyncio.timeout(1):
                await _take(turns, "nested", [])
    await asyncio.wait_for(_take(turns, "after", []), 1)
