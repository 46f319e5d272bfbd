"""Servers that the bot was taken out of, servers it is in again, and leads who have left theirs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.features.setup import store
from bot.features.setup.model import Task
from bot.inbox import Inbox, Word
from bot.outbox import Outbox
from bot.outbox.model import Params
from bot.storage import Database, Tx, absence
from bot.timers import Due, Timers

log = logging.getLogger(__name__)

FORGET: Final = "setup.forget"
BACK: Final = "setup.back"
GONE: Final = "setup.gone"
WORDS_LAST = timedelta(days=60)
BATCH = 200

GRACE = timedelta(days=7)
"""How long a server's data outlives the bot's going. Discord's developer terms ask to delete what is no longer needed;
a week, because somebody may have removed the bot by mistake.
"""

LATE = timedelta(hours=1)
ONCE_CONNECTED = timedelta(minutes=10)
"""After a start, until it is known in which servers the bot is."""

OnServer = Callable[[Tx, int], Awaitable[None]]
"""Takes the transaction and the server's id."""


class Presence:
    def __init__(self, db: Database, clock: Clock, outbox: Outbox, inbox: Inbox, timers: Timers, audit: Audit) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._inbox = inbox
        self._timers = timers
        self._audit = audit
        self.returned: list[OnServer] = []
        """Called, in the same transaction, when the bot is in a server again that it had been taken out of."""
        self.forgotten: list[OnServer] = []
        """Called before anything of a server is deleted for good, and again if that takes several transactions."""
        timers.on(FORGET, self._forget)

    # the bot itself

    async def removed(self, guild_id: int) -> None:
        """The bot is not in that server any more: all that is due there waits. To say so again changes nothing."""
        async with self._db.begin() as tx:
            await tx.lock("presence", guild_id)
            if not await store.knows(tx, guild_id) or not await absence.send_away(tx, guild_id, self._clock()):
                return
            await self._timers.set(tx, FORGET, str(guild_id), self._clock() + GRACE, guild_id=None)
            await self._record(tx, guild_id, "setup.removed")

    async def back(self, guild_id: int) -> None:
        """The bot is in that server, whether or not it had been taken out of it."""
        async with self._db.begin() as tx:
            # whatever was said before it is kept by now
            await tx.lock("presence", guild_id)
            if not await store.knows(tx, guild_id):
                return  # to forget it has begun, and of half of its data nobody could make sense
            if not await absence.bring_back(tx, guild_id):
                return
            await self._timers.cancel(tx, FORGET, str(guild_id))
            await self._outbox.release_held(tx, guild_id)
            self._timers.look_again(tx)
            await self._record(tx, guild_id, BACK)
            await self._say(tx, guild_id, await store.person(tx, guild_id, Task.ADMIN), BACK, {})
            for announce in self.returned:
                await announce(tx, guild_id)

    async def compare(self, listed: Collection[int], *, ours: Callable[[int], bool]) -> set[int]:
        """See what has happened while nobody looked; gives the servers of which the bot is out now.

        ``listed``: those that Discord knows it in, with those that have an outage; ``ours``: whether this process
        would be told of a server.
        """
        async with self._db.read() as tx:
            known, away = await store.known(tx), set(await absence.all_away(tx))
        for guild_id in known - away - set(listed):
            if ours(guild_id):
                await self.removed(guild_id)
        for guild_id in away & set(listed):
            await self.back(guild_id)
        return {guild_id for guild_id in known | away if ours(guild_id)} - set(listed)

    async def _forget(self, tx: Tx, due: Due) -> datetime | None:
        """One transaction's worth; at once again while there is more, though the bot be back meanwhile.

        Nothing is deleted before somebody has looked whether it is: it may have been off when it was taken back.
        """
        guild_id = int(due.subject)
        await tx.lock("presence", guild_id)
        if not await absence.is_away(tx, guild_id):
            return None
        if due.late > LATE and await store.knows(tx, guild_id):
            return self._clock() + ONCE_CONNECTED
        await store.begin_to_forget(tx, guild_id)
        for announce in self.forgotten:
            await announce(tx, guild_id)
        deleted = await self._timers.forget(tx, guild_id, limit=BATCH)
        if deleted < BATCH:
            deleted += await store.forget(tx, guild_id, BATCH - deleted)
        if deleted == BATCH:
            return self._clock()
        await absence.bring_back(tx, guild_id)
        tx.after_commit(lambda: log.info("a server that the bot was taken out of has been forgotten"))
        return None

    # who leads

    async def keeper_gone(self, tx: Tx, guild_id: int, user_id: int) -> None:
        """A lead or backup is not in the server any more: the other of the two and who set it up are told, once.

        Who leads is for people to say, so that nothing else changes.
        """
        await tx.lock("setup", guild_id)
        tasks = await store.tasks_of(tx, guild_id, user_id)
        for task, other in ((Task.LEAD, Task.BACKUP), (Task.BACKUP, Task.LEAD)):
            if task in tasks and await store.mark_gone(tx, guild_id, task, self._clock()):
                told = {await store.person(tx, guild_id, whom) for whom in (other, Task.ADMIN)}
                for reader_id in told - {user_id}:
                    await self._say(tx, guild_id, reader_id, GONE, {"task": task})

    async def keeper_back(self, *, guild_id: int, user_id: int) -> None:
        """Somebody is in the server again: if they lead it and go once more, that is news."""
        async with self._db.read() as tx:
            if not await store.tasks_of(tx, guild_id, user_id):
                return
        async with self._db.begin() as tx:
            await store.mark_here(tx, guild_id, user_id)

    async def _say(self, tx: Tx, guild_id: int, user_id: int | None, kind: str, params: Params) -> None:
        if user_id is not None:
            expires_at = self._clock() + WORDS_LAST
            word = Word(guild_id=guild_id, user_id=user_id, kind=kind, params=params, expires_at=expires_at)
            await self._inbox.put(tx, word)

    async def _record(self, tx: Tx, guild_id: int, action: str) -> None:
        await self._audit.record(tx, guild_id=guild_id, actor=None, action=action, subject="server")
