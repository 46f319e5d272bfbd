"""What is posted of a check-in in the group's room, and what is done when that fails."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.features.checkins.model import Checkin
from bot.features.groups import Group, Groups
from bot.outbox import Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Tx

OPENED: Final = "checkins.opened"
RESULTS: Final = "checkins.results"
CANCELLED: Final = "checkins.cancelled"


class Posts:
    def __init__(self, outbox: Outbox, groups: Groups) -> None:
        self._outbox = outbox
        self._groups = groups
        for kind in (OPENED, RESULTS, CANCELLED):
            outbox.delivered(kind, self._posted)
            outbox.undeliverable(kind, self._not_posted)

    async def put(
        self, tx: Tx, group: Group, checkin: Checkin, kind: str, *, expires_at: datetime | None = None
    ) -> None:
        if group.room_id is None:
            return
        await self._outbox.put(
            tx,
            Post(
                key=f"checkin:{checkin.id}:{kind.rpartition('.')[2]}",
                guild_id=checkin.guild_id,
                channel_id=group.room_id,
                lane=Lane.PROMPT,
                kind=kind,
                params={"checkin": checkin.id, "group": group.id},
                expires_at=expires_at,
            ),
        )

    async def _posted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        group = await self._groups.group(tx, returned.guild_id, int(str(returned.params["group"])))
        if group is None:
            return
        if await self._groups.setbacks.remember(tx, returned, What.POST, Lane.PROMPT, group_id=group.id):
            about = f"checkins.trouble_{returned.kind.rpartition('.')[2]}"
            await self._groups.desk.tell(tx, group, about, problem=returned.problem)
