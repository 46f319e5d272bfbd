"""Writing the trail."""

from __future__ import annotations

from bot.audit import store
from bot.core.clock import Clock
from bot.storage import Tx


class Audit:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def record(
        self,
        tx: Tx,
        *,
        guild_id: int,
        actor: int | None,
        action: str,
        subject: str,
        **detail: int | str | bool | None,
    ) -> None:
        """Write down, with the change itself, that ``actor`` (None: the bot) did ``action`` to ``subject``.

        ``detail`` holds choices and counts: no names, no words that someone wrote, no second person's id.
        """
        await store.add(
            tx, guild_id=guild_id, at=self._clock(), actor=actor, action=action, subject=subject, detail=detail
        )
