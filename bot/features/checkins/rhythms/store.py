"""The table of check-ins that come round, and the queries on it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.reading import WallTime
from bot.features.checkins.rhythms.model import Rhythm
from bot.storage import Kept, Tx, column, metadata

rhythms = sa.Table(
    "checkins_rhythms",
    metadata,
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), primary_key=True, kept=Kept.STRUCTURE),
    column("template", sa.Text, primary_key=True, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.STRUCTURE),
    column("days", sa.Integer, nullable=True, kept=Kept.STRUCTURE),
    column("day", sa.Date, nullable=True, kept=Kept.STRUCTURE),
    column("time", sa.Time, nullable=True, kept=Kept.STRUCTURE),
    column("seconds", sa.Integer, kept=Kept.STRUCTURE),
    column("told", sa.Text, nullable=True, kept=Kept.STRUCTURE),
)


def _rhythm(row: RowMapping) -> Rhythm:
    day = row["day"]
    return Rhythm(
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        template=row["template"],
        days=row["days"],
        coming=None if day is None else WallTime(day=day, time=row["time"]),
        lasts=timedelta(seconds=row["seconds"]),
        told=row["told"],
    )


def _of_group(guild_id: int, group_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(rhythms.c.guild_id == guild_id, rhythms.c.group_id == group_id)


async def put(tx: Tx, rhythm: Rhythm) -> None:
    """Keep a rhythm instead of the one that this template has had in this group."""
    coming = rhythm.coming
    values = {
        "days": rhythm.days,
        "day": coming and coming.day,
        "time": coming and coming.time,
        "seconds": rhythm.lasts // timedelta(seconds=1),
        "told": rhythm.told,
    }
    key = {"group_id": rhythm.group_id, "template": rhythm.template}
    row = tx.upsert(rhythms).values(**key, **values, guild_id=rhythm.guild_id)
    await tx.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


async def get(tx: Tx, guild_id: int, group_id: int, template: str) -> Rhythm | None:
    same = sa.and_(_of_group(guild_id, group_id), rhythms.c.template == template)
    row = await tx.first(sa.select(rhythms).where(same))
    return None if row is None else _rhythm(row)


async def of_group(tx: Tx, guild_id: int, group_id: int) -> list[Rhythm]:
    rows = await tx.all(sa.select(rhythms).where(_of_group(guild_id, group_id)).order_by(rhythms.c.template))
    return [_rhythm(row) for row in rows]


async def remove(tx: Tx, rhythm: Rhythm) -> None:
    same = sa.and_(_of_group(rhythm.guild_id, rhythm.group_id), rhythms.c.template == rhythm.template)
    await tx.execute(sa.delete(rhythms).where(same))
