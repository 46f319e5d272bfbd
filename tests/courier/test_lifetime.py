"""Starting, closing, and words that find their way without an open interaction."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from bot.core.clock import utc_now
from bot.core.errors import OperatorError
from bot.courier import Courier
from bot.inbox import State, Word
from bot.inbox.model import Kept
from bot.outbox import Lane, Outbox
from bot.storage import Database
from bot.timers import LoopBell
from bot.ui.pages import Page
from bot.ui.texts import Words
from tests.courier.conftest import TEXTS, Ferry
from tests.databases import KEY

MESSAGES = "/channels/*/messages"


async def successor(ferry: Ferry) -> Ferry:
    """A courier that takes over after the first, as the next process does."""
    outbox = Outbox(ferry.db, ferry.clock)
    courier = Courier(ferry.client, Words(TEXTS), outbox, ferry.inbox, ferry.clock, LoopBell, per_second=45, reserve=10)
    ferry.outbox, ferry.courier = outbox, courier
    ferry.learn()
    await courier.start()
    return ferry


async def test_closing_lets_what_is_being_sent_end_and_be_recorded(ferry: Ferry) -> None:
    hold = ferry.wire.hold("POST", MESSAGES)
    await ferry.put(ferry.post("a"))
    await asyncio.wait_for(hold.accepted.wait(), 5)
    asyncio.get_running_loop().call_later(0.3, hold.release)
    await ferry.courier.close()
    assert [told.key for told in ferry.delivered] == ["a"]
    assert await ferry.outbox.next_at() is None


async def test_after_closing_nothing_more_is_sent_and_the_next_start_sends_the_rest(idle: Ferry) -> None:
    rooms = [idle.wire.add_channel(idle.guild, f"room-{number}") for number in range(60)]
    await idle.put(*(idle.post(f"{number}", room=room) for number, room in enumerate(rooms)))
    await idle.courier.start()
    await idle.until(lambda: len(idle.delivered) >= 10)
    await idle.courier.close()
    sent = len(idle.wire.asked("POST", MESSAGES))
    assert sent == len(idle.delivered) < 60
    await idle.put(idle.post("late"))
    await asyncio.sleep(0.2)
    assert len(idle.wire.asked("POST", MESSAGES)) == sent
    await successor(idle)
    await idle.told(61)
    assert all(len(idle.notes(room)) == 1 for room in rooms) and idle.notes() == ["note late"]


async def test_what_does_not_end_is_cut_off_and_looked_for_at_the_next_start(ferry: Ferry, monkeypatch) -> None:
    monkeypatch.setattr("bot.courier.courier.GRACE", 0.2)
    hold = ferry.wire.hold("POST", MESSAGES)
    await ferry.put(ferry.post("a"))
    await asyncio.wait_for(hold.accepted.wait(), 5)
    began = time.monotonic()
    await ferry.courier.close()
    assert time.monotonic() - began < 2 and ferry.delivered == []
    ferry.wire.nonce_window = 0
    ferry.clock.step(seconds=90)
    await successor(ferry)
    await ferry.told()
    assert ferry.notes() == ["note a"]


async def test_a_kind_that_nothing_can_write_keeps_the_courier_from_starting(idle: Ferry) -> None:
    await idle.put(idle.post("a", kind="test.forgotten"))
    with pytest.raises(OperatorError, match=r"test\.forgotten"):
        await idle.courier.start()


async def test_two_processes_never_carry_from_one_database(ferry: Ferry) -> None:
    """They could not even open it: the database is claimed."""
    second = Database(ferry.address, KEY)
    with pytest.raises(OperatorError, match="Another Circlekeeper already runs"):
        await second.open()


# words


async def put_word(ferry: Ferry, *, purpose: str | None, allowed: bool) -> None:
    async with ferry.db.begin() as tx:
        if allowed:
            await ferry.inbox.allow(tx, guild_id=ferry.guild.id, user_id=ferry.ana.id, purpose="requests")
        until = utc_now() + timedelta(days=1)
        word = Word(guild_id=ferry.guild.id, user_id=ferry.ana.id, kind="test.word", expires_at=until, purpose=purpose)
        await ferry.inbox.put(tx, word)


async def says(word: Kept) -> Page:
    return Page("There is a place for you now.")


async def states(ferry: Ferry) -> list[State]:
    return [word.state for word in await ferry.inbox.all_of(guild_id=ferry.guild.id, user_id=ferry.ana.id)]


async def settled_words(ferry: Ferry, state: State) -> None:
    for _ in range(200):
        if await states(ferry) == [state]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(await states(ferry))


async def test_a_word_comes_as_a_direct_message_if_that_was_allowed(ferry: Ferry) -> None:
    ferry.courier.tells("test.word", says)
    await put_word(ferry, purpose="requests", allowed=True)
    await settled_words(ferry, State.DELIVERED)
    (message,) = ferry.messages(ferry.wire.direct(ferry.ana))
    assert message.text == f"{TEXTS['inbox.direct_message_intro']}\nThere is a place for you now."


@pytest.mark.parametrize(("purpose", "allowed"), [("requests", False), ("meetings", True), (None, True)])
async def test_a_word_waits_if_no_direct_message_was_allowed_for_it(
    ferry: Ferry, purpose: str | None, *, allowed: bool
) -> None:
    ferry.courier.tells("test.word", says)
    await put_word(ferry, purpose=purpose, allowed=allowed)
    await settled_words(ferry, State.WAITING)
    assert ferry.wire.asked("POST", "/users/@me/channels") == []


async def test_a_closed_direct_message_falls_to_the_inbox(ferry: Ferry) -> None:
    ferry.ana.user.dms_open = False
    ferry.courier.tells("test.word", says)
    await put_word(ferry, purpose="requests", allowed=True)
    await settled_words(ferry, State.WAITING)


async def test_a_word_whose_answer_was_lost_is_told_once(ferry: Ferry) -> None:
    ferry.courier.tells("test.word", says)
    ferry.wire.lose_answer("POST", MESSAGES)
    await put_word(ferry, purpose="requests", allowed=True)
    await settled_words(ferry, State.DELIVERED)
    assert len(ferry.messages(ferry.wire.direct(ferry.ana))) == 1


async def test_urgent_words_of_the_same_instant_are_each_told(ferry: Ferry) -> None:
    await ferry.put(*(ferry.post(f"{n}", user_id=ferry.ana.id, lane=Lane.URGENT) for n in range(4)))
    await ferry.told(4)
    assert sorted(ferry.notes(ferry.wire.direct(ferry.ana))) == [f"note {n}" for n in range(4)]
