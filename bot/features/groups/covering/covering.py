"""Letting a lead into a group that they cover a meeting of, and out of it again.

What peer support services do for an uncovered session: a known keeper holds it, and is gone again after it. They are
declared as any facilitator is, so that everybody in the group sees who can read the room; the group does not count on
them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.features.groups import store
from bot.features.groups.covering import store as covering
from bot.features.groups.model import Group, Member, facilitating
from bot.features.groups.places import Admission, Places
from bot.features.groups.rooms import Rooms
from bot.storage import Tx
from bot.timers import Due, Timers

OVER: Final = "groups.cover_over"

End = Callable[[Tx, Group, Member], Awaitable[None]]


class Covering:
    """Whoever calls this holds the group."""

    def __init__(
        self,
        clock: Clock,
        timers: Timers,
        audit: Audit,
        *,
        rooms: Rooms,
        places: Places,
        admission: Admission,
        end: End,
    ) -> None:
        """``end`` ends somebody's place in a group."""
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._rooms = rooms
        self._places = places
        self._admission = admission
        self._end = end
        timers.on(OVER, self._over)

    async def may(self, tx: Tx, group: Group, user_id: int) -> bool:
        """Whether this person can hold a meeting of the group: not who comes there for themselves, or wants to.

        To lead those among whom one is, or hopes to be, helped would be a double bond for everybody.
        """
        member = await store.membership(tx, group.guild_id, group.id, user_id)
        if member is not None and member.active:
            return member.facilitates
        asked = await store.requests_of(tx, group.guild_id, user_id)
        expected = await self._places.expected(tx, group.guild_id, group.id, user_id)
        wanted = expected is not None and not expected.invited
        return not wanted and all(request.group_id != group.id for request in asked)

    async def admit(self, tx: Tx, group: Group, user_id: int, until: datetime) -> None:
        """Have somebody who is not in the group facilitate it ``until`` then; who facilitates it anyway goes on."""
        before = await store.membership(tx, group.guild_id, group.id, user_id)
        if before is not None and before.facilitates:
            await self.keep_until(tx, before, until)
            return
        member = await store.put_member(tx, facilitating(group, user_id, self._clock(), cover_until=until))
        await self._timers.set(tx, OVER, _subject(member), until, guild_id=group.guild_id)
        await self._rooms.look_again(tx, group, member)
        for announce in self._admission.joined:
            await announce(tx, member)
        await self._audit.record(
            tx, guild_id=group.guild_id, actor=user_id, action="groups.covers", subject=f"group:{group.id}"
        )

    async def keep_until(self, tx: Tx, member: Member, until: datetime) -> None:
        """Have somebody who covers a meeting do so ``until`` then, later or earlier than it was."""
        if member.stands_in and member.cover_until != until:
            await covering.set_until(tx, member.id, until)
            await self._timers.set(tx, OVER, _subject(member), until, guild_id=member.guild_id)

    async def _over(self, tx: Tx, due: Due) -> datetime | None:
        guild_id, member_id = map(int, due.subject.split(":"))
        seen = await store.member(tx, guild_id, member_id)
        if seen is None:
            return None
        await tx.lock("group", seen.group_id)
        # they may have taken the group over, or another meeting, before the lock was had
        member = await store.member(tx, guild_id, member_id)
        group = await store.group(tx, guild_id, seen.group_id)
        if member is None or group is None or not member.stands_in or member.cover_until is None:
            return None
        if member.cover_until > self._clock():
            return member.cover_until
        await self._end(tx, group, member)
        return None


def _subject(member: Member) -> str:
    return f"{member.guild_id}:{member.id}"
