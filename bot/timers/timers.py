"""Runs what is due, each in one transaction with its effects."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.clock import Clock
from bot.core.drain import Drain
from bot.core.errors import OperatorError
from bot.storage import Database, Tx
from bot.timers import store
from bot.timers.bell import BellMaker

log = logging.getLogger(__name__)

BATCH = 100
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A timer that has come due. ``late`` is how long ago: what late means is the handler's to know."""

    kind: str
    subject: str
    due_at: datetime
    late: timedelta


Handler = Callable[[Tx, Due], Awaitable[datetime | None]]
"""Does what is due, through ``tx`` alone, and says when it is due again: None for never, or if it set that itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """Timers whose handler keeps failing, for ``check``."""

    kind: str
    problem: str
    count: int


class Timers:
    def __init__(self, db: Database, clock: Clock, make_bell: BellMaker, *, at_most: float = 30) -> None:
        """``at_most``: seconds after which the bell rings though nothing is known to be due, as a safety."""
        self._db = db
        self._clock = clock
        self._at_most = at_most
        self._handlers: dict[str, Handler] = {}
        self._drain = Drain(self._run, name="timers")
        self._bell = make_bell("timers", self._drain.ring)
        self._armed_for: datetime | None = None

    def on(self, kind: str, handler: Handler) -> None:
        """Give ``kind`` its handler; every stored kind needs one before ``start``."""
        self._handlers[kind] = handler

    async def set(self, tx: Tx, kind: str, subject: str, due_at: datetime, *, guild_id: int | None) -> None:
        """Have ``kind`` happen to ``subject`` at ``due_at`` instead of at any time set before.

        ``guild_id``: the server in which it happens; while the bot is not there it waits. None for what waits for none.
        """
        assert kind in self._handlers, f"nobody handles {kind}"
        await store.put(tx, kind, subject, due_at, guild_id=guild_id)
        tx.after_commit(lambda: self._expect(due_at))

    async def replan(self, tx: Tx, kind: str, subject: str, due_at: datetime, *, guild_id: int | None) -> None:
        """As ``set``, but what has come due already and has not happened yet stays due."""
        assert kind in self._handlers, f"nobody handles {kind}"
        await store.put(tx, kind, subject, due_at, guild_id=guild_id, later_than=self._clock())
        tx.after_commit(lambda: self._expect(due_at))

    async def cancel(self, tx: Tx, kind: str, subject: str) -> None:
        await store.remove(tx, kind, subject)

    async def forget(self, tx: Tx, guild_id: int, *, limit: int) -> int:
        """Delete at most ``limit`` timers of this server; gives how many it were."""
        return await store.forget(tx, guild_id, limit)

    async def postpone(self, tx: Tx, kind: str, guild_id: int, until: datetime) -> None:
        """Have nothing of that kind come due in this server before ``until``."""
        await store.postpone(tx, kind, guild_id, until)

    def look_again(self, tx: Tx) -> None:
        """Have what waited for its server run, now that the bot is back there."""
        tx.after_commit(self._drain.ring)

    async def start(self) -> None:
        """Run what came due while nobody was there. Raises ``OperatorError`` for a stored kind without a handler."""
        async with self._db.read() as tx:
            orphans = await store.kinds(tx) - set(self._handlers)
        if orphans:
            raise OperatorError(
                f"The database has timers that no part of this bot handles: {', '.join(sorted(orphans))}."
            )
        self._drain.ring()

    async def close(self) -> None:
        await self._drain.close()

    async def settled(self) -> None:
        await self._drain.settled()

    async def failing(self) -> Sequence[Failing]:
        async with self._db.read() as tx:
            return [Failing(**row) for row in await store.failing(tx)]

    def _expect(self, due_at: datetime) -> None:
        if self._armed_for is None or due_at < self._armed_for:
            self._arm(due_at)

    def _arm(self, due_at: datetime | None) -> None:
        now = self._clock()
        latest = now + timedelta(seconds=self._at_most)
        self._armed_for = latest if due_at is None else min(max(due_at, now), latest)
        self._bell.ring_in((self._armed_for - now).total_seconds())

    async def _run(self) -> None:
        self._armed_for = None
        while not self._drain.closing:
            async with self._db.read() as tx:
                rows = await store.due(tx, self._clock(), BATCH)
            for row in rows:
                if not self._drain.closing:
                    await self._happen(row)
            if len(rows) < BATCH:
                break
        await self._arm_for_next()

    async def _arm_for_next(self) -> None:
        self._armed_for = None
        async with self._db.read() as tx:
            seen = await store.next_at(tx)
        # what was set since then is not in what was seen
        known = [at for at in (seen, self._armed_for) if at is not None]
        self._arm(min(known, default=None))

    async def _happen(self, row: Mapping[Any, Any]) -> None:
        kind, subject = row["kind"], row["subject"]
        try:
            await self._once(kind, subject)
        except Exception as error:
            log.exception("a timer of kind %s failed; it is tried again", kind)
            delay = min(FIRST_RETRY * 2 ** min(row["attempts"], 16), LONGEST_RETRY)
            async with self._db.begin() as tx:
                await store.retry(tx, row, at=self._clock() + delay, problem=type(error).__name__)

    async def _once(self, kind: str, subject: str) -> None:
        async with self._db.begin(urgent=True) as tx:
            now = self._clock()
            row = await store.take(tx, kind, subject, now)
            if row is None:
                return
            due = Due(kind=kind, subject=subject, due_at=row["due_at"], late=now - row["due_at"])
            following = await self._handlers[kind](tx, due)
            if following is None:
                await store.finish(tx, row)
            else:
                await store.put(tx, kind, subject, following, guild_id=row["guild_id"])
