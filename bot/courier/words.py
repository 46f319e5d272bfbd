"""Tells one person something by the first way that is open."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import aiohttp
import discord

from bot.core.drain import Drain
from bot.inbox import Inbox
from bot.inbox.model import DM_KIND, Kept
from bot.outbox import Errand
from bot.ui.answer import Told, answer, so_far
from bot.ui.pages import Page, Part, Row
from bot.ui.texts import Raw, Words

log = logging.getLogger(__name__)

Tells = Callable[[Kept], Awaitable[Page | None]]
"""Says what a word says now, None if there is nothing to tell any more."""

REMEMBERED = 2_000
"""Interactions whose token is kept in memory, the newest; a token lives for 15 minutes."""

ANSWER_LASTS = 10.0  # seconds that one follow-up may keep the others waiting

TOKEN_LASTS = 14 * 60  # seconds; a minute less than Discord says


class Teller:
    KIND = DM_KIND

    def __init__(self, inbox: Inbox, words: Words) -> None:
        self._inbox = inbox
        self._words = words
        self._tells: dict[str, Tells] = {}
        self._open: OrderedDict[tuple[int, int], discord.Interaction[Any]] = OrderedDict()
        self._telling: set[tuple[int, int]] = set()
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
        return Page(*together(said)), [word for word, _ in said]

    async def show_waiting(self, interaction: discord.Interaction[Any]) -> None:
        """Show what this person has not been told yet, privately."""
        assert interaction.guild_id is not None
        whom = (interaction.guild_id, interaction.user.id)
        if whom in self._telling:
            return  # they are being told at this moment, and would be told twice
        self._telling.add(whom)
        try:
            waiting = await self._inbox.waiting(guild_id=interaction.guild_id, user_id=interaction.user.id)
            page, _ = await self.page(waiting)
            if page is not None:
                await answer(interaction, page)
            if waiting:
                await self._inbox.told(waiting)
        finally:
            self._telling.discard(whom)

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
                if self._drain.closing:
                    return
                if not await self._tell_now(word):
                    await self._inbox.send_on(word)

    async def _tell_now(self, word: Kept) -> bool:
        whom = (word.guild_id, word.user_id)
        interaction = self._open.get(whom)
        if interaction is None or whom in self._telling or not _alive(interaction):
            return False
        self._telling.add(whom)
        try:
            return await self._follow_up(interaction, word)
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            log.warning("a private follow-up was not taken; the word waits in the inbox")
            return True
        except Exception:
            # a word that cannot be said must not keep the others from being told
            log.exception("a word of kind %s could not be said", word.kind)
            return False
        finally:
            self._telling.discard(whom)

    async def _follow_up(self, interaction: discord.Interaction[Any], word: Kept) -> bool:
        page = await self._page_of(word)
        if page is None or not await self._inbox.claim(word):
            return False
        async with asyncio.timeout(ANSWER_LASTS):
            await answer(interaction, page)
        await self._inbox.told([word])
        return True


def together(said: Sequence[tuple[Kept, Page]]) -> Iterator[Part]:
    """Everything that is said, with each button under the newest word that has it: Discord takes none twice."""
    newest = sorted(said, key=lambda one: one[0].created_at)
    under = {name: word.id for word, told in newest for part in told.parts for name in _names(part)}
    for word, told in said:
        for part in told.parts:
            if not isinstance(part, Row):
                yield part
            elif items := [item for item in part.items if under.get(item.custom_id, word.id) == word.id]:
                yield Row(*items)


def _names(part: Part) -> list[str | None]:
    """The custom ids of a row's buttons; a link has none, and may stand anywhere."""
    return [item.custom_id for item in part.items if item.custom_id] if isinstance(part, Row) else []


def _alive(interaction: discord.Interaction[Any]) -> bool:
    age = (discord.utils.utcnow() - interaction.created_at).total_seconds()
    return so_far(interaction) is Told.ANSWER and age < TOKEN_LASTS
