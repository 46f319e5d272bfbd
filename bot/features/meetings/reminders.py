"""The reminders of a meeting and its card on the desk, and what is said if one of them fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.durations import spell
from bot.features.groups import Group, Groups, GroupState
from bot.features.groups.desk import ServerOf
from bot.features.meetings import store
from bot.features.meetings.course import Course
from bot.features.meetings.model import Meeting, Moment, Occasion
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.outbox.model import Params
from bot.storage import Tx

REMINDER = "meetings.reminder"
CARD = "meetings.card"
COUNTED = "meetings.counted"
UNDELIVERED = "meetings.undelivered"

LATE = "late"
"""The problem of a reminder whose meeting began while the bot was away."""


OnOvertaken = Callable[[Tx, Delivered], Awaitable[None]]


class Reminders:
    def __init__(
        self,
        clock: Clock,
        outbox: Outbox,
        audit: Audit,
        groups: Groups,
        course: Course,
        *,
        reminders: Sequence[timedelta],
        server: ServerOf,
    ) -> None:
        """``reminders``: how long before a meeting it is spoken of."""
        self._clock = clock
        self._outbox = outbox
        self._audit = audit
        self._groups = groups
        self._course = course
        self._server = server
        self.lengths = tuple(reminders)
        self.overtaken: list[OnOvertaken] = []
        """Called when a reminder was posted whose meeting changed while it was on its way."""
        course.watch(self.lengths, self._speak)
        course.passed.append(self._passed)
        outbox.undeliverable(REMINDER, self._not_posted)
        outbox.undeliverable(UNDELIVERED, self._not_told)
        outbox.delivered(REMINDER, self._reminder_posted)
        outbox.delivered(CARD, self._card_posted)
        outbox.undeliverable(CARD, self._card_refused)

    async def remind(self, tx: Tx, meeting: Meeting, group: Group, moment: Moment) -> None:
        """Speak of one time of the meeting in the group's room, and have its card on the desk."""
        occasion = Occasion(meeting=meeting, group=group, occurrence=moment.occurrence)
        params = _params(meeting, occasion.day, before=spell(moment.before))
        if group.room_id is None:
            await self._tell(tx, group, params, "missing")
            return
        await self._outbox.put(
            tx,
            Post(
                key=reminder_key(occasion, spell(moment.before)),
                guild_id=meeting.guild_id,
                channel_id=group.room_id,
                lane=Lane.ROUTINE,
                kind=REMINDER,
                params=params,
                expires_at=occasion.starts_at,
            ),
        )
        await self.put_card(tx, occasion)

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

    async def _passed(self, tx: Tx, occasion: Occasion) -> None:
        await self._groups.setbacks.forget(tx, _card_key(occasion))

    async def _speak(self, tx: Tx, meeting: Meeting, group: Group, due: Sequence[Moment], now: datetime) -> None:
        for moment in due:
            if moment.occurrence.starts_at > now:
                await self.remind(tx, meeting, group, moment)
        missed = [moment for moment in due if moment.occurrence.starts_at <= now]
        if missed:
            # of many that passed while the bot was away, the last says enough
            last = missed[-1]
            params = _params(meeting, last.occurrence.day, before=spell(last.before))
            await self._tell(tx, group, params, LATE)

    async def put_card(self, tx: Tx, occasion: Occasion) -> None:
        """Have the card of this time on the desk, if it is not there yet."""
        meeting, desk_id = occasion.meeting, occasion.group.desk_id
        if desk_id is None or await store.post(tx, meeting.guild_id, meeting.id, occasion.day, CARD) is not None:
            return
        await self._outbox.put(
            tx,
            Post(
                key=_card_key(occasion),
                guild_id=meeting.guild_id,
                channel_id=desk_id,
                lane=Lane.ROUTINE,
                kind=CARD,
                params=_params(meeting, occasion.day),
                expires_at=occasion.ends_at,
            ),
        )

    async def _card_refused(self, tx: Tx, card: Returned) -> None:
        """The lead is told, because the desk cannot be, and an administrator's check has it tried again."""
        day = date.fromisoformat(str(card.params["day"]))
        occasion = await self._course.occasion(tx, card.guild_id, int(str(card.params["meeting"])), day)
        if occasion is None or occasion.ends_at <= self._clock():
            return
        group_id = occasion.group.id
        if await self._groups.setbacks.remember(tx, card, What.POST, Lane.ROUTINE, group_id=group_id):
            about = "meetings.trouble_card"
            await self._groups.desk.tell_lead(tx, card.guild_id, group_id, about, problem=card.problem)

    async def _card_posted(self, tx: Tx, card: Delivered) -> None:
        await self._groups.setbacks.forget(tx, card.key)
        occasion = await self._posted(tx, card, CARD)
        if occasion is not None:
            # somebody may have answered between the writing of the card and now
            await self.recount(tx, card.guild_id, occasion.meeting.id, occasion.day)

    async def _reminder_posted(self, tx: Tx, reminder: Delivered) -> None:
        before = str(reminder.params["before"])
        await self._posted(tx, reminder, f"{REMINDER}:{before}")
        day, meeting_id = date.fromisoformat(str(reminder.params["day"])), int(str(reminder.params["meeting"]))
        now = await self._course.spoken_of(tx, reminder.guild_id, meeting_id, day)
        if now is None or now.called_off or reminder_key(now, before) != reminder.key:
            for announce in self.overtaken:
                await announce(tx, reminder)

    async def _posted(self, tx: Tx, done: Delivered, what: str) -> Occasion | None:
        """Remember where something about a time of a meeting was posted, until that ends; gives that time."""
        day = date.fromisoformat(str(done.params["day"]))
        occasion = await self._course.occasion(tx, done.guild_id, int(str(done.params["meeting"])), day)
        if occasion is None or occasion.ends_at <= self._clock():
            return None
        if done.message_id is None or done.channel_id is None:
            return None
        place = {"channel_id": done.channel_id, "message_id": done.message_id}
        await store.put_post(tx, occasion.meeting, day, what, **place, ends_at=occasion.ends_at)
        return occasion

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        params, before = returned.params, str(returned.params["before"])
        day, meeting_id = date.fromisoformat(str(params["day"])), int(str(params["meeting"]))
        now = await self._course.spoken_of(tx, returned.guild_id, meeting_id, day)
        if now is None or now.called_off or reminder_key(now, before) != returned.key:
            return  # that it was called off or moved has a notice of its own
        if now.group.state in (GroupState.FORMING, GroupState.OPEN):
            await self._tell(tx, now.group, params, returned.problem, revision=now.revision)

    async def _tell(self, tx: Tx, group: Group, params: Params, problem: str, *, revision: int = 0) -> None:
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
                key=f"meeting-undelivered:{params['meeting']}:{params['day']}:{params['before']}{_suffix(revision)}",
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


def reminder_key(occasion: Occasion, before: str) -> str:
    """A reminder is posted once, and once more after each change of when its meeting takes place."""
    return f"meeting:{occasion.meeting.id}:{occasion.day}:{before}{_suffix(occasion.revision)}"


def _suffix(revision: int) -> str:
    return f":r{revision}" if revision else ""


def _card_key(occasion: Occasion) -> str:
    return f"meeting-card:{occasion.meeting.id}:{occasion.day}"


def _params(meeting: Meeting, day: date, **more: str) -> dict[str, int | str | bool | None]:
    return {"meeting": meeting.id, "day": day.isoformat(), **more}
