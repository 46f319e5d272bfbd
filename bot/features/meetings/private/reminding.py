"""Reminding people privately: what they choose, when each is told, and what is said once their messages are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Final

from bot.core.clock import Clock
from bot.core.durations import parse_duration
from bot.core.errors import NotAllowed, UserError
from bot.core.ids import new_id
from bot.core.reading import read_time
from bot.core.zones import read_zone
from bot.features.groups import Group, Groups, GroupState, Member
from bot.features.groups.desk import ServerOf
from bot.features.meetings import store as meetings
from bot.features.meetings.course import Course
from bot.features.meetings.model import Meeting, MeetingState, Occasion
from bot.features.meetings.naming import follow
from bot.features.meetings.private import store
from bot.features.meetings.private.model import (
    LONGEST,
    SHORTEST,
    USUAL,
    Quiet,
    Telling,
    Understood,
    Wanted,
    Wish,
    ahead,
)
from bot.inbox import Inbox, Word
from bot.inbox.model import Kept
from bot.outbox.model import Params
from bot.storage import Database, Tx
from bot.timers import Due, Timers

PRIVATE: Final = "meetings.private"
"""Of one person and one meeting: the timer by which they are told next, and the word that tells them."""
AHEAD: Final = "meetings.private_ahead"
"""The timer by which those who want it are to be told of what is new ahead of a meeting, some at a time."""
CLOSED: Final = "meetings.private_closed"
PURPOSE: Final = "meetings"
"""What direct messages are allowed for by who asks to be reminded."""

NONE: Final = "none"
"""What is typed for no quiet hours."""
SOME: Final = 20
"""People whose reminders are planned in one transaction."""
PUNCTUAL: Final = timedelta(minutes=5)
"""What happens within this is in time: it takes a moment until what is due is seen."""
CLOSED_LASTS: Final = timedelta(days=30)


class PrivateReminders:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        timers: Timers,
        inbox: Inbox,
        groups: Groups,
        course: Course,
        *,
        server: ServerOf,
    ) -> None:
        self._db = db
        self._clock = clock
        self._timers = timers
        self._inbox = inbox
        self._groups = groups
        self._course = course
        self._server = server
        timers.on(PRIVATE, self._remind)
        timers.on(AHEAD, self._plan_some)
        course.planned.append(self._changed)
        course.unplanned.append(self._changed)
        course.passed.append(self._passed)
        groups.left.append(self._left)
        inbox.closed(PRIVATE, self._found_closed)

    # choosing

    async def choose(self, *, guild_id: int, group_id: int, user_id: int, wanted: Wanted) -> Understood:
        """Remind this person of the meetings of their group from now on, by direct message.

        What they chose before stays so where nothing is typed. That they ask for it is their permission. Raises
        ``UserError`` that says what to type.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._group_of(tx, guild_id, group_id, user_id)
            before = await store.of(tx, guild_id, group_id, user_id)
            wish = await self._read(tx, group, user_id, before, wanted)
            await store.put(tx, wish)
            await self._inbox.allow(tx, guild_id=guild_id, user_id=user_id, purpose=PURPOSE)
            if before is None or (before.before, before.quiet) != (wish.before, wish.quiet):
                await self._begin(tx, wish)
            return Understood(group=group, wish=wish, first=await self._first(tx, wish))

    async def stop(self, *, guild_id: int, group_id: int, user_id: int) -> bool:
        """Remind them of this group's meetings no more; whether they were reminded of them.

        Who is reminded of no group's meetings any more does not allow direct messages for it either.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            wish = await store.of(tx, guild_id, group_id, user_id)
            if wish is not None:
                await self._end(tx, wish)
            if not await store.has_any(tx, guild_id, user_id):
                await self._inbox.withdraw(tx, guild_id=guild_id, user_id=user_id, purpose=PURPOSE)
            return wish is not None

    async def purpose(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> str | None:
        """What a direct message about this group's meetings is sent for.

        None in the person's quiet hours, and if they asked for messages about another group alone.
        """
        wish = await store.of(tx, guild_id, group_id, user_id)
        asleep = wish is not None and wish.quiet is not None and wish.quiet.around(self._clock())
        return None if wish is None or asleep else PURPOSE

    async def _group_of(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> Group:
        standing = await self._groups.standing(tx, guild_id, user_id, group_id=group_id)
        if standing.group is None or not (standing.member or standing.visitor):
            raise NotAllowed("errors.for_members")
        return standing.group

    async def _read(self, tx: Tx, group: Group, user_id: int, known: Wish | None, wanted: Wanted) -> Wish:
        usual = Wish(id=new_id(), guild_id=group.guild_id, group_id=group.id, user_id=user_id, before=USUAL)
        wish = known or usual
        before = _read_before(wanted.before) if wanted.before.strip() else wish.before
        return replace(wish, before=before, quiet=await self._read_quiet(tx, group, wish.quiet, wanted), closed=False)

    async def _read_quiet(self, tx: Tx, group: Group, known: Quiet | None, wanted: Wanted) -> Quiet | None:
        since, until, zone = (typed.strip() for typed in (wanted.quiet_from, wanted.quiet_until, wanted.zone))
        if NONE in (since.casefold(), until.casefold()):
            return None
        if known is None and not (since and until):
            if since or until or zone:
                raise UserError("meetings.quiet_half")
            return None
        quiet = Quiet(
            since=read_time(since) if since or known is None else known.since,
            until=read_time(until) if until or known is None else known.until,
            zone=await self._zone(tx, group, known, zone),
        )
        if quiet.since == quiet.until:
            raise UserError("meetings.quiet_always")
        return quiet

    async def _zone(self, tx: Tx, group: Group, known: Quiet | None, typed: str) -> str:
        if typed:
            return read_zone(typed)
        if known is not None:
            return known.zone
        return group.clocks(await self._server(tx, group.guild_id)).key

    # planning

    async def _begin(self, tx: Tx, wish: Wish) -> None:
        """Plan a new choice. What it is too late for by now is not made up for: they have been told what comes next."""
        await store.forget_told(tx, wish)
        now = self._clock()
        for meeting in await meetings.planned(tx, wish.guild_id, wish.group_id):
            late = list(meeting.timetable.between(now, now + wish.before))
            await store.put_told(tx, wish, meeting, late)
            await self._plan(tx, wish, meeting)

    async def _plan(self, tx: Tx, wish: Wish, meeting: Meeting) -> None:
        """Have them told what is ahead of this meeting, or nothing if it is not planned."""
        subject = _subject(wish, meeting)
        if meeting.state is not MeetingState.PLANNED:
            await self._timers.cancel(tx, PRIVATE, subject)
            await store.forget_told(tx, wish, meeting)
            return
        following = await self._next(tx, wish, meeting)
        if following is None:
            await self._timers.cancel(tx, PRIVATE, subject)
        else:
            await self._timers.set(tx, PRIVATE, subject, following.at, guild_id=wish.guild_id)

    async def _next(self, tx: Tx, wish: Wish, meeting: Meeting) -> Telling | None:
        now, told = self._clock(), await store.told_of(tx, wish, meeting)
        return next(ahead(meeting.timetable, wish, told, now=now, as_of=now), None)

    async def _first(self, tx: Tx, wish: Wish) -> Telling | None:
        coming = await meetings.planned(tx, wish.guild_id, wish.group_id)
        ones = [one for meeting in coming if (one := await self._next(tx, wish, meeting))]
        return min(ones, key=lambda one: one.at, default=None)

    async def _changed(self, tx: Tx, meeting: Meeting) -> None:
        await self._timers.set(tx, AHEAD, f"{meeting.id}:0", self._clock(), guild_id=meeting.guild_id)

    async def _plan_some(self, tx: Tx, due: Due) -> None:
        """Plan one meeting for some of those who want to be reminded; the others follow."""
        meeting_id, after = map(int, due.subject.split(":"))
        meeting = await meetings.whose_timer(tx, meeting_id)
        if meeting is None:
            return
        wishes = await store.some(tx, meeting.guild_id, meeting.group_id, after=after, limit=SOME)
        for wish in wishes:
            await self._plan(tx, wish, meeting)
        if len(wishes) == SOME:
            subject = f"{meeting_id}:{wishes[-1].id}"
            await self._timers.set(tx, AHEAD, subject, self._clock(), guild_id=meeting.guild_id)

    # time passes

    async def _remind(self, tx: Tx, due: Due) -> datetime | None:
        """Say what is due: nothing of what has begun, nor while the group is on a break."""
        wish_id, meeting_id = map(int, due.subject.split(":"))
        wish, meeting = await store.get(tx, wish_id), await meetings.whose_timer(tx, meeting_id)
        if wish is None or meeting is None or meeting.state is not MeetingState.PLANNED:
            return None
        now = self._clock()
        as_of = now if due.late > PUNCTUAL else due.due_at
        told = await store.told_of(tx, wish, meeting)
        group = await self._groups.group(tx, wish.guild_id, wish.group_id)
        if group is not None and group.state is GroupState.OPEN:
            coming = ahead(meeting.timetable, wish, told, now=now, as_of=as_of)
            tellings = list(takewhile(lambda one: one.at <= as_of, coming))
            await self._say(tx, wish, meeting, tellings)
            told |= {(one.occurrence.day, one.occurrence.starts_at) for one in tellings}
        following = ahead(meeting.timetable, wish, told, now=now, as_of=as_of)
        return next((one.at for one in following if one.at > as_of), None)

    async def _say(self, tx: Tx, wish: Wish, meeting: Meeting, tellings: Sequence[Telling]) -> None:
        """Say it, in one word by each way."""
        for by_message in (True, False):
            ones = [one.occurrence for one in tellings if one.by_message is by_message]
            if not ones:
                continue
            times = ",".join(f"{one.day}@{int(one.starts_at.timestamp())}" for one in ones)
            word = Word(
                guild_id=wish.guild_id,
                user_id=wish.user_id,
                kind=PRIVATE,
                params={"wish": wish.id, "meeting": meeting.id, "times": times},
                purpose=PURPOSE if by_message else None,
                expires_at=ones[-1].starts_at,
            )
            await self._inbox.put(tx, word)
            await store.put_told(tx, wish, meeting, ones)

    async def said(self, *, guild_id: int, params: Params) -> list[Occasion]:
        """What a word that was put is still about: it starts then, it has not begun, and they still want it."""
        now, found = self._clock(), list[Occasion]()
        async with self._db.read() as tx:
            if await store.get(tx, int(str(params["wish"]))) is None:
                return []
            for day, _, starts in (one.partition("@") for one in str(params["times"]).split(",")):
                which = int(str(params["meeting"])), date.fromisoformat(day)
                occasion = await self._course.occasion(tx, guild_id, *which)
                if occasion is not None and now < occasion.starts_at == datetime.fromtimestamp(int(starts), now.tzinfo):
                    found.append(occasion)
        return found

    async def _found_closed(self, tx: Tx, word: Kept) -> None:
        """Their direct messages are closed. What could not be told waits in the inbox; they are told why, once."""
        if await store.note_closed(tx, word.guild_id, word.user_id):
            lasts = self._clock() + CLOSED_LASTS
            told = Word(guild_id=word.guild_id, user_id=word.user_id, kind=CLOSED, expires_at=lasts)
            await self._inbox.put(tx, told)

    async def renamed(self, tx: Tx, before: Meeting, after: Meeting, names: Mapping[date, date]) -> None:
        """Who was reminded of a time that is called otherwise from now on was reminded of it, when it began then."""
        await follow(tx, store.told, before, after, names)

    async def _passed(self, tx: Tx, occasion: Occasion) -> None:
        await store.forget_day(tx, occasion.meeting, occasion.day)

    async def _left(self, tx: Tx, member: Member) -> None:
        wish = await store.of(tx, member.guild_id, member.group_id, member.user_id)
        if wish is not None:
            await self._end(tx, wish)

    async def _end(self, tx: Tx, wish: Wish) -> None:
        await store.remove(tx, wish)
        for meeting in await meetings.planned(tx, wish.guild_id, wish.group_id):
            await self._timers.cancel(tx, PRIVATE, _subject(wish, meeting))


def _subject(wish: Wish, meeting: Meeting) -> str:
    return f"{wish.id}:{meeting.id}"


def _read_before(typed: str) -> timedelta:
    try:
        before = parse_duration(typed)
    except ValueError:
        raise UserError("meetings.before_unclear", text=typed.strip()[:60]) from None
    if not SHORTEST <= before <= LONGEST or before % SHORTEST:
        raise UserError("meetings.before_range")
    return before
