"""The timers table and its queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.storage import Kept, Tx, UtcDateTime, column, metadata
from bot.storage.absence import waits

timers = sa.Table(
    "timers",
    metadata,
    column("kind", sa.Text, primary_key=True, kept=Kept.TIMER),
    column("subject", sa.Text, primary_key=True, kept=Kept.TIMER),
    column("due_at", UtcDateTime, kept=Kept.TIMER),
    column("next_try_at", UtcDateTime, kept=Kept.TIMER),
    column("attempts", sa.Integer, kept=Kept.TIMER),
    column("problem", sa.Text, nullable=True, kept=Kept.TIMER),
    column("guild_id", sa.BigInteger, nullable=True, index=True, kept=Kept.TIMER),
    sa.Index(None, "next_try_at"),
)


async def put(
    tx: Tx, kind: str, subject: str, due_at: datetime, *, guild_id: int | None, later_than: datetime | None = None
) -> None:
    """``later_than``: a timer that is there stays as it is unless it is due later than this."""
    fresh = {"due_at": due_at, "next_try_at": due_at, "attempts": 0, "problem": None, "guild_id": guild_id}
    await tx.execute(
        tx.upsert(timers)
        .values(kind=kind, subject=subject, **fresh)
        .on_conflict_do_update(
            index_elements=["kind", "subject"],
            set_=fresh,
            where=None if later_than is None else timers.c.due_at > later_than,
        )
    )


async def remove(tx: Tx, kind: str, subject: str) -> None:
    await tx.execute(sa.delete(timers).where(timers.c.kind == kind, timers.c.subject == subject))


async def due(tx: Tx, now: datetime, limit: int) -> Sequence[RowMapping]:
    come = sa.and_(timers.c.next_try_at <= now, _here())
    return await tx.all(sa.select(timers).where(come).order_by(timers.c.next_try_at).limit(limit))


def _here() -> sa.ColumnElement[bool]:
    return sa.not_(waits(timers.c.guild_id))


async def take(tx: Tx, kind: str, subject: str, now: datetime) -> RowMapping | None:
    """The timer, if it is still there, still due, and no other process has it."""
    return await tx.first(
        sa.select(timers)
        .where(timers.c.kind == kind, timers.c.subject == subject, timers.c.next_try_at <= now, _here())
        .with_for_update(skip_locked=True)
    )


def _same(row: Mapping[Any, Any]) -> sa.ColumnElement[bool]:
    """The timer as it was seen: not one that has been set anew or has run since."""
    seen = (timers.c.due_at == row["due_at"], timers.c.attempts == row["attempts"])
    return sa.and_(timers.c.kind == row["kind"], timers.c.subject == row["subject"], *seen)


async def finish(tx: Tx, row: Mapping[Any, Any]) -> None:
    await tx.execute(sa.delete(timers).where(_same(row)))


async def postpone(tx: Tx, kind: str, guild_id: int, until: datetime) -> None:
    sooner = sa.and_(timers.c.kind == kind, timers.c.guild_id == guild_id, timers.c.due_at < until)
    await tx.execute(sa.update(timers).where(sooner).values(due_at=until, next_try_at=until))


async def forget(tx: Tx, guild_id: int, limit: int) -> int:
    """Delete at most ``limit`` timers of this server, those among them that would not have waited for it."""
    names_it = timers.c.subject.startswith(f"{guild_id}:")
    theirs = sa.or_(timers.c.guild_id == guild_id, names_it)
    keys = (timers.c.kind, timers.c.subject)
    some = sa.select(*keys).where(theirs).limit(limit)
    return await tx.execute(sa.delete(timers).where(sa.tuple_(*keys).in_(some)))


async def retry(tx: Tx, row: Mapping[Any, Any], *, at: datetime, problem: str) -> None:
    failed = {"next_try_at": at, "attempts": timers.c.attempts + 1, "problem": problem}
    await tx.execute(sa.update(timers).where(_same(row)).values(failed))


async def next_at(tx: Tx) -> datetime | None:
    return await tx.scalar(sa.select(timers.c.next_try_at).where(_here()).order_by(timers.c.next_try_at).limit(1))


async def kinds(tx: Tx) -> set[str]:
    return {row["kind"] for row in await tx.all(sa.select(timers.c.kind).distinct())}


async def failing(tx: Tx) -> Sequence[RowMapping]:
    columns = (timers.c.kind, timers.c.problem)
    counted = sa.select(*columns, sa.func.count().label("count")).where(timers.c.problem.is_not(None))
    return await tx.all(counted.group_by(*columns))
