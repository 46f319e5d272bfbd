"""Changing a group that is there: its name and what it takes, who is in it, and who has a duty to report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.audit import Audit
from bot.core.errors import NotFound, UserError
from bot.features.groups import store
from bot.features.groups.desk import Desk
from bot.features.groups.keeping import store as kept
from bot.features.groups.keeping.founding import Founding
from bot.features.groups.keeping.planning import Planning
from bot.features.groups.model import Change, Edited, Group, GroupState, Member, Place, Role
from bot.features.groups.rooms import OnGroup, Rooms
from bot.storage import Database, Tx

REMOVED: Final = "groups.removed"

End = Callable[[Tx, Group, Member], Awaitable[None]]
TAKING = ("capacity", "mode", "joins_from", "joins_until")
"""What says how many a group takes, and when."""


class Keeping:
    def __init__(
        self,
        db: Database,
        audit: Audit,
        founding: Founding,
        planning: Planning,
        rooms: Rooms,
        desk: Desk,
        *,
        changed: Sequence[OnGroup],
        end: End,
    ) -> None:
        """``changed``: whom to tell of how many a group takes; ``end`` ends a place in a group."""
        self._db = db
        self._audit = audit
        self._founding = founding
        self._planning = planning
        self._rooms = rooms
        self._desk = desk
        self._changed = changed
        self._end = end

    # its name and what it takes

    def telling(self, name: str) -> tuple[str, ...]:
        """The words in a name that say what the group's people share."""
        return self._planning.telling(name)

    async def edit(self, *, guild_id: int, group_id: int, actor_id: int, change: Change) -> Edited:
        """Change what is given. A name that has to be thought over waits; all else holds at once.

        Raises ``UserError`` for what cannot be so, and then nothing is changed.
        """
        async with self._db.begin() as tx:
            before = await self._locked(tx, guild_id, group_id)
            if before.state is GroupState.DRAFT:
                raise NotFound("groups.edit_too_late")
            server = await self._founding.ready_server(tx, guild_id)
            voice_stays = change.voice is False and before.voice_id is not None
            wanted = replace(change, voice=None) if voice_stays else change
            after = self._planning.changed(before, wanted, before.zone or server.zone)
            await self._save(tx, before, after, actor_id)
            if change.voice:
                await self._rooms.make(tx, after)
            members = await store.count(tx, group_id, Role.MEMBER)
            return Edited(before=before, after=after, members=members, voice_stays=voice_stays)

    async def use_name(self, *, guild_id: int, group_id: int, actor_id: int) -> Group:
        """Take the name that was thought over. Raises ``UserError`` if it was decided about already."""
        async with self._db.begin() as tx:
            before = await self._locked(tx, guild_id, group_id)
            if before.state is GroupState.DRAFT:
                await self._founding.check_name(tx, before)
                return await self._founding.use_name(tx, before, actor_id=actor_id)
            after = replace(_thought_over(before), name=before.pending_name, pending_name="")
            await self._save(tx, before, after, actor_id)
            return after

    async def other_name(self, *, guild_id: int, group_id: int, actor_id: int, name: str) -> Group:
        """Take another name instead of the one that was thought over; it may have to be thought over as well."""
        async with self._db.begin() as tx:
            before = await self._locked(tx, guild_id, group_id)
            name = self._planning.name(name)
            if before.state is not GroupState.DRAFT:
                after = self._planning.changed(_thought_over(before), Change(name=name), before.zone or "UTC")
                await self._save(tx, before, after, actor_id)
                return after
            draft = replace(before, name=name)
            await self._founding.check_name(tx, draft)
            await kept.set_details(tx, draft)
            if not self.telling(name):
                return await self._founding.use_name(tx, draft, actor_id=actor_id)
            await self._founding.think_over(tx, draft)
            return draft

    async def name_in_question(self, *, guild_id: int, group_id: int) -> str:
        """The name that is being thought over. Raises ``UserError`` if it was decided about already."""
        async with self._db.read() as tx:
            group = _thought_over(await store.group(tx, guild_id, group_id))
        return group.pending_name or group.name

    async def _locked(self, tx: Tx, guild_id: int, group_id: int) -> Group:
        await tx.lock("groups", guild_id)
        await tx.lock("group", group_id)
        group = await store.group(tx, guild_id, group_id)
        if group is None:
            raise NotFound("groups.draft_gone")
        if group.archived:
            raise NotFound("groups.edit_too_late")
        return group

    async def _save(self, tx: Tx, before: Group, after: Group, actor_id: int) -> None:
        if after == before:
            return
        renamed = after.name != before.name
        if renamed:
            await self._founding.check_name(tx, after)
        await kept.set_details(tx, after)
        if after.pending_name:
            await self._founding.think_over(tx, after)
        elif before.pending_name:
            await self._founding.decided(tx, after)
        if renamed:
            await self._rooms.rename(tx, after)
        if before.voice and not after.voice:
            await self._rooms.give_up(tx, after, Place.VOICE)
        if any(getattr(before, name) != getattr(after, name) for name in TAKING):
            for announce in self._changed:
                await announce(tx, after)
        await self._audit.record(
            tx,
            guild_id=after.guild_id,
            actor=actor_id,
            action="groups.edited",
            subject=f"group:{after.id}",
            **_what_changed(before, after),
        )

    # who is in it

    async def asked(self, *, guild_id: int, group_id: int) -> int:
        """How many have asked to join and wait for an answer."""
        async with self._db.read() as tx:
            return await kept.count_asked(tx, group_id)

    async def may_remove(self, *, guild_id: int, group_id: int, user_id: int, actor_id: int) -> Member:
        """Who would be removed. Raises ``UserError`` if it is oneself, a facilitator, or nobody in the group."""
        async with self._db.read() as tx:
            return _removable(await store.membership(tx, guild_id, group_id, user_id), user_id, actor_id)

    async def remove(self, *, guild_id: int, group_id: int, member_id: int, actor_id: int) -> Member:
        """End a person's place: they lose access at once, and are told kindly. Nobody else is told.

        Of two who do it at once, one does; the other gets ``UserError``.
        """
        async with self._db.begin(urgent=True) as tx:
            await tx.lock("group", group_id)
            found = await store.member(tx, guild_id, member_id)
            group = await store.group(tx, guild_id, group_id)
            if group is None or found is None or found.group_id != group_id:
                raise NotFound("groups.remove_gone")
            member = _removable(found, found.user_id, actor_id)
            await self._end(tx, group, member)
            await self._desk.say(tx, guild_id, member.user_id, REMOVED, {"group": group_id})
            await self._audit.record(
                tx, guild_id=guild_id, actor=actor_id, action="groups.removed", subject=f"group:{group_id}"
            )
            return member

    async def set_duty(self, *, guild_id: int, group_id: int, user_id: int, duty: bool) -> Group:
        """Keep whether this facilitator has a legal duty to report some kinds of harm: whoever is in the group, or
        asks to be, is told. Services with mandated reporters name them before anybody confides.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await store.group(tx, guild_id, group_id)
            member = await store.membership(tx, guild_id, group_id, user_id)
            if group is None or member is None or not member.facilitates:
                raise NotFound("errors.for_facilitators")
            if member.duty is not duty:
                await kept.set_duty(tx, member.id, duty=duty)
                subject = f"group:{group_id}"
                await self._audit.record(
                    tx, guild_id=guild_id, actor=user_id, action="groups.duty", subject=subject, reports=duty
                )
            return group


def _thought_over(group: Group | None) -> Group:
    if group is None or group.archived or not (group.pending_name or group.state is GroupState.DRAFT):
        raise NotFound("groups.draft_gone")
    if group.archived:
        raise NotFound("groups.edit_too_late")
    return group


def _removable(member: Member | None, user_id: int, actor_id: int) -> Member:
    if user_id == actor_id:
        raise UserError("groups.remove_self")
    if member is None or not member.active:
        raise NotFound("groups.remove_gone")
    if member.facilitates:
        raise UserError("groups.remove_facilitator")
    return member


def _what_changed(before: Group, after: Group) -> dict[str, int | str | bool | None]:
    """Choices and numbers as they are now; of words only that they changed."""
    told: dict[str, int | str | bool | None] = {
        name: True for name in ("name", "about", "pending_name") if getattr(before, name) != getattr(after, name)
    }
    if (before.joins_from, before.joins_until) != (after.joins_from, after.joins_until):
        told["window"] = True
    if before.capacity != after.capacity:
        told["capacity"] = after.capacity
    if before.mode is not after.mode:
        told["mode"] = after.mode
    if before.voice is not after.voice:
        told["voice"] = after.voice
    return told
