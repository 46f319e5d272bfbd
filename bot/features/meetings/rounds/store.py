"""The tables of rounds and of the turns in them, and the queries on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.meetings.model import Occasion
from bot.features.meetings.rounds.model import Round, RoundState, Seat, SeatState
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

rounds = sa.Table(
    "meetings_rounds",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.ATTENDANCE),
    column("guild_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    column("group_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    column("meeting_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    column("day", sa.Date, kept=Kept.ATTENDANCE),
    column("number", sa.Integer, kept=Kept.ATTENDANCE),
    column("seconds", sa.Integer, kept=Kept.ATTENDANCE),
    column("state", sa.Text, kept=Kept.ATTENDANCE),
    column("turn", sa.Integer, kept=Kept.ATTENDANCE),
    column("turns", sa.Integer, kept=Kept.ATTENDANCE),
    column("pauses", sa.Integer, kept=Kept.ATTENDANCE),
    column("turn_ends_at", UtcDateTime, nullable=True, kept=Kept.ATTENDANCE),
    column("left", sa.Integer, kept=Kept.ATTENDANCE),
    column("troubled", sa.Boolean, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, index=True, kept=Kept.ATTENDANCE),
    sa.Index(None, "guild_id", "group_id"),
    info={"ends": "ends_at"},
)
"""A round stays, without anything of who was in it, until its meeting is closed, so that the next has its number."""

turns = person_table(
    "meetings_turns",
    column("round_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.ATTENDANCE),
    column("guild_id", sa.BigInteger, kept=Kept.ATTENDANCE),
    sealed_id("user", primary_key=True, kept=Kept.ATTENDANCE),
    column("place", sa.Integer, kept=Kept.ATTENDANCE),
    column("state", sa.Text, kept=Kept.ATTENDANCE),
    column("counted", sa.Boolean, kept=Kept.ATTENDANCE),
    column("silent", sa.Boolean, kept=Kept.ATTENDANCE),
    column("ends_at", UtcDateTime, index=True, kept=Kept.ATTENDANCE),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
"""Who is in a round that is going on; nothing of it once the round is over."""
turns.info["ends"] = "ends_at"

_OF_A_ROUND = (
    "id", "guild_id", "group_id", "meeting_id", "day", "number", "seconds", "state", "turn", "turns", "pauses",
    "turn_ends_at", "left", "troubled", "ends_at",
)  # fmt: skip


async def save(tx: Tx, circle: Round) -> None:
    """Keep a round as it is given. All its turns are written anew each time, so that no row tells when it changed."""
    values = {name: getattr(circle, name) for name in _OF_A_ROUND}
    await tx.execute(tx.upsert(rounds).values(values).on_conflict_do_update(index_elements=["id"], set_=values))
    await tx.execute(sa.delete(turns).where(turns.c.round_id == circle.id))
    for seat in sorted(circle.seats, key=lambda seat: seat.place):
        await tx.execute(sa.insert(turns).values(_written(tx, circle, seat)))


def _written(tx: Tx, circle: Round, seat: Seat) -> dict[str, object]:
    return {
        "round_id": circle.id,
        "guild_id": circle.guild_id,
        "user": tx.vault.seal_id(seat.user_id, circle.guild_id),
        "place": seat.place,
        "state": seat.state,
        "counted": seat.counted,
        "silent": seat.silent,
        "ends_at": circle.ends_at,
    }


async def get(tx: Tx, round_id: int) -> Round | None:
    return next(iter(await _all(tx, rounds.c.id == round_id)), None)


async def going_in(tx: Tx, guild_id: int, group_id: int) -> list[Round]:
    """The rounds of this group that are going on or paused."""
    of_group = sa.and_(rounds.c.guild_id == guild_id, rounds.c.group_id == group_id)
    return await _all(tx, of_group, rounds.c.state != RoundState.OVER)


async def of_meeting(tx: Tx, guild_id: int, meeting_id: int) -> list[Round]:
    """All that are known of this meeting, also those that are over."""
    return await _all(tx, rounds.c.guild_id == guild_id, rounds.c.meeting_id == meeting_id)


async def count(tx: Tx, occasion: Occasion) -> int:
    """How many rounds there have been of this time of its meeting."""
    return int(await tx.scalar(sa.select(sa.func.count()).select_from(rounds).where(_of(occasion))))


async def forget(tx: Tx, guild_id: int, meeting_id: int, day: date) -> None:
    """Delete what is known of the rounds of this time of the meeting."""
    same = sa.and_(rounds.c.guild_id == guild_id, rounds.c.meeting_id == meeting_id, rounds.c.day == day)
    await tx.execute(sa.delete(turns).where(turns.c.round_id.in_(sa.select(rounds.c.id).where(same))))
    await tx.execute(sa.delete(rounds).where(same))


def _of(occasion: Occasion) -> sa.ColumnElement[bool]:
    meeting = occasion.meeting
    same_meeting = sa.and_(rounds.c.guild_id == meeting.guild_id, rounds.c.meeting_id == meeting.id)
    return sa.and_(same_meeting, rounds.c.day == occasion.day)


async def _all(tx: Tx, *which: sa.ColumnElement[bool]) -> list[Round]:
    rows = await tx.all(sa.select(rounds).where(*which))
    return [_round(row, await _seats(tx, row)) for row in rows]


async def _seats(tx: Tx, round_row: RowMapping) -> tuple[Seat, ...]:
    rows = await tx.all(sa.select(turns).where(turns.c.round_id == round_row["id"]).order_by(turns.c.place))
    return tuple(
        Seat(
            user_id=tx.vault.open_id(row["user"], round_row["guild_id"]),
            place=row["place"],
            state=SeatState(row["state"]),
            counted=row["counted"],
            silent=row["silent"],
        )
        for row in rows
    )


def _round(row: RowMapping, seats: Sequence[Seat]) -> Round:
    values: dict[str, Any] = {name: row[name] for name in _OF_A_ROUND}
    values["state"] = RoundState(row["state"])
    return Round(**values, seats=tuple(seats))
