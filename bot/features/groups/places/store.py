"""The table of those who are expected in a group, and the queries on it and on visitors."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.groups.model import Member, MemberState, RequestState, Role
from bot.features.groups.places.model import Expected
from bot.features.groups.store import groups_members, groups_requests
from bot.storage import Kept, Tx, UtcDateTime, column, person_table, sealed_id

groups_places = person_table(
    "groups_places",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.REQUEST),
    column("guild_id", sa.BigInteger, kept=Kept.REQUEST),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), kept=Kept.REQUEST),
    sealed_id("user", kept=Kept.REQUEST),
    column("visit", sa.Boolean, kept=Kept.REQUEST),
    column("invited", sa.Boolean, kept=Kept.REQUEST),
    column("since", UtcDateTime, index=True, kept=Kept.REQUEST),
    column("offered_at", UtcDateTime, nullable=True, kept=Kept.REQUEST),
    column("offer_ends_at", UtcDateTime, nullable=True, kept=Kept.REQUEST),
    sa.UniqueConstraint("group_id", "user"),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
groups_places.info["expires"] = "since"

_TAKING = (Role.MEMBER, Role.VISITOR)
"""Who takes a place; facilitators do not."""


def _expected(tx: Tx, row: RowMapping) -> Expected:
    return Expected(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        user_id=tx.vault.open_id(row["user"], row["guild_id"]),
        visit=row["visit"],
        invited=row["invited"],
        since=row["since"],
        offered_at=row["offered_at"],
        offer_ends_at=row["offer_ends_at"],
    )


async def add(tx: Tx, expected: Expected) -> None:
    await tx.execute(
        sa.insert(groups_places).values(
            id=expected.id,
            guild_id=expected.guild_id,
            group_id=expected.group_id,
            user=tx.vault.seal_id(expected.user_id, expected.guild_id),
            visit=expected.visit,
            invited=expected.invited,
            since=expected.since,
            offered_at=expected.offered_at,
            offer_ends_at=expected.offer_ends_at,
        )
    )


async def get(tx: Tx, guild_id: int, expected_id: int) -> Expected | None:
    table = groups_places
    row = await tx.first(sa.select(table).where(table.c.guild_id == guild_id, table.c.id == expected_id))
    return None if row is None else _expected(tx, row)


async def all_of(tx: Tx, guild_id: int, user_id: int) -> list[Expected]:
    """Where this person waits, or has a place kept for them."""
    table = groups_places
    theirs = sa.and_(table.c.guild_id == guild_id, table.c.user == tx.vault.seal_id(user_id, guild_id))
    return [_expected(tx, row) for row in await tx.all(sa.select(table).where(theirs))]


async def of(tx: Tx, guild_id: int, group_id: int, user_id: int) -> Expected | None:
    return next((one for one in await all_of(tx, guild_id, user_id) if one.group_id == group_id), None)


async def all_in(tx: Tx, guild_id: int, group_id: int) -> list[Expected]:
    """Who is expected in a group, the longest waiting first."""
    table = groups_places
    here = sa.and_(table.c.guild_id == guild_id, table.c.group_id == group_id)
    rows = await tx.all(sa.select(table).where(here).order_by(table.c.since, table.c.id))
    return [_expected(tx, row) for row in rows]


async def waiting(tx: Tx, guild_id: int, group_id: int, *, after: datetime, limit: int) -> list[Expected]:
    """The next in order to whom nothing is offered yet, of those who wait since later than ``after``."""
    table = groups_places
    here = sa.and_(table.c.guild_id == guild_id, table.c.group_id == group_id, table.c.offered_at.is_(None))
    longest = sa.select(table).where(here, table.c.since > after).order_by(table.c.since, table.c.id)
    return [_expected(tx, row) for row in await tx.all(longest.limit(limit))]


async def since_before(tx: Tx, instant: datetime, *, limit: int) -> list[Expected]:
    """Who is expected since that long, in any server; by group, so that the groups are held in one order."""
    table = groups_places
    old = sa.select(table).where(table.c.since <= instant).order_by(table.c.group_id, table.c.id)
    return [_expected(tx, row) for row in await tx.all(old.limit(limit))]


async def offered_until(tx: Tx, guild_id: int, instant: datetime) -> list[Expected]:
    """For whom a place is kept that would end before ``instant``; by group."""
    table = groups_places
    sooner = sa.and_(table.c.guild_id == guild_id, table.c.offer_ends_at < instant)
    return [_expected(tx, row) for row in await tx.all(sa.select(table).where(sooner).order_by(table.c.group_id))]


async def set_offer(tx: Tx, expected_id: int, *, offered_at: datetime | None, ends_at: datetime | None) -> None:
    offer = {"offered_at": offered_at, "offer_ends_at": ends_at}
    await tx.execute(sa.update(groups_places).where(groups_places.c.id == expected_id).values(offer))


async def remove(tx: Tx, expected_id: int) -> None:
    await tx.execute(sa.delete(groups_places).where(groups_places.c.id == expected_id))


async def taken(tx: Tx, guild_id: int) -> Counter[int]:
    """For each group of the server how many places are taken, or kept for somebody."""
    people, kept = groups_members, groups_places
    inside = sa.and_(people.c.guild_id == guild_id, people.c.state == MemberState.ACTIVE, people.c.role.in_(_TAKING))
    offered = sa.and_(kept.c.guild_id == guild_id, kept.c.offered_at.is_not(None))
    counted = Counter[int]()
    for table, which in ((people, inside), (kept, offered)):
        rows = await tx.all(
            sa.select(table.c.group_id, sa.func.count().label("count")).where(which).group_by(table.c.group_id)
        )
        counted.update({row["group_id"]: row["count"] for row in rows})
    return counted


# requests


async def asked_in(tx: Tx, guild_id: int, group_id: int) -> list[int]:
    """The requests to a group that nobody has answered."""
    table = groups_requests
    here = (table.c.guild_id == guild_id, table.c.group_id == group_id, table.c.state == RequestState.ASKED)
    return [row["id"] for row in await tx.all(sa.select(table.c.id).where(*here))]


async def wipe_note(tx: Tx, request_id: int) -> None:
    nothing = tx.vault.seal("", "groups_requests", request_id)
    await tx.execute(sa.update(groups_requests).where(groups_requests.c.id == request_id).values(note=nothing))


# visitors


async def set_visits(tx: Tx, member_id: int, *, visits: int, ends_at: datetime) -> None:
    visited = {"visits": visits, "visit_ends_at": ends_at}
    await tx.execute(sa.update(groups_members).where(groups_members.c.id == member_id).values(visited))


async def visiting_until(tx: Tx, guild_id: int, instant: datetime) -> list[int]:
    """The rows of those whose visit would end before ``instant``."""
    table = groups_members
    visiting = (table.c.state == MemberState.ACTIVE, table.c.role == Role.VISITOR)
    sooner = sa.and_(table.c.guild_id == guild_id, *visiting, table.c.visit_ends_at < instant)
    rows = await tx.all(sa.select(table.c.id).where(sooner).order_by(table.c.group_id, table.c.id))
    return [row["id"] for row in rows]


async def make_member(tx: Tx, member_id: int) -> None:
    stays = {"role": Role.MEMBER, "visits": 0, "visit_ends_at": None}
    await tx.execute(sa.update(groups_members).where(groups_members.c.id == member_id).values(stays))


async def forget(tx: Tx, member: Member) -> None:
    """Delete what is kept of somebody in one group: that they were there, and that they asked."""
    for table in (groups_members, groups_requests):
        theirs = sa.and_(
            table.c.guild_id == member.guild_id,
            table.c.group_id == member.group_id,
            table.c.user == tx.vault.seal_id(member.user_id, member.guild_id),
        )
        await tx.execute(sa.delete(table).where(theirs))
