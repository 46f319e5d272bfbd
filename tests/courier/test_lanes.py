"""Lanes and the budget: the urgent first, and never faster than Discord allows."""

from __future__ import annotations

import math
import time

from bot.courier import AccessWanted, Overwrite
from bot.courier.budget import Budget
from bot.outbox import Lane, What
from tests.courier.conftest import Ferry
from tests.wire import Channel, Permission

MESSAGES = "/channels/*/messages"


def rooms(ferry: Ferry, count: int) -> list[Channel]:
    return [ferry.wire.add_channel(ferry.guild, f"room-{number}") for number in range(count)]


def said(ferry: Ferry) -> list[str]:
    """What was asked to be posted so far, in the order in which it came to Discord."""
    asked = ferry.wire.asked("POST", MESSAGES)
    return [each.body["components"][0]["components"][0]["content"].removeprefix("note ") for each in asked]


async def backlog(ferry: Ferry, count: int, among: list[Channel]) -> None:
    """So many posts, waiting in these rooms by turns; many to a transaction, to save time."""
    for first in range(0, count, 200):
        numbers = range(first, min(first + 200, count))
        await ferry.put(*(ferry.post(f"w{number}", room=among[number % len(among)]) for number in numbers))


async def test_lanes_go_in_their_order(idle: Ferry) -> None:
    lanes = [Lane.BULK, Lane.ROUTINE, Lane.PROMPT, Lane.URGENT]
    for lane, room in zip(lanes, rooms(idle, 4), strict=True):
        await idle.put(idle.post(lane.name, room=room, lane=lane))
    await idle.courier.start()
    await idle.told(4)
    assert said(idle) == ["URGENT", "PROMPT", "ROUTINE", "BULK"]


async def test_what_is_urgent_overtakes_two_thousand_that_wait(idle: Ferry) -> None:
    await backlog(idle, 2_000, rooms(idle, 400))
    await idle.courier.start()
    await idle.until(lambda: len(idle.delivered) >= 40)
    began = time.monotonic()
    await idle.put(idle.post("urgent", lane=Lane.URGENT))
    await idle.until(lambda: idle.notes() == ["note urgent"])
    print(f"urgent, with 2,000 waiting: {(time.monotonic() - began) * 1000:.0f} ms")
    assert time.monotonic() - began < 2
    assert not idle.wire.rate_limited


async def test_what_is_urgent_overtakes_two_thousand_in_its_own_room(idle: Ferry) -> None:
    """Discord takes five messages in five seconds in one room: the next that it takes is the urgent one."""
    await backlog(idle, 2_000, [idle.room])
    await idle.courier.start()
    await idle.until(lambda: len(said(idle)) >= 6)
    began = time.monotonic()
    waiting = len(said(idle))
    await idle.put(idle.post("urgent", lane=Lane.URGENT))
    await idle.until(lambda: "urgent" in said(idle))
    assert said(idle).index("urgent") <= waiting + 1 and time.monotonic() - began < 6
    assert not idle.wire.rate_limited


async def test_a_thousand_in_one_room_keep_no_other_room_waiting(idle: Ferry) -> None:
    await backlog(idle, 1_000, [idle.room])
    await idle.courier.start()
    await idle.until(lambda: len(said(idle)) >= 5)
    others = rooms(idle, 20)
    await idle.put(*(idle.post(f"other {room.name}", room=room) for room in others))
    began = time.monotonic()
    await idle.until(lambda: all(idle.notes(room) for room in others))
    assert time.monotonic() - began < 2


async def test_many_at_once_go_as_fast_as_is_allowed_and_no_faster(ferry: Ferry, size: str) -> None:
    count = 105 if size == "ci" else 350
    began = time.monotonic()
    await backlog(ferry, count, rooms(ferry, count))
    await ferry.told(count, timeout=60)
    took = time.monotonic() - began
    print(f"{count} posts in {took:.2f} s: {took * 35 / count:.2f} of what the ordinary rate of 35/s takes")
    assert sorted(said(ferry)) == sorted(f"w{number}" for number in range(count))
    assert not ferry.wire.rate_limited
    assert took > count / 35 - 0.5
    assert took < count / 35 * 1.5 + 1


async def test_what_can_wait_leaves_the_reserve_to_what_cannot(idle: Ferry) -> None:
    """With ordinary posts at their own limit, urgent ones still go at 10 a second at once."""
    await backlog(idle, 600, rooms(idle, 300))
    urgent = rooms(idle, 20)
    await idle.courier.start()
    await idle.until(lambda: len(idle.delivered) >= 70)
    began = time.monotonic()
    before = len(said(idle))
    await idle.put(*(idle.post(f"u{number}", room=room, lane=Lane.URGENT) for number, room in enumerate(urgent)))
    await idle.until(lambda: all(idle.notes(room) for room in urgent))
    between = [key for key in said(idle)[before:] if key.startswith("w")]
    print(f"20 urgent posts in {time.monotonic() - began:.2f} s, {len(between)} ordinary ones meanwhile")
    assert time.monotonic() - began < 2 and len(between) < 20
    assert not idle.wire.rate_limited


async def test_deeds_that_ask_several_things_stay_within_what_is_allowed_too(ferry: Ferry) -> None:
    people = [ferry.wire.add_member(ferry.guild, f"member-{number}") for number in range(40)]
    may_read = int(Permission.VIEW_CHANNEL)
    for person in people:
        mine = Overwrite(target_id=person.id, member=True, allow=may_read)
        wanted = AccessWanted(channel_id=ferry.room.id, user_id=person.id, overwrite=mine)
        await ferry.do(What.ENSURE_ACCESS, wanted, key=f"access:{person.user.name}")
    await ferry.told(40, timeout=20)
    assert not ferry.wire.rate_limited
    assert all(ferry.wire.overwrites(ferry.room)[person.id].allow == may_read for person in people)


async def test_the_bots_own_start_counts_as_well(idle: Ferry) -> None:
    """Logging in took requests: a backlog at the start must not run into Discord's limit."""
    await backlog(idle, 100, rooms(idle, 100))
    for _ in range(4):
        await idle.client.http.get_bot_gateway()
    await idle.courier.start()
    await idle.told(60)
    assert not idle.wire.rate_limited


async def test_a_trouble_with_the_database_ends_by_itself(ferry: Ferry, monkeypatch, caplog) -> None:
    """Whatever keeps the outbox from being read, the courier looks again without being rung for."""
    monkeypatch.setattr("bot.courier.courier.TROUBLE_LASTS", 0.2)
    claim, ferry.outbox.claim = ferry.outbox.claim, None
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    assert ferry.notes() == [] and "could not be taken from the outbox" in caplog.text
    ferry.outbox.claim = claim
    await ferry.told()
    assert ferry.notes() == ["note a"]


async def test_one_that_waits_lets_what_is_urgent_into_its_room_and_nothing_else(ferry: Ferry) -> None:
    await ferry.put(ferry.post("first"))
    await ferry.courier.settled()  # the library knows now how much the room takes
    hold = ferry.wire.hold("POST", MESSAGES)
    await ferry.put(ferry.post("slow"))
    await ferry.until(hold.accepted.is_set)
    began = time.monotonic()
    await ferry.put(ferry.post("ordinary"), ferry.post("urgent", lane=Lane.URGENT))
    await ferry.until(lambda: "note urgent" in ferry.notes())
    assert 0.8 < time.monotonic() - began < 3
    assert ferry.notes() == ["note first", "note slow", "note urgent"]
    hold.release()
    await ferry.told(4)
    assert ferry.notes()[-1] == "note ordinary"


def test_where_nothing_is_limited_nothing_waits() -> None:
    budget = Budget(lambda: 0.0, per_second=math.inf, reserve=10)
    for _ in range(1000):
        budget.spend(Lane.BULK)
        assert budget.available(Lane.BULK) > 0 and budget.wait(Lane.BULK) == 0
