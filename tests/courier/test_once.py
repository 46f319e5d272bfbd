"""Once: an attempt whose end nobody knows is repeated under its nonce, looked for by its mark, or held."""

from __future__ import annotations

import asyncio

import pytest

from bot.courier import posts
from bot.outbox import Lane
from tests.courier.conftest import Ferry
from tests.wire import Permission

MESSAGES = "/channels/*/messages"
BLIND = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES


async def lose_one(ferry: Ferry, **more: object) -> None:
    """A post that Discord took and whose answer never came."""
    ferry.wire.lose_answer("POST", MESSAGES)
    await ferry.put(ferry.post("a", **more))
    await ferry.courier.settled()
    assert await ferry.problems() == [("waiting", "unreachable")]


def sends(ferry: Ferry) -> int:
    return len(ferry.wire.asked("POST", MESSAGES))


async def test_an_answer_lost_is_asked_for_again_and_the_nonce_makes_it_one(ferry: Ferry) -> None:
    await lose_one(ferry)
    await ferry.come_round(seconds=3)
    assert ferry.notes() == ["note a"] and sends(ferry) == 2
    assert [told.message_id for told in ferry.delivered] == [message.id for message in ferry.messages()]
    assert ferry.wire.asked("GET", MESSAGES) == []


async def test_it_is_asked_for_again_by_itself(ferry: Ferry) -> None:
    await lose_one(ferry)
    await ferry.told()
    assert ferry.notes() == ["note a"] and sends(ferry) == 2


async def test_past_the_nonce_it_is_found_by_its_mark_and_not_sent_again(ferry: Ferry) -> None:
    await lose_one(ferry)
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert ferry.notes() == ["note a"] and sends(ferry) == 1
    assert [told.message_id for told in ferry.delivered] == [message.id for message in ferry.messages()]


async def test_it_is_found_among_hundreds_that_others_wrote_since(ferry: Ferry) -> None:
    await lose_one(ferry)
    for number in range(250):
        await ferry.ana.send(ferry.room, f"so much to say {number}")
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert ferry.notes() == ["note a"] and sends(ferry) == 1


async def test_it_is_found_though_it_was_not_the_first_page(ferry: Ferry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "PAGE", 10)
    for number in range(35):
        await ferry.ana.send(ferry.room, f"so much to say {number}")
    await lose_one(ferry)
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert ferry.notes() == ["note a"] and sends(ferry) == 1 and len(ferry.wire.asked("GET", MESSAGES)) == 4


async def test_among_more_messages_than_can_be_read_it_is_held(ferry: Ferry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "PAGE", 5)
    monkeypatch.setattr(posts, "PAGES", 2)
    for number in range(20):
        await ferry.ana.send(ferry.room, f"so much to say {number}")
    await lose_one(ferry)
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert await ferry.problems() == [("held", "cannot_look")] and sends(ferry) == 1


async def test_a_message_that_only_looks_like_it_is_not_taken_for_it(ferry: Ferry) -> None:
    """What was refused was never sent: a twin with another mark, or another's message, does not count."""
    twin = ferry.post("b")
    await ferry.put(twin)
    await ferry.courier.settled()
    hold = ferry.wire.hold("POST", MESSAGES, before=True)
    await ferry.put(ferry.post("a"))
    await asyncio.wait_for(hold.arrived.wait(), 5)
    ferry.wire.fail("POST", MESSAGES, 503)
    hold.release()
    await ferry.courier.settled()
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert ferry.notes() == ["note b", "note a"]


async def test_without_read_message_history_it_is_held_and_shown_until_it_can_be_looked_for(ferry: Ferry) -> None:
    await lose_one(ferry)
    ferry.wire.set_bot_permissions(ferry.guild, BLIND)
    ferry.wire.set_overwrite(ferry.room, ferry.guild, deny=Permission.READ_MESSAGE_HISTORY)
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert await ferry.problems() == [("held", "cannot_look")]
    await ferry.come_round(hours=5)
    assert sends(ferry) == 1 and ferry.delivered == [] and ferry.returned == []
    ferry.wire.drop_overwrite(ferry.room, ferry.guild)
    await ferry.come_round(seconds=1)
    assert ferry.notes() == ["note a"] and sends(ferry) == 1
    assert len(ferry.delivered) == 1 and await ferry.problems() == []


async def test_a_room_that_is_empty_and_can_be_read_is_not_taken_for_one_that_cannot(ferry: Ferry) -> None:
    ferry.wire.fail("POST", MESSAGES, 503)
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert ferry.notes() == ["note a"] and sends(ferry) == 2


async def test_a_room_lost_from_view_holds_what_may_have_arrived(ferry: Ferry) -> None:
    await lose_one(ferry)
    ferry.wire.set_overwrite(ferry.room, ferry.wire.bot_role(ferry.guild), deny=Permission.VIEW_CHANNEL)
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert await ferry.problems() == [("held", "cannot_look")]


async def test_what_arrived_is_found_though_the_next_attempt_is_refused(ferry: Ferry) -> None:
    await lose_one(ferry)
    ferry.wire.fail("POST", MESSAGES, 403, code=50013)
    await ferry.come_round(seconds=3)
    assert ferry.notes() == ["note a"] and ferry.returned == []
    assert [told.message_id for told in ferry.delivered] == [message.id for message in ferry.messages()]


async def test_what_did_not_arrive_is_given_back_once_it_is_refused(ferry: Ferry) -> None:
    ferry.wire.fail("POST", MESSAGES, 503)
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    ferry.wire.fail("POST", MESSAGES, 403, code=50013)
    await ferry.come_round(seconds=3)
    assert ferry.notes() == [] and [told.problem for told in ferry.returned] == ["forbidden"]


async def test_where_it_cannot_be_looked_for_after_a_refusal_it_is_held(ferry: Ferry) -> None:
    await lose_one(ferry)
    ferry.wire.set_overwrite(ferry.room, ferry.wire.bot_role(ferry.guild), deny=Permission.VIEW_CHANNEL)
    await ferry.come_round(seconds=3)
    assert await ferry.problems() == [("held", "cannot_look")] and ferry.returned == []
    ferry.wire.drop_overwrite(ferry.room, ferry.wire.bot_role(ferry.guild))
    await ferry.come_round(seconds=1)
    assert ferry.notes() == ["note a"] and len(ferry.delivered) == 1


async def test_what_nobody_wants_any_more_is_known_to_have_arrived(ferry: Ferry) -> None:
    """Its feature is told where it stands, so that it can be mended: a reminder, say, of a meeting that moved."""
    await lose_one(ferry)
    ferry.unwanted.add("a")
    await ferry.come_round(seconds=3)
    assert [told.message_id for told in ferry.delivered] == [message.id for message in ferry.messages()]
    assert sends(ferry) == 1


async def test_what_nobody_wants_any_more_is_not_sent_if_it_did_not_arrive(ferry: Ferry) -> None:
    ferry.wire.fail("POST", MESSAGES, 503)
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    ferry.unwanted.add("a")
    await ferry.come_round(seconds=3)
    assert ferry.notes() == [] and ferry.delivered == [] and ferry.returned == [] and await ferry.problems() == []


async def test_past_its_time_a_post_that_arrived_counts(ferry: Ferry) -> None:
    await lose_one(ferry, expires_at=ferry.clock.after(seconds=2))
    await ferry.come_round(seconds=10)
    assert ferry.notes() == ["note a"] and sends(ferry) == 1
    assert len(ferry.delivered) == 1 and ferry.returned == []


async def test_past_its_time_a_post_that_did_not_arrive_is_given_back(ferry: Ferry) -> None:
    ferry.wire.fail("POST", MESSAGES, 503)
    await ferry.put(ferry.post("a", expires_at=ferry.clock.after(seconds=2)))
    await ferry.courier.settled()
    await ferry.come_round(seconds=10)
    assert ferry.notes() == [] and [told.problem for told in ferry.returned] == ["expired"]
    await ferry.come_round(hours=1)
    assert sends(ferry) == 1 and len(ferry.returned) == 1


async def test_past_its_time_a_post_that_was_never_tried_is_given_back(idle: Ferry) -> None:
    await idle.put(idle.post("a", expires_at=idle.clock.after(seconds=2)))
    idle.clock.step(seconds=3)
    await idle.courier.start()
    await idle.told()
    assert sends(idle) == 0 and [told.problem for told in idle.returned] == ["expired"]


async def test_a_direct_message_whose_answer_was_lost_is_found_too(ferry: Ferry) -> None:
    await lose_one(ferry, user_id=ferry.ana.id)
    ferry.wire.nonce_window = 0
    await ferry.come_round(seconds=61)
    assert ferry.notes(ferry.wire.direct(ferry.ana)) == ["note a"] and sends(ferry) == 1


async def test_what_a_dead_process_left_is_taken_over_at_the_start(idle: Ferry) -> None:
    await idle.put(idle.post("a"))
    await idle.outbox.claim(busy=(), worst=Lane.BULK, limit=10)
    await idle.courier.start()
    await idle.told()
    assert idle.notes() == ["note a"]
