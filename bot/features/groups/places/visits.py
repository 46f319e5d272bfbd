"""Visits: somebody sees a few meetings before they decide, and nothing is kept of them if they do not stay.

After domain practice for open peer groups: two visits, an honest question after each, and no fuss about going.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.features.groups import store
from bot.features.groups.desk import Desk
from bot.features.groups.model import Group, GroupState, Member, Role, Rules
from bot.features.groups.places import store as places
from bot.features.groups.rooms import JOINING
from bot.storage import Database, Tx
from bot.timers import Due, Timers

OVER: Final = "groups.visit_over"
VISITED: Final = "groups.visited"

End = Callable[[Tx, Group, Member], Awaitable[None]]


class Visits:
    def __init__(
        self, db: Database, clock: Clock, timers: Timers, audit: Audit, *, desk: Desk, rules: Rules, end: End
    ) -> None:
        """``end`` ends somebody's place in a group."""
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._desk = desk
        self._rules = rules
        self._end = end
        timers.on(OVER, self._over)

    @property
    def most(self) -> int:
        """How many meetings somebody may visit."""
        return self._rules.visits

    async def begin(self, tx: Tx, visitor: Member) -> None:
        """Have the visit end by itself, unless they stay."""
        assert visitor.visit_ends_at is not None
        await self._timers.set(tx, OVER, _subject(visitor), visitor.visit_ends_at, guild_id=visitor.guild_id)

    def ends_at(self) -> datetime:
        """When a visit ends that begins now."""
        return self._clock() + self._rules.visit_lasts

    async def visitor(self, group: Group, user_id: int) -> Member | None:
        """Their place in the group, if they are visiting it."""
        async with self._db.read() as tx:
            member = await store.membership(tx, group.guild_id, group.id, user_id)
        return member if member is not None and _visits(member) else None

    async def stay(self, *, guild_id: int, group_id: int, user_id: int) -> Group:
        """Make a visitor a member: their place is counted already. Raises ``UserError`` for who is no visitor."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await store.group(tx, guild_id, group_id)
            member = await store.membership(tx, guild_id, group_id, user_id)
            if group is None or member is None or not member.active:
                raise NotFound("groups.visit_ended")
            if member.role is not Role.VISITOR:
                raise UserError("groups.already_in", name=group.name)
            await places.make_member(tx, member.id)
            await self._timers.cancel(tx, OVER, _subject(member))
            await self._audit.record(
                tx, guild_id=guild_id, actor=None, action="groups.stayed", subject=f"group:{group_id}"
            )
            return group

    async def visited(self, tx: Tx, guild_id: int, group_id: int, absent: Collection[int], began_at: datetime) -> None:
        """A meeting of the group has ended: it counts for its visitors but those who had said they could not come, and
        those who came into the group only after it ``began_at``.

        Each is asked whether this is the right group for them. After the last visit their place is kept for them as
        long as one that is offered.
        """
        await tx.lock("group", group_id)
        for member in await store.members(tx, guild_id, group_id):
            was_there = member.user_id not in absent and member.joined_at <= began_at
            if _visits(member) and was_there and member.visits < self.most:
                await self._count(tx, member)

    async def returned(self, tx: Tx, guild_id: int) -> None:
        """The bot was away from that server for a while, in which nobody could stay: they have time again."""
        for member_id in await places.visiting_until(tx, guild_id, self._clock() + self._rules.offer_lasts):
            seen = await store.member(tx, guild_id, member_id)
            if seen is not None:
                await tx.lock("group", seen.group_id)
                member = await store.member(tx, guild_id, member_id)
                if member is not None and _visits(member):
                    ends_at = await self._prolong(tx, member)
                    await self._timers.set(tx, OVER, _subject(member), ends_at, guild_id=guild_id)

    async def _prolong(self, tx: Tx, member: Member) -> datetime:
        """Keep a visitor's place for as long as one that is offered; gives until when."""
        ends_at = self._clock() + self._rules.offer_lasts
        await places.set_visits(tx, member.id, visits=member.visits, ends_at=ends_at)
        return ends_at

    async def _count(self, tx: Tx, member: Member) -> None:
        visits = member.visits + 1
        ends_at = member.visit_ends_at or self.ends_at()
        if visits >= self.most:
            ends_at = self._clock() + self._rules.offer_lasts
        await places.set_visits(tx, member.id, visits=visits, ends_at=ends_at)
        await self._timers.set(tx, OVER, _subject(member), ends_at, guild_id=member.guild_id)
        params = {"group": member.group_id, "visits": visits}
        await self._desk.say(tx, member.guild_id, member.user_id, VISITED, params, purpose=JOINING)

    async def _over(self, tx: Tx, due: Due) -> datetime | None:
        """They have not said that they stay: their place ends, and they are told kindly that they may come back."""
        guild_id, member_id = map(int, due.subject.split(":"))
        seen = await store.member(tx, guild_id, member_id)
        if seen is None:
            return None
        await tx.lock("group", seen.group_id)
        # they may have pressed **Stay** before the lock was had
        member = await store.member(tx, guild_id, member_id)
        group = await store.group(tx, guild_id, seen.group_id)
        if group is None or member is None or not _visits(member) or member.visit_ends_at is None:
            return None
        if member.visit_ends_at > self._clock():
            return member.visit_ends_at
        if group.state is not GroupState.OPEN:
            # on a break, or archived and perhaps brought back: there was nothing to visit
            return await self._prolong(tx, member)
        await self._end(tx, group, member)
        await self._desk.say(tx, guild_id, member.user_id, OVER, {"group": group.id}, purpose=JOINING)
        return None


def _visits(member: Member) -> bool:
    return member.active and member.role is Role.VISITOR


def _subject(member: Member) -> str:
    return f"{member.guild_id}:{member.id}"
