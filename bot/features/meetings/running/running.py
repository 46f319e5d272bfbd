"""Opening a meeting, who is there while it is open, and closing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.features.groups import Group, Groups
from bot.features.groups.desk import ServerOf
from bot.features.meetings import store as meetings_store
from bot.features.meetings.course import Course, OnOccasion
from bot.features.meetings.model import LONGEST, Meeting, MeetingState, Occasion
from bot.features.meetings.running import store
from bot.features.meetings.running.asides import Asides
from bot.features.meetings.running.debriefs import Debriefs
from bot.features.meetings.running.model import (
    CLOSES_AFTER,
    OPENS_BEFORE,
    SPOKEN_FOR,
    Closing,
    Opening,
    key_of,
    named_in,
    params_of,
)
from bot.features.meetings.running.unattended import Unattended
from bot.features.meetings.timetable import OccasionState
from bot.outbox import Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import Timers

OPENER: Final = "meetings.opener"
CLOSER: Final = "meetings.closer"

NO_CHECKIN: Final = "none"

OnArrived = Callable[[Tx, Occasion, int], Awaitable[None]]
"""Given the meeting that is open, and who pressed **I'm here** for the first time."""

Confirmed = Callable[[Tx, Occasion], Awaitable[Collection[int]]]
"""Gives the facilitators who said that they will be there."""

Usual = Callable[[Tx, Group], Awaitable[str | None]]
"""Gives the template of the check-in that follows the meetings of that group; None if it has none of its own."""

AskAfter = Callable[[Tx, Group, str, int], Awaitable[object]]
"""Opens a check-in in that group, of that template, for the person who closes a meeting; ``UserError`` if it cannot."""


class Running:
    """``opened`` and ``closed`` are called in the transaction that opens or closes a meeting; ``closed`` while it is
    still known who was there. ``arrived`` when one more person is there. ``confirmed`` are asked which facilitators
    said that they will be there; ``afterwards`` for the check-in after a meeting, and ``usual`` which that is.
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
        *,
        server: ServerOf,
        opening: bool,
        checkin: str,
    ) -> None:
        """``opening``: whether it is said when nobody opens a meeting; ``checkin``: the template of the check-in that
        follows a meeting if its facilitator says nothing else, empty for none.
        """
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._audit = audit
        self._groups = groups
        self._course = course
        self._checkin = checkin
        self.opened: list[OnOccasion] = []
        self.closed: list[OnOccasion] = []
        self.arrived: list[OnArrived] = []
        self.confirmed: list[Confirmed] = []
        self.afterwards: list[AskAfter] = []
        self.usual: list[Usual] = []
        self.asides = Asides(db, clock, outbox, groups, course)
        self.debriefs = Debriefs(db, outbox, groups, server=server)
        self._unattended = Unattended(
            clock, outbox, timers, groups, course, server=server, opening=opening, close=self._close_unattended
        )
        groups.archived.append(self._stop)
        groups.paused.append(self._stop)
        course.unplanned.append(self._unplanned)
        for kind in (OPENER, CLOSER):
            outbox.delivered(kind, self._posted)
            outbox.undeliverable(kind, self._refused)

    # looking

    async def here(self, tx: Tx, occasion: Occasion) -> list[int]:
        """Who has pressed **I'm here**; nobody once the meeting is closed."""
        return await store.people_here(tx, occasion)

    async def openable(self, *, guild_id: int, group_id: int) -> list[Occasion]:
        """What could be opened in this group now, the first to start first."""
        async with self._db.read() as tx:
            return await self._openable(tx, guild_id, group_id)

    async def keepers(self, occasion: Occasion) -> list[int]:
        """The facilitators who are there or expected, for the opener."""
        async with self._db.read() as tx:
            expected = not occasion.change.single_facilitator
            return sorted(await self._keepers(tx, occasion, expected=expected))

    async def next_start(self, *, guild_id: int, group_id: int) -> datetime | None:
        """When the group's next meeting starts that has not been opened."""
        now = self._clock()
        async with self._db.read() as tx:
            meetings = await meetings_store.planned(tx, guild_id, group_id)
        starts = (_next_start(meeting, now) for meeting in meetings)
        return min((start for start in starts if start is not None), default=None)

    async def _openable(self, tx: Tx, guild_id: int, group_id: int) -> list[Occasion]:
        now = self._clock()
        since, upto = now - timedelta(minutes=LONGEST), now + OPENS_BEFORE
        found: list[Occasion] = []
        for meeting in await meetings_store.planned(tx, guild_id, group_id):
            for occurrence in meeting.timetable.between(since, upto):
                occasion = await self._course.occasion(tx, guild_id, meeting.id, occurrence.day)
                if occasion is not None and occasion.state is OccasionState.PLANNED and now < occasion.ends_at:
                    found.append(occasion)
        return sorted(found, key=lambda occasion: occasion.starts_at)

    async def _in_state(self, tx: Tx, group_id: int, guild_id: int, state: OccasionState) -> Occasion | None:
        for meeting_id, day in await store.in_state(tx, guild_id, group_id, state):
            await tx.lock("meeting", meeting_id)
            occasion = await self._course.spoken_of(tx, guild_id, meeting_id, day)
            if occasion is not None and occasion.state is state:
                return occasion
        return None

    async def _keepers(self, tx: Tx, occasion: Occasion, *, expected: bool = True) -> set[int]:
        """The facilitators who are there, and who are ``expected`` to be."""
        members = await self._groups.members(tx, occasion.meeting.guild_id, occasion.group.id)
        there = set(await store.people_here(tx, occasion))
        if expected:
            there |= set(await store.coming(tx, occasion))
            for said in self.confirmed:
                there |= set(await said(tx, occasion))
        return {member.user_id for member in members if member.facilitates and member.user_id in there}

    # opening

    async def start(
        self, *, guild_id: int, group_id: int, user_id: int, which: tuple[int, date] | None = None, alone: bool = False
    ) -> Opening:
        """Open that time of a meeting, else the one that is on or next.

        Two facilitators are the rule: who would be the only one has to say that they go on ``alone``. If the opener of
        a meeting that is open could not be posted, it is tried again. Raises ``UserError`` if nothing can be opened.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            running = await self._in_state(tx, group_id, guild_id, OccasionState.OPEN)
            if running is not None:
                return await self._again(tx, running)
            occasion = await self._chosen(tx, guild_id, group_id, which)
            others = await self._keepers(tx, occasion) - {user_id}
            people = await self._expected(tx, occasion)
            if not others and not alone:
                return Opening(occasion=occasion, opened=False, people=people)
            occasion = await self._open(tx, occasion, user_id, single=not others)
            return Opening(occasion=occasion, people=people)

    async def _again(self, tx: Tx, occasion: Occasion) -> Opening:
        guild_id, group_id = occasion.meeting.guild_id, occasion.group.id
        if not await self._groups.setbacks.put_again(tx, guild_id, kind=OPENER, group_id=group_id):
            raise UserError("meetings.open_already", title=occasion.title)
        return Opening(occasion=occasion, again=True)

    async def _chosen(self, tx: Tx, guild_id: int, group_id: int, which: tuple[int, date] | None) -> Occasion:
        for found in await self._openable(tx, guild_id, group_id):
            if which in (None, (found.meeting.id, found.day)):
                await tx.lock("meeting", found.meeting.id)
                occasion = await self._course.occasion(tx, guild_id, found.meeting.id, found.day)
                if occasion is not None and occasion.state is OccasionState.PLANNED:
                    return occasion
        raise NotFound("meetings.none_to_start", minutes=OPENS_BEFORE // timedelta(minutes=1))

    async def _expected(self, tx: Tx, occasion: Occasion) -> int:
        meeting = occasion.meeting
        said = await meetings_store.numbers(tx, meeting.guild_id, meeting.id, occasion.day)
        return max(said.coming + said.listening, await store.count_here(tx, occasion))

    async def _open(self, tx: Tx, occasion: Occasion, user_id: int, *, single: bool) -> Occasion:
        opened = {"state": OccasionState.OPEN, "opened_at": self._clock(), "single_facilitator": single}
        occasion = await self._changed(tx, occasion, **opened)
        await store.put_here(tx, occasion, user_id, ends_at=_known_until(occasion))
        await self._post(tx, occasion, OPENER, expires_at=occasion.ends_at)
        for announce in self.opened:
            await announce(tx, occasion)
        await self._record(tx, occasion, "meetings.opened", user_id, single_facilitator=single)
        return occasion

    async def arrive(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> bool:
        """Count this person once, until the meeting is closed. False if no such meeting of the group is open."""
        async with self._db.begin() as tx:
            await tx.lock("meeting", meeting_id)
            occasion = await self._course.occasion(tx, guild_id, meeting_id, day)
            if occasion is None or occasion.group.id != group_id or occasion.state is not OccasionState.OPEN:
                return False
            if await store.put_here(tx, occasion, user_id, ends_at=_known_until(occasion)):
                for announce in self.arrived:
                    await announce(tx, occasion, user_id)
            return True

    # closing

    async def close(
        self, *, guild_id: int, group_id: int, user_id: int, people: int | None = None, checkin: str | None = None
    ) -> Closing:
        """Close the group's open meeting: who was there is deleted, and how many it were is kept.

        ``people``: how many, if not as many as pressed **I'm here**; ``checkin``: the template of the check-in that
        follows, ``none`` for none. If the closer of a meeting could not be posted, it is tried again. Raises
        ``UserError`` if no meeting is open.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            occasion = await self._in_state(tx, group_id, guild_id, OccasionState.OPEN)
            if occasion is None:
                return await self._close_again(tx, guild_id, group_id)
            occasion = await self._close(tx, occasion, people=people, by=user_id)
            await self._record(tx, occasion, "meetings.closed", user_id)
            template = await self._usual(tx, occasion.group) if checkin is None else checkin
            return await self._ask_after(tx, occasion, user_id, template)

    async def _usual(self, tx: Tx, group: Group) -> str:
        own = [template for ask in self.usual if (template := await ask(tx, group)) is not None]
        return own[0] if own else self._checkin

    async def _close_again(self, tx: Tx, guild_id: int, group_id: int) -> Closing:
        closing = await self._in_state(tx, group_id, guild_id, OccasionState.CLOSING)
        if closing is None or not await self._groups.setbacks.put_again(tx, guild_id, kind=CLOSER, group_id=group_id):
            raise NotFound("meetings.none_open")
        return Closing(occasion=closing, again=True)

    async def _ask_after(self, tx: Tx, occasion: Occasion, user_id: int, template: str) -> Closing:
        if not template or template == NO_CHECKIN or not self.afterwards:
            return Closing(occasion=occasion)
        try:
            for ask in self.afterwards:
                await ask(tx, occasion.group, template, user_id)
        except UserError as refused:
            # a meeting that is over is closed all the same
            return Closing(occasion=occasion, refused=refused)
        return Closing(occasion=occasion, asked=True)

    async def _close(
        self, tx: Tx, occasion: Occasion, *, people: int | None = None, by: int | None = None, spoken: bool = True
    ) -> Occasion:
        state = OccasionState.CLOSING if spoken and occasion.group.room_id else OccasionState.CLOSED
        occasion = await self._changed(tx, occasion, state=state)
        for announce in self.closed:
            await announce(tx, occasion)
        here = await store.people_here(tx, occasion)
        if people is not None or here:
            await store.put_headcount(tx, occasion, len(here) if people is None else people, self._clock())
        if spoken:
            await self._post(tx, occasion, CLOSER, expires_at=self._clock() + SPOKEN_FOR)
            await self.debriefs.ask(tx, occasion, {*here, by})
        await self.asides.take_down(tx, occasion.meeting.guild_id, await store.forget_people(tx, occasion))
        await self._unattended.done(tx, occasion)
        await self._groups.setbacks.forget(tx, _key(OPENER, occasion))
        return occasion

    async def _close_unattended(self, tx: Tx, occasion: Occasion, *, spoken: bool) -> None:
        occasion = await self._close(tx, occasion, spoken=spoken)
        await self._record(tx, occasion, "meetings.closed", None)

    async def _stop(self, tx: Tx, group: Group) -> None:
        """The group has no meetings any more: what is open ends without a word."""
        for meeting_id, day in await store.in_state(tx, group.guild_id, group.id, OccasionState.OPEN):
            await tx.lock("meeting", meeting_id)
            occasion = await self._course.spoken_of(tx, group.guild_id, meeting_id, day)
            if occasion is not None:
                await self._close_unattended(tx, occasion, spoken=False)

    async def _unplanned(self, tx: Tx, meeting: Meeting) -> None:
        """As ``_stop``, for a meeting that is cancelled; one that is over may still be open for a while."""
        await tx.lock("meeting", meeting.id)
        now = await meetings_store.get(tx, meeting.guild_id, meeting.id)
        if now is None or now.state is MeetingState.OVER:
            return
        for day, change in now.changes.items():
            occasion = await self._course.spoken_of(tx, now.guild_id, now.id, day)
            if change.state is OccasionState.OPEN and occasion is not None:
                await self._close_unattended(tx, occasion, spoken=False)

    # posting

    async def _post(self, tx: Tx, occasion: Occasion, kind: str, *, expires_at: datetime) -> None:
        post = Post(
            key=_key(kind, occasion),
            guild_id=occasion.meeting.guild_id,
            channel_id=occasion.group.room_id,
            lane=Lane.PROMPT,
            kind=kind,
            params=params_of(occasion),
            expires_at=expires_at,
        )
        if post.channel_id is not None:
            await self._outbox.put(tx, post)

    async def _posted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)
        if done.kind == CLOSER:
            await self._closer_is_out(tx, done)
        else:
            await self._opener_is_out(tx, done)

    async def _refused(self, tx: Tx, returned: Returned) -> None:
        """The desk is told each time: somebody there has pressed, and waits for it."""
        if returned.kind == CLOSER and returned.problem == "expired":
            await self._closer_is_out(tx, returned)
            return
        occasion = await self._course.occasion(tx, returned.guild_id, *named_in(returned.params))
        awaited = OccasionState.OPEN if returned.kind == OPENER else OccasionState.CLOSING
        if occasion is None or occasion.state is not awaited:
            return
        await self._groups.setbacks.remember(tx, returned, What.POST, Lane.PROMPT, group_id=occasion.group.id)
        about = f"meetings.trouble_{returned.kind.rpartition('.')[2]}"
        await self._groups.desk.tell(tx, occasion.group, about, problem=returned.problem)

    async def _closer_is_out(self, tx: Tx, closer: Delivered | Returned) -> None:
        """The closer is posted, or too late to be."""
        meeting_id, day = named_in(closer.params)
        await tx.lock("meeting", meeting_id)
        occasion = await self._course.spoken_of(tx, closer.guild_id, meeting_id, day)
        if occasion is not None and occasion.state is OccasionState.CLOSING:
            await self._changed(tx, occasion, state=OccasionState.CLOSED)

    async def _opener_is_out(self, tx: Tx, opener: Delivered) -> None:
        """It is remembered where it stands: nobody is asked to speak before it can be read."""
        occasion = await self._course.occasion(tx, opener.guild_id, *named_in(opener.params))
        if occasion is not None and opener.channel_id is not None and opener.message_id is not None:
            place = {"channel_id": opener.channel_id, "message_id": opener.message_id}
            until = _known_until(occasion)
            await meetings_store.put_post(tx, occasion.meeting, occasion.day, OPENER, **place, ends_at=until)

    async def _changed(self, tx: Tx, occasion: Occasion, **so: object) -> Occasion:
        change = replace(occasion.change, **so)
        return replace(occasion, meeting=await meetings_store.change(tx, occasion.meeting, change))

    async def _record(
        self, tx: Tx, occasion: Occasion, action: str, actor_id: int | None, **detail: int | str | bool | None
    ) -> None:
        meeting = occasion.meeting
        subject = f"meeting:{meeting.id}"
        await self._audit.record(
            tx, guild_id=meeting.guild_id, actor=actor_id, action=action, subject=subject, **detail
        )


def _key(kind: str, occasion: Occasion) -> str:
    return key_of(kind.replace("meetings.", "meeting-"), occasion)


def _known_until(occasion: Occasion) -> datetime:
    """When it is deleted at the latest who is there, if the bot is away when the meeting ought to be closed."""
    return occasion.ends_at + CLOSES_AFTER + SPOKEN_FOR


def _next_start(meeting: Meeting, now: datetime) -> datetime | None:
    for occurrence in meeting.timetable.after(now):
        change = meeting.changes.get(occurrence.day)
        if change is None or change.state is OccasionState.PLANNED:
            return occurrence.starts_at
    return None
