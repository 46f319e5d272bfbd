"""Which time of a meeting Discord should show an event about, and when that has to be looked at anew."""

from __future__ import annotations

from bot.core.clock import Clock
from bot.features.groups import Group, Groups, GroupState, Place
from bot.features.meetings import store as meetings
from bot.features.meetings.course import Course
from bot.features.meetings.events import store
from bot.features.meetings.model import Meeting, MeetingState, Occasion
from bot.features.meetings.timetable import Where
from bot.outbox import Deed, Delivered, Lane, Outbox, Returned, What
from bot.storage import Database, Tx

EVENT = "meetings.event"


class Events:
    """A meeting has at most one event: about its next time, if that is in the group's own voice channel."""

    def __init__(self, db: Database, clock: Clock, outbox: Outbox, groups: Groups, course: Course) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._groups = groups
        course.planned.append(self._look)
        course.unplanned.append(self._look)
        course.passed.append(self._passed)
        groups.breaks.begun.append(self._look_at_all)
        groups.changed.append(self._look_at_all)
        groups.rooms.remade.append(self._remade)
        outbox.delivered(EVENT, self._done)
        outbox.undeliverable(EVENT, self._refused)

    async def next(self, *, guild_id: int, meeting_id: int) -> Occasion | None:
        """The time of the meeting that should have an event; it may have begun. None if there should be no event."""
        async with self._db.read() as tx:
            return await self._next(tx, guild_id, meeting_id)

    async def used(self, guild_id: int) -> bool:
        """Whether any meeting of this server has an event, or should have one."""
        async with self._db.read() as tx:
            return await store.any_in(tx, guild_id)

    async def _next(self, tx: Tx, guild_id: int, meeting_id: int) -> Occasion | None:
        meeting = await meetings.get(tx, guild_id, meeting_id)
        if meeting is None or not meeting.event or meeting.state is not MeetingState.PLANNED:
            return None
        group = await self._groups.group(tx, guild_id, meeting.group_id)
        occurrence = next(meeting.coming(self._clock()), None)
        if group is None or occurrence is None or group.state not in (GroupState.FORMING, GroupState.OPEN):
            return None
        occasion = Occasion(meeting=meeting, group=group, occurrence=occurrence)
        return occasion if occasion.place.where is Where.VOICE and group.voice_id is not None else None

    async def _look(self, tx: Tx, meeting: Meeting) -> None:
        if meeting.event:
            await store.expect(tx, meeting.guild_id, meeting.group_id, meeting.id)
        elif not await store.expected(tx, meeting.guild_id, meeting.id):
            return
        await self._put(tx, meeting.guild_id, meeting.group_id, meeting.id)

    async def _passed(self, tx: Tx, occasion: Occasion) -> None:
        await self._look(tx, occasion.meeting)

    async def _remade(self, tx: Tx, group: Group, place: Place) -> None:
        if place is Place.VOICE:
            await self._look_at_all(tx, group)

    async def _look_at_all(self, tx: Tx, group: Group) -> None:
        for meeting_id in await store.expected_of(tx, group.guild_id, group.id):
            await self._put(tx, group.guild_id, group.id, meeting_id)

    async def _put(self, tx: Tx, guild_id: int, group_id: int, meeting_id: int) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=f"meeting-event:{meeting_id}",
                guild_id=guild_id,
                what=What.EVENT,
                lane=Lane.ROUTINE,
                kind=EVENT,
                params={"meeting": meeting_id, "group": group_id},
            ),
        )

    async def _done(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)
        meeting_id = int(str(done.params["meeting"]))
        meeting = await meetings.get(tx, done.guild_id, meeting_id)
        wished = meeting is not None and meeting.event and meeting.state in (MeetingState.PLANNED, MeetingState.SHELVED)
        if not wished:
            await store.forget(tx, done.guild_id, meeting_id)

    async def _refused(self, tx: Tx, returned: Returned) -> None:
        group_id = int(str(returned.params["group"]))
        news = await self._groups.setbacks.remember(tx, returned, What.EVENT, Lane.ROUTINE, group_id=group_id)
        group = await self._groups.group(tx, returned.guild_id, group_id)
        if group is not None and news:
            await self._groups.desk.tell(tx, group, "meetings.trouble_event", problem=returned.problem)
