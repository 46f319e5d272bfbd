"""Puts posts and deeds with the transaction that wants them, and hands them to the courier one lease at a time."""

from __future__ import annotations

import itertools
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.errors import OperatorError
from bot.outbox import store
from bot.outbox.model import Deed, Delivered, Errand, Lane, Post, Returned, Waiting
from bot.storage import Database, Tx

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than the library's own retries of one request (25 s)

OnDelivered = Callable[[Tx, Delivered], Awaitable[None]]
OnReturned = Callable[[Tx, Returned], Awaitable[None]]
OnUnneeded = Callable[[Tx, str], Awaitable[None]]
"""Takes the transaction and the errand's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Errands that stand still, for ``check``: ids of servers, never of people."""

    guild_id: int
    kind: str
    state: str
    problem: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """How many errands that named a person were removed, and the last that has to be done first, if there is one."""

    removed: int
    left_upto: int | None


class Outbox:
    def __init__(self, db: Database, clock: Clock, *, shards: tuple[int, tuple[int, ...]] | None = None) -> None:
        """``shards``: (count, ids) of this process; None if it serves all."""
        self._db = db
        self._clock = clock
        self._shards = shards
        self._name = secrets.token_hex(8)
        self._leases = itertools.count(1)
        self._rings: list[Callable[[], None]] = []
        self._delivered: dict[str, OnDelivered] = {}
        self._returned: dict[str, OnReturned] = {}
        self._unneeded: list[OnUnneeded] = []

    # what features use

    async def put(self, tx: Tx, item: Post | Deed) -> None:
        """Have it carried, if and only if ``tx`` is kept."""
        if isinstance(item, Post):
            await store.add_post(tx, item, self._clock())
        else:
            await store.add_deed(tx, item, self._clock())
        tx.after_commit(self._ring)

    def delivered(self, kind: str, handler: OnDelivered) -> None:
        """Call ``handler`` in the transaction that records that an errand of this kind was done."""
        self._delivered[kind] = handler

    def undeliverable(self, kind: str, handler: OnReturned) -> None:
        """Call ``handler`` in the transaction that gives an errand of this kind up: it must tell someone."""
        self._returned[kind] = handler

    def unneeded(self, handler: OnUnneeded) -> None:
        """Call ``handler`` in the transaction that records that there was nothing to do, whatever the kind."""
        self._unneeded.append(handler)

    async def forget(self, tx: Tx, guild_id: int, user_id: int, *, limit: int, upto: int | None = None) -> Traces:
        """Remove at most ``limit`` posts to this person, and errands that name them and are over.

        ``upto``: the last row to look at, by its ``seq``. What names them and is still to be done stays.
        """
        named = await store.naming(tx, guild_id, user_id, upto=upto)
        removable = [seq for seq, free in named if free][:limit]
        await store.remove(tx, removable)
        left = max((seq for seq, free in named if not free), default=None)
        return Traces(removed=len(removable), left_upto=left)

    async def message(self, tx: Tx, key: str) -> tuple[int, int] | None:
        """Channel and message id of a post that was delivered."""
        row = await store.message_of(tx, key)
        return (row["channel_id"], row["message_id"]) if row and row["message_id"] and row["channel_id"] else None

    async def waiting(self, tx: Tx, guild_id: int, kinds: Collection[str]) -> list[Waiting]:
        """The deeds of these kinds that are still to be done in this server, oldest first."""
        return await store.deeds_waiting(tx, guild_id, kinds)

    async def release_held(self, tx: Tx, guild_id: int) -> int:
        """Have what is kept unsent in this server tried again, looked for first; gives how much that is."""
        released = await store.unhold(tx, self._clock(), self._shards, guild_id=guild_id)
        tx.after_commit(self._ring)
        return released

    # what the courier uses

    def listen(self, ring: Callable[[], None]) -> None:
        """Have ``ring`` called whenever something was put."""
        self._rings.append(ring)

    async def start(self, owned: Collection[str]) -> None:
        """Take over what a dead process left. Raises ``OperatorError`` for stored kinds that nothing here renders."""
        async with self._db.begin() as tx:
            orphans = await store.kinds(tx) - set(owned)
            if orphans:
                names = ", ".join(sorted(orphans))
                raise OperatorError(f"The outbox holds posts that no part of this bot can write: {names}.")
            await store.break_leases(tx, self._clock(), self._shards)
            await store.unhold(tx, self._clock(), self._shards)

    async def claim(self, *, busy: Collection[int], worst: Lane, limit: int) -> list[Errand]:
        """Take up to ``limit`` errands: committed as *tried at* now, leased to this process. Gives up what expired."""
        while True:
            claimed, expired = await self._take(busy, worst, limit)
            for errand in expired:
                await self._expire(errand)
            if claimed or not expired:
                return claimed

    async def _take(self, busy: Collection[int], worst: Lane, limit: int) -> tuple[list[Errand], list[Errand]]:
        now = self._clock()
        claimed: list[Errand] = []
        expired: list[Errand] = []
        channels: set[int] = set()
        async with self._db.begin(urgent=True) as tx:
            for row in await store.due(tx, now, shards=self._shards, busy=busy, worst=worst, limit=limit):
                late = row["expires_at"] is not None and row["expires_at"] <= now and row["tried_at"] is None
                if row["channel_id"] in channels and not late:
                    continue  # one at a time to a channel, so that what is urgent can go between
                tried_at = None if late else now
                lease = f"{self._name}:{next(self._leases)}"
                errand = await store.lease(tx, row, lease=lease, until=now + LEASE, tried_at=tried_at)
                (expired if late else claimed).append(errand)
                if errand.channel_id is not None and not late:
                    channels.add(errand.channel_id)
        return claimed, expired

    async def _expire(self, errand: Errand) -> None:
        # in a transaction of its own: a feature that fails at it must not keep others from being carried
        try:
            await self.give_back(errand, "expired")
        except Exception:
            log.exception("an expired %s could not be given back; it is tried again", errand.kind)
            await self.again(errand, after=LEASE, unknown=False, problem="expired")

    async def done(self, errand: Errand, *, message_id: int | None = None, channel_id: int | None = None) -> None:
        """Record that Discord has it, and tell the feature, in one transaction."""
        async with self._db.begin(urgent=errand.lane is Lane.URGENT) as tx:
            now = self._clock()
            arrived = await store.deliver(tx, errand, now=now, message_id=message_id)
            if not arrived:
                arrived = await store.come_round(tx, errand, now=now)
            if arrived and (handler := self._delivered.get(errand.kind)):
                await handler(
                    tx,
                    Delivered(
                        key=errand.key,
                        guild_id=errand.guild_id,
                        kind=errand.kind,
                        params=errand.params,
                        channel_id=channel_id or errand.channel_id,
                        message_id=message_id,
                    ),
                )
            tx.after_commit(self._ring)

    async def moot(self, errand: Errand) -> None:
        """Record that there is nothing to send any more; nobody is told, because nobody waits for it."""
        async with self._db.begin() as tx:
            if await self._end(tx, errand, state=store.DONE, problem="moot"):
                for handler in self._unneeded:
                    await handler(tx, errand.key)

    async def give_back(self, errand: Errand, problem: str) -> None:
        """Give it up for good and tell the feature, in one transaction."""
        async with self._db.begin(urgent=errand.lane is Lane.URGENT) as tx:
            await self._give_back(tx, errand, problem)

    async def again(self, errand: Errand, *, after: timedelta, unknown: bool, problem: str) -> None:
        """Try once more ``after`` a while; ``unknown`` if Discord may have acted on this attempt."""
        async with self._db.begin(urgent=errand.lane is Lane.URGENT) as tx:
            now = self._clock()
            await store.again(tx, errand, now=now, at=now + after, unknown=unknown, problem=problem)

    async def hold(self, errand: Errand, problem: str) -> None:
        """Keep it unsent: it may have been sent, and it cannot be seen whether it was."""
        async with self._db.begin() as tx:
            await store.hold(tx, errand, problem=problem)

    async def next_at(self) -> datetime | None:
        async with self._db.read() as tx:
            return await store.next_at(tx, self._shards)

    async def stuck(self) -> Sequence[Stuck]:
        async with self._db.read() as tx:
            return [Stuck(**row) for row in await store.problems(tx)]

    async def _end(self, tx: Tx, errand: Errand, *, state: str, problem: str) -> bool:
        now = self._clock()
        if await store.end(tx, errand, state=state, now=now, problem=problem):
            return True
        if await store.come_round(tx, errand, now=now):
            tx.after_commit(self._ring)
        return False

    async def _give_back(self, tx: Tx, errand: Errand, problem: str) -> None:
        ended = await self._end(tx, errand, state=store.RETURNED, problem=problem)
        if ended and (handler := self._returned.get(errand.kind)):
            await handler(
                tx,
                Returned(
                    key=errand.key,
                    guild_id=errand.guild_id,
                    kind=errand.kind,
                    params=errand.params,
                    channel_id=errand.channel_id,
                    problem=problem,
                ),
            )

    def _ring(self) -> None:
        for ring in self._rings:
            ring()
