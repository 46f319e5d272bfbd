"""Circle rounds: beginning one, speaking, passing, moving on, pausing and ending it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random, SystemRandom
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import Group, Groups
from bot.features.groups.model import Member
from bot.features.meetings import store as meetings_store
from bot.features.meetings.course import Course
from bot.features.meetings.model import Meeting, MeetingState, Occasion
from bot.features.meetings.rounds import store
from bot.features.meetings.rounds.model import Heard, Press, Round
from bot.features.meetings.rounds.showing import Showing, lock, panel_key, round_key
from bot.features.meetings.running import Running
from bot.features.meetings.running import store as running_store
from bot.features.meetings.running.model import FORGOTTEN_AFTER
from bot.features.meetings.running.running import OPENER
from bot.features.meetings.timetable import OccasionState
from bot.outbox import Outbox
from bot.storage import Database, Tx
from bot.timers import Due, Timers

TURN: Final = "meetings.turn"
TURN_OVER: Final = "meetings.turn_over"

NUDGE_LASTS = timedelta(minutes=10)
"""How long a word that a turn's time is over waits for the speaker; later it would say nothing to anyone."""

Change = Callable[[Round, datetime], Round]


class Rounds:
    """In a round each in turn may speak or pass (practice of mutual aid groups: share the air, it is OK not to share).

    Whoever is there takes part, in an order that nobody chose. Who passes before their turn is not called, and nothing
    in the room, on the desk or in what is kept afterwards shows it.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        course: Course,
        running: Running,
        *,
        turn: timedelta,
        shuffle: Random | None = None,
    ) -> None:
        """``turn``: how long one is meant to be; ``shuffle``: where the order comes from, the system by default."""
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._course = course
        self._running = running
        self._seconds = int(turn.total_seconds())
        self._shuffle = SystemRandom() if shuffle is None else shuffle
        self._showing = Showing(outbox, groups)
        running.arrived.append(self._arrived)
        running.closed.append(self._closed)
        groups.left.append(self._left)
        course.planned.append(self._planned)
        course.unplanned.append(self._unplanned)
        timers.on(TURN, self._time_is_up)

    # facilitators

    async def begin(
        self, *, guild_id: int, group_id: int, user_id: int, seconds: int | None = None
    ) -> tuple[Round, bool]:
        """Begin a round in the group's open meeting; gives it, and whether it is new: one goes on at a time.

        Raises ``UserError`` if no meeting is open, its opener is not posted yet, or nobody is there.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            occasion = await self._open_meeting(tx, guild_id, group_id)
            await tx.lock("meeting", occasion.meeting.id)
            going = await store.going_in(tx, guild_id, group_id)
            if going:
                return going[0], False
            # what the meeting is for, and where to get help, is read before anybody is asked to speak
            if not await self._opener_posted(tx, occasion):
                raise UserError("meetings.round_too_early")
            people = await self._running.here(tx, occasion)
            if not people:
                raise UserError("meetings.round_nobody")
            circle = await self._new(tx, occasion, seconds or self._seconds)
            circle = circle.begin(people, self._clock(), self._shuffle)
            await store.save(tx, circle)
            await self._set_timer(tx, circle)
            await self._showing.begun(tx, circle, occasion.group)
            await self._record(tx, circle, "meetings.round_begun", user_id)
            return circle, True

    async def move_on(self, press: Press, turn: int) -> bool:
        """Whether this press moved the round on from that turn; it may have moved on by itself."""
        before, after = await self._press(press, lambda circle, now: circle.move_on(turn, now))
        return after is not before

    async def pause(self, press: Press, *, neutral: bool = True) -> None:
        """Have nobody at turn for a while. ``neutral``: say in the room that there is a pause, and nothing of why."""
        await self._press(press, Round.pause, neutral=neutral)

    async def pause_in(self, tx: Tx, group: Group, *, neutral: bool = True) -> bool:
        """Pause the round of this group, where one goes on, as part of something else; whether there was one.

        For a crisis in a meeting: the pause is announced neutrally and names nobody (practice: R2.15).
        """
        paused = False
        for circle in await store.going_in(tx, group.guild_id, group.id):
            before, after = await self._changed(tx, circle.id, Round.pause, neutral=neutral)
            paused = paused or after is not before
        return paused

    async def go_on(self, press: Press) -> None:
        await self._press(press, Round.go_on)

    async def end(self, press: Press) -> None:
        """Raises ``NotFound`` if it is over already."""
        async with self._db.begin() as tx:
            circle = await self._found(tx, press)
            await self._changed(tx, circle.id, _end)
            await self._record(tx, circle, "meetings.round_ended", press.user_id)

    # everybody

    async def speak(self, press: Press) -> tuple[Heard, int, int]:
        """What **Speak** comes to: whether they are at turn, how many at most are before them, and the turn."""
        _, circle = await self._press(press, lambda circle, _: circle.speak(press.user_id))
        return circle.heard(press.user_id), circle.before(press.user_id), circle.turn

    async def let_pass(self, press: Press) -> bool:
        """Whether it was their turn; if not, they are silently not called."""
        before, _ = await self._press(press, lambda circle, now: circle.let_pass(press.user_id, now))
        seat = before.seat(press.user_id)
        return seat is not None and seat.called

    async def done(self, press: Press, turn: int) -> None:
        """They have spoken. Twice, or after the round has moved on, changes nothing."""
        await self._press(press, lambda circle, now: circle.done(press.user_id, turn, now))

    # looking

    async def look(self, *, guild_id: int, round_id: int) -> Round | None:
        """The round as it is now; None once it is over."""
        async with self._db.read() as tx:
            circle = await store.get(tx, round_id)
        return None if circle is None or circle.over or circle.guild_id != guild_id else circle

    async def message(self, round_id: int) -> tuple[int, int] | None:
        """Channel and message id of the round in the room."""
        return await self.posted(round_key(round_id))

    async def panel(self, round_id: int) -> tuple[int, int] | None:
        """Channel and message id of the panel on the desk."""
        return await self.posted(panel_key(round_id))

    async def posted(self, key: str) -> tuple[int, int] | None:
        async with self._db.read() as tx:
            return await self._showing.where(tx, key)

    # underneath

    async def _press(self, press: Press, change: Change, *, neutral: bool = True) -> tuple[Round, Round]:
        async with self._db.begin() as tx:
            circle = await self._found(tx, press)
            return await self._changed(tx, circle.id, change, neutral=neutral)

    async def _found(self, tx: Tx, press: Press) -> Round:
        await lock(tx, press.round_id)
        circle = await store.get(tx, press.round_id)
        if circle is None or circle.over or (circle.guild_id, circle.group_id) != (press.guild_id, press.group_id):
            raise NotFound("meetings.round_over")
        return circle

    async def _changed(self, tx: Tx, round_id: int, change: Change, *, neutral: bool = True) -> tuple[Round, Round]:
        """The round before and after; the same object if nothing changes."""
        await lock(tx, round_id)
        before = await store.get(tx, round_id)
        if before is None or before.over:
            raise NotFound("meetings.round_over")
        after = change(before, self._clock())
        if after is not before:
            await store.save(tx, after)
            if after.turn_ends_at != before.turn_ends_at:
                await self._set_timer(tx, after)
            group = await self._groups.group(tx, before.guild_id, before.group_id)
            if group is not None:
                await self._showing.changed(tx, before, after, group, neutral=neutral)
        return before, after

    async def _set_timer(self, tx: Tx, circle: Round) -> None:
        if circle.turn_ends_at is None:
            await self._timers.cancel(tx, TURN, str(circle.id))
        else:
            await self._timers.set(tx, TURN, str(circle.id), circle.turn_ends_at, guild_id=circle.guild_id)

    async def _open_meeting(self, tx: Tx, guild_id: int, group_id: int) -> Occasion:
        for meeting_id, day in await running_store.in_state(tx, guild_id, group_id, OccasionState.OPEN):
            occasion = await self._course.occasion(tx, guild_id, meeting_id, day)
            if occasion is not None and occasion.group.room_id is not None:
                return occasion
        raise UserError("meetings.round_not_open")

    async def _opener_posted(self, tx: Tx, occasion: Occasion) -> bool:
        meeting = occasion.meeting
        return OPENER in await meetings_store.posts_of(tx, meeting.guild_id, meeting.id, occasion.day)

    async def _new(self, tx: Tx, occasion: Occasion, seconds: int) -> Round:
        meeting = occasion.meeting
        return Round(
            id=new_id(),
            guild_id=meeting.guild_id,
            group_id=meeting.group_id,
            meeting_id=meeting.id,
            day=occasion.day,
            number=await store.count(tx, occasion) + 1,
            seconds=seconds,
            ends_at=max(occasion.ends_at, self._clock()) + FORGOTTEN_AFTER,
        )

    async def _record(self, tx: Tx, circle: Round, action: str, user_id: int) -> None:
        # who began and who ended it; nothing of what people did in it
        subject = f"meeting:{circle.meeting_id}"
        await self._audit.record(tx, guild_id=circle.guild_id, actor=user_id, action=action, subject=subject)

    # what happens around it

    async def _time_is_up(self, tx: Tx, due: Due) -> datetime | None:
        """The speaker is told gently and privately, the facilitators on their panel. Nobody is cut off."""
        round_id = int(due.subject)
        await lock(tx, round_id)
        circle = await store.get(tx, round_id)
        seat = None if circle is None else circle.at_turn
        if circle is None or circle.turn_ends_at is None or seat is None:
            return None
        if circle.turn_ends_at > self._clock():
            return circle.turn_ends_at
        params = {"group": circle.group_id, "round": round_id, "turn": circle.turn}
        await self._groups.desk.say(tx, circle.guild_id, seat.user_id, TURN_OVER, params, lasts=NUDGE_LASTS)
        await self._showing.panel(tx, circle)
        return None

    async def _arrived(self, tx: Tx, occasion: Occasion, user_id: int) -> None:
        for circle in await store.going_in(tx, occasion.meeting.guild_id, occasion.group.id):
            if (circle.meeting_id, circle.day) == (occasion.meeting.id, occasion.day):
                await self._changed(tx, circle.id, lambda found, _: found.arrive(user_id))

    async def _left(self, tx: Tx, member: Member) -> None:
        for circle in await store.going_in(tx, member.guild_id, member.group_id):
            await self._changed(tx, circle.id, lambda found, now: found.leave(member.user_id, now))

    async def _closed(self, tx: Tx, occasion: Occasion) -> None:
        await self._end_of(tx, occasion.meeting, occasion.day)

    async def _planned(self, tx: Tx, meeting: Meeting) -> None:
        """What is ahead of it changed: a time that was called off while it was open has no round any more."""
        for circle in await store.of_meeting(tx, meeting.guild_id, meeting.id):
            change = meeting.changes.get(circle.day)
            if change is None or change.state is not OccasionState.OPEN:
                await self._end_of(tx, meeting, circle.day)

    async def _unplanned(self, tx: Tx, meeting: Meeting) -> None:
        now = await meetings_store.get(tx, meeting.guild_id, meeting.id)
        if now is not None and now.state is MeetingState.OVER:
            return  # the last time of it may be open for longer than was planned
        for circle in await store.of_meeting(tx, meeting.guild_id, meeting.id):
            await self._end_of(tx, meeting, circle.day)

    async def _end_of(self, tx: Tx, meeting: Meeting, day: date) -> None:
        for circle in await store.of_meeting(tx, meeting.guild_id, meeting.id):
            if circle.day == day and not circle.over:
                await self._changed(tx, circle.id, _end)
        await store.forget(tx, meeting.guild_id, meeting.id, day)


def _end(circle: Round, _: datetime) -> Round:
    return circle.end()
