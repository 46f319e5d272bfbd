"""Inviting somebody: a place is kept for them, and it is theirs to take or not."""

from __future__ import annotations

from datetime import timedelta

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.ids import new_id
from bot.features.groups import store
from bot.features.groups.model import Candidate, Group, Rules
from bot.features.groups.places import store as places
from bot.features.groups.places.model import Crowd, Expected
from bot.features.groups.places.places import Places
from bot.storage import Database, Tx

INVITATION_LASTS = timedelta(days=14)


class Invitations:
    def __init__(self, db: Database, clock: Clock, audit: Audit, *, places: Places, rules: Rules) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._places = places
        self._rules = rules

    async def invite(self, *, guild_id: int, group_id: int, actor_id: int, person: Candidate) -> Crowd:
        """Keep a place for this person, also where the group takes nobody else now; who waits is offered one at once.

        Gives how full the group is with them. Raises ``UserError`` for who cannot be invited, with the reason.
        """
        if person.bot:
            raise UserError("groups.invite_bot")
        if person.user_id == actor_id:
            raise UserError("groups.invite_self")
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._places.open_group(tx, guild_id, group_id)
            expected = await self._invitable(tx, group, person.user_id)
            if expected is None:
                await self._keep_place(tx, group, person.user_id)
            else:
                await self._places.offer(tx, expected, lasts=self._rules.offer_lasts)
            await self._audit.record(
                tx, guild_id=guild_id, actor=actor_id, action="groups.invited", subject=f"group:{group_id}"
            )
            return await self._places.crowd(tx, group)

    async def _invitable(self, tx: Tx, group: Group, user_id: int) -> Expected | None:
        """Their place on the waiting list, if they have one."""
        member = await store.membership(tx, group.guild_id, group.id, user_id)
        if member is not None and member.active:
            raise UserError("groups.invite_inside")
        if any(asked.group_id == group.id for asked in await store.requests_of(tx, group.guild_id, user_id)):
            raise UserError("groups.invite_asked")
        expected = await places.of(tx, group.guild_id, group.id, user_id)
        if expected is not None and expected.offered:
            raise UserError("groups.invite_again")
        crowd = await self._places.crowd(tx, group)
        if crowd.packed:
            raise UserError("groups.invite_packed", most=crowd.most)
        return expected

    async def _keep_place(self, tx: Tx, group: Group, user_id: int) -> None:
        expected = Expected(
            id=new_id(),
            guild_id=group.guild_id,
            group_id=group.id,
            user_id=user_id,
            visit=False,
            invited=True,
            since=self._clock(),
        )
        await places.add(tx, expected)
        await self._places.offer(tx, expected, lasts=INVITATION_LASTS)
