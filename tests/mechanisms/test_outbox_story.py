"""Any story of an outbox: puts, attempts, lost answers, crashes and late reports in any order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.outbox import Errand, Outbox
from bot.outbox.store import outbox as outbox_table
from bot.storage import Database
from tests.conftest import StepClock
from tests.databases import KEY, fresh_postgres
from tests.mechanisms.conftest import KIND, ROOM, Desk, post

ATTEMPT_LASTS = timedelta(seconds=100)  # a courier gives an attempt up before its lease ends
NOTHING_LEFT = 60
ENDINGS = ("done", "answer lost", "turned away", "refused", "cannot look", "hangs", "hangs after sending")
OFTEN = ("done", "hangs", "hangs after sending")  # where two attempts meet


@dataclass(frozen=True)
class Put:
    """In this room: the same post again as long as that has not come to its end, then the next one."""

    room: int
    lasts: int | None
    wait: int | None


@dataclass(frozen=True)
class Carry:
    """After a while take what is due, and come to these ends with it, one after the other."""

    seconds: int
    endings: tuple[str, ...]


@dataclass(frozen=True)
class GoOn:
    """After a while an attempt that hung comes to this end after all, perhaps long after its lease."""

    seconds: int
    which: int
    ending: str


@dataclass(frozen=True)
class Release:
    pass


@dataclass(frozen=True)
class Crash:
    pass


WAITS = st.sampled_from([0, 0, 50, 121])
CARRY = st.builds(Carry, WAITS, st.tuples(*[st.sampled_from(ENDINGS + OFTEN)] * 3))
GO_ON = st.builds(GoOn, WAITS, st.integers(0, 2), st.sampled_from(ENDINGS + OFTEN))
PUT = st.builds(Put, st.integers(0, 2), st.sampled_from([None, None, 300]), st.sampled_from([None, 90]))
STEPS = st.one_of(CARRY, CARRY, CARRY, GO_ON, GO_ON, PUT, PUT, st.builds(Release), st.builds(Crash))


@dataclass(eq=False)
class Attempt:
    errand: Errand
    began: datetime
    acted: bool = False
    """Whether Discord has the message, by this attempt or an earlier one."""


class Story:
    """A courier as it may behave, and a Discord that only counts what arrived."""

    def __init__(self, db: Database) -> None:
        self.db, self.clock = db, StepClock()
        self.arrived = Counter[str]()
        self.keys = set[str]()
        self.desk = Desk(db, Outbox(db, self.clock))
        self.attempts: list[Attempt] = []

    async def tell(self, steps: list[object]) -> None:
        async with self.db.begin() as tx:
            await tx.execute(sa.delete(outbox_table))
        for step in [Put(0, None, None), Put(1, None, None), *steps]:
            await self._step(step)
            assert max(self.arrived.values(), default=1) == 1, "something was posted twice"
        await self._come_to_rest()
        delivered = Counter(told.key for told in self.desk.delivered)
        returned = Counter(told.key for told in self.desk.returned)
        assert delivered == self.arrived
        assert delivered + returned == Counter(self.keys)

    async def _step(self, step: object) -> None:
        match step:
            case Put(room, lasts, wait):
                await self._put(room, lasts, wait)
            case Carry(seconds, endings):
                self.clock.step(seconds=seconds)
                for attempt, ending in zip(await self._claim(), endings, strict=False):
                    await self._end(attempt, ending)
            case GoOn(seconds, which, ending) if self.attempts:
                self.clock.step(seconds=seconds)
                await self._end(self.attempts[which % len(self.attempts)], ending)
            case Release():
                await self.desk.release()
            case Crash():
                await self._crash()
            case _:
                pass

    async def _put(self, room: int, lasts: int | None, wait: int | None) -> None:
        ended = sum(told.key.startswith(f"note:{room}:") for told in [*self.desk.delivered, *self.desk.returned])
        key, now = f"note:{room}:{ended}", self.clock()
        until = now + timedelta(seconds=lasts) if lasts else None
        start = now + timedelta(seconds=wait) if wait else None
        await self.desk.put(post(key, room=ROOM + room, expires_at=until, not_before=start))
        self.keys.add(key)

    async def _claim(self) -> list[Attempt]:
        claimed = [Attempt(errand, self.clock()) for errand in await self.desk.claim()]
        self.attempts += claimed
        return claimed

    async def _crash(self) -> None:
        """The process dies with what it had in hand, and another starts."""
        self.attempts.clear()
        self.desk = Desk(self.db, Outbox(self.db, self.clock), self.desk.delivered, self.desk.returned)
        await self.desk.outbox.start([KIND])

    async def _end(self, attempt: Attempt, ending: str) -> None:
        in_time = self.clock() - attempt.began < ATTEMPT_LASTS
        if not attempt.acted and in_time and ending in ("done", "answer lost", "hangs after sending"):
            attempt.acted = self._act(attempt.errand)
            if not attempt.acted:
                ending = "expired"
        if report := self._report(attempt, ending, in_time=in_time):
            await report
            self.attempts.remove(attempt)

    def _act(self, errand: Errand) -> bool:
        """Look first if an earlier attempt may have arrived; send if none has and it is not too late."""
        found = errand.tried_at is not None and self.arrived[errand.key] > 0
        if not found and errand.expires_at is not None and errand.expires_at <= self.clock():
            return False
        if not found:
            self.arrived[errand.key] += 1
        return True

    def _report(self, attempt: Attempt, ending: str, *, in_time: bool) -> Coroutine[Any, Any, None] | None:
        """What a courier tells the outbox, which is never more than it can know."""
        outbox, errand, soon = self.desk.outbox, attempt.errand, timedelta(seconds=10)
        if attempt.acted and ending == "done":
            return outbox.done(errand, message_id=1)
        if ending == "answer lost" or not in_time:
            return outbox.again(errand, after=soon, unknown=True, problem="no_answer")
        if attempt.acted:
            return None
        if ending == "turned away":
            return outbox.again(errand, after=soon, unknown=False, problem="busy")
        if ending == "expired" or (ending == "refused" and not self.arrived[errand.key]):
            return outbox.give_back(errand, ending)
        if ending == "cannot look" and errand.tried_at is not None:
            return outbox.hold(errand, "cannot_look")
        return None

    async def _come_to_rest(self) -> None:
        """All that waits is carried by a process that has no bad luck."""
        await self._crash()
        for _ in range(NOTHING_LEFT):
            self.clock.step(seconds=121)
            for attempt in await self._claim():
                await self._end(attempt, "done")
            if await self.desk.outbox.next_at() is None:
                return


@contextmanager
def _database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Generator[tuple[Database, asyncio.Runner]]:
    with asyncio.Runner() as runner:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'data' / 'circlekeeper.db'}"
        else:
            url = runner.run(fresh_postgres(request.getfixturevalue("postgres_server")))
        db = Database(url, KEY)
        runner.run(db.open())
        yield db, runner
        runner.run(db.close())


@pytest.mark.parametrize(("kind", "stories"), [("sqlite", 40), ("postgresql", 10)])
def test_each_post_of_any_story_is_delivered_once_or_given_back_once(
    kind: str, stories: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with _database(kind, request, tmp_path) as (db, runner):

        @settings(max_examples=stories, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(STEPS, min_size=20, max_size=40))
        def any_story(steps: list[object]) -> None:
            runner.run(Story(db).tell(steps))

        any_story()
