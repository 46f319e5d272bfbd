"""Queries on groups that are drafts, and on what can be edited of those that are made."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.features.groups.model import Group, GroupState, MemberState, RequestState
from bot.features.groups.store import group, groups, groups_members, groups_requests
from bot.storage import Tx


async def drafts_in(tx: Tx, guild_id: int) -> list[Group]:
    """The groups of a server whose names are being thought over."""
    drafts = sa.select(groups.c.id).where(groups.c.guild_id == guild_id, groups.c.state == GroupState.DRAFT)
    found = [await group(tx, guild_id, row["id"]) for row in await tx.all(drafts)]
    return [draft for draft in found if draft is not None]


async def remove_draft(tx: Tx, draft: Group) -> None:
    """Take out a group that was never made, and whom it names."""
    assert draft.state is GroupState.DRAFT
    await tx.execute(sa.delete(groups_members).where(groups_members.c.group_id == draft.id))
    await tx.execute(sa.delete(groups).where(groups.c.id == draft.id))


async def begin_members(tx: Tx, group_id: int, now: datetime) -> int:
    """Have those who were named for a draft be in the group from now on; gives how many they are."""
    named = sa.and_(groups_members.c.group_id == group_id, groups_members.c.state == MemberState.NAMED)
    begun = sa.update(groups_members).where(named).values(state=MemberState.ACTIVE, joined_at=now)
    return await tx.execute(begun)


async def unname(tx: Tx, guild_id: int, user_id: int) -> None:
    """Have this person be named for no draft of the server any more."""
    table, sealed = groups_members, tx.vault.seal_id(user_id, guild_id)
    theirs = sa.and_(table.c.guild_id == guild_id, table.c.user == sealed, table.c.state == MemberState.NAMED)
    await tx.execute(sa.delete(table).where(theirs))


async def set_details(tx: Tx, changed: Group) -> None:
    """Keep what can be edited of a group."""
    pending = tx.vault.seal(changed.pending_name, "groups", f"{changed.id}:pending") if changed.pending_name else None
    values = {
        "name": tx.vault.seal(changed.name, "groups", changed.id),
        "about": tx.vault.seal(changed.about, "groups", f"{changed.id}:about"),
        "capacity": changed.capacity,
        "mode": changed.mode,
        "joins_from": changed.joins_from,
        "joins_until": changed.joins_until,
        "voice": changed.voice,
        "pending_name": pending,
    }
    await tx.execute(sa.update(groups).where(groups.c.id == changed.id).values(values))


async def set_duty(tx: Tx, member_id: int, *, duty: bool) -> None:
    await tx.execute(sa.update(groups_members).where(groups_members.c.id == member_id).values(duty=duty))


async def count_asked(tx: Tx, group_id: int) -> int:
    """How many have asked to join and wait for an answer."""
    asked = sa.and_(groups_requests.c.group_id == group_id, groups_requests.c.state == RequestState.ASKED)
    return int(await tx.scalar(sa.select(sa.func.count()).where(asked)))
