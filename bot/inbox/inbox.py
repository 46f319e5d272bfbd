"""Puts words, and moves each along its ways: a live interaction, a direct message that was allowed, the inbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.core.clock import Clock
from bot.core.ids import new_id
from bot.inbox import store
from bot.inbox.model import DM_KIND, Kept, State, Word
from bot.outbox import Delivered, Lane, Outbox, Post, Returned
from bot.storage import Database, Tx

BATCH = 50

CLOSED = "closed"
"""The problem of a direct message that somebody takes none of."""

OnClosed = Callable[[Tx, Kept], Awaitable[None]]


class Inbox:
    def __init__(self, db: Database, clock: Clock, outbox: Outbox) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._rings: list[Callable[[], None]] = []
        self._closed: dict[str, OnClosed] = {}
        outbox.delivered(DM_KIND, self._arrived)
        outbox.undeliverable(DM_KIND, self._not_taken)

    # what features use

    async def put(self, tx: Tx, word: Word) -> None:
        """Have it told, if and only if ``tx`` is kept."""
        await store.add(tx, new_id(), word, self._clock())
        tx.after_commit(self._ring)

    async def of_kind(self, tx: Tx, guild_id: int, kind: str) -> list[Kept]:
        """The words of this kind in one server, told or not, oldest first."""
        return await store.of_kind(tx, guild_id, kind, self._clock())

    async def unsay(self, tx: Tx, word: Kept) -> None:
        """Take back a word that was not told yet."""
        await store.remove_untold(tx, word.id)

    async def allow(self, tx: Tx, *, guild_id: int, user_id: int, purpose: str) -> None:
        """The person ticked *You may message me about this*, for this purpose only."""
        await store.allow(tx, guild_id, user_id, purpose, self._clock())

    async def withdraw(self, tx: Tx, *, guild_id: int, user_id: int, purpose: str) -> None:
        """No more direct messages for this purpose: those on their way turn back and wait in the inbox."""
        await store.withdraw(tx, guild_id, user_id, purpose)

    async def purposes(self, tx: Tx, *, guild_id: int, user_id: int) -> set[str]:
        """What this person allows direct messages for."""
        return await store.purposes(tx, guild_id, user_id)

    def closed(self, kind: str, handler: OnClosed) -> None:
        """Call ``handler`` when a word of this kind waits because the person's direct messages are closed."""
        self._closed[kind] = handler

    async def waiting(self, *, guild_id: int, user_id: int) -> list[Kept]:
        """What this person has not been told yet, oldest first."""
        async with self._db.read() as tx:
            return await store.of(tx, guild_id, user_id, self._clock(), (State.WAITING,))

    async def all_of(self, *, guild_id: int, user_id: int) -> list[Kept]:
        """What is waiting and what was told and can still be read again, oldest first."""
        async with self._db.read() as tx:
            return await store.of(tx, guild_id, user_id, self._clock(), tuple(State))

    async def told(self, words: list[Kept]) -> None:
        """The person has these in front of them."""
        async with self._db.begin() as tx:
            for word in words:
                await store.move(tx, word.id, State.FRESH, State.WAITING, after=State.DELIVERED)

    # what the courier uses

    def listen(self, ring: Callable[[], None]) -> None:
        """Have ``ring`` called whenever a word was put."""
        self._rings.append(ring)

    async def fresh(self) -> list[Kept]:
        async with self._db.read() as tx:
            return await store.fresh(tx, self._clock(), BATCH)

    async def word(self, word_id: int) -> Kept | None:
        """A word to be told by direct message, unless it has expired, was erased, or may not be told so any more."""
        async with self._db.read() as tx:
            return await store.sent(tx, word_id, self._clock())

    async def claim(self, word: Kept) -> bool:
        """Take a fresh word to tell it in a live interaction; a crash from here on leaves it waiting."""
        async with self._db.begin() as tx:
            return await store.move(tx, word.id, State.FRESH, after=State.WAITING)

    async def send_on(self, word: Kept) -> None:
        """No interaction is open: a direct message if the person allowed one for this purpose, else it waits."""
        async with self._db.begin() as tx:
            allowed = await store.purposes(tx, word.guild_id, word.user_id)
            by_message = word.purpose is not None and word.purpose in allowed
            after = State.SENT if by_message else State.WAITING
            if await store.move(tx, word.id, State.FRESH, after=after) and by_message:
                await self._outbox.put(
                    tx,
                    Post(
                        key=f"word:{word.id}",
                        guild_id=word.guild_id,
                        user_id=word.user_id,
                        lane=Lane.PROMPT,
                        kind=DM_KIND,
                        params={"word": word.id},
                    ),
                )

    async def _arrived(self, tx: Tx, post: Delivered) -> None:
        # it may have been on its way still when the permission ended
        await store.move(tx, int(str(post.params["word"])), State.SENT, State.WAITING, after=State.DELIVERED)

    async def _not_taken(self, tx: Tx, post: Returned) -> None:
        word_id = int(str(post.params["word"]))
        if not await store.move(tx, word_id, State.SENT, after=State.WAITING) or post.problem != CLOSED:
            return
        word = await store.get(tx, word_id)
        if word is not None and (handler := self._closed.get(word.kind)):
            await handler(tx, word)

    def _ring(self) -> None:
        for ring in self._rings:
            ring()
