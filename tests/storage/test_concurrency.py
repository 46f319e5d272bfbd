"""Many at once: a rule that reads before it writes holds for every one of them."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa

from bot.storage import Database
from bot.timers.store import timers
from tests.databases import KEY


async def _increment(db: Database) -> None:
    async with db.begin() as tx:
        await tx.lock("counter")
        seen = await tx.scalar(sa.select(timers.c.attempts))
        await tx.execute(sa.update(timers).values(attempts=seen + 1))


async def test_three_hundred_increments_count_three_hundred(db: Database, clock) -> None:
    async with db.begin() as tx:
        row = {"kind": "k", "subject": "s", "due_at": clock(), "next_try_at": clock(), "attempts": 0}
        await tx.execute(sa.insert(timers).values(row))
    await asyncio.gather(*(_increment(db) for _ in range(300)))
    async with db.read() as tx:
        assert await tx.scalar(sa.select(timers.c.attempts)) == 300


async def test_twenty_claims_at_once_have_one_winner(db: Database, clock) -> None:
    async with db.begin() as tx:
        row = {"kind": "k", "subject": "s", "due_at": clock(), "next_try_at": clock(), "attempts": 0}
        await tx.execute(sa.insert(timers).values(row))

    async def claim(number: int) -> bool:
        async with db.begin() as tx:
            free = sa.update(timers).where(timers.c.problem.is_(None))
            return await tx.execute(free.values(problem=f"taken by {number}")) == 1

    assert sum(await asyncio.gather(*(claim(number) for number in range(20)))) == 1


async def test_two_processes_that_write_at_once_wait_for_each_other(db: Database, database_url: str, clock) -> None:
    beside = Database(database_url, KEY)
    await beside.open(exclusive=False)
    async with db.begin() as tx:
        row = {"kind": "k", "subject": "s", "due_at": clock(), "next_try_at": clock(), "attempts": 0}
        await tx.execute(sa.insert(timers).values(row))
    await asyncio.gather(*(_increment(one) for one in (db, beside) for _ in range(30)))
    await beside.close()
    async with db.read() as tx:
        assert await tx.scalar(sa.select(timers.c.attempts)) == 60
