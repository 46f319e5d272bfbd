"""Sees to it that nobody comes to a meeting that nobody holds.

After a rule of practice for peer groups: facilitators confirm; without that the backup and the lead are asked in time,
and in the end the meeting is called off with a notice rather than left without a keeper.
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Protocol

from bot.core.clock import Clock
from bot.core.errors import NotAllowed, NotFound, UserError
from bot.features.groups import Group, Groups, GroupState, Member
from bot.features.groups.desk import ServerOf
from bot.features.meetings import store as meetings
from bot.features.meetings.changes import Reason
from bot.features.meetings.course import Course
from bot.features.meetings.cover import store
from bot.features.meetings.cover.asking import Asking
from bot.features.meetings.cover.model import (
    AFTERWARDS,
    ASKED_BEFORE,
    CARD_BEFORE,
    GRACE,
    LOOKS,
    Covered,
    Says,
    Step,
    steps_due,
)
from bot.features.meetings.model import Choice, Meeting, MeetingState, Moment, Occasion
from bot.features.meetings.naming import follow
from bot.features.meetings.reminders import Reminders
from bot.features.meetings.timetable import OccasionState
from bot.outbox import Outbox
from bot.storage import Database, Tx
from bot.timers import Due, Timers

LOOK: Final = "meetings.cover_look"


class CallOff(Protocol):
    """Has one time of a meeting not take place."""

    def __call__(self, tx: Tx, occasion: Occasion, reason: str | None, *, actor_id: int | None) -> Awaitable[None]: ...


class Cover:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        groups: Groups,
        course: Course,
        reminders: Reminders,
        *,
        call_off: CallOff,
        server: ServerOf,
        confirm: bool,
    ) -> None:
        """``confirm``: whether facilitators are asked at all; without it every meeting counts as held."""
        self._db = db
        self._clock = clock
        self._timers = timers
        self._groups = groups
        self._course = course
        self._reminders = reminders
        self._call_off = call_off
        self._server = server
        self.wanted = confirm
        self._asking = Asking(clock, outbox, groups, course, server=server)
        timers.on(LOOK, self._look)
        course.planned.append(self._planned)
        course.unplanned.append(self._unplanned)
        course.passed.append(self._passed)
        groups.left.append(self._left)
        groups.changed.append(self._group_changed)
        groups.departed.append(self._departed)
        if confirm:
            course.watch(LOOKS, self._due)

    # who holds it

    async def confirmed(self, tx: Tx, occasion: Occasion) -> list[int]:
        """The facilitators who said that they will be there, when it begins now; who covers it is one of them."""
        members = await self._groups.members(tx, occasion.group.guild_id, occasion.group.id)
        facilitators = {member.user_id for member in members if member.facilitates}
        there = [said.user_id for said in await store.said(tx, occasion) if said.says is Says.THERE]
        return [user_id for user_id in there if user_id in facilitators]

    async def covered(self, occasion: Occasion) -> Covered:
        """Who holds it and who looks for somebody: to be shown to those who keep the group, and never to members."""
        async with self._db.read() as tx:
            there = await self.confirmed(tx, occasion)
            said = await store.said(tx, occasion)
        looking = [one.user_id for one in said if one.says is Says.LOOKING]
        return Covered(there=tuple(there), looking=tuple(looking))

    # saying so

    async def confirm(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> Occasion:
        """A facilitator will be there. To say so again changes nothing. Raises ``UserError`` once it is over."""
        async with self._db.begin(urgent=True) as tx:
            occasion = await self._ahead(tx, guild_id, group_id, meeting_id, day)
            member = await self._groups.member(tx, guild_id, group_id, user_id)
            if member is None or not member.facilitates:
                raise NotAllowed("errors.for_facilitators")
            await self._there(tx, occasion, user_id)
            return occasion

    async def stand_in(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> Occasion:
        """A lead will be there; one who does not facilitate the group is let into it until some hours after the end.

        Raises ``UserError`` if somebody else holds it by now, for then nobody more need read the room, and for who
        comes to the group for themselves.
        """
        async with self._db.begin(urgent=True) as tx:
            occasion = await self._ahead(tx, guild_id, group_id, meeting_id, day)
            await self._lead(tx, guild_id, user_id)
            member = await self._groups.member(tx, guild_id, group_id, user_id)
            inside = member is not None and member.facilitates
            if not inside and await self.confirmed(tx, occasion):
                raise UserError("meetings.cover_taken")
            if not await self._groups.covering.may(tx, occasion.group, user_id):
                raise UserError("meetings.cover_inside")
            await self._groups.covering.admit(tx, occasion.group, user_id, occasion.ends_at + AFTERWARDS)
            await self._there(tx, occasion, user_id)
            return occasion

    async def look_for(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> Occasion:
        """A lead looks for somebody who can hold it; the others see that. Nobody is asked any later for it."""
        async with self._db.begin() as tx:
            occasion = await self._ahead(tx, guild_id, group_id, meeting_id, day)
            await self._lead(tx, guild_id, user_id)
            if user_id not in await self.confirmed(tx, occasion):
                await store.put(tx, occasion, user_id, Says.LOOKING)
                await self._show(tx, occasion)
            return occasion

    async def take_back(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> Occasion:
        """A facilitator cannot be there. Somebody else is looked for at once if it is nearly time."""
        async with self._db.begin(urgent=True) as tx:
            occasion = await self._ahead(tx, guild_id, group_id, meeting_id, day)
            await self._not_there(tx, occasion, user_id)
            return occasion

    async def scheduled(self, tx: Tx, occasion: Occasion, user_id: int) -> None:
        """Whoever schedules a meeting for within a day, or moves it there, means to be there."""
        if self.wanted and occasion.starts_at <= self._clock() + ASKED_BEFORE:
            await store.put(tx, occasion, user_id, Says.THERE)

    async def answered(self, tx: Tx, occasion: Occasion, user_id: int, choice: Choice) -> None:
        """A facilitator who is coming holds the meeting, and one who cannot come does not.

        Just listening says nothing about it, one way or the other.
        """
        member = await self._groups.member(tx, occasion.group.guild_id, occasion.group.id, user_id)
        if not self.wanted or member is None or not member.facilitates:
            return
        if choice is Choice.COMING:
            await self._there(tx, occasion, user_id)
        elif choice is Choice.AWAY:
            await self._not_there(tx, occasion, user_id)

    async def _there(self, tx: Tx, occasion: Occasion, user_id: int) -> None:
        await store.put(tx, occasion, user_id, Says.THERE)
        await self._show(tx, occasion)

    async def _not_there(self, tx: Tx, occasion: Occasion, user_id: int) -> None:
        if not await store.take_back(tx, occasion, user_id, Says.THERE):
            return
        if not await self.confirmed(tx, occasion):
            # who is asked because of this has time to answer
            await store.record(tx, occasion, Step.ALONE, self._clock())
        await self._show(tx, occasion)
        await self._look_now(tx, occasion.meeting.guild_id, occasion.meeting.id)

    async def _ahead(self, tx: Tx, guild_id: int, group_id: int, meeting_id: int, day: date) -> Occasion:
        await tx.lock("group", group_id)
        await tx.lock("meeting", meeting_id)
        occasion = await self._course.occasion(tx, guild_id, meeting_id, day)
        if occasion is None or occasion.group.id != group_id:
            raise NotFound("meetings.not_planned")
        if occasion.ends_at <= self._clock():
            raise UserError("meetings.cover_ended")
        return occasion

    async def _lead(self, tx: Tx, guild_id: int, user_id: int) -> None:
        server = await self._server(tx, guild_id)
        if server is None or user_id not in (server.lead_id, server.backup_id):
            raise NotAllowed("errors.for_leads")

    async def _show(self, tx: Tx, occasion: Occasion) -> None:
        await self._reminders.recount(tx, occasion.meeting.guild_id, occasion.meeting.id, occasion.day)
        await self._asking.show(tx, occasion)

    # looking whether somebody does

    async def _look_now(self, tx: Tx, guild_id: int, meeting_id: int) -> None:
        await self._timers.set(tx, LOOK, str(meeting_id), self._clock(), guild_id=guild_id)

    async def _due(self, tx: Tx, meeting: Meeting, group: Group, due: Sequence[Moment], now: datetime) -> None:
        await self._look_now(tx, meeting.guild_id, meeting.id)

    async def _look(self, tx: Tx, due: Due) -> None:
        """Whatever may have changed, do what is to be done now, by what is true now."""
        meeting = await self._course.held(tx, int(due.subject))
        group = None if meeting is None else await self._groups.group(tx, meeting.guild_id, meeting.group_id)
        if meeting is None or group is None:
            return
        if meeting.state is MeetingState.PLANNED:
            await self._keep_true(tx, meeting, group)
        await self._let_go(tx, group)
        if self.wanted and meeting.state is MeetingState.PLANNED and group.state is GroupState.OPEN:
            now = self._clock()
            for occurrence in list(meeting.timetable.between(now - GRACE, now + CARD_BEFORE)):
                occasion = await self._course.occasion(tx, meeting.guild_id, meeting.id, occurrence.day)
                if occasion is not None:
                    await self._see_to(tx, occasion)

    async def _see_to(self, tx: Tx, occasion: Occasion) -> None:
        if occasion.state is not OccasionState.PLANNED:
            return  # it was opened: somebody holds it
        now = self._clock()
        if occasion.starts_at > now:
            await self._reminders.put_card(tx, occasion)
        covered = bool(await self.confirmed(tx, occasion))
        done = await store.done(tx, occasion)
        for step in steps_due(starts_at=occasion.starts_at, now=now, covered=covered, done=done):
            if step is Step.OFF:
                await self._give_up(tx, occasion)
            else:
                await self._ask(tx, occasion, step)

    async def _give_up(self, tx: Tx, occasion: Occasion) -> None:
        await self._asking.tell_uncovered(tx, occasion)
        await self._asking.show(tx, occasion)
        await self._call_off(tx, occasion, Reason.UNCOVERED, actor_id=None)
        # if it is held after all, everybody is asked anew
        await store.clear(tx, occasion.meeting, days=[occasion.day])

    async def _ask(self, tx: Tx, occasion: Occasion, step: Step) -> None:
        await store.record(tx, occasion, step, self._clock())
        if step is Step.BACKUP:
            await self._asking.ask_facilitators(tx, occasion)
        await self._asking.ask_lead(tx, occasion, step)

    async def _keep_true(self, tx: Tx, meeting: Meeting, group: Group) -> None:
        """What was said of a time that has been moved says nothing of the new one: those people are asked again."""
        for day in await store.days(tx, meeting):
            occurrence = meeting.timetable.on(day)
            occasion = None if occurrence is None else Occasion(meeting=meeting, group=group, occurrence=occurrence)
            if occasion is None or occasion.state is OccasionState.CANCELLED:
                await store.clear(tx, meeting, days=[day])
            else:
                await store.prolong(tx, occasion)
                await self._ask_who_had(tx, occasion, await store.forget_other_times(tx, occasion))

    async def _ask_who_had(self, tx: Tx, occasion: Occasion, user_ids: Collection[int] | None) -> None:
        if self.wanted and user_ids is not None and occasion.starts_at > self._clock():
            for user_id in user_ids:
                await self._asking.ask_again(tx, occasion, user_id)
            await self._show(tx, occasion)

    async def _let_go(self, tx: Tx, group: Group) -> None:
        """Whoever covers a meeting of the group is in it for as long as that needs, and no longer."""
        members = await self._groups.members(tx, group.guild_id, group.id)
        said = await store.said_in(tx, group.guild_id, group.id)
        for member in members:
            ends = [one.ends_at for one in said if one.user_id == member.user_id and one.says is Says.THERE]
            if member.stands_in:
                await self._need(tx, member, ends)

    async def _need(self, tx: Tx, member: Member, ends: Collection[datetime]) -> None:
        now = self._clock()
        if ends:
            await self._groups.covering.keep_until(tx, member, max(ends) + AFTERWARDS)
        elif member.cover_until is not None and member.cover_until > now + AFTERWARDS:
            # what they were to cover is not over, so it is moved, called off, or covered by somebody else
            await self._groups.covering.keep_until(tx, member, now)

    # what happens to the meeting, its group and its people

    async def _planned(self, tx: Tx, meeting: Meeting) -> None:
        if self.wanted:
            await self._look_now(tx, meeting.guild_id, meeting.id)

    async def _unplanned(self, tx: Tx, meeting: Meeting) -> None:
        if await store.days(tx, meeting):
            await self._look_now(tx, meeting.guild_id, meeting.id)
        await store.clear(tx, meeting)

    async def renamed(self, tx: Tx, before: Meeting, after: Meeting, names: Mapping[date, date]) -> None:
        """What was said of a time that is called otherwise from now on is about that, as long as it begins then."""
        for table in store.TABLES:
            await follow(tx, table, before, after, names)
        group = await self._groups.group(tx, after.guild_id, after.group_id)
        known = [] if before.id == after.id else await store.days(tx, after)
        for day, new_day in names.items():
            occurrence = after.timetable.on(new_day)
            if new_day in known and group is not None and occurrence is not None:
                now = Occasion(meeting=after, group=group, occurrence=occurrence)
                await self._asking.show(tx, now, called=(before, day))

    async def _passed(self, tx: Tx, occasion: Occasion) -> None:
        await store.clear(tx, occasion.meeting, days=[occasion.day])

    async def _left(self, tx: Tx, member: Member) -> None:
        meeting_ids = await store.forget_person(tx, member.guild_id, member.user_id, group_id=member.group_id)
        await self._look_at(tx, member.guild_id, meeting_ids)

    async def _departed(self, tx: Tx, guild_id: int, user_id: int) -> None:
        await self._look_at(tx, guild_id, await store.forget_person(tx, guild_id, user_id))

    async def _group_changed(self, tx: Tx, group: Group) -> None:
        """A break may be over, in which nobody was asked."""
        if self.wanted:
            planned = await meetings.planned(tx, group.guild_id, group.id)
            await self._look_at(tx, group.guild_id, {meeting.id for meeting in planned})

    async def _look_at(self, tx: Tx, guild_id: int, meeting_ids: Collection[int]) -> None:
        for meeting_id in sorted(meeting_ids):
            await self._look_now(tx, guild_id, meeting_id)
