"""The outbox table and its queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.ids import new_mark
from bot.outbox.model import Deed, Errand, Lane, Post, Waiting, What
from bot.storage import Kept, Tx, UtcDateTime, column, metadata
from bot.storage.absence import waits

WAITING, DONE, RETURNED, HELD = "waiting", "done", "returned", "held"

outbox = sa.Table(
    "outbox",
    metadata,
    column(
        "seq",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
        kept=Kept.POST,
    ),
    column("key", sa.Text, unique=True, kept=Kept.POST),
    column("guild_id", sa.BigInteger, kept=Kept.POST),
    column("channel_id", sa.BigInteger, nullable=True, kept=Kept.POST),
    column("what", sa.Text, kept=Kept.POST),
    column("kind", sa.Text, kept=Kept.POST),
    column("lane", sa.SmallInteger, kept=Kept.POST),
    column("sealed", sa.LargeBinary, kept=Kept.POST),
    column("mark", sa.BigInteger, kept=Kept.POST),
    column("state", sa.Text, kept=Kept.POST),
    column("revision", sa.Integer, kept=Kept.POST),
    column("next_try_at", UtcDateTime, kept=Kept.POST),
    column("expires_at", UtcDateTime, nullable=True, kept=Kept.POST),
    column("tried_at", UtcDateTime, nullable=True, kept=Kept.POST),
    column("lease_owner", sa.Text, nullable=True, kept=Kept.POST),
    column("attempts", sa.Integer, kept=Kept.POST),
    column("message_id", sa.BigInteger, nullable=True, kept=Kept.POST),
    column("problem", sa.Text, nullable=True, kept=Kept.POST),
    column("ended_at", UtcDateTime, nullable=True, kept=Kept.POST),
    sa.Index(None, "state", "lane", "next_try_at", "seq"),
    sa.Index(None, "state", "next_try_at"),
    info={"expires": "ended_at"},
)


def _sealed(tx: Tx, put: Post | Deed) -> bytes:
    user_id = put.user_id if isinstance(put, Post) else None
    return tx.vault.seal(json.dumps({"params": dict(put.params), "user": user_id}), "outbox", put.key)


def _row(tx: Tx, put: Post | Deed, now: datetime) -> dict[str, Any]:
    not_before = put.not_before if isinstance(put, Post) else None
    return {
        "key": put.key,
        "guild_id": put.guild_id,
        "channel_id": put.channel_id,
        "what": What.POST if isinstance(put, Post) else put.what,
        "kind": put.kind,
        "lane": int(put.lane),
        "sealed": _sealed(tx, put),
        "mark": new_mark(),
        "state": WAITING,
        "revision": 1,
        "next_try_at": max(now, not_before) if not_before else now,
        "expires_at": put.expires_at,
        "attempts": 0,
    }


async def add_post(tx: Tx, post: Post, now: datetime) -> bool:
    """Whether it is new."""
    return await tx.execute(tx.upsert(outbox).values(_row(tx, post, now)).on_conflict_do_nothing()) > 0


async def add_deed(tx: Tx, deed: Deed, now: datetime) -> None:
    """Put a deed, or have one of the same key looked at again with what it now carries."""
    row = _row(tx, deed, now)
    again = {name: row[name] for name in ("sealed", "channel_id", "state", "expires_at", "attempts")}
    await tx.execute(
        tx.upsert(outbox)
        .values(row)
        .on_conflict_do_update(
            index_elements=["key"],
            set_=again
            | {
                "revision": outbox.c.revision + 1,
                # one that is being carried now comes round again when that ends
                "next_try_at": sa.case((outbox.c.lease_owner.is_not(None), outbox.c.next_try_at), else_=_at(now)),
                "lane": sa.case((outbox.c.state == WAITING, _least(outbox.c.lane, row["lane"])), else_=row["lane"]),
                "problem": None,
                "ended_at": None,
            },
        )
    )


def _least(one: sa.Column[int], other: int) -> sa.ColumnElement[int]:
    return sa.case((one < other, one), else_=other)


def _at(instant: datetime) -> sa.BindParameter[datetime]:
    return sa.literal(instant, UtcDateTime)


def _ours(shards: tuple[int, tuple[int, ...]] | None) -> sa.ColumnElement[bool]:
    """Discord's rule for which shard a server belongs to; everything, if this process serves all shards."""
    if shards is None:
        return sa.true()
    count, ids = shards
    return (outbox.c.guild_id // 2**22 % count).in_(ids)


async def due(
    tx: Tx,
    now: datetime,
    *,
    shards: tuple[int, tuple[int, ...]] | None,
    busy: Collection[int],
    worst: Lane,
    limit: int,
) -> Sequence[RowMapping]:
    """What may be carried now: by lane, then by turn; none to a ``busy`` channel and none in a lane after ``worst``.

    Other processes are kept from it until the transaction ends.
    """
    channel_free = sa.or_(outbox.c.channel_id.is_(None), outbox.c.channel_id.not_in(busy)) if busy else sa.true()
    waiting = (
        sa.select(outbox)
        .where(
            outbox.c.state == WAITING,
            outbox.c.lane <= int(worst),
            outbox.c.next_try_at <= now,
            _ours(shards),
            channel_free,
            sa.not_(waits(outbox.c.guild_id)),
        )
        .order_by(outbox.c.lane, outbox.c.next_try_at, outbox.c.seq)
        .limit(limit)
    )
    return await tx.all(waiting.with_for_update(skip_locked=True))


async def lease(tx: Tx, row: RowMapping, *, lease: str, until: datetime, tried_at: datetime | None) -> Errand:
    """Give it away until ``until``. ``tried_at`` says that it will be tried: this commit makes a crash harmless."""
    await tx.execute(
        sa.update(outbox)
        .where(outbox.c.seq == row["seq"])
        .values(
            lease_owner=lease,
            next_try_at=until,
            attempts=outbox.c.attempts + 1,
            tried_at=row["tried_at"] or tried_at,
        )
    )
    return _errand(tx, row, lease)


def _errand(tx: Tx, row: RowMapping, lease: str) -> Errand:
    opened = json.loads(tx.vault.open(row["sealed"], "outbox", row["key"]))
    return Errand(
        seq=row["seq"],
        key=row["key"],
        guild_id=row["guild_id"],
        what=What(row["what"]),
        lane=Lane(row["lane"]),
        kind=row["kind"],
        channel_id=row["channel_id"],
        user_id=opened["user"],
        params=opened["params"],
        mark=row["mark"],
        revision=row["revision"],
        attempts=row["attempts"],
        tried_at=row["tried_at"],
        expires_at=row["expires_at"],
        lease=lease,
    )


def _held_by(errand: Errand) -> sa.ColumnElement[bool]:
    return sa.and_(outbox.c.seq == errand.seq, outbox.c.state == WAITING, outbox.c.lease_owner == errand.lease)


RELEASED: dict[str, None] = {"lease_owner": None, "tried_at": None}


async def deliver(tx: Tx, errand: Errand, *, now: datetime, message_id: int | None) -> bool:
    """Whether this is the first to say so. It is true whoever says it, even one whose lease has run out."""
    open_ = sa.and_(outbox.c.seq == errand.seq, outbox.c.state.in_((WAITING, HELD)))
    ended = {"state": DONE, "message_id": message_id, "problem": None, "ended_at": now}
    same = outbox.c.revision == errand.revision
    return await tx.execute(sa.update(outbox).where(open_, same).values(ended | RELEASED)) > 0


async def end(tx: Tx, errand: Errand, *, state: str, now: datetime, problem: str) -> bool:
    """Whether it ended so: not if another has taken it over, and not if it was put again meanwhile."""
    ended = {"state": state, "problem": problem, "ended_at": now}
    same = outbox.c.revision == errand.revision
    return await tx.execute(sa.update(outbox).where(_held_by(errand), same).values(ended | RELEASED)) > 0


async def come_round(tx: Tx, errand: Errand, *, now: datetime) -> bool:
    """Whether it was put again while it was carried, so that this attempt at it ends nothing."""
    newer = outbox.c.revision != errand.revision
    values = {"next_try_at": now, "attempts": 0}
    return await tx.execute(sa.update(outbox).where(_held_by(errand), newer).values(values | RELEASED)) > 0


async def again(tx: Tx, errand: Errand, *, now: datetime, at: datetime, unknown: bool, problem: str) -> None:
    """Try later, or now if it was put again; ``unknown`` counts this attempt among those that may have arrived."""
    same = outbox.c.revision == errand.revision
    values: dict[str, Any] = {
        "lease_owner": None,
        "next_try_at": sa.case((same, _at(at)), else_=_at(now)),
        "problem": problem,
    }
    if not unknown:
        values["tried_at"] = errand.tried_at
    await tx.execute(sa.update(outbox).where(_held_by(errand)).values(values))


async def hold(tx: Tx, errand: Errand, *, problem: str) -> None:
    values = {"state": HELD, "lease_owner": None, "problem": problem}
    await tx.execute(sa.update(outbox).where(_held_by(errand)).values(values))


async def unhold(
    tx: Tx, now: datetime, shards: tuple[int, tuple[int, ...]] | None, *, guild_id: int | None = None
) -> int:
    here = sa.true() if guild_id is None else outbox.c.guild_id == guild_id
    held = sa.update(outbox).where(outbox.c.state == HELD, _ours(shards), here)
    return await tx.execute(held.values(state=WAITING, next_try_at=now))


async def break_leases(tx: Tx, now: datetime, shards: tuple[int, tuple[int, ...]] | None) -> None:
    """Free what a dead process of the same shards was carrying."""
    leased = sa.update(outbox).where(outbox.c.lease_owner.is_not(None), _ours(shards))
    await tx.execute(leased.values(lease_owner=None, next_try_at=now))


async def next_at(tx: Tx, shards: tuple[int, tuple[int, ...]] | None) -> datetime | None:
    """When something next may be carried; what is leased counts from the lease's end."""
    here = sa.not_(waits(outbox.c.guild_id))
    waiting = sa.select(outbox.c.next_try_at).where(outbox.c.state == WAITING, _ours(shards), here)
    return await tx.scalar(waiting.order_by(outbox.c.next_try_at).limit(1))


async def kinds(tx: Tx) -> set[str]:
    rows = await tx.all(sa.select(outbox.c.kind).where(outbox.c.state.in_((WAITING, HELD))).distinct())
    return {row["kind"] for row in rows}


async def problems(tx: Tx) -> Sequence[RowMapping]:
    """How many stand still or keep failing, by server, kind and problem: for ``check``."""
    stuck = sa.or_(outbox.c.state == HELD, sa.and_(outbox.c.state == WAITING, outbox.c.problem.is_not(None)))
    columns = (outbox.c.guild_id, outbox.c.kind, outbox.c.state, outbox.c.problem)
    return await tx.all(sa.select(*columns, sa.func.count().label("count")).where(stuck).group_by(*columns))


async def message_of(tx: Tx, key: str) -> RowMapping | None:
    return await tx.first(sa.select(outbox.c.channel_id, outbox.c.message_id, outbox.c.mark).where(outbox.c.key == key))


async def naming(tx: Tx, guild_id: int, user_id: int, *, upto: int | None) -> list[tuple[int, bool]]:
    """The errands of a server that go to this person or name them, and whether each may go: it is over, or to them.

    Whom they name is sealed, so that each has to be opened.
    """
    here = sa.and_(outbox.c.guild_id == guild_id, sa.true() if upto is None else outbox.c.seq <= upto)
    columns = (outbox.c.seq, outbox.c.key, outbox.c.sealed, outbox.c.state)
    found: list[tuple[int, bool]] = []
    for row in await tx.all(sa.select(*columns).where(here).order_by(outbox.c.seq)):
        opened = json.loads(tx.vault.open(row["sealed"], "outbox", row["key"]))
        to_them = opened["user"] == user_id
        if to_them or user_id in opened["params"].values():
            found.append((row["seq"], to_them or row["state"] in (DONE, RETURNED)))
    return found


async def deeds_waiting(tx: Tx, guild_id: int, kinds: Collection[str]) -> list[Waiting]:
    """The deeds of these kinds that are still to be done in a server, with what they are about."""
    waiting = sa.and_(outbox.c.guild_id == guild_id, outbox.c.kind.in_(kinds), outbox.c.state.in_((WAITING, HELD)))
    columns = (outbox.c.key, outbox.c.kind, outbox.c.revision, outbox.c.sealed)
    return [
        Waiting(
            key=row["key"],
            kind=row["kind"],
            revision=row["revision"],
            params=json.loads(tx.vault.open(row["sealed"], "outbox", row["key"]))["params"],
        )
        for row in await tx.all(sa.select(*columns).where(waiting).order_by(outbox.c.seq))
    ]


async def remove(tx: Tx, seqs: Sequence[int]) -> None:
    await tx.execute(sa.delete(outbox).where(outbox.c.seq.in_(seqs)))
