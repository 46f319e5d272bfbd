"""Changing a meeting from one of its times on: rewritten if nothing is before that, and divided in two if there is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.ids import new_id
from bot.core.reading import WallTime
from bot.features.meetings import store
from bot.features.meetings.changes.model import News, Told, Wish
from bot.features.meetings.changes.series import end_before, goes_on_before, new_names, rest_of
from bot.features.meetings.changes.telling import Telling
from bot.features.meetings.changes.wishes import at, freed, rewritten
from bot.features.meetings.course import Course
from bot.features.meetings.model import MOST_PER_GROUP, Meeting, MeetingState, Occasion
from bot.features.meetings.naming import follow
from bot.storage import Tx

OnRenamed = Callable[[Tx, Meeting, Meeting, Mapping[date, date]], Awaitable[None]]
"""Given a meeting, the one that goes on in its place, perhaps the same, and what each of its times is called there."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What becomes of a meeting: ``after`` goes on, ``shortened`` is what is left before it, if anything is."""

    after: Meeting
    shortened: Meeting | None
    names: Mapping[date, date]


class Following:
    """Holds no state of its own."""

    def __init__(self, clock: Clock, course: Course, telling: Telling) -> None:
        self._clock = clock
        self._course = course
        self._telling = telling
        self.renamed: list[OnRenamed] = []
        """Called when times of a meeting get new names, before what was answered about them does."""

    async def change(self, tx: Tx, occasion: Occasion, wish: Wish) -> Occasion:
        """Have the wish be so of this time and of all that follow; gives it as it is now."""
        plan = await self._plan(tx, occasion, wish)
        await self._write(tx, occasion, plan)
        now = at(plan.after, occasion, day=plan.names[occasion.day])
        told = Told.EDITED if wish.to is None else Told.MOVED_ALL
        await self._tell_and_rename(tx, occasion, plan, told)
        for meeting in (plan.after, plan.shortened):
            if meeting is not None:
                await self._course.plan(tx, meeting)
        if wish.tells_room:
            await self._telling.announce(tx, News(told=told, before=occasion, now=now))
        return now

    async def end(self, tx: Tx, occasion: Occasion, reason: str | None) -> None:
        """Have neither this time take place nor any that follows."""
        meeting, day = occasion.meeting, occasion.day
        gone = News(told=Told.ENDED, before=occasion, now=occasion, reason=reason)
        await self._telling.announce(tx, gone)
        heard: set[int] = set()
        for spoken in await store.spoken_days(tx, meeting, day):
            await self._telling.mend(tx, meeting, spoken)
            one = at(meeting, occasion, day=spoken)
            await self._telling.say(tx, replace(gone, before=one, now=one), await self._unheard(tx, one, heard))
            await store.forget_time(tx, meeting, spoken)
        if not goes_on_before(meeting, day, self._clock()):
            await self._course.unplan(tx, meeting, MeetingState.CANCELLED)
            return
        shortened = replace(meeting, schedule=end_before(meeting.schedule, day))
        await store.rewrite(tx, shortened)
        shortened = await store.unchange(tx, shortened, [one for one in meeting.changes if one >= day])
        await self._course.plan(tx, shortened)

    async def _plan(self, tx: Tx, occasion: Occasion, wish: Wish) -> _Plan:
        meeting, day, now = occasion.meeting, occasion.day, self._clock()
        to = wish.to or WallTime(day=day, time=meeting.schedule.time)
        rest = rest_of(meeting, day, to, now)
        names = new_names(meeting.schedule, day, rest, to.day)
        earlier = {one: what for one, what in meeting.changes.items() if one < day}
        ahead = {one: freed(wish, what) for one, what in meeting.changes.items() if one >= day}
        kept = ahead if wish.to is None else {}
        after = replace(rewritten(wish, meeting), schedule=rest)
        if goes_on_before(meeting, day, now):
            await self._check_room(tx, meeting)
            shortened = replace(meeting, schedule=end_before(meeting.schedule, day), changes=earlier)
            return _Plan(replace(after, id=new_id(), changes=kept, revision=0), shortened, names)
        if wish.to is None:
            return _Plan(replace(after, changes={**earlier, **kept}), None, names)
        revision = meeting.revision + 1 + max((what.revision for what in meeting.changes.values()), default=0)
        return _Plan(replace(after, changes={}, revision=revision), None, names)

    async def _check_room(self, tx: Tx, meeting: Meeting) -> None:
        if len(await store.planned(tx, meeting.guild_id, meeting.group_id)) >= MOST_PER_GROUP:
            raise UserError("meetings.too_many_parts", most=MOST_PER_GROUP)

    async def _write(self, tx: Tx, occasion: Occasion, plan: _Plan) -> None:
        before, after = occasion.meeting, plan.after
        left = plan.shortened.changes if plan.shortened is not None else after.changes
        await store.unchange(tx, before, [day for day in before.changes if day not in left])
        if plan.shortened is None:
            await store.rewrite(tx, after)
        else:
            await store.add(tx, after, self._clock())
            await store.rewrite(tx, plan.shortened)
        for day, change in after.changes.items():
            if plan.shortened is not None or change != before.changes[day]:
                await store.change(tx, after, change)

    async def _tell_and_rename(self, tx: Tx, occasion: Occasion, plan: _Plan, told: Told) -> None:
        before, heard = occasion.meeting, set[int]()
        for day in await store.spoken_days(tx, before, occasion.day):
            new_day, one = plan.names.get(day), at(before, occasion, day=day)
            unheard = await self._unheard(tx, one, heard)
            if new_day is None:
                await self._telling.mend(tx, before, day)
                await self._telling.say(tx, News(told=Told.ENDED, before=one, now=one), unheard)
            else:
                await self._telling.mend(tx, before, day, named=(plan.after.id, new_day))
                now = at(plan.after, occasion, day=new_day)
                await self._telling.say(tx, News(told=told, before=one, now=now), unheard)
        for announce in self.renamed:
            await announce(tx, before, plan.after, plan.names)
        for table in (store.answers, store.posts):
            await follow(tx, table, before, plan.after, plan.names)

    async def _unheard(self, tx: Tx, occasion: Occasion, heard: set[int]) -> set[int]:
        """Who answered about this time and was not told yet, about an earlier one."""
        unheard = await self._telling.concerned(tx, occasion.meeting, occasion.day) - heard
        heard |= unheard
        return unheard
