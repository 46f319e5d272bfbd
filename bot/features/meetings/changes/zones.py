"""Plans what is ahead anew once the rules of time zones have changed."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.core.clock import Clock
from bot.features.meetings import store as meetings
from bot.features.meetings.changes import store
from bot.features.meetings.course import Course
from bot.storage import Database, Tx
from bot.timers import Due, Timers

REPLAN: Final = "meetings.replan"
BATCH = 20
"""Meetings in one transaction."""

_FROM_THE_FIRST = "0"


class ZoneRules:
    def __init__(self, db: Database, clock: Clock, timers: Timers, course: Course) -> None:
        self._db = db
        self._clock = clock
        self._timers = timers
        self._course = course
        timers.on(REPLAN, self._replan)

    async def begin(self, version: str) -> None:
        """``version``: the edition of the rules that this process goes by."""
        async with self._db.begin() as tx:
            await tx.lock("zone rules")
            before = await store.rules(tx)
            if before == version:
                return
            await store.put_rules(tx, version)
            if before is not None or await meetings.planned_after(tx, 0, 1):
                # in place of a round that an edition in between has begun
                await self._timers.set(tx, REPLAN, _FROM_THE_FIRST, self._clock(), guild_id=None)

    async def _replan(self, tx: Tx, due: Due) -> None:
        """``due.subject``: the meeting after which to go on."""
        some = await meetings.planned_after(tx, int(due.subject), BATCH)
        for meeting in some:
            await tx.lock("meeting", meeting.id)
            await self._course.plan(tx, meeting)
            for day in await meetings.spoken_days(tx, meeting, date.min):
                occurrence = meeting.timetable.on(day)
                if occurrence is not None:
                    await meetings.keep_until(tx, meeting, day, meeting.timetable.ends_at(occurrence))
        if len(some) == BATCH:
            await self._timers.set(tx, REPLAN, str(some[-1].id), self._clock(), guild_id=None)
