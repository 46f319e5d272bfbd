"""What the keepers of a group must know: on its desk, or to the safeguarding lead where there is no desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.core.clock import Clock
from bot.core.ids import new_id
from bot.features.groups import store
from bot.features.groups.model import Group, Server
from bot.inbox import Inbox
from bot.inbox.model import Kept, Word
from bot.outbox import Lane, Outbox, Post, Returned
from bot.outbox.model import Params
from bot.storage import Tx

ServerOf = Callable[[Tx, int], Awaitable[Server | None]]

TROUBLE = "groups.trouble"
WORDS_LAST = timedelta(days=60)


class Desk:
    def __init__(self, outbox: Outbox, inbox: Inbox, clock: Clock, server: ServerOf) -> None:
        self._outbox = outbox
        self._inbox = inbox
        self._clock = clock
        self._server = server
        outbox.undeliverable(TROUBLE, self._not_posted)

    async def tell(self, tx: Tx, group: Group, about: str, *, problem: str | None, user_id: int | None = None) -> None:
        """Say that something could not be done. ``about`` is the key of the words, ``user_id`` whom it concerns.

        Without a ``problem`` it is news, and nothing that an admin could mend.
        """
        params: Params = {"group": group.id, "about": about, "problem": problem, "user": user_id}
        if group.desk_id is None:
            await self._tell_lead(tx, group.guild_id, params)
            return
        await self._post(tx, group.guild_id, group.desk_id, f"group:{group.id}:trouble:{new_id()}", params)

    async def tell_lead(self, tx: Tx, guild_id: int, group_id: int, about: str, *, problem: str | None = None) -> None:
        """Say it of a group in the safeguarding channel; where there is none, to the lead when they are next reached.

        ``about`` is the key of the words; without a ``problem`` it is news, and nothing that could not be done.
        """
        await self._tell_lead(tx, guild_id, {"group": group_id, "about": about, "problem": problem, "user": None})

    async def _tell_lead(self, tx: Tx, guild_id: int, params: Params) -> None:
        server = await self._server(tx, guild_id)
        if server is None:
            return
        if server.safeguarding_id is None:
            await self.say(tx, guild_id, server.lead_id, TROUBLE, params)
            return
        await self._post(tx, guild_id, server.safeguarding_id, f"server:{guild_id}:trouble:{new_id()}", params)

    async def _post(self, tx: Tx, guild_id: int, channel_id: int, key: str, params: Params) -> None:
        post = Post(
            key=key, guild_id=guild_id, channel_id=channel_id, lane=Lane.PROMPT, kind=TROUBLE, params=dict(params)
        )
        await self._outbox.put(tx, post)

    async def say(
        self,
        tx: Tx,
        guild_id: int,
        user_id: int,
        kind: str,
        params: Params,
        *,
        purpose: str | None = None,
        lasts: timedelta = WORDS_LAST,
    ) -> None:
        """A word to one person, which waits for them as long as it ``lasts``."""
        expires_at = self._clock() + lasts
        word = Word(
            guild_id=guild_id, user_id=user_id, kind=kind, params=dict(params), purpose=purpose, expires_at=expires_at
        )
        await self._inbox.put(tx, word)

    async def may_message(self, tx: Tx, guild_id: int, user_id: int, purpose: str, *, allowed: bool) -> None:
        """Keep whether this person may be told of this by a direct message."""
        change = self._inbox.allow if allowed else self._inbox.withdraw
        await change(tx, guild_id=guild_id, user_id=user_id, purpose=purpose)

    async def said(self, tx: Tx, guild_id: int, kind: str) -> list[Kept]:
        """Every word of this kind that somebody in this server was told or is to be told, oldest first."""
        return await self._inbox.of_kind(tx, guild_id, kind)

    async def unsay(self, tx: Tx, word: Kept) -> None:
        """Have a word not told any more, unless it was told."""
        await self._inbox.unsay(tx, word)

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        if await store.group(tx, returned.guild_id, int(str(returned.params["group"]))) is None:
            return
        server = await self._server(tx, returned.guild_id)
        if server is not None and returned.channel_id == server.safeguarding_id:
            await self.say(tx, returned.guild_id, server.lead_id, TROUBLE, returned.params)
        else:
            await self._tell_lead(tx, returned.guild_id, returned.params)
