"""The table of agreements that were posted, and the queries on it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.guidelines.model import Posted
from bot.storage import Kept, Tx, UtcDateTime, column, metadata

guidelines_posts = sa.Table(
    "guidelines_posts",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), index=True, kept=Kept.STRUCTURE),
    column("number", sa.Integer, kept=Kept.STRUCTURE),
    column("version", sa.Text, kept=Kept.STRUCTURE),
    column("channel_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("message_id", sa.BigInteger, nullable=True, kept=Kept.STRUCTURE),
    column("put_at", UtcDateTime, kept=Kept.STRUCTURE),
    sa.UniqueConstraint("group_id", "number"),
)


def _posted(row: RowMapping) -> Posted:
    return Posted(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        number=row["number"],
        version=row["version"],
        channel_id=row["channel_id"],
        message_id=row["message_id"],
    )


async def add(tx: Tx, posted: Posted, now: datetime) -> None:
    await tx.execute(
        sa.insert(guidelines_posts).values(
            id=posted.id,
            guild_id=posted.guild_id,
            group_id=posted.group_id,
            number=posted.number,
            version=posted.version,
            channel_id=posted.channel_id,
            put_at=now,
        )
    )


async def get(tx: Tx, guild_id: int, post_id: int) -> Posted | None:
    table = guidelines_posts
    row = await tx.first(sa.select(table).where(table.c.guild_id == guild_id, table.c.id == post_id))
    return None if row is None else _posted(row)


async def of(tx: Tx, guild_id: int, group_id: int) -> list[Posted]:
    """Every agreement of the group that stands in its room or is on its way there, the oldest first."""
    table = guidelines_posts
    here = sa.and_(table.c.guild_id == guild_id, table.c.group_id == group_id)
    return [_posted(row) for row in await tx.all(sa.select(table).where(here).order_by(table.c.number))]


async def set_message(tx: Tx, post_id: int, message_id: int) -> None:
    table = guidelines_posts
    await tx.execute(sa.update(table).where(table.c.id == post_id).values(message_id=message_id))


async def remove(tx: Tx, post_id: int) -> None:
    await tx.execute(sa.delete(guidelines_posts).where(guidelines_posts.c.id == post_id))
