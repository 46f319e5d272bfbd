"""Letting somebody into a group, once it is clear that they may come in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.core.clock import Clock
from bot.core.ids import new_id
from bot.features.groups import store
from bot.features.groups.model import Asking, Group, Member, MemberState, Role
from bot.features.groups.places.visits import Visits
from bot.features.groups.rooms import JOINING, Rooms
from bot.inbox import Inbox
from bot.storage import Tx

OnMember = Callable[[Tx, Member], Awaitable[None]]


class Admission:
    def __init__(self, clock: Clock, inbox: Inbox, *, rooms: Rooms, visits: Visits) -> None:
        self._clock = clock
        self._inbox = inbox
        self._rooms = rooms
        self._visits = visits
        self.joined: list[OnMember] = []

    async def let_in(
        self,
        tx: Tx,
        group: Group,
        user_id: int,
        *,
        visit: bool,
        consent_version: str,
        agreement_version: str,
        agreed_at: datetime,
    ) -> Member:
        """Make them a member, or a visitor for a while, with what they agreed to; the rooms open for them."""
        member = Member(
            id=new_id(),
            guild_id=group.guild_id,
            group_id=group.id,
            user_id=user_id,
            role=Role.VISITOR if visit else Role.MEMBER,
            state=MemberState.ACTIVE,
            joined_at=self._clock(),
            left_at=None,
            consent_version=consent_version,
            agreement_version=agreement_version,
            agreed_at=agreed_at,
            visit_ends_at=self._visits.ends_at() if visit else None,
        )
        kept = await store.put_member(tx, member)
        if visit:
            await self._visits.begin(tx, kept)
        await self._rooms.let_in(tx, group, kept)
        for announce in self.joined:
            await announce(tx, kept)
        return kept

    async def remember_choice(self, tx: Tx, guild_id: int, asking: Asking) -> None:
        """Whether they may be messaged about joining is what their newest form says."""
        choose = self._inbox.allow if asking.may_message else self._inbox.withdraw
        await choose(tx, guild_id=guild_id, user_id=asking.user_id, purpose=JOINING)
