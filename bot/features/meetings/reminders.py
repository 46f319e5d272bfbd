"""What happens by itself around each time of a meeting: its reminders, its card, and what is said if one fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from bot.audit import Audit
from bot.core.calendar import Occurrence
from bot.core.clock import Clock
from bot.core.durations import spell
from bot.features.groups import Group, Groups, GroupState
from bot.features.groups.desk import ServerOf
from bot.features.meetings import store
from bot.features.meetings.model import Meeting, MeetingState, Occasion, Reminder, due_between, next_due
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.outbox.model import Params
from bot.storage import Tx
from bot.timers import Due, Timers

NEXT = "meetings.next"
FORGET = "meetings.forget"
REMINDER = "meetings.reminder"
CARD = "meetings.card"
COUNTED = "meetings.counted"
UNDELIVERED = "meetings.undelivered"

ENDED_LASTS = timedelta(days=60)
"""How long a meeting that is over is kept: as long as a word about it can wait for the lead."""

OnEnded = Callable[[Tx, int, int, frozenset[int], datetime], Awaitable[None]]
"""Given the server, the group, those who had said that they could not come, and when it began."""

_INSTANT = timedelta(microseconds=1)

LATE = "late"
"""The problem of a reminder whose meeting began while the bot was away."""


class Reminders:
    def __init__(
        self,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        *,
        reminders: Sequence[timedelta],
        server: ServerOf,
    ) -> None:
        """``reminders``: how long before a meeting it is spoken of."""
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._server = server
        self.lengths = tuple(reminders)
        self.ended: list[OnEnded] = []
        timers.on(NEXT, self._come)
        timers.on(FORGET, self._forget)
        outbox.undeliverable(REMINDER, self._not_posted)
        outbox.undeliverable(UNDELIVERED, self._not_told)
        outbox.delivered(CARD, self._card_posted)
        outbox.undeliverable(CARD, self._card_refused)

    async def expect(self, tx: Tx, meeting: Meeting) -> None:
        """Have the next thing due happen."""
        due = next_due(meeting, self.lengths, self._clock())
        if due is not None:
            await self._timers.set(tx, NEXT, str(meeting.id), due, guild_id=meeting.guild_id)

    async def shelve(self, tx: Tx, meeting: Meeting) -> None:
        """Have nothing of it happen unless it is planned again; what was answered is deleted."""
        await self._timers.cancel(tx, NEXT, str(meeting.id))
        await store.clear(tx, meeting)
        await self._end(tx, meeting, MeetingState.SHELVED)

    async def plan_again(self, tx: Tx, meeting: Meeting) -> None:
        """Have what is ahead of it happen; what was missed meanwhile is not made up for."""
        if next(meeting.coming(self._clock()), None) is not None:
            shelved, planned = MeetingState.SHELVED, MeetingState.PLANNED
            await store.move(tx, meeting.guild_id, meeting.id, before=shelved, after=planned)
            await self.keep(tx, meeting)
            await self.expect(tx, meeting)

    async def forget_at(self, tx: Tx, meeting: Meeting, instant: datetime) -> None:
        """Delete the meeting at ``instant``, unless it is planned then."""
        await self._timers.set(tx, FORGET, str(meeting.id), instant, guild_id=meeting.guild_id)

    async def keep(self, tx: Tx, meeting: Meeting) -> None:
        await self._timers.cancel(tx, FORGET, str(meeting.id))

    async def remind(self, tx: Tx, meeting: Meeting, group: Group, reminder: Reminder) -> None:
        """Speak of one time of the meeting in the group's room, and have its card on the desk."""
        params = _params(meeting, reminder.occurrence.day, before=spell(reminder.before))
        if group.room_id is None:
            await self._tell(tx, group, params, "missing")
            return
        await self._outbox.put(
            tx,
            Post(
                key=f"meeting:{meeting.id}:{params['day']}:{params['before']}",
                guild_id=meeting.guild_id,
                channel_id=group.room_id,
                lane=Lane.ROUTINE,
                kind=REMINDER,
                params=params,
                expires_at=reminder.occurrence.starts_at,
            ),
        )
        await self._put_card(tx, meeting, group, reminder)

    async def recount(self, tx: Tx, guild_id: int, meeting_id: int, day: date) -> None:
        """Have the card show what the numbers are now."""
        await self._outbox.put(
            tx,
            Deed(
                key=f"meeting-card:{meeting_id}:{day}:counted",
                guild_id=guild_id,
                what=What.EDIT,
                lane=Lane.BULK,
                kind=COUNTED,
                params={"meeting": meeting_id, "day": day.isoformat()},
            ),
        )

    async def spoken_of(self, tx: Tx, guild_id: int, meeting_id: int, day: date) -> Occasion | None:
        """That time of the meeting, whatever has become of it; None if it or its group is gone."""
        meeting = await store.get(tx, guild_id, meeting_id)
        group = None if meeting is None else await self._groups.group(tx, guild_id, meeting.group_id)
        occurrence = None if meeting is None else meeting.schedule.on(day)
        if meeting is None or group is None or occurrence is None:
            return None
        return Occasion(meeting=meeting, group=group, occurrence=occurrence)

    async def occasion(self, tx: Tx, guild_id: int, meeting_id: int, day: date) -> Occasion | None:
        """That time of the meeting; None if it is not planned, or its group is not open."""
        found = await self.spoken_of(tx, guild_id, meeting_id, day)
        if found is None or found.group.state is not GroupState.OPEN:
            return None
        return found if found.meeting.state in (MeetingState.PLANNED, MeetingState.OVER) else None

    async def _come(self, tx: Tx, due: Due) -> datetime | None:
        meeting = await store.whose_timer(tx, int(due.subject))
        if meeting is None or meeting.state is not MeetingState.PLANNED:
            return None
        now = self._clock()
        group = await self._groups.group(tx, meeting.guild_id, meeting.group_id)
        if group is None or group.state is GroupState.ARCHIVED:
            return None
        if group.state is not GroupState.PAUSED:
            await self._speak(tx, meeting, group, since=due.due_at, now=now)
        over = list(meeting.schedule.between(due.due_at - meeting.lasts - _INSTANT, now - meeting.lasts))
        if group.state is GroupState.OPEN:
            await self._announce_end(tx, meeting, over)
        await tx.lock("meeting", meeting.id)
        await store.clear(tx, meeting, ended_by=now)
        for ended in over:
            await self._groups.setbacks.forget(tx, _card_key(meeting.id, ended.day))
        following = next_due(meeting, self.lengths, now)
        if following is None:
            await self._end(tx, meeting, MeetingState.OVER)
        return following

    async def _announce_end(self, tx: Tx, meeting: Meeting, over: Sequence[Occurrence]) -> None:
        for ended in over:
            absent = await store.absent(tx, meeting, ended.day)
            for announce in self.ended:
                await announce(tx, meeting.guild_id, meeting.group_id, absent, ended.starts_at)

    async def _end(self, tx: Tx, meeting: Meeting, after: MeetingState) -> None:
        await store.move(tx, meeting.guild_id, meeting.id, before=MeetingState.PLANNED, after=after)
        await self.forget_at(tx, meeting, self._clock() + ENDED_LASTS)

    async def _forget(self, tx: Tx, due: Due) -> datetime | None:
        await store.forget(tx, int(due.subject))

    async def _speak(self, tx: Tx, meeting: Meeting, group: Group, *, since: datetime, now: datetime) -> None:
        due = due_between(meeting.schedule, self.lengths, since, now)
        for reminder in due:
            if reminder.occurrence.starts_at > now:
                await self.remind(tx, meeting, group, reminder)
        missed = [reminder for reminder in due if reminder.occurrence.starts_at <= now]
        if missed:
            # of many that passed while the bot was away, the last says enough
            last = missed[-1]
            params = _params(meeting, last.occurrence.day, before=spell(last.before))
            await self._tell(tx, group, params, LATE)

    async def _put_card(self, tx: Tx, meeting: Meeting, group: Group, reminder: Reminder) -> None:
        day = reminder.occurrence.day
        if group.desk_id is None or await store.card(tx, meeting.guild_id, meeting.id, day) is not None:
            return
        await self._outbox.put(
            tx,
            Post(
                key=_card_key(meeting.id, day),
                guild_id=meeting.guild_id,
                channel_id=group.desk_id,
                lane=Lane.ROUTINE,
                kind=CARD,
                params=_params(meeting, day),
                expires_at=reminder.occurrence.starts_at + meeting.lasts,
            ),
        )

    async def _card_refused(self, tx: Tx, card: Returned) -> None:
        """The lead is told, because the desk cannot be, and an administrator's check has it tried again."""
        day = date.fromisoformat(str(card.params["day"]))
        occasion = await self.occasion(tx, card.guild_id, int(str(card.params["meeting"])), day)
        if occasion is None or occasion.ends_at <= self._clock():
            return
        group_id = occasion.group.id
        if await self._groups.setbacks.remember(tx, card, What.POST, Lane.ROUTINE, group_id=group_id):
            about = "meetings.trouble_card"
            await self._groups.desk.tell_lead(tx, card.guild_id, group_id, about, problem=card.problem)

    async def _card_posted(self, tx: Tx, card: Delivered) -> None:
        await self._groups.setbacks.forget(tx, card.key)
        day = date.fromisoformat(str(card.params["day"]))
        occasion = await self.occasion(tx, card.guild_id, int(str(card.params["meeting"])), day)
        if occasion is None or card.message_id is None or card.channel_id is None:
            return
        if occasion.ends_at <= self._clock():
            return
        place = {"channel_id": card.channel_id, "message_id": card.message_id}
        await store.put_card(tx, occasion.meeting, day, **place, ends_at=occasion.ends_at)
        # somebody may have answered between the writing of the card and now
        await self.recount(tx, card.guild_id, occasion.meeting.id, day)

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        meeting = await store.get(tx, returned.guild_id, int(str(returned.params["meeting"])))
        group = None if meeting is None else await self._groups.group(tx, returned.guild_id, meeting.group_id)
        if group is not None and group.state in (GroupState.FORMING, GroupState.OPEN):
            await self._tell(tx, group, returned.params, returned.problem)

    async def _tell(self, tx: Tx, group: Group, params: Params, problem: str) -> None:
        """Say on the desk, or else to the safeguarding lead, that a reminder did not go out."""
        told = {**params, "problem": problem}
        await self._audit.record(
            tx,
            guild_id=group.guild_id,
            actor=None,
            action="meetings.undelivered",
            subject=f"meeting:{params['meeting']}",
            problem=problem,
        )
        if group.desk_id is None:
            await self._tell_lead(tx, group.guild_id, told)
            return
        await self._outbox.put(
            tx,
            Post(
                key=f"meeting-undelivered:{params['meeting']}:{params['day']}:{params['before']}",
                guild_id=group.guild_id,
                channel_id=group.desk_id,
                lane=Lane.PROMPT,
                kind=UNDELIVERED,
                params=told,
            ),
        )

    async def _not_told(self, tx: Tx, returned: Returned) -> None:
        await self._tell_lead(tx, returned.guild_id, dict(returned.params))

    async def _tell_lead(self, tx: Tx, guild_id: int, params: dict[str, int | str | bool | None]) -> None:
        server = await self._server(tx, guild_id)
        if server is not None:
            await self._groups.desk.say(tx, guild_id, server.lead_id, UNDELIVERED, params)


def _card_key(meeting_id: int, day: date) -> str:
    return f"meeting-card:{meeting_id}:{day}"


def _params(meeting: Meeting, day: date, **more: str) -> dict[str, int | str | bool | None]:
    return {"meeting": meeting.id, "day": day.isoformat(), **more}
