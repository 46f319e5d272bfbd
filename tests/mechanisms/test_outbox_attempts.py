"""Attempts at an errand: leases, crashes, late answers, races. What may have arrived is never forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.outbox import Outbox
from bot.storage import Database
from tests.mechanisms.conftest import KIND, ROOM, Desk, post

MINUTE = timedelta(minutes=1)
LEASE = 2 * MINUTE


async def test_what_is_being_carried_is_nobody_elses_until_the_lease_ends(desk: Desk, clock) -> None:
    await desk.put(post("a"))
    began = clock()
    assert (await desk.one()).tried_at is None
    clock.step(seconds=119)
    assert await desk.claim() == []
    clock.step(seconds=1)
    second = await desk.one()
    assert (second.tried_at, second.attempts) == (began, 1)
    clock.step(minutes=2)
    assert (await desk.one()).tried_at == began  # the earliest attempt of which nothing is known


async def test_an_attempt_that_surely_did_nothing_is_forgotten(desk: Desk, clock) -> None:
    await desk.put(post("a"))
    await desk.outbox.again(await desk.one(), after=MINUTE, unknown=False, problem="rate_limited")
    assert await desk.claim() == [] and await desk.outbox.next_at() == clock() + MINUTE
    assert [stuck.problem for stuck in await desk.outbox.stuck()] == ["rate_limited"]
    clock.step(minutes=1)
    again = await desk.one()
    assert (again.tried_at, again.attempts) == (None, 1)


async def test_an_attempt_that_may_have_arrived_is_remembered(desk: Desk, clock) -> None:
    await desk.put(post("a"))
    began = clock()
    await desk.outbox.again(await desk.one(), after=MINUTE, unknown=True, problem="no_answer")
    clock.step(minutes=1)
    assert (await desk.one()).tried_at == began


async def test_an_attempt_that_did_nothing_does_not_hide_an_earlier_one_that_may_have_arrived(
    desk: Desk, clock
) -> None:
    await desk.put(post("a"))
    began = clock()
    await desk.outbox.again(await desk.one(), after=MINUTE, unknown=True, problem="no_answer")
    clock.step(minutes=1)
    await desk.outbox.again(await desk.one(), after=MINUTE, unknown=False, problem="rate_limited")
    clock.step(minutes=1)
    assert (await desk.one()).tried_at == began


async def test_after_a_crash_the_next_start_takes_it_over_at_once_and_knows_it_was_tried(desk: Desk, db, clock) -> None:
    await desk.put(post("a"), post("b", room=ROOM + 1))
    began = clock()
    await desk.claim()
    clock.step(seconds=10)
    successor = Desk(db, Outbox(db, clock))
    await successor.outbox.start([KIND])
    taken = await successor.claim()
    assert [errand.tried_at for errand in taken] == [began, began]


async def test_held_ones_are_tried_again_at_the_next_start(desk: Desk, db, clock) -> None:
    await desk.put(post("a"))
    await desk.outbox.hold(await desk.one(), "cannot_look")
    successor = Desk(db, Outbox(db, clock))
    await successor.outbox.start([KIND])
    assert await successor.keys() == ["a"]


async def _overtaken(desk: Desk, clock):
    """Two attempts at one post: the first one's lease has run out and the second holds it now."""
    await desk.put(post("a"))
    slow = await desk.one()
    clock.step(minutes=2)
    return slow, await desk.one()


async def test_one_who_comes_late_with_good_news_is_believed_once(desk: Desk, clock) -> None:
    slow, quick = await _overtaken(desk, clock)
    await desk.outbox.done(slow, message_id=1)
    await desk.outbox.done(quick, message_id=2)
    clock.step(hours=1)
    assert await desk.claim() == [] and [told.message_id for told in desk.delivered] == [1]


async def test_one_who_comes_late_with_bad_news_changes_nothing(desk: Desk, clock) -> None:
    slow, quick = await _overtaken(desk, clock)
    await desk.outbox.give_back(slow, "forbidden")
    await desk.outbox.hold(slow, "cannot_look")
    await desk.outbox.moot(slow)
    await desk.outbox.again(slow, after=timedelta(0), unknown=False, problem="rate_limited")
    assert await desk.claim() == [] and desk.returned == []  # the second still has it to itself
    await desk.outbox.done(quick, message_id=2)
    assert [told.message_id for told in desk.delivered] == [2]


async def test_bad_news_after_it_was_done_does_not_bring_it_back(desk: Desk, clock) -> None:
    slow, quick = await _overtaken(desk, clock)
    await desk.outbox.done(quick, message_id=2)
    await desk.outbox.hold(slow, "cannot_look")
    await desk.outbox.again(slow, after=timedelta(0), unknown=True, problem="no_answer")
    await desk.outbox.give_back(slow, "forbidden")
    await desk.release()
    clock.step(hours=1)
    assert await desk.claim() == [] and desk.returned == [] and await desk.outbox.stuck() == []


async def test_good_news_about_one_that_is_held_ends_it(desk: Desk, clock) -> None:
    slow, quick = await _overtaken(desk, clock)
    await desk.outbox.hold(quick, "cannot_look")
    await desk.outbox.done(slow, message_id=1)
    await desk.release()
    assert await desk.claim() == [] and len(desk.delivered) == 1


async def test_twice_the_same_ending_is_told_once(desk: Desk) -> None:
    await desk.put(post("a"), post("b", room=ROOM + 1))
    sent, refused = await desk.claim()
    await asyncio.gather(*(desk.outbox.done(sent, message_id=1) for _ in range(5)))
    await asyncio.gather(*(desk.outbox.give_back(refused, "forbidden") for _ in range(5)))
    assert len(desk.delivered) == 1 and len(desk.returned) == 1


async def test_different_endings_at_once_are_one_ending(desk: Desk) -> None:
    rooms = range(10)
    await desk.put(*(post(f"{n}", room=ROOM + n) for n in rooms))
    for errand in await desk.claim():
        await asyncio.gather(desk.outbox.give_back(errand, "forbidden"), desk.outbox.done(errand, message_id=1))
    told = sorted([told.key for told in desk.delivered] + [told.key for told in desk.returned])
    assert told == sorted(f"{n}" for n in rooms)


async def test_claims_at_once_never_take_the_same(db: Database, clock) -> None:
    desks = [Desk(db, Outbox(db, clock)) for _ in range(4)]
    await desks[0].put(*(post(f"{n}", room=ROOM + n) for n in range(40)))
    taken = list[str]()
    for _ in range(10):
        for keys in await asyncio.gather(*(desk.keys(limit=5) for desk in desks)):
            taken += keys
    assert sorted(taken) == sorted(f"{n}" for n in range(40))


async def test_puts_of_one_key_at_once_are_one_post(desk: Desk) -> None:
    await asyncio.gather(*(desk.put(post("a")) for _ in range(20)))
    assert await desk.keys() == ["a"]
    assert await desk.claim() == []
