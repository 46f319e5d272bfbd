"""Deleting, every day, what has been kept for as long as it may be."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.core.clock import Clock
from bot.features.privacy import store
from bot.storage import Database, Kept, Tx
from bot.timers import Due, Timers

log = logging.getLogger(__name__)

RETENTION: Final = "privacy.retention"
DAILY: Final = "daily"
SOON = timedelta(minutes=1)
EVERY = timedelta(days=1)
BATCH = 200


class Retention:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        timers: Timers,
        *,
        lengths: Mapping[Kept, timedelta],
        named: Mapping[Kept, timedelta],
    ) -> None:
        """``lengths``: how long each class is kept; ``named``: how long with the person's name, where that is less."""
        self._db = db
        self._clock = clock
        self._timers = timers
        self.lengths = lengths
        self.named = named
        timers.on(RETENTION, self._run)

    async def begin(self) -> None:
        """Have it done soon after a start, and daily from then on."""
        async with self._db.begin() as tx:
            await self._timers.set(tx, RETENTION, DAILY, self._clock() + SOON, guild_id=None)

    async def _run(self, tx: Tx, due: Due) -> datetime:
        """One transaction's worth; at once again while there is more."""
        now = self._clock()
        deleted = await store.delete_ended(tx, _before(now, self.lengths), now, BATCH)
        deleted += await store.delete_choices(tx, BATCH - deleted.total())
        changed = await store.make_nameless(tx, _before(now, self.named), BATCH - deleted.total())
        tx.after_commit(lambda: _note(deleted, changed))
        return now if deleted.total() + changed.total() >= BATCH else now + EVERY


def _before(now: datetime, lengths: Mapping[Kept, timedelta]) -> dict[Kept, datetime]:
    return {kept: now - length for kept, length in lengths.items()}


def _note(deleted: Counter[str], changed: Counter[str]) -> None:
    if deleted or changed:
        log.info("retention: deleted %s, made nameless %s", dict(deleted), dict(changed))
