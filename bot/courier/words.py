"""Tells one person something by the first way that is open."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord

from bot.core.drain import Drain
from bot.inbox import Inbox
from bot.inbox.model import DM_KIND, Kept
from bot.outbox import Errand
from bot.ui.answer import Told, answer, so_far
from bot.ui.pages import Page
from bot.ui.texts import Raw, Words

log = logging.getLogger(__name__)

Tells = Callable[[Kept], Awaitable[Page | None]]
"""Says what a word says now, None if there is nothing to tell any more."""

REMEMBERED = 2_000
"""Interactions whose token is kept in memory, the newest; a token lives for 15 minutes."""

TOKEN_LASTS = 14 * 60  # seconds; a minute less than Discord says


class Teller:
    KIND = DM_KIND

    def __init__(self, inbox: Inbox, words: Words) -> None:
        self._inbox = inbox
        self._words = words
        self._tells: dict[str, Tells] = {}
        self._open: OrderedDict[tuple[int, int], discord.Interaction[Any]] = OrderedDict()
        self._drain = Drain(self._tell_fresh, name="words")

    def tells(self, kind: str, function: Tells) -> None:
        self._tells[kind] = function

    def start(self) -> None:
        self._inbox.listen(self._drain.ring)
        self._drain.ring()

    async def close(self) -> None:
        await self._drain.close()

    def remember(self, interaction: discord.Interaction[Any]) -> None:
        """A way to this person is open until the interaction's token dies. It is held in memory only."""
        if interaction.guild_id is None:
            return
        key = (interaction.guild_id, interaction.user.id)
        self._open[key] = interaction
        self._open.move_to_end(key)
        while len(self._open) > REMEMBERED:
            self._open.popitem(last=False)

    async def page(self, words: list[Kept]) -> tuple[Page | None, list[Kept]]:
        """What these words say together, and those of them that still say something."""
        said = [(word, told) for word in words if (told := await self._page_of(word)) is not None]
        if not said:
            return None, []
        parts = [part for _, told in said for part in told.parts]
        return Page(*parts), [word for word, _ in said]

    async def show_waiting(self, interaction: discord.Interaction[Any]) -> None:
        """Show what this person has not been told yet, privately."""
        assert interaction.guild_id is not None
        waiting = await self._inbox.waiting(guild_id=interaction.guild_id, user_id=interaction.user.id)
        if not waiting:
            return
        page, _ = await self.page(waiting)
        if page is not None:
            await answer(interaction, page)
        await self._inbox.told(waiting)

    async def direct_message(self, errand: Errand) -> Page | None:
        """The post by which a word travels as a direct message."""
        word = await self._inbox.word(int(str(errand.params["word"])))
        page = None if word is None else await self._page_of(word)
        return None if page is None else Page(Raw(self._words("inbox.direct_message_intro")), *page.parts)

    async def _page_of(self, word: Kept) -> Page | None:
        tell = self._tells.get(word.kind)
        return None if tell is None else await tell(word)

    async def _tell_fresh(self) -> None:
        while words := await self._inbox.fresh():
            for word in words:
                if not await self._tell_now(word):
                    await self._inbox.send_on(word)

    async def _tell_now(self, word: Kept) -> bool:
        interaction = self._open.get((word.guild_id, word.user_id))
        if interaction is None or not _alive(interaction):
            return False
        page = await self._page_of(word)
        if page is None or not await self._inbox.claim(word):
            return False
        try:
            await answer(interaction, page)
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            log.warning("a private follow-up was not taken; the word waits in the inbox")
        else:
            await self._inbox.told([word])
        return True


def _alive(interaction: discord.Interaction[Any]) -> bool:
    age = (discord.utils.utcnow() - interaction.created_at).total_seconds()
    return so_far(interaction) is Told.ANSWER and age < TOKEN_LASTS
