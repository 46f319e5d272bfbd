"""Timers: what is due happens once, with its effects or not at all, however late and whatever fails beside it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.core.errors import OperatorError
from bot.outbox import Outbox
from bot.outbox.store import outbox as outbox_table
from bot.storage import Database, Tx
from bot.timers import Due, Timers
from bot.timers.store import timers as timers_table
from tests.databases import KEY, fresh_postgres
from tests.mechanisms.conftest import HandBell, post

MINUTE = timedelta(minutes=1)
AT_MOST = 3600.0


class Reminders:
    """A feature whose timers post a note, and that can be told to fail or to come round again."""

    def __init__(self, db: Database, clock, bell: HandBell) -> None:
        self.db = db
        self.timers = Timers(db, clock, bell.make, at_most=AT_MOST)
        self.outbox = Outbox(db, clock)
        self.happened: list[Due] = []
        self.fails = set[str]()
        self.following: dict[str, datetime] = {}
        self.timers.on("remind", self._remind)

    async def _remind(self, tx: Tx, due: Due) -> datetime | None:
        tx.after_commit(lambda: self.happened.append(due))
        await self.outbox.put(tx, post(f"{due.subject}:{due.due_at.isoformat()}"))
        if due.subject in self.fails:
            raise ZeroDivisionError
        return self.following.get(due.subject)

    async def set(self, subject: str, at: datetime) -> None:
        async with self.db.begin() as tx:
            await self.timers.set(tx, "remind", subject, at, guild_id=None)

    async def ring(self, bell: HandBell) -> list[str]:
        """Ring the bell; gives the subjects that happened then."""
        before = len(self.happened)
        bell.ring()
        await self.timers.settled()
        return [due.subject for due in self.happened[before:]]

    async def left(self) -> dict[str, datetime]:
        async with self.db.read() as tx:
            rows = await tx.all(sa.select(timers_table).order_by(timers_table.c.subject))
        return {row["subject"]: row["next_try_at"] for row in rows}

    async def posts(self) -> int:
        async with self.db.read() as tx:
            return await tx.scalar(sa.select(sa.func.count()).select_from(outbox_table))


@pytest.fixture
def reminders(db: Database, clock, bell: HandBell) -> Reminders:
    return Reminders(db, clock, bell)


async def test_it_happens_when_due_once_and_is_gone(reminders: Reminders, bell: HandBell, clock) -> None:
    await reminders.set("a", clock() + MINUTE)
    assert await reminders.ring(bell) == []
    clock.step(minutes=1)
    assert await reminders.ring(bell) == ["a"]
    clock.step(minutes=1)
    assert await reminders.ring(bell) == [] and await reminders.left() == {} and await reminders.posts() == 1


async def test_setting_and_cancelling_are_the_transactions(reminders: Reminders, bell: HandBell, clock) -> None:
    await reminders.set("kept", clock())

    async def fail(tx: Tx) -> None:
        await reminders.timers.set(tx, "remind", "never", clock(), guild_id=None)
        await reminders.timers.cancel(tx, "remind", "kept")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with reminders.db.begin() as tx:
            await fail(tx)
    assert await reminders.ring(bell) == ["kept"]


async def test_set_again_moves_it_and_cancel_ends_it(reminders: Reminders, bell: HandBell, clock) -> None:
    await reminders.set("moved", clock() + MINUTE)
    await reminders.set("moved", clock() + 3 * MINUTE)
    await reminders.set("cancelled", clock() + MINUTE)
    async with reminders.db.begin() as tx:
        await reminders.timers.cancel(tx, "remind", "cancelled")
    clock.step(minutes=2)
    assert await reminders.ring(bell) == []
    clock.step(minutes=1)
    assert await reminders.ring(bell) == ["moved"]


async def test_one_that_is_advanced_happens_again_at_its_next_time(reminders: Reminders, bell: HandBell, clock) -> None:
    await reminders.set("weekly", clock())
    reminders.following["weekly"] = clock() + timedelta(days=7)
    assert await reminders.ring(bell) == ["weekly"]
    clock.step(days=6)
    assert await reminders.ring(bell) == []
    clock.step(days=1)
    reminders.following.clear()
    assert await reminders.ring(bell) == ["weekly"] and await reminders.left() == {}


async def test_one_that_its_own_handler_sets_anew_is_not_removed(db: Database, bell: HandBell, clock) -> None:
    ladder = Timers(db, clock, bell.make)
    steps = list[datetime]()

    async def climb(tx: Tx, due: Due) -> None:
        steps.append(due.due_at)
        if len(steps) < 3:
            await ladder.set(tx, "step", "case:1", due.due_at + MINUTE, guild_id=None)

    ladder.on("step", climb)
    start = clock()
    async with db.begin() as tx:
        await ladder.set(tx, "step", "case:1", start, guild_id=None)
    for _ in range(5):
        bell.ring()
        await ladder.settled()
        clock.step(minutes=1)
    assert steps == [start, start + MINUTE, start + 2 * MINUTE]


async def test_one_that_fails_halfway_leaves_no_effect_and_stays(
    reminders: Reminders, bell: HandBell, clock, caplog: pytest.LogCaptureFixture
) -> None:
    reminders.fails.add("a")
    await reminders.set("a", clock())
    with caplog.at_level(logging.ERROR):
        assert await reminders.ring(bell) == []
    assert "remind" in caplog.text and await reminders.posts() == 0
    assert await reminders.left() == {"a": clock() + timedelta(seconds=5)}
    (failing,) = await reminders.timers.failing()
    assert (failing.kind, failing.problem, failing.count) == ("remind", "ZeroDivisionError", 1)
    reminders.fails.clear()
    clock.step(seconds=5)
    assert await reminders.ring(bell) == ["a"] and await reminders.posts() == 1
    assert await reminders.timers.failing() == []


async def test_one_that_fails_waits_longer_each_time_and_keeps_nobody_waiting(
    reminders: Reminders, bell: HandBell, clock
) -> None:
    reminders.fails.add("bad")
    await reminders.set("bad", clock())
    waits = list[float]()
    for number in range(10):
        await reminders.set(f"good {number}", clock())
        assert await reminders.ring(bell) == [f"good {number}"]
        until = (await reminders.left())["bad"]
        waits.append((until - clock()).total_seconds())
        clock.now = until
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


async def test_one_set_anew_while_it_failed_happens_at_its_new_time(db: Database, bell: HandBell, clock) -> None:
    timers, began, go_on = Timers(db, clock, bell.make), asyncio.Event(), asyncio.Event()
    happened = list[datetime]()

    async def remind(tx: Tx, due: Due) -> None:
        if not go_on.is_set():
            began.set()
            raise ZeroDivisionError
        happened.append(clock())

    timers.on("remind", remind)
    start = clock()
    async with db.begin() as tx:
        await timers.set(tx, "remind", "a", start, guild_id=None)
    bell.ring()
    await began.wait()
    # somebody moves it between its failing and the note that it failed: it is the urgent that goes first
    async with db.begin(urgent=True) as tx:
        await timers.set(tx, "remind", "a", start + 60 * MINUTE, guild_id=None)
    await timers.settled()
    go_on.set()
    for _ in range(61):
        clock.step(minutes=1)
        bell.ring()
        await timers.settled()
    assert happened == [start + 60 * MINUTE]


async def test_the_late_are_told_how_late(reminders: Reminders, bell: HandBell, clock) -> None:
    await reminders.set("a", clock() + MINUTE)
    clock.step(hours=5)
    await reminders.timers.start()  # nobody was there
    await reminders.timers.settled()
    assert [(due.subject, due.late) for due in reminders.happened] == [("a", 299 * MINUTE)]


async def test_a_thousand_due_in_the_same_second_all_happen_once(db: Database, bell: HandBell, clock) -> None:
    timers, happened = Timers(db, clock, bell.make), list[str]()

    async def remind(tx: Tx, due: Due) -> None:
        tx.after_commit(lambda: happened.append(due.subject))

    timers.on("remind", remind)
    for start in range(0, 1000, 200):
        async with db.begin() as tx:
            for number in range(start, start + 200):
                await timers.set(tx, "remind", f"{number}", clock(), guild_id=None)
    bell.ring()
    await timers.settled()
    assert sorted(happened, key=int) == [f"{number}" for number in range(1000)]


async def test_two_processes_over_one_table_share_the_work(postgres_server: str, clock) -> None:
    url = await fresh_postgres(postgres_server)
    async with _process(url, 0) as one, _process(url, 1) as other:
        bells = HandBell(), HandBell()
        sides = [Reminders(db, clock, bell) for db, bell in zip((one, other), bells, strict=True)]
        async with one.begin() as tx:
            for number in range(120):
                await sides[0].timers.set(tx, "remind", f"{number}", clock(), guild_id=None)
        for bell in bells:
            bell.ring()
        for side in sides:
            await side.timers.settled()
        happened = [due.subject for side in sides for due in side.happened]
        assert sorted(happened, key=int) == [f"{number}" for number in range(120)]
        assert await sides[0].left() == {} and await sides[0].posts() == 120


@asynccontextmanager
async def _process(url: str, shard: int) -> AsyncGenerator[Database]:
    made = Database(url, KEY)
    await made.open(shards=(shard,))
    yield made
    await made.close()


async def test_a_stored_kind_that_nobody_handles_refuses_the_start_by_name(
    reminders: Reminders, bell: HandBell, clock
) -> None:
    await reminders.set("a", clock() + MINUTE)
    with pytest.raises(OperatorError, match="remind"):
        await Timers(reminders.db, clock, bell.make).start()


async def test_the_bell_is_set_for_the_earliest_and_again_for_an_earlier(
    reminders: Reminders, bell: HandBell, clock
) -> None:
    await reminders.timers.start()
    await reminders.timers.settled()
    assert bell.set_for == [AT_MOST]
    await reminders.set("a", clock() + 10 * MINUTE)
    await reminders.set("later", clock() + 20 * MINUTE)
    assert bell.set_for == [AT_MOST, 600]
    clock.step(minutes=1)
    await reminders.set("b", clock() + 4 * MINUTE)
    assert bell.set_for == [AT_MOST, 600, 240]
    clock.step(minutes=4)
    assert await reminders.ring(bell) == ["b"]
    assert bell.set_for[3:] == [300]
    clock.step(minutes=5)
    await reminders.ring(bell)
    clock.step(minutes=10)
    await reminders.ring(bell)
    assert bell.set_for[4:] == [600, AT_MOST]


class Interrupted(Database):
    """A database in which somebody does something just after a look, before the one who looked goes on."""

    meanwhile: dict[int, Callable[[], Awaitable[None]]]
    """What happens after which look."""

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Tx]:
        async with super().read() as tx:
            yield tx
        self.meanwhile = {number - 1: deed for number, deed in self.meanwhile.items()}
        if deed := self.meanwhile.pop(0, None):
            await deed()


async def test_one_set_while_the_bell_is_being_set_is_not_forgotten(database_url: str, bell: HandBell, clock) -> None:
    db = Interrupted(database_url, KEY)
    await db.open()
    reminders = Reminders(db, clock, bell)
    # the first look is for what is due, the second for when to ring next
    db.meanwhile = {2: lambda: reminders.set("meanwhile", clock() + MINUTE)}
    await reminders.ring(bell)
    await db.close()
    assert db.meanwhile == {} and bell.set_for[-1] == 60


async def test_after_an_outage_it_goes_on_by_itself(
    reminders: Reminders, bell: HandBell, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.drain.RETRY", 0.01)
    await reminders.set("a", clock())
    async with reminders.db.begin() as tx:
        await tx.execute(sa.text("ALTER TABLE timers RENAME TO gone"))
    await reminders.ring(bell)
    assert reminders.happened == []
    async with reminders.db.begin() as tx:
        await tx.execute(sa.text("ALTER TABLE gone RENAME TO timers"))
    await asyncio.sleep(0.5)  # nobody rings
    assert [due.subject for due in reminders.happened] == ["a"]
