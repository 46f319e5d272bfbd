"""A private answer that is edited as what it tells of goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import discord

from bot.core.drain import Drain
from bot.ui.answer import replace
from bot.ui.pages import Page


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is, and whether nothing more is to come."""

    page: Page
    last: bool


Look = Callable[[discord.Interaction[Any], int], Awaitable[Step]]
"""Finds how far the thing of this id is now."""


class Progress:
    """Follows things by their ids. Held in memory alone: after a restart they go on, and nobody is shown how."""

    def __init__(self, look: Look, *, name: str) -> None:
        self._look = look
        self._open: dict[int, list[discord.Interaction[Any]]] = {}
        self._rung: set[int] = set()
        self._drain = Drain(self._show, name=name)

    async def follow(self, interaction: discord.Interaction[Any], subject: int) -> None:
        """Answer now; each ring for ``subject`` edits the answer until the last step."""
        self._open.setdefault(subject, []).append(interaction)
        await replace(interaction, (await self._look(interaction, subject)).page)
        # what was done before the answer was there
        self.ring(subject)

    def ring(self, subject: int) -> None:
        """Something has changed; a plain call, fit for ``tx.after_commit``."""
        if subject in self._open:
            self._rung.add(subject)
            self._drain.ring()

    async def close(self) -> None:
        await self._drain.close()

    async def _show(self) -> None:
        while self._rung:
            subject = self._rung.pop()
            for interaction in tuple(self._open.get(subject, ())):
                step = await self._look(interaction, subject)
                if step.last:
                    self._let_go(subject, interaction)
                with suppress(discord.HTTPException):  # its time is over, or the person has closed it
                    await replace(interaction, step.page)

    def _let_go(self, subject: int, interaction: discord.Interaction[Any]) -> None:
        self._open[subject].remove(interaction)
        if not self._open[subject]:
            del self._open[subject]
