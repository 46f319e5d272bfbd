"""Changing single times of a meeting, or all that follow, and telling those whom it concerns."""

from __future__ import annotations

from dataclasses import replace

from bot.audit import Audit
from bot.core.clock import Clock
from bot.features.groups import Groups
from bot.features.meetings import store
from bot.features.meetings.changes.model import News, Told
from bot.features.meetings.changes.telling import Telling
from bot.features.meetings.course import Course
from bot.features.meetings.model import Occasion
from bot.features.meetings.timetable import Change, OccasionState
from bot.outbox import Outbox
from bot.storage import Database, Tx


class Changes:
    def __init__(
        self, db: Database, clock: Clock, outbox: Outbox, audit: Audit, groups: Groups, course: Course
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._groups = groups
        self._course = course
        self._telling = Telling(outbox, groups)

    async def call_off(self, tx: Tx, occasion: Occasion, reason: str | None, *, actor_id: int | None) -> None:
        """Have this time not take place: said in the room, and to each who had answered, whose answers are deleted.

        ``reason`` is one of ``Reason``; ``actor_id`` is None if it is the bot's doing. Again changes nothing.
        """
        if occasion.state is OccasionState.CANCELLED:
            return
        change = replace(occasion.change, state=OccasionState.CANCELLED, reason=reason)
        answered = await store.answered(tx, occasion.meeting, occasion.day)
        now = await self._change(tx, occasion, change)
        await self._tell(tx, News(told=Told.CANCELLED, before=occasion, now=now), answered)
        await store.forget_time(tx, now.meeting, now.day)
        await self._record(tx, now, "meetings.called_off", actor_id, reason=reason)

    async def _change(self, tx: Tx, occasion: Occasion, change: Change) -> Occasion:
        """Keep what is so of this time from now on, one revision later; what is ahead is planned anew."""
        change = replace(change, revision=change.revision + 1)
        meeting = await store.change(tx, occasion.meeting, change)
        occurrence = meeting.timetable.on(occasion.day)
        assert occurrence is not None, "only times that the schedule has are changed"
        await self._course.plan(tx, meeting)
        return replace(occasion, meeting=meeting, occurrence=occurrence)

    async def _tell(self, tx: Tx, news: News, user_ids: set[int]) -> None:
        await self._telling.announce(tx, news)
        await self._telling.say(tx, news, user_ids)
        await self._telling.mend(tx, news.now.meeting, news.now.day)

    async def _record(
        self, tx: Tx, occasion: Occasion, action: str, actor_id: int | None, **detail: int | str | bool | None
    ) -> None:
        await self._audit.record(
            tx,
            guild_id=occasion.meeting.guild_id,
            actor=actor_id,
            action=action,
            subject=f"meeting:{occasion.meeting.id}",
            **detail,
        )
