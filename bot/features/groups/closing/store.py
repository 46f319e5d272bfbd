"""What closing, and opening again, changes in the table of groups."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from bot.features.groups.model import GroupState, Place
from bot.features.groups.store import groups
from bot.storage import Tx


async def begin_break(tx: Tx, group_id: int, until: date | None) -> bool:
    """Whether it was open until now. ``until``: the last day, where one is set."""
    return await _change(tx, group_id, groups.c.state == GroupState.OPEN, state=GroupState.PAUSED, paused_until=until)


async def end_break(tx: Tx, group_id: int) -> bool:
    """Whether it had a break until now."""
    return await _change(tx, group_id, groups.c.state == GroupState.PAUSED, state=GroupState.OPEN, paused_until=None)


async def archive(tx: Tx, group_id: int, now: datetime) -> None:
    """It can come back as what it is at this very moment, though it be opened meanwhile."""
    living = groups.c.state != GroupState.ARCHIVED
    values = {"state": GroupState.ARCHIVED, "archived_at": now, "archived_from": groups.c.state}
    await _change(tx, group_id, living, **values)


async def bring_back(tx: Tx, group_id: int, state: GroupState) -> bool:
    """Whether it could still be brought back."""
    return await _change(tx, group_id, _can_come_back(), state=state, archived_at=None, archived_from=None)


async def end(tx: Tx, group_id: int) -> bool:
    """Whether it could be brought back until now; from here on it cannot, and nobody is told of it but by its name."""
    about = tx.vault.seal("", "groups", f"{group_id}:about")
    last = {"archived_from": None, "paused_until": None, "about": about, "pending_name": None}
    return await _change(tx, group_id, _can_come_back(), **last)


async def clear_channel(tx: Tx, group_id: int, place: Place) -> None:
    channel = {Place.ROOM: "room_id", Place.DESK: "desk_id", Place.VOICE: "voice_id"}[place]
    await _change(tx, group_id, sa.true(), **{channel: None})


async def archived_names(tx: Tx, guild_id: int) -> list[str]:
    """What the groups are called that can still be brought back."""
    rows = await tx.all(sa.select(groups.c.id, groups.c.name).where(groups.c.guild_id == guild_id, _can_come_back()))
    return [tx.vault.open(row["name"], "groups", row["id"]) for row in rows]


def _can_come_back() -> sa.ColumnElement[bool]:
    return sa.and_(groups.c.state == GroupState.ARCHIVED, groups.c.archived_from.is_not(None))


async def _change(tx: Tx, group_id: int, which: sa.ColumnElement[bool], **values: object) -> bool:
    return await tx.execute(sa.update(groups).where(groups.c.id == group_id, which).values(values)) > 0
