"""Changing single times of a meeting, or all that follow, and telling those whom it concerns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import Groups, GroupState
from bot.features.meetings import store as meetings
from bot.features.meetings.changes import store
from bot.features.meetings.changes.following import Following, OnRenamed
from bot.features.meetings.changes.model import Doing, Draft, News, Preview, Told, Typed, Which, Wish
from bot.features.meetings.changes.telling import Telling
from bot.features.meetings.changes.wishes import as_wished, at, changed, read
from bot.features.meetings.course import Course
from bot.features.meetings.model import MeetingState, Occasion, starting_at
from bot.features.meetings.private.model import PurposeOf
from bot.features.meetings.reminders import Reminders
from bot.features.meetings.timetable import Change, OccasionState
from bot.outbox import Outbox
from bot.storage import Database, Tx
from bot.timers import Due, Timers

FORGET_DRAFT: Final = "meetings.forget_change"
DRAFT_LASTS = timedelta(days=1)

OnMoved = Callable[[Tx, Occasion, int], Awaitable[None]]
"""Given the time of the meeting as it is now, and who moved it."""

MOST_AHEAD = 25
"""How many times ahead somebody is offered to choose from."""


class Changes:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        course: Course,
        reminders: Reminders,
        *,
        purpose: PurposeOf,
    ) -> None:
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._course = course
        self._reminders = reminders
        self._telling = Telling(outbox, groups, purpose=purpose)
        self._following = Following(clock, course, self._telling)
        self.moved: list[OnMoved] = []
        """Called when a time of a meeting was moved, alone or with all that follow it."""
        reminders.overtaken.append(self._telling.overtaken)
        timers.on(FORGET_DRAFT, self._forget_draft)

    @property
    def renamed(self) -> list[OnRenamed]:
        """Called when times of a meeting are called by other days from now on, or become another meeting's."""
        return self._following.renamed

    # what somebody wants, and its confirmation

    async def propose(self, *, guild_id: int, group_id: int, typed: Typed) -> Preview:
        """Read what was typed and keep it for a day, to be confirmed; gives what will be.

        Raises ``UserError`` that says what to type, or why it cannot be.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            occasion = await self._to_be_changed(tx, guild_id, group_id, typed.meeting_id, typed.day)
            wish = read(typed, occasion, self._clock())
            draft = Draft(id=new_id(), wish=wish, revision=occasion.revision)
            preview = await self._preview(tx, draft, occasion)
            now = self._clock()
            await store.put_draft(tx, guild_id, draft, now)
            await self._timers.set(tx, FORGET_DRAFT, str(draft.id), now + DRAFT_LASTS, guild_id=guild_id)
            return preview

    async def confirm(self, *, guild_id: int, group_id: int, draft_id: int, actor_id: int) -> Preview | None:
        """Have what was read back be so; gives it as it is now, None if that had been done already.

        Raises ``UserError`` if something has changed meanwhile.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            draft = await store.draft(tx, guild_id, draft_id)
            if draft is None:
                raise NotFound("meetings.change_gone")
            if draft.done:
                return None
            wish = draft.wish
            await tx.lock("meeting", wish.meeting_id)
            occasion = await self._to_be_changed(tx, guild_id, group_id, wish.meeting_id, wish.day)
            if occasion.revision != draft.revision:
                raise UserError("meetings.changed_meanwhile")
            preview = await self._preview(tx, draft, occasion)
            await store.finish(tx, draft_id)
            return replace(preview, now=await self._fulfil(tx, occasion, wish, actor_id))

    async def _to_be_changed(self, tx: Tx, guild_id: int, group_id: int, meeting_id: int, day: date) -> Occasion:
        occasion = await self._known(tx, guild_id, group_id, meeting_id, day)
        if occasion.meeting.state is not MeetingState.PLANNED:
            raise NotFound("meetings.change_gone")
        if occasion.state is OccasionState.CANCELLED:
            raise UserError("meetings.change_called_off")
        if occasion.state is not OccasionState.PLANNED or occasion.starts_at <= self._clock():
            raise UserError("meetings.change_begun")
        return occasion

    async def _known(self, tx: Tx, guild_id: int, group_id: int, meeting_id: int, day: date) -> Occasion:
        occasion = await self._course.spoken_of(tx, guild_id, meeting_id, day)
        if occasion is None or occasion.group.id != group_id:
            raise NotFound("meetings.change_gone")
        if occasion.group.state not in (GroupState.FORMING, GroupState.OPEN):
            raise UserError("meetings.group_not_open")
        return occasion

    async def _preview(self, tx: Tx, draft: Draft, occasion: Occasion) -> Preview:
        wish, meeting = draft.wish, occasion.meeting
        if wish.which is Which.FOLLOWING:
            _check_none_begun(occasion)
        goes = wish.doing in (Doing.SKIP, Doing.CANCEL)
        now = None if goes else as_wished(wish, occasion, self._clock())
        if now is not None and wish.to is not None:
            await self._check_free(tx, occasion, now, alone=wish.which is Which.ONE)
        days = [occasion.day]
        if wish.which is Which.FOLLOWING:
            days = await meetings.spoken_days(tx, meeting, occasion.day)
        answered = [await self._telling.concerned(tx, meeting, day) for day in days]
        dropped = [day for day in meeting.changes if day > occasion.day]
        return Preview(
            draft_id=draft.id,
            wish=wish,
            before=occasion,
            now=now,
            answered=len(set[int]().union(*answered)),
            dropped=len(dropped) if wish.which is Which.FOLLOWING and wish.to is not None else 0,
        )

    async def _check_free(self, tx: Tx, before: Occasion, now: Occasion, *, alone: bool) -> None:
        """Raise ``UserError`` unless a meeting can start then."""
        if now.starts_at <= self._clock():
            raise UserError("meetings.move_passed")
        mine, instant = before.meeting, now.starts_at
        taken = [
            one for one in starting_at(mine, instant) if (one.day != before.day if alone else one.day < before.day)
        ]
        planned = await meetings.planned(tx, mine.guild_id, mine.group_id)
        others = [one for one in planned if one.id != mine.id and starting_at(one, instant)]
        for other in [mine, *others] if taken else others:
            raise UserError("meetings.same_time", title=other.title)

    async def _fulfil(self, tx: Tx, occasion: Occasion, wish: Wish, actor_id: int) -> Occasion | None:
        which = wish.which
        if wish.doing in (Doing.SKIP, Doing.CANCEL):
            if which is Which.ONE:
                await self.call_off(tx, occasion, wish.reason, actor_id=actor_id)
            else:
                await self._following.end(tx, occasion, wish.reason)
                await self._record(tx, occasion, "meetings.ended", actor_id, reason=wish.reason)
            return None
        if which is Which.ONE:
            now = await self._change_one(tx, occasion, wish)
        else:
            now = await self._following.change(tx, occasion, wish)
        await self._card(tx, now)
        if wish.doing is Doing.MOVE:
            for announce in self.moved:
                await announce(tx, now, actor_id)
        action = "meetings.moved" if wish.doing is Doing.MOVE else "meetings.edited"
        await self._record(tx, now, action, actor_id, which=which)
        return now

    async def _change_one(self, tx: Tx, occasion: Occasion, wish: Wish) -> Occasion:
        change, moved = changed(wish, occasion), wish.doing is Doing.MOVE
        now = await self._change(tx, occasion, replace(change, revision=change.revision + 1) if moved else change)
        news = News(told=Told.MOVED if moved else Told.EDITED, before=occasion, now=now)
        if wish.tells_room:
            await self._telling.announce(tx, news)
        await self._tell(tx, news, await self._telling.concerned(tx, now.meeting, now.day))
        await meetings.keep_until(tx, now.meeting, now.day, now.ends_at)
        return now

    # called off, and held after all

    async def call_off(self, tx: Tx, occasion: Occasion, reason: str | None, *, actor_id: int | None) -> None:
        """Have this time not take place: said in the room, and to each who had answered, whose answers are deleted.

        ``reason`` is one of ``Reason``; ``actor_id`` is None if it is the bot's doing. Again changes nothing.
        """
        if occasion.state is OccasionState.CANCELLED:
            return
        change = replace(occasion.change, state=OccasionState.CANCELLED, reason=reason)
        answered = await self._telling.concerned(tx, occasion.meeting, occasion.day)
        now = await self._change(tx, occasion, replace(change, revision=change.revision + 1))
        news = News(told=Told.CANCELLED, before=occasion, now=now, reason=reason)
        await self._telling.announce(tx, news)
        await self._tell(tx, news, answered)
        await meetings.forget_time(tx, now.meeting, now.day)
        await self._record(tx, now, "meetings.called_off", actor_id, reason=reason)

    async def hold(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, actor_id: int) -> Occasion:
        """Have a time that was called off take place after all. Again changes nothing.

        Raises ``UserError`` once it would have begun, or if there is another meeting then.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            await tx.lock("meeting", meeting_id)
            occasion = await self._known(tx, guild_id, group_id, meeting_id, day)
            if occasion.meeting.state is not MeetingState.PLANNED:
                raise NotFound("meetings.change_gone")
            if occasion.starts_at <= self._clock():
                raise UserError("meetings.hold_late")
            if occasion.state is not OccasionState.CANCELLED:
                return occasion
            await self._check_free(tx, occasion, occasion, alone=True)
            change = replace(occasion.change, state=OccasionState.PLANNED, reason=None)
            now = await self._change(tx, occasion, replace(change, revision=change.revision + 1))
            news = News(told=Told.HELD, before=occasion, now=now)
            await self._telling.announce(tx, news)
            await self._tell(tx, news, await self._telling.who_heard(tx, occasion))
            await self._card(tx, now)
            await self._record(tx, now, "meetings.held", actor_id)
            return now

    async def _change(self, tx: Tx, occasion: Occasion, change: Change) -> Occasion:
        """Keep what is so of this time from now on, and plan anew what is ahead."""
        meeting = await meetings.change(tx, occasion.meeting, change)
        await self._course.plan(tx, meeting)
        return at(meeting, occasion)

    async def _tell(self, tx: Tx, news: News, user_ids: Collection[int]) -> None:
        await self._telling.say(tx, news, user_ids)
        await self._telling.mend(tx, news.now.meeting, news.now.day)

    async def _card(self, tx: Tx, occasion: Occasion) -> None:
        """Have the desk count for a time that is so near now that its reminders would have brought the card."""
        if any(occasion.starts_at - length <= self._clock() for length in self._reminders.lengths):
            await self._reminders.put_card(tx, occasion)

    # looking

    async def ahead(self, *, guild_id: int, group_ids: Collection[int]) -> list[Occasion]:
        """The next times of all meetings of these groups that have not begun, the nearest first."""
        async with self._db.read() as tx:
            found = [one for group_id in group_ids for one in await self._ahead(tx, guild_id, group_id)]
        return sorted(found, key=lambda occasion: occasion.starts_at)[:MOST_AHEAD]

    async def _ahead(self, tx: Tx, guild_id: int, group_id: int) -> list[Occasion]:
        group = await self._groups.group(tx, guild_id, group_id)
        planned = [] if group is None else await meetings.planned(tx, guild_id, group_id)
        return [
            Occasion(meeting=meeting, group=group, occurrence=occurrence)
            for meeting in planned
            for occurrence in islice(meeting.timetable.after(self._clock()), MOST_AHEAD)
            if group is not None
        ]

    async def called_off(self, *, guild_id: int, group_id: int) -> list[Occasion]:
        """The times of a group's meetings that are called off and would still be ahead, the nearest first."""
        async with self._db.read() as tx:
            group = await self._groups.group(tx, guild_id, group_id)
            planned = await meetings.planned(tx, guild_id, group_id)
        if group is None:
            return []
        now = self._clock()
        found = [
            Occasion(meeting=meeting, group=group, occurrence=occurrence)
            for meeting in planned
            for occurrence in meeting.timetable.called_off()
            if occurrence.starts_at > now
        ]
        return sorted(found, key=lambda occasion: occasion.starts_at)

    async def group_of(self, *, guild_id: int, meeting_id: int) -> int | None:
        """Whose meeting it is."""
        async with self._db.read() as tx:
            meeting = await meetings.get(tx, guild_id, meeting_id)
        return None if meeting is None else meeting.group_id

    async def _record(
        self, tx: Tx, occasion: Occasion, action: str, actor_id: int | None, **detail: int | str | bool | None
    ) -> None:
        await self._audit.record(
            tx,
            guild_id=occasion.meeting.guild_id,
            actor=actor_id,
            action=action,
            subject=f"meeting:{occasion.meeting.id}",
            **detail,
        )

    async def _forget_draft(self, tx: Tx, due: Due) -> None:
        await store.remove_draft(tx, int(due.subject))


def _check_none_begun(occasion: Occasion) -> None:
    """Raise ``UserError`` if one of those that follow takes place already, moved before others as it was."""
    ahead = (OccasionState.PLANNED, OccasionState.CANCELLED)
    if any(change.state not in ahead for day, change in occasion.meeting.changes.items() if day >= occasion.day):
        raise UserError("meetings.change_begun")
