"""When a group has last met: what others need to know who ask it something once a meeting."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.features.groups import Group
from bot.features.meetings import store as meetings_store
from bot.features.meetings.course import Course
from bot.features.meetings.model import LONGEST, Occasion
from bot.features.meetings.running import store
from bot.features.meetings.running.model import OPENS_BEFORE
from bot.features.meetings.running.running import Running
from bot.storage import Tx


class Held:
    def __init__(self, clock: Clock, course: Course, running: Running) -> None:
        self._clock = clock
        running.opened.append(self._opened)
        course.ended.append(self._ended)

    async def last_met(self, tx: Tx, group: Group) -> datetime | None:
        """When the last meeting began that was held, or is; None if the group never met."""
        known = await store.last_start(tx, group.guild_id, group.id)
        now = self._clock()
        for meeting in await meetings_store.planned(tx, group.guild_id, group.id):
            timetable = meeting.timetable
            for occurrence in timetable.between(now - timedelta(minutes=LONGEST), now):
                if now < timetable.ends_at(occurrence):
                    known = _later(known, occurrence.starts_at)
        return known

    async def _opened(self, tx: Tx, occasion: Occasion) -> None:
        began = min(self._clock(), occasion.starts_at)
        await self._keep(tx, occasion.group.guild_id, occasion.group.id, began)

    async def _ended(self, tx: Tx, guild_id: int, group_id: int, absent: frozenset[int], starts_at: datetime) -> None:
        await self._keep(tx, guild_id, group_id, starts_at)

    async def _keep(self, tx: Tx, guild_id: int, group_id: int, began: datetime) -> None:
        known = await store.last_start(tx, guild_id, group_id)
        await store.put_last(tx, guild_id, group_id, _later(known, began))


def _later(known: datetime | None, starts_at: datetime) -> datetime:
    """When the later of two meetings began; one that was opened early is the same one at its start."""
    return starts_at if known is None or known < starts_at - OPENS_BEFORE else known
