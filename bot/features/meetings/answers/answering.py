"""Answering: what each member says privately about one time of a meeting, and the places there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from bot.core.clock import Clock
from bot.core.errors import NotAllowed, NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import Group, Groups, GroupState, Member, Standing
from bot.features.meetings import store as meetings
from bot.features.meetings.answers import store
from bot.features.meetings.answers.model import TAKE_A_PLACE, Answered, Outcome
from bot.features.meetings.course import Course
from bot.features.meetings.model import Choice, Meeting, MeetingState, Numbers, Occasion
from bot.features.meetings.naming import follow
from bot.features.meetings.private.model import PurposeOf
from bot.features.meetings.reminders import Reminders
from bot.features.meetings.timetable import OccasionState
from bot.inbox import Inbox, Word
from bot.outbox.model import Params
from bot.storage import Database, Tx
from bot.timers import Due, Timers

PLACE: Final = "meetings.place"
"""The word to somebody who waited, that they have a place."""
PLACES: Final = "meetings.places"
"""The timer by which places that are free go to those who wait."""

OnAnswer = Callable[[Tx, Occasion, int, Choice], Awaitable[None]]
"""Given the time of the meeting, the person, and what they say about it."""


class Answering:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        timers: Timers,
        inbox: Inbox,
        groups: Groups,
        course: Course,
        reminders: Reminders,
        *,
        purpose: PurposeOf,
    ) -> None:
        self._db = db
        self._clock = clock
        self._timers = timers
        self._inbox = inbox
        self._groups = groups
        self._course = course
        self._reminders = reminders
        self._purpose = purpose
        self.answered: list[OnAnswer] = []
        timers.on(PLACES, self._fill)
        course.planned.append(self._look_again)
        course.unplanned.append(self._unplanned)
        course.passed.append(self._passed)
        groups.left.append(self._left)
        groups.changed.append(self._group_changed)

    async def answer(
        self,
        *,
        guild_id: int,
        group_id: int,
        meeting_id: int,
        day: date,
        user_id: int,
        choice: Choice,
        told: datetime | None = None,
    ) -> Answered:
        """Keep what a member says about one time of a meeting, until it ends; they may change it.

        Where the places are limited, all but facilitators take one, also who just listens. Who finds none waits for
        one, and only they know. ``told``: the start that they were told; if it is another by now, or called off,
        nothing is kept. Raises ``UserError`` if there is nothing to answer, or if it has begun and is full.
        """
        async with self._db.begin() as tx:
            await tx.lock("meeting", meeting_id)
            occasion = await self._course.spoken_of(tx, guild_id, meeting_id, day)
            if occasion is None or occasion.group.id != group_id:
                raise NotFound("meetings.not_planned")
            standing = await self._groups.standing(tx, guild_id, user_id, group_id=group_id)
            if not (standing.member or standing.visitor):
                raise NotAllowed("errors.for_members")
            self._check(occasion)
            if occasion.state is OccasionState.CANCELLED:
                return self._called_off(occasion)
            if occasion.ends_at <= self._clock() or occasion.state is OccasionState.CLOSED:
                raise UserError("meetings.ended")
            if told not in (None, occasion.starts_at):
                return Answered(occasion=occasion, outcome=Outcome.MOVED)
            kept = await self._keep(tx, occasion, standing, user_id, choice)
            return Answered(occasion=occasion, outcome=Outcome.KEPT if kept else Outcome.WAITING)

    def _check(self, occasion: Occasion) -> None:
        if occasion.meeting.state not in (MeetingState.PLANNED, MeetingState.OVER):
            raise NotFound("meetings.not_planned")
        if occasion.group.state is GroupState.PAUSED:
            raise UserError("meetings.on_a_break")
        if occasion.group.state is not GroupState.OPEN:
            raise NotFound("meetings.not_planned")

    def _called_off(self, occasion: Occasion) -> Answered:
        following = None
        if occasion.meeting.state is MeetingState.PLANNED:
            following = next(occasion.meeting.timetable.after(self._clock()), None)
        next_at = following and following.starts_at
        return Answered(occasion=occasion, outcome=Outcome.CALLED_OFF, next_at=next_at)

    async def _keep(self, tx: Tx, occasion: Occasion, standing: Standing, user_id: int, choice: Choice) -> bool:
        """Whether it is kept; else they wait."""
        meeting, day = occasion.meeting, occasion.day
        before = await store.answer_of(tx, meeting.guild_id, meeting.id, day, user_id)
        free = choice is Choice.AWAY or meeting.places is None or standing.facilitator or before in TAKE_A_PLACE
        if not free and await self._must_wait(tx, occasion):
            if await store.wait(tx, occasion, user_id, choice):
                await self._recount(tx, meeting, day)
            return user_id in await self._fill_places(tx, occasion, unasked=user_id)
        waited = await store.wait_no_more(tx, occasion, user_id)
        await meetings.put_answer(tx, meeting, day, user_id, choice, ends_at=occasion.ends_at)
        if waited or before is not choice:
            await self._recount(tx, meeting, day)
        if choice is Choice.AWAY:
            await self._fill_places(tx, occasion)
        for announce in self.answered:
            await announce(tx, occasion, user_id, choice)
        return True

    async def _must_wait(self, tx: Tx, occasion: Occasion) -> bool:
        """Before the start everybody goes through the queue, so that nobody overtakes those who wait.

        Raises ``UserError`` if it has begun and is full.
        """
        if not self._begun(occasion):
            return True
        if await self._room(tx, occasion) == 0:
            raise UserError("meetings.full_and_begun")
        return False

    def _begun(self, occasion: Occasion) -> bool:
        """Whether it has begun, by the clock or because it was opened before its time."""
        return occasion.starts_at <= self._clock() or occasion.state is not OccasionState.PLANNED

    # places

    async def _room(self, tx: Tx, occasion: Occasion) -> int | None:
        """How many places are free; None if there is no limit."""
        meeting = occasion.meeting
        if meeting.places is None:
            return None
        members = await self._groups.members(tx, meeting.guild_id, meeting.group_id)
        facilitators = [member.user_id for member in members if member.facilitates]
        return max(0, meeting.places - await store.taken(tx, occasion, facilitators))

    async def _fill_places(self, tx: Tx, occasion: Occasion, *, unasked: int | None = None) -> list[int]:
        """Give the places that are free to those who have waited longest, and tell them; gives who they are.

        ``unasked``: who gets to know it by an answer, and needs no word.
        """
        meeting, day = occasion.meeting, occasion.day
        if self._begun(occasion) or occasion.group.state is not GroupState.OPEN:
            return []
        chosen = await store.first(tx, occasion, await self._room(tx, occasion))
        for waiter in chosen:
            await store.wait_no_more(tx, occasion, waiter.user_id)
            await meetings.put_answer(tx, meeting, day, waiter.user_id, waiter.choice, ends_at=occasion.ends_at)
            if waiter.user_id != unasked:
                await self._tell(tx, occasion, waiter.user_id)
        if chosen:
            await self._recount(tx, meeting, day)
        return [waiter.user_id for waiter in chosen]

    async def _tell(self, tx: Tx, occasion: Occasion, user_id: int) -> None:
        meeting = occasion.meeting
        word = Word(
            guild_id=meeting.guild_id,
            user_id=user_id,
            kind=PLACE,
            params={"meeting": meeting.id, "day": occasion.day.isoformat()},
            purpose=await self._purpose(tx, meeting.guild_id, meeting.group_id, user_id),
            expires_at=occasion.starts_at,
        )
        await self._inbox.put(tx, word)

    async def _recount(self, tx: Tx, meeting: Meeting, day: date) -> None:
        await self._reminders.recount(tx, meeting.guild_id, meeting.id, day)

    async def _have_filled(self, tx: Tx, guild_id: int, meeting_id: int) -> None:
        # apart from what made places free: that holds the group, and who holds a meeting may wait for its group
        await self._timers.set(tx, PLACES, f"{meeting_id}:{new_id()}", self._clock(), guild_id=guild_id)

    async def _fill(self, tx: Tx, due: Due) -> None:
        meeting_id = int(due.subject.partition(":")[0])
        await tx.lock("meeting", meeting_id)
        meeting = await meetings.whose_timer(tx, meeting_id)
        if meeting is None:
            return
        for day in await store.days(tx, meeting):
            occasion = await self._course.spoken_of(tx, meeting.guild_id, meeting_id, day)
            if occasion is None or occasion.state is OccasionState.CANCELLED:
                await store.clear(tx, meeting, day)
            else:
                await store.wait_until(tx, occasion)
                await self._fill_places(tx, occasion)

    async def _look_again(self, tx: Tx, meeting: Meeting) -> None:
        if await store.days(tx, meeting):
            await self._have_filled(tx, meeting.guild_id, meeting.id)

    async def _group_changed(self, tx: Tx, group: Group) -> None:
        for meeting_id in await store.meetings_of(tx, group.guild_id, group.id):
            await self._have_filled(tx, group.guild_id, meeting_id)

    async def _unplanned(self, tx: Tx, meeting: Meeting) -> None:
        await store.clear(tx, meeting)

    async def renamed(self, tx: Tx, before: Meeting, after: Meeting, names: Mapping[date, date]) -> None:
        """Who waits for a time that is called otherwise from now on waits for it under that name."""
        await follow(tx, store.waiting, before, after, names)

    async def _passed(self, tx: Tx, occasion: Occasion) -> None:
        # who had no place was not there, which those have to know who count visits
        for waiter in await store.first(tx, occasion):
            args = (occasion.meeting, occasion.day, waiter.user_id, Choice.AWAY)
            await meetings.put_answer(tx, *args, ends_at=occasion.ends_at)
        await store.clear(tx, occasion.meeting, occasion.day)

    async def _left(self, tx: Tx, member: Member) -> None:
        who = (member.guild_id, member.group_id, member.user_id)
        freed = await meetings.forget_answers(tx, *who)
        waited = await store.forget(tx, *who)
        for meeting_id, day in (*freed, *waited):
            await self._reminders.recount(tx, member.guild_id, meeting_id, day)
        waited_for = await store.meetings_of(tx, member.guild_id, member.group_id)
        for meeting_id in {meeting_id for meeting_id, _ in freed} & set(waited_for):
            await self._have_filled(tx, member.guild_id, meeting_id)

    # looking

    async def numbers(self, *, guild_id: int, meeting_id: int, day: date) -> Numbers:
        async with self._db.read() as tx:
            numbers = await meetings.numbers(tx, guild_id, meeting_id, day)
            return replace(numbers, waiting=await store.count(tx, guild_id, meeting_id, day))

    async def place(self, *, guild_id: int, user_id: int, params: Params) -> Occasion | None:
        """What somebody was given a place at, while it has not begun and they have that place."""
        meeting_id, day = int(str(params["meeting"])), date.fromisoformat(str(params["day"]))
        async with self._db.read() as tx:
            occasion = await self._course.occasion(tx, guild_id, meeting_id, day)
            choice = await store.answer_of(tx, guild_id, meeting_id, day, user_id)
        ahead = occasion is not None and occasion.starts_at > self._clock()
        return occasion if ahead and choice in TAKE_A_PLACE else None
