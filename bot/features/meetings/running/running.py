"""Opening a meeting, who is there while it is open, and closing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.features.groups import Groups
from bot.features.meetings import store as meetings_store
from bot.features.meetings.course import Course, OnOccasion
from bot.features.meetings.model import Occasion
from bot.features.meetings.running import store
from bot.features.meetings.timetable import Change, OccasionState
from bot.storage import Database, Tx

OPENS_BEFORE = timedelta(minutes=60)
"""How long before its start a meeting can be opened."""
CLOSES_AFTER = timedelta(minutes=60)
"""How long after its end a meeting that nobody closed closes by itself."""

OnArrived = Callable[[Tx, Occasion, int], Awaitable[None]]
"""Given the meeting that is open, and who pressed **I'm here** for the first time."""


class Running:
    """``opened`` and ``closed`` are called in the transaction that opens or closes a meeting; ``closed`` while it is
    still known who was there. ``arrived`` when one more person is there.
    """

    def __init__(self, db: Database, clock: Clock, audit: Audit, groups: Groups, course: Course) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._groups = groups
        self._course = course
        self.opened: list[OnOccasion] = []
        self.closed: list[OnOccasion] = []
        self.arrived: list[OnArrived] = []

    async def here(self, tx: Tx, occasion: Occasion) -> list[int]:
        """Who has pressed **I'm here**; nobody once the meeting is closed."""
        return await store.people_here(tx, occasion)

    async def start(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> Occasion:
        """Open this time of the meeting. Raises ``UserError`` if it cannot be opened now."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            await tx.lock("meeting", meeting_id)
            occasion = await self._course.occasion(tx, guild_id, meeting_id, day)
            if occasion is None or occasion.group.id != group_id:
                raise NotFound("meetings.not_planned")
            return await self._open(tx, occasion, user_id)

    async def _open(self, tx: Tx, occasion: Occasion, user_id: int) -> Occasion:
        if occasion.state is not OccasionState.PLANNED:
            raise UserError("meetings.open_already")
        change = replace(occasion.change, state=OccasionState.OPEN, opened_at=self._clock())
        occasion = await self._changed(tx, occasion, change)
        for announce in self.opened:
            await announce(tx, occasion)
        return occasion

    async def arrive(self, *, guild_id: int, meeting_id: int, day: date, user_id: int) -> Occasion:
        """Count this person once, until the meeting is closed."""
        async with self._db.begin() as tx:
            await tx.lock("meeting", meeting_id)
            occasion = await self._course.occasion(tx, guild_id, meeting_id, day)
            if occasion is None or occasion.state is not OccasionState.OPEN:
                raise NotFound("meetings.not_open")
            if await store.put_here(tx, occasion, user_id, ends_at=occasion.ends_at + CLOSES_AFTER):
                for announce in self.arrived:
                    await announce(tx, occasion, user_id)
            return occasion

    async def close(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> Occasion:
        """Close this time of the meeting; who was there is deleted. Raises ``UserError`` if it is not open."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            await tx.lock("meeting", meeting_id)
            occasion = await self._course.occasion(tx, guild_id, meeting_id, day)
            if occasion is None or occasion.state is not OccasionState.OPEN:
                raise NotFound("meetings.not_open")
            return await self._close(tx, occasion)

    async def _close(self, tx: Tx, occasion: Occasion) -> Occasion:
        occasion = await self._changed(tx, occasion, replace(occasion.change, state=OccasionState.CLOSED))
        for announce in self.closed:
            await announce(tx, occasion)
        await store.put_headcount(tx, occasion, await store.count_here(tx, occasion), self._clock())
        await store.forget_people(tx, occasion)
        return occasion

    async def _changed(self, tx: Tx, occasion: Occasion, change: Change) -> Occasion:
        return replace(occasion, meeting=await meetings_store.change(tx, occasion.meeting, change))
