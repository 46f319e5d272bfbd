"""Meetings: proposing and scheduling them, answering, and what is coming."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.audit import Audit
from bot.core.calendar import Repeat, Schedule, is_last_in_month
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.core.reading import read_day, read_start
from bot.core.zones import read_zone
from bot.features.groups import Group, Groups, GroupState
from bot.features.groups.desk import ServerOf
from bot.features.groups.model import tidy
from bot.features.meetings import store
from bot.features.meetings.absence import Absence
from bot.features.meetings.answers import Answered, Answering
from bot.features.meetings.changes import Changes
from bot.features.meetings.changes.zones import ZoneRules
from bot.features.meetings.course import Course, OnEnded
from bot.features.meetings.cover import Cover
from bot.features.meetings.events import Events
from bot.features.meetings.model import (
    FEWEST_PLACES,
    LONGEST,
    MOST_PER_GROUP,
    MOST_PLACES,
    MOST_TIMES,
    SHORTEST,
    TITLE_LENGTH,
    By,
    Choice,
    Meeting,
    MeetingState,
    Numbers,
    Occasion,
    Proposal,
    overdue_at_once,
    starting_at,
)
from bot.features.meetings.places import read_event, read_place
from bot.features.meetings.private import PrivateReminders
from bot.features.meetings.reminders import CARD, Reminders
from bot.features.meetings.rounds import Rounds
from bot.features.meetings.running import Held, Running
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.storage import Database, Tx
from bot.timers import Timers

DRAFT_LASTS = timedelta(days=1)

_MONTHLY = {
    By.DATE: Repeat.MONTHLY,
    By.WEEKDAY: Repeat.MONTHLY_BY_WEEKDAY,
    By.LAST: Repeat.MONTHLY_BY_LAST_WEEKDAY,
}


class Meetings:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        *,
        inbox: Inbox,
        minutes: int,
        reminders: Sequence[timedelta],
        server: ServerOf,
        opening: bool = False,
        checkin: str = "",
        turn: timedelta = timedelta(minutes=2),
        confirm: bool = False,
        absence_after: int = 2,
    ) -> None:
        """``minutes``: how long a meeting is by default; ``reminders``: how long before it it is spoken of.

        ``opening`` and ``checkin``: as ``Running`` takes them. ``turn``: how long one is in a round. ``confirm``:
        whether facilitators say beforehand that they will be there. ``absence_after``: after how many missed meetings
        in a row they are asked whether to send a note to somebody who wished for that.
        """
        self._db = db
        self._clock = clock
        self._audit = audit
        self._groups = groups
        self._server = server
        self._minutes = minutes
        self._course = Course(clock, timers, groups)
        self._reminders = Reminders(clock, outbox, audit, groups, self._course, reminders=reminders, server=server)
        self.zones = ZoneRules(db, clock, timers, self._course)
        self.events = Events(db, clock, outbox, groups, self._course)
        self.private = PrivateReminders(db, clock, timers, inbox, groups, self._course, server=server)
        purpose = self.private.purpose
        base = (self._course, self._reminders)
        self.changes = Changes(db, clock, outbox, timers, audit, groups, *base, purpose=purpose)
        self.answering = Answering(db, clock, timers, inbox, groups, *base, purpose=purpose)
        self.running = Running(
            db, clock, outbox, timers, audit, groups, self._course, server=server, opening=opening, checkin=checkin
        )
        self.held = Held(clock, self._course, self.running)
        self.rounds = Rounds(db, clock, outbox, timers, audit, groups, self._course, self.running, turn=turn)
        self.cover = self._cover(outbox, timers, confirm=confirm)
        self.changes.renamed.extend((self.answering.renamed, self.private.renamed, self.cover.renamed))
        self.absence = self._absence(outbox, after=absence_after)
        groups.archived.append(self._archived)
        groups.restored.append(self._restored)

    def _cover(self, outbox: Outbox, timers: Timers, *, confirm: bool) -> Cover:
        cover = Cover(
            self._db,
            self._clock,
            outbox,
            timers,
            self._groups,
            self._course,
            self._reminders,
            call_off=self.changes.call_off,
            server=self._server,
            confirm=confirm,
        )
        self.changes.moved.append(cover.scheduled)
        self.running.confirmed.append(cover.confirmed)
        self.answering.answered.append(cover.answered)
        return cover

    def _absence(self, outbox: Outbox, *, after: int) -> Absence:
        base = (self._db, self._clock, outbox, self._audit, self._groups, self._course)
        absence = Absence(*base, here=self.running.here, after=after)
        self.running.closed.append(absence.closed)
        return absence

    @property
    def ended(self) -> list[OnEnded]:
        """Called, in the transaction of its end, when one time of a meeting that took place is over."""
        return self._course.ended

    # scheduling

    async def propose(self, *, guild_id: int, group_id: int, proposal: Proposal) -> Occasion:
        """Read what was typed and keep it for a day, as a draft to be confirmed; gives its first time.

        Raises ``UserError`` that says what to type.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._meeting_group(tx, guild_id, group_id)
            meeting = await self._read(tx, group, proposal)
            occasion = await self._first(tx, group, meeting)
            now = self._clock()
            await store.add(tx, meeting, now)
            await self._course.forget_at(tx, meeting, now + DRAFT_LASTS)
            return occasion

    async def schedule(self, *, guild_id: int, group_id: int, meeting_id: int, user_id: int) -> Occasion:
        """Make a draft a meeting. To confirm it again changes nothing. Gives its first time.

        Raises ``UserError`` if that time has passed by now, or the group has another meeting then.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            meeting = await store.get(tx, guild_id, meeting_id)
            if meeting is None or meeting.group_id != group_id:
                raise NotFound("meetings.draft_gone")
            group = await self._meeting_group(tx, guild_id, group_id)
            if meeting.state is not MeetingState.DRAFT:
                return _confirmed_before(group, meeting)
            occasion = await self._first(tx, group, meeting)
            await self._plan(tx, occasion, user_id)
            return occasion

    async def _meeting_group(self, tx: Tx, guild_id: int, group_id: int) -> Group:
        group = await self._groups.group(tx, guild_id, group_id)
        if group is None or group.state not in (GroupState.FORMING, GroupState.OPEN):
            raise UserError("meetings.group_not_open")
        return group

    async def _read(self, tx: Tx, group: Group, proposal: Proposal) -> Meeting:
        title = tidy(proposal.title)
        if not title:
            raise UserError("meetings.title_empty")
        if len(title) > TITLE_LENGTH:
            raise UserError("meetings.title_long", longest=TITLE_LENGTH)
        minutes = self._minutes if proposal.minutes is None else proposal.minutes
        if not SHORTEST <= minutes <= LONGEST:
            raise UserError("meetings.minutes_range", shortest=SHORTEST, longest=LONGEST)
        place = read_place(proposal.where, group)
        if proposal.places is not None and not FEWEST_PLACES <= proposal.places <= MOST_PLACES:
            raise UserError("meetings.places_range", fewest=FEWEST_PLACES, most=MOST_PLACES)
        return Meeting(
            id=new_id(),
            guild_id=group.guild_id,
            group_id=group.id,
            title=title,
            schedule=self._read_schedule(proposal, await self._zone(tx, group, proposal)),
            minutes=minutes,
            state=MeetingState.DRAFT,
            place=place,
            event=read_event(place, event=proposal.event),
            places=proposal.places,
        )

    async def _zone(self, tx: Tx, group: Group, proposal: Proposal) -> str:
        if proposal.zone.strip():
            return read_zone(proposal.zone)
        if group.zone is not None:
            return group.zone
        server = await self._server(tx, group.guild_id)
        if server is None:
            raise UserError("groups.setup_first")
        return server.zone

    def _read_schedule(self, proposal: Proposal, zone: str) -> Schedule:
        now, place = self._clock(), ZoneInfo(zone)
        start = read_start(proposal.starts, now, place)
        until = read_day(proposal.until, now, place) if proposal.until.strip() else None
        repeat, times = _read_repeat(proposal), proposal.times
        if until is not None and until < start.day:
            raise UserError("meetings.until_before_start", first=start.day.isoformat())
        if repeat is Repeat.MONTHLY_BY_LAST_WEEKDAY and not is_last_in_month(start.day):
            raise UserError("meetings.not_the_last", day=start.day.isoformat())
        if times == 1:
            repeat, times = Repeat.NONE, None
        return Schedule(day=start.day, time=start.time, zone=zone, repeat=repeat, until=until, times=times)

    async def _first(self, tx: Tx, group: Group, meeting: Meeting) -> Occasion:
        """The first time of a meeting that is to be planned. Raises ``UserError`` if it cannot be."""
        now = self._clock()
        first = meeting.timetable.on(meeting.schedule.day)
        if first is None or first.starts_at <= now:
            raise UserError("meetings.start_passed")
        others = [other for other in await store.planned(tx, group.guild_id, group.id) if other.id != meeting.id]
        if len(others) >= MOST_PER_GROUP:
            raise UserError("meetings.too_many", most=MOST_PER_GROUP)
        for other in others:
            if starting_at(other, first.starts_at):
                raise UserError("meetings.same_time", title=other.title)
        return Occasion(meeting=meeting, group=group, occurrence=first)

    async def _plan(self, tx: Tx, occasion: Occasion, user_id: int) -> None:
        meeting = occasion.meeting
        draft, planned = MeetingState.DRAFT, MeetingState.PLANNED
        await store.move(tx, meeting.guild_id, meeting.id, before=draft, after=planned)
        await self.cover.scheduled(tx, occasion, user_id)
        await self._course.plan(tx, meeting)
        overdue = overdue_at_once(meeting.timetable, self._reminders.lengths, self._clock())
        if overdue is not None:
            await self._reminders.remind(tx, meeting, occasion.group, overdue)
        await self._audit.record(
            tx,
            guild_id=meeting.guild_id,
            actor=user_id,
            action="meetings.scheduled",
            subject=f"meeting:{meeting.id}",
            repeat=meeting.schedule.repeat,
            minutes=meeting.minutes,
        )

    # answering

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
        """As ``Answering.answer``."""
        which = {"guild_id": guild_id, "group_id": group_id, "meeting_id": meeting_id}
        return await self.answering.answer(**which, day=day, user_id=user_id, choice=choice, told=told)

    # with its group

    async def _archived(self, tx: Tx, group: Group) -> None:
        for meeting in await store.planned(tx, group.guild_id, group.id):
            await self._course.unplan(tx, meeting, MeetingState.SHELVED)

    async def _restored(self, tx: Tx, group: Group) -> None:
        for meeting in await store.shelved(tx, group.guild_id, group.id):
            await self._course.plan_again(tx, meeting)
            for day in await store.spoken_days(tx, meeting, date.min):
                await self._reminders.recount(tx, meeting.guild_id, meeting.id, day)

    # looking

    async def coming(self, *, guild_id: int, group_id: int) -> list[Occasion]:
        """The next time of each meeting of a group, the nearest first; one that is going on counts."""
        async with self._db.read() as tx:
            group = await self._groups.group(tx, guild_id, group_id)
            meetings = await store.planned(tx, guild_id, group_id)
        if group is None:
            return []
        now = self._clock()
        occasions = [
            Occasion(meeting=meeting, group=group, occurrence=occurrence)
            for meeting in meetings
            if (occurrence := next(meeting.coming(now), None))
        ]
        return sorted(occasions, key=lambda occasion: occasion.starts_at)

    async def occasion(self, *, guild_id: int, meeting_id: int, day: date) -> Occasion | None:
        """One time of a meeting; None if it is not planned any more, or its group is paused or archived."""
        async with self._db.read() as tx:
            return await self._course.occasion(tx, guild_id, meeting_id, day)

    async def numbers(self, *, guild_id: int, meeting_id: int, day: date) -> Numbers:
        return await self.answering.numbers(guild_id=guild_id, meeting_id=meeting_id, day=day)

    async def card(self, *, guild_id: int, meeting_id: int, day: date) -> tuple[int, int] | None:
        """Channel and message id of the desk's card for this time; None before it is posted and after the end."""
        async with self._db.read() as tx:
            return await store.post(tx, guild_id, meeting_id, day, CARD)

    async def spoken_of(self, *, guild_id: int, meeting_id: int, day: date) -> Occasion | None:
        """One time of a meeting whatever has become of it since; None if it or its group is gone."""
        async with self._db.read() as tx:
            return await self._course.spoken_of(tx, guild_id, meeting_id, day)


def _read_repeat(proposal: Proposal) -> Repeat:
    """How it comes round. Raises ``UserError`` if what else was typed does not go with that."""
    once, until, times = proposal.repeat is Repeat.NONE, bool(proposal.until.strip()), proposal.times
    if proposal.by is not None and proposal.repeat is not Repeat.MONTHLY:
        raise UserError("meetings.by_without_monthly")
    if once and until:
        raise UserError("meetings.until_without_repeat")
    if once and times is not None:
        raise UserError("meetings.times_without_repeat")
    if until and times is not None:
        raise UserError("meetings.until_and_times")
    if times is not None and not 1 <= times <= MOST_TIMES:
        raise UserError("meetings.times_range", most=MOST_TIMES)
    return proposal.repeat if proposal.by is None else _MONTHLY[proposal.by]


def _confirmed_before(group: Group, meeting: Meeting) -> Occasion:
    first = meeting.timetable.on(meeting.schedule.day)
    if first is None or meeting.state is not MeetingState.PLANNED:
        raise NotFound("meetings.draft_gone")
    return Occasion(meeting=meeting, group=group, occurrence=first)
