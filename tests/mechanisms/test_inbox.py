"""The inbox: a word reaches one person once, by the first way that is open, and never by one they did not allow."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.inbox import Inbox, State, Word
from bot.inbox.model import Kept
from bot.outbox import Lane, Outbox
from bot.storage import Database
from tests.mechanisms.conftest import SERVER

ROBIN, ALEX = 300_000_000_000_000_001, 300_000_000_000_000_002
WEEK = timedelta(days=7)


class Carrier:
    """An inbox, and what a courier does with it: tell in an open interaction, or send the word on its way."""

    def __init__(self, db: Database, clock) -> None:
        self.db, self.clock = db, clock
        self.outbox = Outbox(db, clock)
        self.inbox = Inbox(db, clock, self.outbox)

    async def say(self, kind: str, *, to: int = ROBIN, purpose: str | None = None, lasts: timedelta = WEEK) -> None:
        until: datetime = self.clock() + lasts
        async with self.db.begin() as tx:
            word = Word(guild_id=SERVER, user_id=to, kind=kind, purpose=purpose, expires_at=until, params={"group": 5})
            await self.inbox.put(tx, word)

    async def allow(self, purpose: str, *, by: int = ROBIN) -> None:
        async with self.db.begin() as tx:
            await self.inbox.allow(tx, guild_id=SERVER, user_id=by, purpose=purpose)

    async def withdraw(self, purpose: str) -> None:
        async with self.db.begin() as tx:
            await self.inbox.withdraw(tx, guild_id=SERVER, user_id=ROBIN, purpose=purpose)

    async def send_all_on(self) -> None:
        for word in await self.inbox.fresh():
            await self.inbox.send_on(word)

    async def direct_message(self) -> Kept | None:
        """Render the one post that is due, as the courier would before it sends it."""
        (self.errand,) = await self.outbox.claim(busy=(), worst=Lane.BULK, limit=10)
        assert self.errand.user_id == ROBIN and self.errand.channel_id is None
        return await self.inbox.word(int(str(self.errand.params["word"])))

    async def waiting(self, who: int = ROBIN) -> list[str]:
        return [word.kind for word in await self.inbox.waiting(guild_id=SERVER, user_id=who)]

    async def states(self) -> dict[str, State]:
        return {word.kind: word.state for word in await self.inbox.all_of(guild_id=SERVER, user_id=ROBIN)}

    async def nothing_to_send(self) -> bool:
        return await self.outbox.claim(busy=(), worst=Lane.BULK, limit=10) == []


@pytest.fixture
def carrier(db: Database, clock) -> Carrier:
    return Carrier(db, clock)


async def test_a_word_is_the_transactions_and_rings_after_it(carrier: Carrier, clock) -> None:
    rung = list[int]()
    carrier.inbox.listen(lambda: rung.append(1))
    await carrier.say("kept")

    async def fail() -> None:
        async with carrier.db.begin() as tx:
            until = clock() + WEEK
            await carrier.inbox.put(tx, Word(guild_id=SERVER, user_id=ROBIN, kind="lost", expires_at=until))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    (word,) = await carrier.inbox.fresh()
    assert (word.kind, word.user_id, word.params, word.state) == ("kept", ROBIN, {"group": 5}, State.FRESH)
    assert rung == [1]


async def test_first_way_a_live_interaction(carrier: Carrier) -> None:
    await carrier.allow("place")
    await carrier.say("place", purpose="place")
    (word,) = await carrier.inbox.fresh()
    assert await carrier.inbox.claim(word)
    await carrier.inbox.told([word])
    await carrier.inbox.send_on(word)  # a second thought changes nothing
    assert await carrier.nothing_to_send() and await carrier.waiting() == []
    assert await carrier.states() == {"place": State.DELIVERED}  # it can still be read again


async def test_second_way_a_direct_message_that_was_allowed(carrier: Carrier) -> None:
    await carrier.allow("place")
    await carrier.say("place", purpose="place")
    await carrier.send_all_on()
    word = await carrier.direct_message()
    assert word and (word.kind, word.params) == ("place", {"group": 5})
    await carrier.outbox.done(carrier.errand, message_id=1)
    assert await carrier.states() == {"place": State.DELIVERED} and await carrier.waiting() == []


@pytest.mark.parametrize("purpose", [None, "place"])
async def test_third_way_it_waits_in_the_inbox(carrier: Carrier, purpose: str | None) -> None:
    await carrier.allow("other matters")
    await carrier.allow("place", by=ALEX)
    await carrier.say("place", purpose=purpose)
    await carrier.send_all_on()
    assert await carrier.nothing_to_send() and await carrier.inbox.fresh() == []
    assert await carrier.waiting() == ["place"] and await carrier.waiting(ALEX) == []
    await carrier.inbox.told(await carrier.inbox.waiting(guild_id=SERVER, user_id=ROBIN))
    assert await carrier.waiting() == []


async def test_a_closed_direct_message_falls_to_the_inbox(carrier: Carrier) -> None:
    await carrier.allow("place")
    await carrier.say("place", purpose="place")
    await carrier.send_all_on()
    await carrier.direct_message()
    await carrier.outbox.give_back(carrier.errand, "closed")
    assert await carrier.waiting() == ["place"] and await carrier.nothing_to_send()


async def test_permissions_are_per_purpose_and_withdrawable(carrier: Carrier) -> None:
    for purpose in ("place", "reminder", "place"):
        await carrier.allow(purpose)
    await carrier.withdraw("place")
    await carrier.withdraw("never given")
    async with carrier.db.read() as tx:
        assert await carrier.inbox.purposes(tx, guild_id=SERVER, user_id=ROBIN) == {"reminder"}
        assert await carrier.inbox.purposes(tx, guild_id=SERVER, user_id=ALEX) == set()
        assert await carrier.inbox.purposes(tx, guild_id=SERVER + 1, user_id=ROBIN) == set()
    await carrier.say("place", purpose="place")
    await carrier.send_all_on()
    assert await carrier.nothing_to_send() and await carrier.waiting() == ["place"]


async def test_a_permission_withdrawn_while_the_message_is_on_its_way_turns_it_back(carrier: Carrier) -> None:
    for purpose in ("place", "reminder"):
        await carrier.allow(purpose)
    await carrier.say("place", purpose="place")
    await carrier.send_all_on()
    await carrier.withdraw("reminder")
    assert await carrier.waiting() == []
    await carrier.withdraw("place")
    assert await carrier.direct_message() is None  # nothing to render: the courier drops it
    await carrier.outbox.moot(carrier.errand)
    assert await carrier.waiting() == ["place"]


async def test_one_that_had_been_sent_when_the_permission_ended_is_not_said_twice(carrier: Carrier) -> None:
    await carrier.allow("place")
    await carrier.say("place", purpose="place")
    await carrier.send_all_on()
    assert await carrier.direct_message()
    await carrier.withdraw("place")
    await carrier.outbox.done(carrier.errand, message_id=1)
    assert await carrier.waiting() == []


async def test_after_its_end_a_word_is_told_no_more(carrier: Carrier, clock) -> None:
    await carrier.allow("place")
    await carrier.say("sent", purpose="place", lasts=timedelta(hours=1))
    await carrier.say("waits", lasts=timedelta(hours=1))
    await carrier.send_all_on()
    await carrier.say("fresh", lasts=timedelta(hours=1))
    clock.step(hours=1)
    assert await carrier.inbox.fresh() == [] and await carrier.waiting() == [] and await carrier.states() == {}
    assert await carrier.direct_message() is None


async def test_a_crash_between_taking_and_telling_leaves_it_waiting(carrier: Carrier, clock) -> None:
    await carrier.say("place")
    (word,) = await carrier.inbox.fresh()
    await carrier.inbox.claim(word)
    successor = Carrier(carrier.db, clock)
    assert await successor.inbox.fresh() == [] and await successor.waiting() == ["place"]


async def test_what_was_put_before_a_crash_is_found_by_the_next_process(carrier: Carrier, clock) -> None:
    await carrier.say("place")
    assert [word.kind for word in await Carrier(carrier.db, clock).inbox.fresh()] == ["place"]


async def test_two_at_once_deliver_once(carrier: Carrier) -> None:
    await carrier.allow("place")
    await carrier.say("place", purpose="place")
    (word,) = await carrier.inbox.fresh()
    told = await asyncio.gather(*(carrier.inbox.claim(word) for _ in range(5)))
    assert sum(told) == 1
    await carrier.say("again", purpose="place")
    (word,) = await carrier.inbox.fresh()
    *told, _, _ = await asyncio.gather(
        carrier.inbox.claim(word), carrier.inbox.claim(word), carrier.inbox.send_on(word), carrier.inbox.send_on(word)
    )
    posts = await carrier.outbox.claim(busy=(), worst=Lane.BULK, limit=10)
    assert sum(told) + len(posts) == 1


async def test_words_come_oldest_first_and_each_to_its_own_person_and_server(carrier: Carrier, clock) -> None:
    for kind, who in (("first", ROBIN), ("hers", ALEX), ("second", ROBIN)):
        await carrier.say(kind, to=who)
        clock.step(seconds=1)
    await carrier.send_all_on()
    assert await carrier.waiting() == ["first", "second"] and await carrier.waiting(ALEX) == ["hers"]
    assert await carrier.inbox.waiting(guild_id=SERVER + 1, user_id=ROBIN) == []


async def test_a_word_that_is_read_before_any_way_was_tried_is_not_told_again(carrier: Carrier) -> None:
    await carrier.say("welcome")
    (word,) = await carrier.inbox.fresh()
    await carrier.inbox.told(await carrier.inbox.all_of(guild_id=SERVER, user_id=ROBIN))
    assert not await carrier.inbox.claim(word)
    await carrier.inbox.send_on(word)
    assert await carrier.waiting() == []
