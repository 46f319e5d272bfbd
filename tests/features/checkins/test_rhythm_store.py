"""What is kept of whom a check-in was for, and of those that come round."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from bot.core.reading import WallTime
from bot.features.checkins import store
from bot.features.checkins.rhythms import store as rhythms_store
from bot.features.checkins.rhythms.model import Rhythm
from bot.storage import Database
from tests.conftest import StepClock
from tests.features.checkins.asked import Asked
from tests.features.groups.village import GUILD


async def asked_of(db: Database) -> list[tuple[datetime, int]]:
    async with db.read() as tx:
        rows = await tx.all(sa.select(store.asked))
        return [(row["ends_at"], tx.vault.open_id(row["user"], GUILD)) for row in rows]


async def test_whom_it_was_for_is_known_and_an_answer_changes_nothing_in_it(asked: Asked) -> None:
    checkin = await asked.open()
    before = await asked_of(asked.db)
    assert {user_id for _, user_id in before} == set(asked.people)
    assert {ends_at for ends_at, _ in before} == {checkin.closes_at + timedelta(days=15)}
    await asked.answer(checkin, asked.people[0])
    assert await asked_of(asked.db) == before
    async with asked.db.read() as tx:
        assert await store.people_asked(tx, checkin) == set(asked.people)
    assert checkin.eligible == (await asked.reread(checkin)).eligible == len(asked.people)


async def test_a_rhythm_is_kept_instead_of_the_one_before_and_can_be_ended(asked: Asked) -> None:
    which = {"guild_id": GUILD, "group_id": asked.group.id, "template": "two"}
    coming = WallTime(day=date(2027, 1, 5), time=time(19, 30))
    first = Rhythm(**which, days=28, coming=coming, lasts=timedelta(hours=24), told="checkins.too_few")
    other = replace(first, template="other", days=None, coming=None, told=None)
    async with asked.db.begin() as tx:
        for rhythm in (other, replace(first, days=14), first):
            await rhythms_store.put(tx, rhythm)
        assert await rhythms_store.get(tx, GUILD, asked.group.id, "two") == first
        assert await rhythms_store.of_group(tx, GUILD, asked.group.id) == [other, first]
        assert await rhythms_store.of_group(tx, GUILD + 1, asked.group.id) == []
        await rhythms_store.remove(tx, first)
        assert await rhythms_store.of_group(tx, GUILD, asked.group.id) == [other]


async def test_only_those_that_came_to_something_count_and_only_those_that_ended_are_compared(
    asked: Asked, clock: StepClock
) -> None:
    which = GUILD, asked.group.id
    long_ago = clock()
    await asked.end(first := await asked.open())
    since = clock()
    await asked.end(second := await asked.open(template="health"))
    await asked.open()
    await asked.cancel()
    third = await asked.open()
    async with asked.db.read() as tx:
        opened = await store.opened_since(tx, *which, long_ago)
        assert [one.id for one in opened] == [third.id, second.id, first.id]
        assert [one.id for one in await store.opened_since(tx, *which, since)] == [third.id, second.id]
        assert await store.opened_since(tx, GUILD, asked.group.id + 1, long_ago) == []
        assert {one.id for one in await store.ended_since(tx, *which, long_ago)} == {first.id, second.id}
        assert await store.ended_since(tx, *which, clock() + timedelta(days=1)) == []
