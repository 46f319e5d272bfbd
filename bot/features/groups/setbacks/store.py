"""The table of what came back, and its queries."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa

from bot.features.groups.model import Setback
from bot.outbox import Lane, What
from bot.storage import Kept, Tx, UtcDateTime, column, metadata

BATCH = 100

groups_setbacks = sa.Table(
    "groups_setbacks",
    metadata,
    column("key", sa.Text, primary_key=True, kept=Kept.POST),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.POST),
    column("group_id", sa.BigInteger, nullable=True, kept=Kept.POST),
    column("kind", sa.Text, kept=Kept.POST),
    column("what", sa.Text, kept=Kept.POST),
    column("lane", sa.SmallInteger, kept=Kept.POST),
    column("channel_id", sa.BigInteger, nullable=True, kept=Kept.POST),
    column("sealed", sa.LargeBinary, kept=Kept.POST),
    column("problem", sa.Text, kept=Kept.POST),
    column("times", sa.Integer, kept=Kept.POST),
    column("on_its_way", sa.Boolean, kept=Kept.POST),
    column("at", UtcDateTime, kept=Kept.POST),
    column("counts_from", UtcDateTime, nullable=True, kept=Kept.POST),
    info={"expires": "counts_from"},
)


async def put(tx: Tx, setback: Setback, now: datetime) -> int:
    """How many times it has come back now. What takes access away, or a whole channel, is kept until it is done,
    however long that is: somebody who has left could read on otherwise.
    """
    closes = setback.what is What.ENSURE_ACCESS and setback.lane is Lane.URGENT
    takes_away = closes or setback.what is What.DELETE_ROOM
    counts_from = None if takes_away else now
    row = {
        "key": setback.key,
        "guild_id": setback.guild_id,
        "group_id": setback.group_id,
        "kind": setback.kind,
        "what": setback.what,
        "lane": int(setback.lane),
        "channel_id": setback.channel_id,
        "sealed": tx.vault.seal(json.dumps(dict(setback.params)), "groups_setbacks", setback.key),
        "problem": setback.problem,
        "times": 1,
        "on_its_way": False,
        "at": now,
        "counts_from": counts_from,
    }
    # the same way into a room may be opened first and closed later
    newest = {
        name: row[name] for name in ("lane", "channel_id", "sealed", "problem", "on_its_way", "at", "counts_from")
    }
    again = newest | {"times": groups_setbacks.c.times + 1}
    await tx.execute(tx.upsert(groups_setbacks).values(row).on_conflict_do_update(index_elements=["key"], set_=again))
    return int(await tx.scalar(sa.select(groups_setbacks.c.times).where(groups_setbacks.c.key == setback.key)))


async def remove(tx: Tx, key: str) -> None:
    await tx.execute(sa.delete(groups_setbacks).where(groups_setbacks.c.key == key))


async def send(tx: Tx, key: str) -> None:
    await tx.execute(sa.update(groups_setbacks).where(groups_setbacks.c.key == key).values(on_its_way=True))


async def of(tx: Tx, guild_id: int) -> list[Setback]:
    table = groups_setbacks
    rows = await tx.all(
        sa.select(table).where(table.c.guild_id == guild_id).order_by(table.c.at, table.c.key).limit(BATCH)
    )
    return [
        Setback(
            key=row["key"],
            guild_id=row["guild_id"],
            group_id=row["group_id"],
            kind=row["kind"],
            what=What(row["what"]),
            lane=Lane(row["lane"]),
            channel_id=row["channel_id"],
            params=json.loads(tx.vault.open(row["sealed"], "groups_setbacks", row["key"])),
            problem=row["problem"],
            times=row["times"],
            on_its_way=row["on_its_way"],
        )
        for row in rows
    ]
