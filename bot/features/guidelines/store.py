"""The table of agreements that were posted, and the queries on it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.groups import GroupState
from bot.features.groups.store import groups
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
    column("agree_by", UtcDateTime, nullable=True, kept=Kept.STRUCTURE),
    column("card_channel_id", sa.BigInteger, nullable=True, kept=Kept.STRUCTURE),
    column("card_id", sa.BigInteger, nullable=True, kept=Kept.STRUCTURE),
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
        agree_by=row["agree_by"],
        card=None if row["card_id"] is None else (row["card_channel_id"], row["card_id"]),
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
            agree_by=posted.agree_by,
            card_channel_id=None if posted.card is None else posted.card[0],
            card_id=None if posted.card is None else posted.card[1],
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


async def newest(tx: Tx, guild_id: int, group_id: int) -> Posted | None:
    """The agreement of the group that holds, though it may be on its way still."""
    return (await of(tx, guild_id, group_id) or [None])[-1]


async def outdated(tx: Tx, version: str, limit: int) -> list[tuple[int, int]]:
    """Groups whose newest agreement is not ``version``: their server's id and their own."""
    table, later = guidelines_posts, guidelines_posts.alias()
    superseded = sa.exists().where(later.c.group_id == table.c.group_id, later.c.number > table.c.number)
    living = sa.and_(groups.c.state.in_((GroupState.OPEN, GroupState.PAUSED)), groups.c.room_id.is_not(None))
    which = sa.select(table.c.guild_id, table.c.group_id).join(groups, groups.c.id == table.c.group_id)
    rows = await tx.all(which.where(living, table.c.version != version, sa.not_(superseded)).limit(limit))
    return [(row["guild_id"], row["group_id"]) for row in rows]


async def set_card(tx: Tx, post_id: int, *, channel_id: int, message_id: int) -> None:
    card = {"card_channel_id": channel_id, "card_id": message_id}
    await tx.execute(sa.update(guidelines_posts).where(guidelines_posts.c.id == post_id).values(card))


async def set_message(tx: Tx, post_id: int, message_id: int) -> None:
    table = guidelines_posts
    await tx.execute(sa.update(table).where(table.c.id == post_id).values(message_id=message_id))


async def remove(tx: Tx, post_id: int) -> None:
    await tx.execute(sa.delete(guidelines_posts).where(guidelines_posts.c.id == post_id))
