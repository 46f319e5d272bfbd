"""Meetings that nobody opens, and meetings that nobody closes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Protocol

from bot.core.clock import Clock
from bot.features.groups import Group, Groups, GroupState
from bot.features.groups.desk import ServerOf
from bot.features.meetings.course import Course
from bot.features.meetings.model import Meeting, Moment, Occasion
from bot.features.meetings.running.model import (
    ASKS_AFTER,
    CLOSES_AFTER,
    MISSED_AFTER,
    SPOKEN_FOR,
    key_of,
    named_in,
    params_of,
)
from bot.features.meetings.timetable import OccasionState
from bot.outbox import Lane, Outbox, Post, Returned
from bot.storage import Tx
from bot.timers import Due, Timers

UNCLOSED: Final = "meetings.unclosed"
UNOPENED: Final = "meetings.unopened"
UNOPENED_CARD: Final = "meetings.unopened_card"


class Close(Protocol):
    """Closes a meeting for nobody; ``spoken`` says whether that is said in the room."""

    async def __call__(self, tx: Tx, occasion: Occasion, *, spoken: bool) -> None: ...


class Unattended:
    def __init__(
        self,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        groups: Groups,
        course: Course,
        *,
        server: ServerOf,
        opening: bool,
        close: Close,
    ) -> None:
        """``opening``: whether it is said when nobody opens a meeting."""
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._groups = groups
        self._course = course
        self._server = server
        self._close = close
        timers.on(UNCLOSED, self._unclosed)
        course.passed.append(self._passed)
        if opening:
            course.watch((-MISSED_AFTER,), self._unopened)
        outbox.undeliverable(UNCLOSED, self._reminder_refused)
        outbox.undeliverable(UNOPENED, self._notice_refused)
        outbox.undeliverable(UNOPENED_CARD, self._card_refused)

    async def done(self, tx: Tx, occasion: Occasion) -> None:
        """It is closed: nobody has to be reminded of it."""
        await self._timers.cancel(tx, UNCLOSED, _subject(occasion))

    # nobody closes

    async def _passed(self, tx: Tx, occasion: Occasion) -> None:
        if occasion.state is OccasionState.OPEN:
            again = await self._wind_up(tx, occasion)
            if again is not None:
                guild_id = occasion.meeting.guild_id
                await self._timers.set(tx, UNCLOSED, _subject(occasion), again, guild_id=guild_id)

    async def _unclosed(self, tx: Tx, due: Due) -> datetime | None:
        meeting_id, day = due.subject.split(":")
        meeting = await self._course.held(tx, int(meeting_id))
        if meeting is None:
            return None
        occasion = await self._course.spoken_of(tx, meeting.guild_id, meeting.id, date.fromisoformat(day))
        if occasion is None or occasion.state is not OccasionState.OPEN:
            return None
        return await self._wind_up(tx, occasion)

    async def _wind_up(self, tx: Tx, occasion: Occasion) -> datetime | None:
        """Do what is due by now about a meeting that is open past its end; gives when to look again."""
        now, ended = self._clock(), occasion.ends_at
        if now >= ended + CLOSES_AFTER:
            await self._close(tx, occasion, spoken=now < ended + CLOSES_AFTER + SPOKEN_FOR)
            return None
        if now < ended + ASKS_AFTER:
            return ended + ASKS_AFTER
        await self._put(tx, occasion, UNCLOSED, occasion.group.desk_id, until=ended + CLOSES_AFTER)
        return ended + CLOSES_AFTER

    async def _reminder_refused(self, tx: Tx, returned: Returned) -> None:
        occasion = await self._course.spoken_of(tx, returned.guild_id, *named_in(returned.params))
        if occasion is not None and occasion.state is OccasionState.OPEN and returned.problem != "expired":
            about, group_id = "meetings.trouble_unclosed", occasion.group.id
            await self._groups.desk.tell_lead(tx, returned.guild_id, group_id, about, problem=returned.problem)

    # nobody opens

    async def _unopened(self, tx: Tx, meeting: Meeting, group: Group, due: Sequence[Moment], now: datetime) -> None:
        for moment in due:
            occasion = Occasion(meeting=meeting, group=group, occurrence=moment.occurrence)
            if group.state is GroupState.OPEN and occasion.state is OccasionState.PLANNED and now < occasion.ends_at:
                await self._say_so(tx, occasion)

    async def _say_so(self, tx: Tx, occasion: Occasion) -> None:
        """To those who wait in the room, to the facilitators and to the lead."""
        group = occasion.group
        await self._put(tx, occasion, UNOPENED, group.room_id, until=occasion.ends_at)
        await self._put(tx, occasion, UNOPENED_CARD, group.desk_id, until=occasion.ends_at, to="desk")
        server = await self._server(tx, group.guild_id)
        if server is not None and server.safeguarding_id is not None:
            await self._put(tx, occasion, UNOPENED_CARD, server.safeguarding_id, until=occasion.ends_at, to="lead")
        elif server is not None:
            params = {**params_of(occasion), "to": "lead"}
            await self._groups.desk.say(tx, group.guild_id, server.lead_id, UNOPENED_CARD, params)

    async def _notice_refused(self, tx: Tx, returned: Returned) -> None:
        occasion = await self._course.occasion(tx, returned.guild_id, *named_in(returned.params))
        if occasion is not None and occasion.state is OccasionState.PLANNED:
            about = "meetings.trouble_unopened"
            await self._groups.desk.tell(tx, occasion.group, about, problem=returned.problem)

    async def _card_refused(self, tx: Tx, returned: Returned) -> None:
        server = await self._server(tx, returned.guild_id)
        # of the two cards one is enough: only when the lead's own cannot be posted nobody may know
        if server is not None and returned.params["to"] == "lead":
            await self._groups.desk.say(tx, returned.guild_id, server.lead_id, UNOPENED_CARD, returned.params)

    async def _put(
        self, tx: Tx, occasion: Occasion, kind: str, channel_id: int | None, *, until: datetime, to: str = ""
    ) -> None:
        if channel_id is None:
            return
        name = kind.replace("meetings.", "meeting-").replace("_", "-")
        await self._outbox.put(
            tx,
            Post(
                key=key_of(f"{name}-{to}" if to else name, occasion),
                guild_id=occasion.meeting.guild_id,
                channel_id=channel_id,
                lane=Lane.PROMPT,
                kind=kind,
                params={**params_of(occasion), **({"to": to} if to else {})},
                expires_at=until,
            ),
        )


def _subject(occasion: Occasion) -> str:
    return f"{occasion.meeting.id}:{occasion.day}"
