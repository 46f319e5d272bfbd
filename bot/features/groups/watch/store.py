"""The tables of what was found not to be as declared, and their queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.ids import new_id
from bot.features.groups.store import groups, keeps_rooms
from bot.features.groups.watch.model import DESK, SAFEGUARDING, Card, Finding, Kind, State
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

ABOUT, BY = "about", "by"
HOLDS = (State.OPEN, State.MEANT)

groups_drift = sa.Table(
    "groups_drift",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.CASE),
    column("guild_id", sa.BigInteger, kept=Kept.CASE),
    column("group_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    column("place", sa.Text, kept=Kept.CASE),
    column("channel_id", sa.BigInteger, kept=Kept.CASE),
    column("kind", sa.Text, kept=Kept.CASE),
    column("role_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    column("detail", sa.LargeBinary, kept=Kept.CASE),
    column("state", sa.Text, kept=Kept.CASE),
    column("mending", sa.Boolean, kept=Kept.CASE),
    column("problem", sa.Text, nullable=True, kept=Kept.CASE),
    column("found_at", UtcDateTime, kept=Kept.CASE),
    column("settled_at", UtcDateTime, nullable=True, index=True, kept=Kept.CASE),
    column("desk_channel_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    column("desk_card_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    column("safeguarding_channel_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    column("safeguarding_card_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    sa.Index(None, "guild_id", "state"),
    info={"expires": "settled_at"},
)

groups_drift_people = person_table(
    "groups_drift_people",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.CASE),
    column("drift_id", sa.BigInteger, sa.ForeignKey("groups_drift.id", ondelete="CASCADE"), kept=Kept.CASE),
    column("guild_id", sa.BigInteger, kept=Kept.CASE),
    sealed_id("user", kept=Kept.CASE),
    # whether the finding is about them, or they have decided on it, with their reason
    column("part", sa.Text, kept=Kept.CASE),
    column("why", sa.LargeBinary, kept=Kept.CASE),
    column("settled_at", UtcDateTime, nullable=True, index=True, kept=Kept.CASE),
    sa.UniqueConstraint("drift_id", "part"),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
groups_drift_people.info["expires"] = "settled_at"


async def guilds(tx: Tx) -> list[int]:
    """The servers with groups that have rooms, or with something that was found and is not settled."""
    with_rooms = sa.select(groups.c.guild_id).where(keeps_rooms())
    unsettled = sa.select(groups_drift.c.guild_id).where(groups_drift.c.state.in_(HOLDS))
    return sorted({row["guild_id"] for each in (with_rooms, unsettled) for row in await tx.all(each.distinct())})


async def unsettled(tx: Tx, guild_id: int) -> bool:
    """Whether something that was found in this server still holds."""
    here = sa.and_(groups_drift.c.guild_id == guild_id, groups_drift.c.state.in_(HOLDS))
    return bool(await tx.scalar(sa.select(sa.exists().where(here))))


async def add(tx: Tx, finding: Finding) -> None:
    await tx.execute(
        sa.insert(groups_drift).values(
            id=finding.id,
            guild_id=finding.guild_id,
            group_id=finding.group_id,
            place=finding.place,
            channel_id=finding.channel_id,
            kind=finding.kind,
            role_id=finding.role_id,
            detail=tx.vault.seal(finding.detail, "groups_drift", finding.id),
            state=finding.state,
            mending=finding.mending,
            found_at=finding.found_at,
        )
    )
    if finding.user_id is not None:
        await _put_person(tx, finding.guild_id, finding.id, ABOUT, finding.user_id)


async def _put_person(tx: Tx, guild_id: int, drift_id: int, part: str, user_id: int, why: str = "") -> None:
    row_id = new_id()
    values: dict[str, Any] = {
        "id": row_id,
        "user": tx.vault.seal_id(user_id, guild_id),
        "why": tx.vault.seal(why, "groups_drift_people", row_id),
    }
    await tx.execute(
        tx.upsert(groups_drift_people)
        .values({"drift_id": drift_id, "guild_id": guild_id, "part": part} | values)
        .on_conflict_do_update(index_elements=["drift_id", "part"], set_=values)
    )


async def finding(tx: Tx, guild_id: int, drift_id: int) -> Finding | None:
    here = sa.and_(groups_drift.c.guild_id == guild_id, groups_drift.c.id == drift_id)
    found = await _findings(tx, here)
    return found[0] if found else None


async def that_hold(tx: Tx, guild_id: int) -> list[Finding]:
    """What was found and is still so, meant or not, oldest first."""
    return await _findings(tx, sa.and_(groups_drift.c.guild_id == guild_id, groups_drift.c.state.in_(HOLDS)))


async def cards_naming(tx: Tx, guild_id: int, user_id: int) -> list[Card]:
    """The cards about this person, or about what they decided."""
    people = groups_drift_people
    theirs = sa.and_(people.c.guild_id == guild_id, people.c.user == tx.vault.seal_id(user_id, guild_id))
    which = groups_drift.c.id.in_(sa.select(people.c.drift_id).where(theirs))
    return [card for row in await tx.all(sa.select(groups_drift).where(which)) for card in _cards(row)]


async def _findings(tx: Tx, which: sa.ColumnElement[bool]) -> list[Finding]:
    rows = await tx.all(sa.select(groups_drift).where(which).order_by(groups_drift.c.found_at, groups_drift.c.id))
    if not rows:
        return []
    ids = sa.select(groups_drift.c.id).where(which)
    named = await tx.all(sa.select(groups_drift_people).where(groups_drift_people.c.drift_id.in_(ids)))
    people = {(row["drift_id"], row["part"]): row for row in named}
    return [_finding(tx, row, people.get((row["id"], ABOUT)), people.get((row["id"], BY))) for row in rows]


def _finding(tx: Tx, row: RowMapping, about: RowMapping | None, by: RowMapping | None) -> Finding:
    return Finding(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        place=row["place"],
        channel_id=row["channel_id"],
        kind=Kind(row["kind"]),
        user_id=_person(tx, about),
        role_id=row["role_id"],
        detail=tx.vault.open(row["detail"], "groups_drift", row["id"]),
        state=State(row["state"]),
        found_at=row["found_at"],
        mending=row["mending"],
        problem=row["problem"],
        cards=_cards(row),
        by_id=_person(tx, by),
        why="" if by is None else tx.vault.open(by["why"], "groups_drift_people", by["id"]),
    )


def _person(tx: Tx, row: RowMapping | None) -> int | None:
    return None if row is None else tx.vault.open_id(row["user"], row["guild_id"])


def _cards(row: RowMapping) -> tuple[Card, ...]:
    return tuple(
        Card(drift_id=row["id"], at=at, channel_id=row[f"{at}_channel_id"], message_id=row[f"{at}_card_id"])
        for at in (DESK, SAFEGUARDING)
        if row[f"{at}_card_id"] is not None
    )


async def decide(tx: Tx, found: Finding, *, state: State, mending: bool, by_id: int, why: str = "") -> None:
    """Keep who has decided what about it, and why."""
    decided = {"state": state, "mending": mending, "problem": None}
    await tx.execute(sa.update(groups_drift).where(groups_drift.c.id == found.id).values(decided))
    await _put_person(tx, found.guild_id, found.id, BY, by_id, why)


async def refuse(tx: Tx, drift_id: int, problem: str | None) -> None:
    """Keep why it could not be mended; None if it was, and is so again."""
    here = sa.and_(groups_drift.c.id == drift_id, groups_drift.c.state == State.OPEN)
    await tx.execute(sa.update(groups_drift).where(here).values(mending=False, problem=problem))


async def settle(tx: Tx, drift_ids: Sequence[int], state: State, now: datetime) -> None:
    """It is so no more."""
    over = {"state": state, "settled_at": now}
    await tx.execute(sa.update(groups_drift).where(groups_drift.c.id.in_(drift_ids)).values(over))
    theirs = groups_drift_people.c.drift_id.in_(drift_ids)
    await tx.execute(sa.update(groups_drift_people).where(theirs).values(settled_at=now))


async def set_card(tx: Tx, card: Card) -> None:
    where = {f"{card.at}_channel_id": card.channel_id, f"{card.at}_card_id": card.message_id}
    await tx.execute(sa.update(groups_drift).where(groups_drift.c.id == card.drift_id).values(where))
