"""What happens by itself in the course of a meeting: before each time of it, at its end, and once it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.calendar import Occurrence
from bot.core.clock import Clock
from bot.features.groups import Group, Groups, GroupState
from bot.features.meetings import store
from bot.features.meetings.model import Meeting, MeetingState, Moment, Occasion, due_between, next_due
from bot.features.meetings.timetable import OccasionState
from bot.storage import Tx
from bot.timers import Due, Timers

NEXT = "meetings.next"
FORGET = "meetings.forget"

ENDED_LASTS = timedelta(days=60)
"""How long a meeting that is over is kept: as long as a word about it can wait for the lead."""

OnDue = Callable[[Tx, Meeting, Group, Sequence[Moment], datetime], Awaitable[None]]
"""Given the meeting, its group, for each of its times the latest moment that came due, and the present instant."""

OnMeeting = Callable[[Tx, Meeting], Awaitable[None]]

OnOccasion = Callable[[Tx, Occasion], Awaitable[None]]

OnEnded = Callable[[Tx, int, int, frozenset[int], datetime], Awaitable[None]]
"""Given the server, the group, those who had said that they could not come, and when it began."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Watch:
    lengths: tuple[timedelta, ...]
    handler: OnDue


class Course:
    """Who wants to act at some length of time before a start says so with ``watch``.

    ``planned`` is called when what is ahead of a meeting is new: it was scheduled, brought back or changed.
    ``unplanned`` when nothing of it is ahead any more: cancelled, shelved with its group, or over. ``passed`` when one
    time of it that was not cancelled has reached its end, before what was answered about it is deleted. ``ended`` the
    same, for other features, and only in an open group.
    """

    def __init__(self, clock: Clock, timers: Timers, groups: Groups) -> None:
        self._clock = clock
        self._timers = timers
        self._groups = groups
        self._watches: list[_Watch] = []
        self.planned: list[OnMeeting] = []
        self.unplanned: list[OnMeeting] = []
        self.passed: list[OnOccasion] = []
        self.ended: list[OnEnded] = []
        timers.on(NEXT, self._come)
        timers.on(FORGET, self._forget)

    def watch(self, lengths: Sequence[timedelta], handler: OnDue) -> None:
        """Have ``handler`` called at each of ``lengths`` before each start; a negative length is after it.

        It is not called while the group is paused or archived, nor for a time that is cancelled.
        """
        self._watches.append(_Watch(tuple(lengths), handler))

    # planning

    async def plan(self, tx: Tx, meeting: Meeting) -> None:
        """Have what is ahead of a planned meeting happen. What has come due and was not done yet is still done."""
        await self._timers.cancel(tx, FORGET, str(meeting.id))
        due = next_due(meeting, self._lengths, self._clock())
        if due is not None:
            await self._timers.replan(tx, NEXT, str(meeting.id), due, guild_id=meeting.guild_id)
        for announce in self.planned:
            await announce(tx, meeting)

    async def unplan(self, tx: Tx, meeting: Meeting, after: MeetingState) -> None:
        """Have nothing of a planned meeting happen any more; what was answered is deleted.

        Of one that is shelved it stays known what was changed, and where its cards are, for when it is planned again.
        """
        await self._timers.cancel(tx, NEXT, str(meeting.id))
        await self._finish(tx, meeting, after)
        await store.clear(tx, meeting, of=(store.answers,) if after is MeetingState.SHELVED else store.OF_ONE_TIME)

    async def plan_again(self, tx: Tx, meeting: Meeting) -> None:
        """Have what is ahead of a shelved meeting happen; what was missed meanwhile is not made up for."""
        if next(meeting.coming(self._clock()), None) is not None:
            shelved, planned = MeetingState.SHELVED, MeetingState.PLANNED
            await store.move(tx, meeting.guild_id, meeting.id, before=shelved, after=planned)
            await self.plan(tx, meeting)

    async def forget_at(self, tx: Tx, meeting: Meeting, instant: datetime) -> None:
        """Delete the meeting at ``instant``, unless it is planned then."""
        await self._timers.set(tx, FORGET, str(meeting.id), instant, guild_id=meeting.guild_id)

    # looking

    async def spoken_of(self, tx: Tx, guild_id: int, meeting_id: int, day: date) -> Occasion | None:
        """That time of the meeting, whatever has become of it; None if it or its group is gone."""
        meeting = await store.get(tx, guild_id, meeting_id)
        group = None if meeting is None else await self._groups.group(tx, guild_id, meeting.group_id)
        occurrence = None if meeting is None else meeting.timetable.on(day)
        if meeting is None or group is None or occurrence is None:
            return None
        return Occasion(meeting=meeting, group=group, occurrence=occurrence)

    async def occasion(self, tx: Tx, guild_id: int, meeting_id: int, day: date) -> Occasion | None:
        """That time of the meeting; None if it is not planned, or cancelled, or its group is not open."""
        found = await self.spoken_of(tx, guild_id, meeting_id, day)
        if found is None or found.group.state is not GroupState.OPEN or found.state is OccasionState.CANCELLED:
            return None
        return found if found.meeting.state in (MeetingState.PLANNED, MeetingState.OVER) else None

    async def held(self, tx: Tx, meeting_id: int) -> Meeting | None:
        """The meeting that a timer is about, and what it is once nobody else can change it or its group.

        Whoever needs both takes the group first.
        """
        seen = await store.whose_timer(tx, meeting_id)
        if seen is None:
            return None
        await tx.lock("group", seen.group_id)
        await tx.lock("meeting", seen.id)
        return await store.whose_timer(tx, meeting_id)

    # time passes

    @property
    def _lengths(self) -> set[timedelta]:
        return {length for watch in self._watches for length in watch.lengths}

    async def _come(self, tx: Tx, due: Due) -> datetime | None:
        meeting = await self.held(tx, int(due.subject))
        if meeting is None or meeting.state is not MeetingState.PLANNED:
            return None
        now = self._clock()
        group = await self._groups.group(tx, meeting.guild_id, meeting.group_id)
        if group is None or group.state is GroupState.ARCHIVED:
            return None
        if group.state is not GroupState.PAUSED:
            await self._act(tx, meeting, group, since=due.due_at, now=now)
        meeting = await store.get(tx, meeting.guild_id, meeting.id) or meeting
        over = list(meeting.timetable.ending_between(due.due_at - _INSTANT, now))
        await self._pass(tx, meeting, group, over)
        await store.clear(tx, meeting, ended_by=now)
        following = next_due(meeting, self._lengths, now)
        if following is None:
            await self._finish(tx, meeting, MeetingState.OVER)
        return following

    async def _act(self, tx: Tx, meeting: Meeting, group: Group, *, since: datetime, now: datetime) -> None:
        for watch in self._watches:
            due = due_between(meeting.timetable, watch.lengths, since, now)
            if due:
                await watch.handler(tx, meeting, group, due, now)
                # who acts may have changed it
                meeting = await store.get(tx, meeting.guild_id, meeting.id) or meeting

    async def _pass(self, tx: Tx, meeting: Meeting, group: Group, over: Sequence[Occurrence]) -> None:
        for occurrence in over:
            occasion = Occasion(meeting=meeting, group=group, occurrence=occurrence)
            for announce in self.passed:
                await announce(tx, occasion)
            if group.state is GroupState.OPEN:
                absent = await store.absent(tx, meeting, occurrence.day)
                for tell in self.ended:
                    await tell(tx, meeting.guild_id, meeting.group_id, absent, occurrence.starts_at)

    async def _finish(self, tx: Tx, meeting: Meeting, after: MeetingState) -> None:
        await store.move(tx, meeting.guild_id, meeting.id, before=MeetingState.PLANNED, after=after)
        await self.forget_at(tx, meeting, self._clock() + ENDED_LASTS)
        for announce in self.unplanned:
            await announce(tx, meeting)

    async def _forget(self, tx: Tx, due: Due) -> datetime | None:
        await store.forget(tx, int(due.subject))
