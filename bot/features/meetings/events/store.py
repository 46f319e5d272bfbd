"""The table of the meetings about which Discord may show an event, and its queries."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage import Kept, Tx, column, metadata

events = sa.Table(
    "meetings_events",
    metadata,
    # of a meeting that may be deleted before Discord lets its event be removed
    column("meeting_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.STRUCTURE),
    column("group_id", sa.BigInteger, kept=Kept.STRUCTURE),
)


async def expect(tx: Tx, guild_id: int, group_id: int, meeting_id: int) -> None:
    """From now on there may be an event about this meeting."""
    row = {"meeting_id": meeting_id, "guild_id": guild_id, "group_id": group_id}
    await tx.execute(tx.upsert(events).values(row).on_conflict_do_nothing(index_elements=["meeting_id"]))


async def expected(tx: Tx, guild_id: int, meeting_id: int) -> bool:
    same = sa.and_(events.c.guild_id == guild_id, events.c.meeting_id == meeting_id)
    return await tx.scalar(sa.select(events.c.meeting_id).where(same)) is not None


async def expected_of(tx: Tx, guild_id: int, group_id: int) -> list[int]:
    """The meetings of a group about which there may be an event."""
    same = sa.and_(events.c.guild_id == guild_id, events.c.group_id == group_id)
    return [row["meeting_id"] for row in await tx.all(sa.select(events.c.meeting_id).where(same))]


async def any_in(tx: Tx, guild_id: int) -> bool:
    """Whether there may be an event about any meeting of this server."""
    return await tx.scalar(sa.select(events.c.meeting_id).where(events.c.guild_id == guild_id).limit(1)) is not None


async def forget(tx: Tx, guild_id: int, meeting_id: int) -> None:
    """There is no event about this meeting, and none is wanted."""
    same = sa.and_(events.c.guild_id == guild_id, events.c.meeting_id == meeting_id)
    await tx.execute(sa.delete(events).where(same))
