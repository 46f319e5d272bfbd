"""A use case is one transaction: all of it or none, and what rings, rings only for what is kept."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, StatementError

from bot.storage import Database, Tx
from bot.timers.store import timers
from tests.databases import KEY, migrated_sqlite

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def _timer(subject: str, at: datetime = NOON) -> sa.Insert:
    return sa.insert(timers).values(kind="k", subject=subject, due_at=at, next_try_at=at, attempts=0)


async def _subjects(db: Database) -> list[str]:
    async with db.read() as tx:
        return [row["subject"] for row in await tx.all(sa.select(timers.c.subject).order_by(timers.c.subject))]


async def test_what_is_done_is_kept_and_rings_once_afterwards(db: Database) -> None:
    seen = list[list[str]]()
    rung = list[str]()
    async with db.begin() as tx:
        await tx.execute(_timer("a"))
        tx.after_commit(lambda: rung.append("a"))
        tx.after_commit(lambda: rung.append("b"))
        seen.append(list(rung))
    assert seen == [[]] and rung == ["a", "b"]
    assert await _subjects(db) == ["a"]


async def test_what_fails_is_not_kept_and_does_not_ring(db: Database) -> None:
    rung = list[str]()

    async def fail_at_the_end() -> None:
        async with db.begin() as tx:
            await tx.execute(_timer("a"))
            tx.after_commit(lambda: rung.append("a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_at_the_end()
    assert await _subjects(db) == [] and rung == []


async def test_what_was_made_outside_is_taken_back_once_it_has_failed_and_only_then(db: Database) -> None:
    undone = list[str]()

    def broken() -> None:
        raise ZeroDivisionError

    async def fail() -> None:
        async with db.begin() as tx:
            await tx.execute(_timer("a"))
            tx.if_undone(broken)
            tx.if_undone(lambda: undone.append("a"))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert undone == ["a"]
    async with db.begin() as tx:
        await tx.execute(_timer("b"))
        tx.if_undone(lambda: undone.append("b"))
    assert undone == ["a"] and await _subjects(db) == ["b"]


async def test_what_the_database_refuses_takes_all_of_it_back(db: Database) -> None:
    rung = list[str]()

    async def put_twice() -> None:
        async with db.begin() as tx:
            await tx.execute(_timer("a"))
            tx.after_commit(lambda: rung.append("a"))
            await tx.execute(_timer("a"))

    with pytest.raises(DBAPIError):
        await put_twice()
    assert await _subjects(db) == [] and rung == []


async def test_a_ring_that_fails_fails_neither_the_use_case_nor_the_other_rings(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    rung = list[str]()

    def broken() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        async with db.begin() as tx:
            await tx.execute(_timer("a"))
            tx.after_commit(broken)
            tx.after_commit(lambda: rung.append("second"))
    assert rung == ["second"] and await _subjects(db) == ["a"]
    assert "ZeroDivisionError" in caplog.text


async def test_someone_cancelled_halfway_leaves_nothing_and_blocks_nobody(db: Database) -> None:
    entered = asyncio.Event()

    async def interrupted() -> None:
        async with db.begin() as tx:
            await tx.execute(_timer("interrupted"))
            entered.set()
            await asyncio.sleep(3600)

    person = asyncio.create_task(interrupted())
    await entered.wait()
    person.cancel()
    await asyncio.wait([person])
    async with asyncio.timeout(5):
        async with db.begin() as tx:
            await tx.execute(_timer("next"))
    assert person.cancelled() and await _subjects(db) == ["next"]


async def test_many_cancelled_at_any_moment_leave_the_database_usable(db: Database) -> None:
    async def put(number: int) -> None:
        async with db.begin() as tx:
            await tx.execute(_timer(f"{number:03}"))

    people = [asyncio.create_task(put(number)) for number in range(40)]
    for number, person in enumerate(people):
        await asyncio.sleep(0.0005 * (number % 3))
        if number % 2:
            person.cancel()
    ended = await asyncio.gather(*people, return_exceptions=True)
    kept = await _subjects(db)
    finished = [f"{number:03}" for number, outcome in enumerate(ended) if outcome is None]
    # one cancelled while its commit was under way may have been kept; nobody who finished may be missing
    assert set(finished) <= set(kept) and len(finished) >= 20
    await asyncio.wait_for(put(999), 5)


async def test_the_urgent_write_before_those_that_came_earlier(db: Database) -> None:
    order = list[str]()

    async def write(name: str, *, urgent: bool) -> None:
        async with db.begin(urgent=urgent) as tx:
            await tx.execute(_timer(name))
            order.append(name)

    async with asyncio.TaskGroup() as people:
        for number in range(100):
            people.create_task(write(f"reminder {number}", urgent=False))
        await asyncio.sleep(0)
        people.create_task(write("concern", urgent=True))
    # on PostgreSQL several write at once; those that had begun stay ahead
    assert order.index("concern") <= 10


async def test_one_transaction_inside_another_is_refused_at_once(db: Database) -> None:
    async def nest() -> None:
        async with asyncio.timeout(5), db.begin(), db.begin():
            pass

    with pytest.raises(RuntimeError, match="inside another"):
        await nest()
    async with asyncio.timeout(5), db.begin() as tx:
        await tx.execute(_timer("a"))
    assert await _subjects(db) == ["a"]


async def test_a_read_cannot_write(db: Database) -> None:
    async with db.read() as tx:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await tx.execute(_timer("a"))
    assert await _subjects(db) == []


async def test_a_read_is_one_consistent_look(db: Database) -> None:
    async with db.begin() as tx:
        await tx.execute(_timer("before"))
    count = sa.select(sa.func.count()).select_from(timers)
    async with db.read() as look:
        first = await look.scalar(count)
        async with db.begin() as tx:
            await tx.execute(_timer("meanwhile"))
        assert (first, await look.scalar(count)) == (1, 1)
    assert await _subjects(db) == ["before", "meanwhile"]


async def test_readers_do_not_wait_for_a_writer_nor_see_what_is_not_kept(db: Database) -> None:
    async with db.begin() as tx:
        await tx.execute(_timer("unfinished"))
        assert await asyncio.wait_for(_subjects(db), 5) == []


async def test_instants_come_back_as_they_went_in_in_utc(db: Database) -> None:
    west = datetime(2026, 11, 1, 1, 30, 0, 123456, tzinfo=timezone(-timedelta(hours=8)))
    async with db.begin() as tx:
        await tx.execute(_timer("west", west))
    async with db.read() as tx:
        back = await tx.scalar(sa.select(timers.c.due_at))
        same = await tx.scalar(sa.select(timers.c.subject).where(timers.c.due_at == west))
        later = await tx.scalar(sa.select(timers.c.subject).where(timers.c.due_at > west - timedelta(microseconds=1)))
    assert back == west and back.tzinfo is UTC and (same, later) == ("west", "west")


async def test_instants_in_the_same_second_keep_their_order(db: Database) -> None:
    async with db.begin() as tx:
        await tx.execute(_timer("whole", NOON))
        await tx.execute(_timer("part", NOON + timedelta(microseconds=1)))
    async with db.read() as tx:
        rows = await tx.all(sa.select(timers.c.subject).order_by(timers.c.due_at))
    assert [row["subject"] for row in rows] == ["whole", "part"]


async def test_a_naive_instant_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        async with db.begin() as tx:
            await tx.execute(_timer("naive", NOON.replace(tzinfo=None)))


async def test_locks_of_different_names_do_not_wait_for_each_other(db: Database) -> None:
    async def hold(tx: Tx, name: str) -> None:
        await tx.lock("group", name)

    async with asyncio.timeout(5), db.begin() as tx:
        await hold(tx, "one")
        await hold(tx, "two")
        await hold(tx, "one")


async def test_what_is_under_way_when_the_database_is_closed_ends_first(db: Database) -> None:
    under_way, may_end = asyncio.Event(), asyncio.Event()

    async def look() -> list[str]:
        async with db.read() as tx:
            under_way.set()
            await may_end.wait()
            return [row["subject"] for row in await tx.all(sa.select(timers.c.subject))]

    looking = asyncio.create_task(look())
    await under_way.wait()
    closing = asyncio.create_task(db.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    may_end.set()
    await closing
    assert looking.done() and await looking == []


async def test_to_look_after_a_commit_changes_no_file(tmp_path: Path) -> None:
    """Else it could be seen from outside when somebody did what writes nothing, such as answering a check-in."""
    db = Database(migrated_sqlite(tmp_path), KEY)
    await db.open()
    try:
        await _subjects(db)
        for subject in "abc":
            async with db.begin() as tx:
                await tx.execute(_timer(subject))
            before = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
            await asyncio.gather(*(_subjects(db) for _ in range(6)))
            assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == before
    finally:
        await db.close()
