"""The tables of the agreements that were posted and of what groups have of their own, and the queries on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.groups import GroupState
from bot.features.groups.store import groups
from bot.features.guidelines.model import Own, Posted
from bot.storage import Kept, Tx, UtcDateTime, column, metadata

guidelines_posts = sa.Table(
    "guidelines_posts",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), index=True, kept=Kept.STRUCTURE),
    column("number", sa.Integer, kept=Kept.STRUCTURE),
    column("version", sa.Text, kept=Kept.STRUCTURE),
    column("house_version", sa.Text, nullable=True, kept=Kept.STRUCTURE),
    column("words", sa.LargeBinary, nullable=True, kept=Kept.STRUCTURE),
    column("channel_id", sa.BigInteger, kept=Kept.STRUCTURE),
    column("message_id", sa.BigInteger, nullable=True, kept=Kept.STRUCTURE),
    column("gone", sa.Boolean, server_default=sa.false(), kept=Kept.STRUCTURE),
    column("put_at", UtcDateTime, kept=Kept.STRUCTURE),
    column("agree_by", UtcDateTime, nullable=True, kept=Kept.STRUCTURE),
    column("card_channel_id", sa.BigInteger, nullable=True, kept=Kept.STRUCTURE),
    column("card_id", sa.BigInteger, nullable=True, kept=Kept.STRUCTURE),
    sa.UniqueConstraint("group_id", "number"),
)

guidelines_groups = sa.Table(
    "guidelines_groups",
    metadata,
    column(
        "group_id",
        sa.BigInteger,
        sa.ForeignKey("groups.id"),
        primary_key=True,
        autoincrement=False,
        kept=Kept.STRUCTURE,
    ),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.STRUCTURE),
    column("points", sa.LargeBinary, nullable=True, kept=Kept.STRUCTURE),
    column("draft", sa.LargeBinary, nullable=True, kept=Kept.STRUCTURE),
    column("remind_weeks", sa.Integer, server_default=sa.text("0"), kept=Kept.STRUCTURE),
)


# what was posted


def _posted(tx: Tx, row: RowMapping) -> Posted:
    return Posted(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        number=row["number"],
        version=row["version"],
        house_version=row["house_version"],
        words=tx.vault.open(row["words"], "guidelines_posts", row["id"]) if row["words"] else "",
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        put_at=row["put_at"],
        gone=row["gone"],
        agree_by=row["agree_by"],
        card=None if row["card_id"] is None else (row["card_channel_id"], row["card_id"]),
    )


async def add(tx: Tx, posted: Posted) -> None:
    await tx.execute(
        sa.insert(guidelines_posts).values(
            id=posted.id,
            guild_id=posted.guild_id,
            group_id=posted.group_id,
            number=posted.number,
            version=posted.version,
            house_version=posted.house_version,
            words=tx.vault.seal(posted.words, "guidelines_posts", posted.id),
            channel_id=posted.channel_id,
            gone=False,
            put_at=posted.put_at,
            agree_by=posted.agree_by,
            card_channel_id=None if posted.card is None else posted.card[0],
            card_id=None if posted.card is None else posted.card[1],
        )
    )


async def get(tx: Tx, guild_id: int, post_id: int) -> Posted | None:
    table = guidelines_posts
    row = await tx.first(sa.select(table).where(table.c.guild_id == guild_id, table.c.id == post_id))
    return None if row is None else _posted(tx, row)


async def of(tx: Tx, guild_id: int, group_id: int) -> list[Posted]:
    """Every agreement of the group that stands in its room or is on its way there, the oldest first.

    The newest is among them though its message be gone.
    """
    table = guidelines_posts
    here = sa.and_(table.c.guild_id == guild_id, table.c.group_id == group_id)
    return [_posted(tx, row) for row in await tx.all(sa.select(table).where(here).order_by(table.c.number))]


async def newest(tx: Tx, guild_id: int, group_id: int) -> Posted | None:
    """The agreement of the group that holds, though it may be on its way still, or gone."""
    table = guidelines_posts
    here = sa.and_(table.c.guild_id == guild_id, table.c.group_id == group_id)
    row = await tx.first(sa.select(table).where(here).order_by(table.c.number.desc()).limit(1))
    return None if row is None else _posted(tx, row)


async def outdated(tx: Tx, house_version: str, limit: int) -> list[tuple[int, int]]:
    """Groups whose newest agreement has another part of the house than this: their server's id and their own."""
    table, later = guidelines_posts, guidelines_posts.alias()
    superseded = sa.exists().where(later.c.group_id == table.c.group_id, later.c.number > table.c.number)
    living = sa.and_(groups.c.state.in_((GroupState.OPEN, GroupState.PAUSED)), groups.c.room_id.is_not(None))
    another = sa.or_(table.c.house_version.is_(None), table.c.house_version != house_version)
    which = sa.select(table.c.guild_id, table.c.group_id).join(groups, groups.c.id == table.c.group_id)
    rows = await tx.all(which.where(living, another, sa.not_(superseded)).limit(limit))
    return [(row["guild_id"], row["group_id"]) for row in rows]


async def adopt(tx: Tx, posted: Posted, *, house_version: str, words: str) -> None:
    """Keep what this posting consists of, though its version is the same."""
    known = {"house_version": house_version, "words": tx.vault.seal(words, "guidelines_posts", posted.id)}
    await tx.execute(sa.update(guidelines_posts).where(guidelines_posts.c.id == posted.id).values(known))


async def set_card(tx: Tx, post_id: int, *, channel_id: int, message_id: int) -> None:
    card = {"card_channel_id": channel_id, "card_id": message_id}
    await tx.execute(sa.update(guidelines_posts).where(guidelines_posts.c.id == post_id).values(card))


async def set_message(tx: Tx, post_id: int, message_id: int) -> None:
    table = guidelines_posts
    await tx.execute(sa.update(table).where(table.c.id == post_id).values(message_id=message_id))


async def set_agree_by(tx: Tx, post_id: int, agree_by: datetime) -> None:
    table = guidelines_posts
    await tx.execute(sa.update(table).where(table.c.id == post_id).values(agree_by=agree_by))


async def set_gone(tx: Tx, post_id: int) -> None:
    await tx.execute(sa.update(guidelines_posts).where(guidelines_posts.c.id == post_id).values(gone=True))


async def remove(tx: Tx, post_id: int) -> None:
    await tx.execute(sa.delete(guidelines_posts).where(guidelines_posts.c.id == post_id))


async def forget(tx: Tx, guild_id: int, group_id: int) -> None:
    """Take out what was posted in this group, and what it had of its own."""
    for table in (guidelines_posts, guidelines_groups):
        await tx.execute(sa.delete(table).where(table.c.guild_id == guild_id, table.c.group_id == group_id))


# what groups have of their own


async def own(tx: Tx, guild_id: int, group_id: int) -> Own:
    table = guidelines_groups
    row = await tx.first(sa.select(table).where(table.c.guild_id == guild_id, table.c.group_id == group_id))
    if row is None:
        return Own()
    return Own(points=_open(tx, row, "points") or "", draft=_open(tx, row, "draft"), weeks=row["remind_weeks"])


async def set_draft(tx: Tx, guild_id: int, group_id: int, draft: str | None) -> None:
    await _put(tx, guild_id, group_id, {"draft": _seal(tx, group_id, "draft", draft)})


async def set_points(tx: Tx, guild_id: int, group_id: int, points: str) -> None:
    """Keep these as the group's points; nothing is being thought over any more."""
    await _put(tx, guild_id, group_id, {"points": _seal(tx, group_id, "points", points), "draft": None})


async def set_rhythm(tx: Tx, guild_id: int, group_id: int, weeks: int) -> None:
    await _put(tx, guild_id, group_id, {"remind_weeks": weeks})


async def _put(tx: Tx, guild_id: int, group_id: int, values: dict[str, Any]) -> None:
    added = {"group_id": group_id, "guild_id": guild_id} | values
    await tx.execute(
        tx.upsert(guidelines_groups).values(added).on_conflict_do_update(index_elements=["group_id"], set_=values)
    )


def _seal(tx: Tx, group_id: int, what: str, words: str | None) -> bytes | None:
    return None if words is None else tx.vault.seal(words, "guidelines_groups", f"{group_id}:{what}")


def _open(tx: Tx, row: RowMapping, what: str) -> str | None:
    sealed = row[what]
    return None if sealed is None else tx.vault.open(sealed, "guidelines_groups", f"{row['group_id']}:{what}")
