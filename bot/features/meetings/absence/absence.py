"""Notes to those who wish to be asked after when they have been away for a while.

After domain practice: only for who asked for it, once for each time of being away, never in a channel, never with a
number, and only if a facilitator says so. Of who came to a meeting nothing is kept but, for those who asked for it,
how many they missed in a row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotAllowed, NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import Group, Groups, GroupState, Member, Role
from bot.features.meetings import store as meetings
from bot.features.meetings.absence import store
from bot.features.meetings.absence.model import Notice, Spell, after_meeting
from bot.features.meetings.course import Course
from bot.features.meetings.model import MeetingState, Occasion
from bot.features.meetings.timetable import OccasionState
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx

CARD: Final = "meetings.absence_card"
SETTLED: Final = "meetings.absence_settled"
"""Has a card say that there is nothing left to decide."""
NOTE: Final = "meetings.absence_note"
AWAY: Final = "away"
"""What a direct message with a note was allowed for."""

Here = Callable[[Tx, Occasion], Awaitable[list[int]]]


class Absence:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        audit: Audit,
        groups: Groups,
        course: Course,
        *,
        here: Here,
        after: int,
    ) -> None:
        """``here``: who is at a meeting that is open; ``after``: so many missed in a row are a time of being away."""
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._audit = audit
        self._groups = groups
        self._here = here
        self._after = after
        course.passed.append(self._passed)
        groups.left.append(self._left)
        outbox.delivered(CARD, self._card_posted)
        outbox.undeliverable(CARD, self._card_refused)

    # wishing for it

    async def wish(self, *, guild_id: int, group_id: int, user_id: int, message: bool) -> None:
        """Be asked after when away. ``message``: also by a direct message. To wish it again changes only that.

        Raises ``UserError`` for who facilitates the group: whoever holds the meetings is missed without it.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            member = await self._groups.member(tx, guild_id, group_id, user_id)
            if member is None or not member.active or member.role is Role.VISITOR:
                raise NotAllowed("errors.for_members")
            if member.facilitates:
                raise UserError("meetings.notice_facilitator")
            now = self._clock()
            await store.add(tx, Notice(id=new_id(), guild_id=guild_id, group_id=group_id, user_id=user_id, since=now))
            await self._groups.desk.may_message(tx, guild_id, user_id, AWAY, allowed=message)

    async def stop(self, *, guild_id: int, group_id: int, user_id: int) -> None:
        """Not be asked after any more in this group. To say so again changes nothing."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            await self._forget(tx, guild_id, group_id, user_id)

    async def _left(self, tx: Tx, member: Member) -> None:
        await self._forget(tx, member.guild_id, member.group_id, member.user_id)

    async def _forget(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> None:
        notice = await store.of(tx, guild_id, group_id, user_id)
        if notice is not None:
            await store.remove(tx, notice)
            await self._settle_card(tx, notice)

    # meetings take place

    async def closed(self, tx: Tx, occasion: Occasion) -> None:
        """A meeting that took place is over, and it is still known who was there.

        Where no member pressed **I'm here** nobody is missed: that group does without the button.
        """
        took_place = occasion.meeting.state in (MeetingState.PLANNED, MeetingState.OVER)
        if not took_place or occasion.change.opened_at is None or occasion.group.state is not GroupState.OPEN:
            return
        await tx.lock("group", occasion.group.id)
        here = set(await self._here(tx, occasion))
        members = await self._groups.members(tx, occasion.group.guild_id, occasion.group.id)
        if not any(member.user_id in here for member in members if not member.facilitates):
            return
        away = await meetings.absent(tx, occasion.meeting, occasion.day)
        for notice in await store.of_group(tx, occasion.group.guild_id, occasion.group.id):
            if await self._expected(tx, notice, occasion):
                excused = notice.excused or notice.user_id in away
                came = notice.user_id in here
                now = after_meeting(notice, came=came, excused=excused, limit=self._after)
                await self._keep(tx, occasion.group, notice, now)

    async def _expected(self, tx: Tx, notice: Notice, occasion: Occasion) -> bool:
        """Whether they were a member, and wished this, before the meeting began."""
        member = await self._groups.member(tx, notice.guild_id, notice.group_id, notice.user_id)
        if member is None or not member.active or member.role is not Role.MEMBER:
            return False
        return max(member.joined_at, notice.since) <= occasion.starts_at

    async def _keep(self, tx: Tx, group: Group, before: Notice, now: Notice) -> None:
        begun = before.spell is Spell.NONE and now.spell is Spell.ASKED
        if begun and group.desk_id is None:
            now = replace(now, spell=Spell.NONE)  # there is nobody to be asked yet
        elif begun:
            await self._post_card(tx, group, now)
        if before.spell is Spell.ASKED and now.spell is Spell.NONE:
            await self._settle_card(tx, before)
            now = replace(now, card_channel_id=None, card_id=None)
        await store.change(tx, now)

    async def _passed(self, tx: Tx, occasion: Occasion) -> None:
        """What was answered is deleted now, though the meeting may go on: who is excused stays so till it is closed."""
        if occasion.state is not OccasionState.OPEN:
            return
        away = await meetings.absent(tx, occasion.meeting, occasion.day)
        for notice in await store.of_group(tx, occasion.group.guild_id, occasion.group.id):
            if notice.user_id in away:
                await store.excuse(tx, notice)

    # deciding

    async def send(self, *, guild_id: int, group_id: int, notice_id: int, actor_id: int) -> None:
        """Send the note. Of two who press at once one does; the other gets ``UserError``, as for one not wanted now."""
        async with self._db.begin() as tx:
            notice = await self._settle(tx, guild_id, group_id, notice_id)
            params = {"group": group_id, "notice": notice.id}
            await self._groups.desk.say(tx, guild_id, notice.user_id, NOTE, params, purpose=AWAY)
            await self._record(tx, notice, "meetings.note_sent", actor_id)

    async def decline(self, *, guild_id: int, group_id: int, notice_id: int, actor_id: int) -> None:
        """Send none this time. Raises ``UserError`` as ``send`` does."""
        async with self._db.begin() as tx:
            notice = await self._settle(tx, guild_id, group_id, notice_id)
            await self._record(tx, notice, "meetings.note_not_sent", actor_id)

    async def get(self, *, guild_id: int, notice_id: int) -> Notice | None:
        """The wish, for as long as there is one."""
        async with self._db.read() as tx:
            return await store.get(tx, guild_id, notice_id)

    async def _settle(self, tx: Tx, guild_id: int, group_id: int, notice_id: int) -> Notice:
        await tx.lock("group", group_id)
        notice = await store.get(tx, guild_id, notice_id)
        if notice is None or notice.group_id != group_id or not await store.settle(tx, notice):
            raise NotFound("meetings.absence_gone")
        await self._settle_card(tx, notice)
        return notice

    async def _record(self, tx: Tx, notice: Notice, action: str, actor_id: int) -> None:
        subject = f"group:{notice.group_id}"
        await self._audit.record(tx, guild_id=notice.guild_id, actor=actor_id, action=action, subject=subject)

    # the card

    async def _post_card(self, tx: Tx, group: Group, notice: Notice) -> None:
        await self._outbox.put(
            tx,
            Post(
                # nothing in it that would tell which meetings were missed
                key=f"{_errands_of(notice)}{new_id()}",
                guild_id=group.guild_id,
                channel_id=group.desk_id,
                lane=Lane.ROUTINE,
                kind=CARD,
                params={"group": group.id, "notice": notice.id},
            ),
        )

    async def _card_posted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)
        if done.channel_id is None or done.message_id is None:
            return
        await tx.lock("group", int(str(done.params["group"])))
        notice = await store.get(tx, done.guild_id, int(str(done.params["notice"])))
        if notice is None or notice.spell is not Spell.ASKED:
            # it was settled on the way there
            await self._put_settled(tx, done.guild_id, done.channel_id, done.message_id)
            return
        await store.change(tx, replace(notice, card_channel_id=done.channel_id, card_id=done.message_id))

    async def _card_refused(self, tx: Tx, card: Returned) -> None:
        """The lead is told, because the desk cannot be, and an administrator's check has it tried again."""
        group_id = int(str(card.params["group"]))
        notice = await store.get(tx, card.guild_id, int(str(card.params["notice"])))
        if notice is None or notice.spell is not Spell.ASKED:
            await self._groups.setbacks.forget(tx, card.key)
            return
        if await self._groups.setbacks.remember(tx, card, What.POST, Lane.ROUTINE, group_id=group_id):
            about = "meetings.trouble_absence"
            await self._groups.desk.tell_lead(tx, card.guild_id, group_id, about, problem=card.problem)

    async def _settle_card(self, tx: Tx, notice: Notice) -> None:
        """Nothing on the desk asks about this person any more, and nobody is told why."""
        for setback in await self._groups.setbacks.of(tx, notice.guild_id):
            if setback.key.startswith(_errands_of(notice)):
                await self._groups.setbacks.forget(tx, setback.key)
        if notice.card_channel_id is not None and notice.card_id is not None:
            await self._put_settled(tx, notice.guild_id, notice.card_channel_id, notice.card_id)

    async def _put_settled(self, tx: Tx, guild_id: int, channel_id: int, message_id: int) -> None:
        deed = Deed(
            key=f"meeting-absence:{message_id}:settled",
            guild_id=guild_id,
            what=What.EDIT,
            lane=Lane.ROUTINE,
            kind=SETTLED,
            params={"channel": channel_id, "message": message_id},
        )
        await self._outbox.put(tx, deed)


def _errands_of(notice: Notice) -> str:
    return f"meeting-absence:{notice.id}:"
