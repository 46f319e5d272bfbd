"""An outbox that records what its features are told, and a bell that a test reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bot.outbox import Delivered, Errand, Lane, Outbox, Post, Returned
from bot.storage import Database, Tx

SERVER = 100_000_000_000_000_001
ROOM = 200_000_000_000_000_001
KIND = "note"


def post(key: str, *, lane: Lane = Lane.ROUTINE, room: int | None = ROOM, kind: str = KIND, **more: object) -> Post:
    return Post(key=key, guild_id=SERVER, channel_id=room, lane=lane, kind=kind, **more)


@dataclass
class Desk:
    """An outbox with a feature behind it that writes down what it is told, and fails at it when asked to."""

    db: Database
    outbox: Outbox
    delivered: list[Delivered] = field(default_factory=list)
    returned: list[Returned] = field(default_factory=list)
    fails: bool = False

    def __post_init__(self) -> None:
        self.outbox.delivered(KIND, self._on_delivered)
        self.outbox.undeliverable(KIND, self._on_returned)

    async def _on_delivered(self, tx: Tx, told: Delivered) -> None:
        self._fail_if_asked()
        tx.after_commit(lambda: self.delivered.append(told))

    async def _on_returned(self, tx: Tx, told: Returned) -> None:
        self._fail_if_asked()
        tx.after_commit(lambda: self.returned.append(told))

    def _fail_if_asked(self) -> None:
        if self.fails:
            raise ZeroDivisionError

    async def put(self, *items: object) -> None:
        async with self.db.begin() as tx:
            for item in items:
                await self.outbox.put(tx, item)

    async def release(self) -> int:
        async with self.db.begin() as tx:
            return await self.outbox.release_held(tx, SERVER)

    async def claim(self, *, worst: Lane = Lane.BULK, limit: int = 100, busy: tuple[int, ...] = ()) -> list[Errand]:
        return await self.outbox.claim(busy=busy, worst=worst, limit=limit)

    async def one(self) -> Errand:
        (errand,) = await self.claim()
        return errand

    async def keys(self, **how: object) -> list[str]:
        return [errand.key for errand in await self.claim(**how)]


@pytest.fixture
def desk(db: Database, clock) -> Desk:
    return Desk(db, Outbox(db, clock))


class HandBell:
    """A bell that rings when the test says so, and tells for when it was set."""

    def __init__(self) -> None:
        self.set_for: list[float] = []
        self.ring: Callable[[], None] = lambda: None

    def make(self, name: str, ring: Callable[[], None]) -> HandBell:
        self.ring = ring
        return self

    def ring_in(self, seconds: float) -> None:
        self.set_for.append(seconds)


@pytest.fixture
def bell() -> HandBell:
    return HandBell()
