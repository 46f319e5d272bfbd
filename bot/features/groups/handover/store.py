"""The tables of hand-overs and of the two people in each, and the queries on them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.groups.handover.model import KEPT_AFTERWARDS, Handover, HandoverState, Kind
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

groups_handovers = sa.Table(
    "groups_handovers",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.WORD),
    column("guild_id", sa.BigInteger, kept=Kept.WORD),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), kept=Kept.WORD),
    column("kind", sa.Text, kept=Kept.WORD),
    column("practical", sa.LargeBinary, nullable=True, kept=Kept.WORD),
    column("needs", sa.LargeBinary, nullable=True, kept=Kept.WORD),
    column("state", sa.Text, kept=Kept.WORD),
    column("asked_at", UtcDateTime, kept=Kept.WORD),
    column("settled_at", UtcDateTime, nullable=True, kept=Kept.WORD),
    column("ends_at", UtcDateTime, nullable=True, index=True, kept=Kept.WORD),
    sa.Index(None, "group_id", "state"),
    info={"ends": "ends_at"},
)

groups_handovers_people = person_table(
    "groups_handovers_people",
    column(
        "handover_id",
        sa.BigInteger,
        sa.ForeignKey("groups_handovers.id", ondelete="CASCADE"),
        primary_key=True,
        kept=Kept.WORD,
    ),
    column("part", sa.Text, primary_key=True, kept=Kept.WORD),
    column("guild_id", sa.BigInteger, kept=Kept.WORD),
    sealed_id("user", kept=Kept.WORD),
    column("ends_at", UtcDateTime, nullable=True, index=True, kept=Kept.WORD),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
groups_handovers_people.info["ends"] = "ends_at"

_TABLE = "groups_handovers"
ASKER, INCOMING = "asker", "incoming"


async def _handover(tx: Tx, row: RowMapping) -> Handover | None:
    """None once the one who was asked is forgotten."""
    row_id, table = row["id"], groups_handovers_people
    rows = await tx.all(sa.select(table.c.part, table.c.user).where(table.c.handover_id == row_id))
    people = {person["part"]: tx.vault.open_id(person["user"], row["guild_id"]) for person in rows}
    if INCOMING not in people:
        return None
    return Handover(
        id=row_id,
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        asker_id=people.get(ASKER),
        incoming_id=people[INCOMING],
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
            kind=handover.kind,
            practical=tx.vault.seal(handover.practical, _TABLE, f"{handover.id}:practical"),
            needs=tx.vault.seal(handover.needs, _TABLE, f"{handover.id}:needs"),
            state=handover.state,
            asked_at=handover.asked_at,
        )
    )
    for part, user_id in ((ASKER, handover.asker_id), (INCOMING, handover.incoming_id)):
        user = tx.vault.seal_id(user_id, handover.guild_id)
        row = {"handover_id": handover.id, "part": part, "guild_id": handover.guild_id, "user": user}
        await tx.execute(sa.insert(groups_handovers_people).values(row))


async def get(tx: Tx, guild_id: int, handover_id: int) -> Handover | None:
    table = groups_handovers
    row = await tx.first(sa.select(table).where(table.c.guild_id == guild_id, table.c.id == handover_id))
    return None if row is None else await _handover(tx, row)


async def open_in(tx: Tx, guild_id: int, group_id: int) -> list[Handover]:
    """Those of one group that wait for an answer, the oldest first."""
    return await _open(tx, guild_id, groups_handovers.c.group_id == group_id)


async def open_of(tx: Tx, guild_id: int, user_id: int) -> list[Handover]:
    """Those that wait for an answer and that this person asked for, or is asked about."""
    people, sealed = groups_handovers_people, tx.vault.seal_id(user_id, guild_id)
    theirs = sa.select(people.c.handover_id).where(people.c.guild_id == guild_id, people.c.user == sealed)
    return await _open(tx, guild_id, groups_handovers.c.id.in_(theirs))


async def _open(tx: Tx, guild_id: int, which: sa.ColumnElement[bool]) -> list[Handover]:
    table = groups_handovers
    waiting = sa.and_(table.c.guild_id == guild_id, table.c.state == HandoverState.ASKED, which)
    rows = await tx.all(sa.select(table).where(waiting).order_by(table.c.asked_at, table.c.id))
    found = [await _handover(tx, row) for row in rows]
    return [handover for handover in found if handover is not None]


async def forget_written(tx: Tx, guild_id: int, group_id: int, user_id: int) -> None:
    """Delete what was passed on to this person for that group."""
    table, people, sealed = groups_handovers, groups_handovers_people, tx.vault.seal_id(user_id, guild_id)
    theirs = sa.select(people.c.handover_id).where(
        people.c.guild_id == guild_id, people.c.user == sealed, people.c.part == INCOMING
    )
    taken = sa.and_(table.c.group_id == group_id, table.c.state == HandoverState.CONFIRMED, table.c.id.in_(theirs))
    await tx.execute(sa.update(table).where(taken).values(practical=None, needs=None))


async def settle(tx: Tx, handover_id: int, state: HandoverState, now: datetime) -> bool:
    """Whether it still waited for an answer. Who asked is forgotten, and so is what was written unless it is
    confirmed.
    """
    table, people = groups_handovers, groups_handovers_people
    waiting = sa.and_(table.c.id == handover_id, table.c.state == HandoverState.ASKED)
    ends_at = now + KEPT_AFTERWARDS
    values = {"state": state, "settled_at": now, "ends_at": ends_at}
    if state is not HandoverState.CONFIRMED:
        values |= {"practical": None, "needs": None}
    if not await tx.execute(sa.update(table).where(waiting).values(values)):
        return False
    await tx.execute(sa.delete(people).where(people.c.handover_id == handover_id, people.c.part == ASKER))
    await tx.execute(sa.update(people).where(people.c.handover_id == handover_id).values(ends_at=ends_at))
    return True
