"""Servers that the bot was taken out of: what is to happen in them waits, in case it was a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.storage.columns import Kept, UtcDateTime, column, metadata
from bot.storage.database import Tx

servers_away = sa.Table(
    "servers_away",
    metadata,
    column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("since", UtcDateTime, kept=Kept.STRUCTURE),
)


def waits(guild_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a row of this server waits for the bot to be back there."""
    return sa.exists().where(servers_away.c.guild_id == guild_id)


async def send_away(tx: Tx, guild_id: int, now: datetime) -> bool:
    """Whether the bot was there until now."""
    away = tx.upsert(servers_away).values(guild_id=guild_id, since=now)
    return await tx.execute(away.on_conflict_do_nothing()) > 0


async def bring_back(tx: Tx, guild_id: int) -> bool:
    """Whether the bot was away until now."""
    return await tx.execute(sa.delete(servers_away).where(servers_away.c.guild_id == guild_id)) > 0


async def is_away(tx: Tx, guild_id: int) -> bool:
    here = sa.select(servers_away.c.guild_id).where(servers_away.c.guild_id == guild_id)
    return await tx.scalar(here) is not None


async def all_away(tx: Tx) -> Sequence[int]:
    return [row["guild_id"] for row in await tx.all(sa.select(servers_away.c.guild_id))]
