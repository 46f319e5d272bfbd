"""The table of hand-overs, and its queries."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.groups.handover.model import KEPT_AFTERWARDS, Handover, HandoverState, Kind
from bot.storage import Kept, Tx, UtcDateTime, column, person_table, sealed_id

groups_handovers = person_table(
    "groups_handovers",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.WORD),
    column("guild_id", sa.BigInteger, kept=Kept.WORD),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), kept=Kept.WORD),
    # known until it is settled: whoever is to be forgotten before that withdraws it
    sealed_id("asker", nullable=True, kept=Kept.WORD),
    sealed_id("incoming", kept=Kept.WORD),
    column("kind", sa.Text, kept=Kept.WORD),
    column("practical", sa.LargeBinary, nullable=True, kept=Kept.WORD),
    column("needs", sa.LargeBinary, nullable=True, kept=Kept.WORD),
    column("state", sa.Text, kept=Kept.WORD),
    column("asked_at", UtcDateTime, kept=Kept.WORD),
    column("settled_at", UtcDateTime, nullable=True, kept=Kept.WORD),
    column("ends_at", UtcDateTime, nullable=True, index=True, kept=Kept.WORD),
    sa.Index(None, "guild_id", "incoming"),
    sa.Index(None, "guild_id", "asker"),
    sa.Index(None, "group_id", "state"),
    person="incoming",
)
groups_handovers.info["ends"] = "ends_at"

_TABLE = "groups_handovers"


def _handover(tx: Tx, row: RowMapping) -> Handover:
    asker, row_id = row["asker"], row["id"]
    return Handover(
        id=row_id,
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        asker_id=None if asker is None else tx.vault.open_id(asker, row["guild_id"]),
        incoming_id=tx.vault.open_id(row["incoming"], row["guild_id"]),
        kind=Kind(row["kind"]),
        practical=tx.vault.open(row["practical"], _TABLE, f"{row_id}:practical") if row["practical"] else "",
        needs=tx.vault.open(row["needs"], _TABLE, f"{row_id}:needs") if row["needs"] else "",
        state=HandoverState(row["state"]),
        asked_at=row["asked_at"],
    )


async def add(tx: Tx, handover: Handover) -> None:
    assert handover.asker_id is not None
    await tx.execute(
        sa.insert(groups_handovers).values(
            id=handover.id,
            guild_id=handover.guild_id,
            group_id=handover.group_id,
            asker=tx.vault.seal_id(handover.asker_id, handover.guild_id),
            incoming=tx.vault.seal_id(handover.incoming_id, handover.guild_id),
            kind=handover.kind,
            practical=tx.vault.seal(handover.practical, _TABLE, f"{handover.id}:practical"),
            needs=tx.vault.seal(handover.needs, _TABLE, f"{handover.id}:needs"),
            state=handover.state,
            asked_at=handover.asked_at,
        )
    )


async def get(tx: Tx, guild_id: int, handover_id: int) -> Handover | None:
    table = groups_handovers
    row = await tx.first(sa.select(table).where(table.c.guild_id == guild_id, table.c.id == handover_id))
    return None if row is None else _handover(tx, row)


async def open_in(tx: Tx, guild_id: int, group_id: int) -> list[Handover]:
    """Those of one group that wait for an answer, the oldest first."""
    return await _open(tx, guild_id, groups_handovers.c.group_id == group_id)


async def open_of(tx: Tx, guild_id: int, user_id: int) -> list[Handover]:
    """Those that wait for an answer and that this person asked for, or is asked about."""
    sealed = tx.vault.seal_id(user_id, guild_id)
    return await _open(tx, guild_id, sa.or_(groups_handovers.c.asker == sealed, groups_handovers.c.incoming == sealed))


async def _open(tx: Tx, guild_id: int, which: sa.ColumnElement[bool]) -> list[Handover]:
    table = groups_handovers
    waiting = sa.and_(table.c.guild_id == guild_id, table.c.state == HandoverState.ASKED, which)
    rows = await tx.all(sa.select(table).where(waiting).order_by(table.c.asked_at, table.c.id))
    return [_handover(tx, row) for row in rows]


async def settle(tx: Tx, handover_id: int, state: HandoverState, now: datetime) -> bool:
    """Whether it still waited for an answer. Who asked is forgotten, and so is what was written unless it is
    confirmed.
    """
    table = groups_handovers
    waiting = sa.and_(table.c.id == handover_id, table.c.state == HandoverState.ASKED)
    values = {"state": state, "settled_at": now, "ends_at": now + KEPT_AFTERWARDS, "asker": None}
    if state is not HandoverState.CONFIRMED:
        values |= {"practical": None, "needs": None}
    return await tx.execute(sa.update(table).where(waiting).values(values)) > 0
