"""The tables of groups, their people and their requests, and the queries on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.groups.model import (
    Group,
    GroupState,
    Member,
    MemberState,
    Mode,
    Place,
    Reason,
    Request,
    RequestState,
    Role,
)
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

groups = sa.Table(
    "groups",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.STRUCTURE),
    column("code", sa.Text, kept=Kept.STRUCTURE),
    column("name", sa.LargeBinary, kept=Kept.STRUCTURE),
    column("about", sa.LargeBinary, kept=Kept.STRUCTURE),
    column("capacity", sa.Integer, kept=Kept.STRUCTURE),
    column("mode", sa.Text, kept=Kept.STRUCTURE),
    column("state", sa.Text, kept=Kept.STRUCTURE),
    column("joins_from", sa.Date, nullable=True, kept=Kept.STRUCTURE),
    column("joins_until", sa.Date, nullable=True, kept=Kept.STRUCTURE),
    column("zone", sa.Text, nullable=True, kept=Kept.STRUCTURE),
    column("voice", sa.Boolean, kept=Kept.STRUCTURE),
    column("room_id", sa.BigInteger, nullable=True, index=True, kept=Kept.STRUCTURE),
    column("desk_id", sa.BigInteger, nullable=True, index=True, kept=Kept.STRUCTURE),
    column("voice_id", sa.BigInteger, nullable=True, index=True, kept=Kept.STRUCTURE),
    column("created_at", UtcDateTime, kept=Kept.STRUCTURE),
    column("paused_until", sa.Date, nullable=True, kept=Kept.STRUCTURE),
    column("archived_at", UtcDateTime, nullable=True, kept=Kept.STRUCTURE),
    column("archived_from", sa.Text, nullable=True, kept=Kept.STRUCTURE),
    column("pending_name", sa.LargeBinary, nullable=True, kept=Kept.STRUCTURE),
    sa.UniqueConstraint("guild_id", "code"),
)

groups_members = person_table(
    "groups_members",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.MEMBERSHIP),
    column("guild_id", sa.BigInteger, kept=Kept.MEMBERSHIP),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), kept=Kept.MEMBERSHIP),
    sealed_id("user", kept=Kept.MEMBERSHIP),
    column("role", sa.Text, kept=Kept.MEMBERSHIP),
    column("state", sa.Text, kept=Kept.MEMBERSHIP),
    column("joined_at", UtcDateTime, kept=Kept.MEMBERSHIP),
    column("left_at", UtcDateTime, nullable=True, index=True, kept=Kept.MEMBERSHIP),
    column("consent_version", sa.Text, nullable=True, kept=Kept.MEMBERSHIP),
    column("agreement_version", sa.Text, nullable=True, kept=Kept.MEMBERSHIP),
    column("agreed_at", UtcDateTime, nullable=True, kept=Kept.MEMBERSHIP),
    column("greeted", sa.Boolean, server_default=sa.true(), kept=Kept.MEMBERSHIP),
    column("duty", sa.Boolean, server_default=sa.false(), kept=Kept.MEMBERSHIP),
    column("visits", sa.Integer, server_default=sa.text("0"), kept=Kept.MEMBERSHIP),
    column("visit_ends_at", UtcDateTime, nullable=True, kept=Kept.MEMBERSHIP),
    column("cover_until", UtcDateTime, nullable=True, kept=Kept.MEMBERSHIP),
    sa.UniqueConstraint("group_id", "user"),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
groups_members.info["expires"] = "left_at"

groups_requests = person_table(
    "groups_requests",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.REQUEST),
    column("guild_id", sa.BigInteger, kept=Kept.REQUEST),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), index=True, kept=Kept.REQUEST),
    sealed_id("user", kept=Kept.REQUEST),
    column("note", sa.LargeBinary, kept=Kept.REQUEST),
    column("state", sa.Text, kept=Kept.REQUEST),
    column("reason", sa.Text, nullable=True, kept=Kept.REQUEST),
    column("asked_at", UtcDateTime, kept=Kept.REQUEST),
    column("answered_at", UtcDateTime, nullable=True, index=True, kept=Kept.REQUEST),
    column("consent_version", sa.Text, kept=Kept.REQUEST),
    column("agreement_version", sa.Text, kept=Kept.REQUEST),
    column("card_channel_id", sa.BigInteger, nullable=True, kept=Kept.REQUEST),
    column("card_id", sa.BigInteger, nullable=True, kept=Kept.REQUEST),
    column("visit", sa.Boolean, server_default=sa.false(), kept=Kept.REQUEST),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
groups_requests.info["expires"] = "answered_at"

_CHANNEL = {Place.ROOM: groups.c.room_id, Place.DESK: groups.c.desk_id, Place.VOICE: groups.c.voice_id}


def _group(tx: Tx, row: RowMapping) -> Group:
    return Group(
        id=row["id"],
        guild_id=row["guild_id"],
        code=row["code"],
        name=tx.vault.open(row["name"], "groups", row["id"]),
        about=tx.vault.open(row["about"], "groups", f"{row['id']}:about"),
        capacity=row["capacity"],
        mode=Mode(row["mode"]),
        state=GroupState(row["state"]),
        zone=row["zone"],
        room_id=row["room_id"],
        desk_id=row["desk_id"],
        voice_id=row["voice_id"],
        voice=row["voice"],
        joins_from=row["joins_from"],
        joins_until=row["joins_until"],
        paused_until=row["paused_until"],
        archived_at=row["archived_at"],
        archived_from=GroupState(row["archived_from"]) if row["archived_from"] else None,
        pending_name=_pending_name(tx, row),
    )


def _pending_name(tx: Tx, row: RowMapping) -> str:
    sealed = row["pending_name"]
    return tx.vault.open(sealed, "groups", f"{row['id']}:pending") if sealed else ""


def _member(tx: Tx, row: RowMapping) -> Member:
    return Member(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        user_id=tx.vault.open_id(row["user"], row["guild_id"]),
        role=Role(row["role"]),
        state=MemberState(row["state"]),
        joined_at=row["joined_at"],
        left_at=row["left_at"],
        consent_version=row["consent_version"],
        agreement_version=row["agreement_version"],
        agreed_at=row["agreed_at"],
        duty=row["duty"],
        visits=row["visits"],
        visit_ends_at=row["visit_ends_at"],
        cover_until=row["cover_until"],
    )


def _request(tx: Tx, row: RowMapping) -> Request:
    return Request(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        user_id=tx.vault.open_id(row["user"], row["guild_id"]),
        note=tx.vault.open(row["note"], "groups_requests", row["id"]),
        state=RequestState(row["state"]),
        asked_at=row["asked_at"],
        consent_version=row["consent_version"],
        agreement_version=row["agreement_version"],
        reason=Reason(row["reason"]) if row["reason"] else None,
        card_channel_id=row["card_channel_id"],
        card_id=row["card_id"],
        visit=row["visit"],
    )


# groups


async def add_group(tx: Tx, group: Group, now: datetime) -> None:
    await tx.execute(
        sa.insert(groups).values(
            id=group.id,
            guild_id=group.guild_id,
            code=group.code,
            name=tx.vault.seal(group.name, "groups", group.id),
            about=tx.vault.seal(group.about, "groups", f"{group.id}:about"),
            capacity=group.capacity,
            mode=group.mode,
            state=group.state,
            zone=group.zone,
            voice=group.voice,
            joins_from=group.joins_from,
            joins_until=group.joins_until,
            created_at=now,
        )
    )


async def group(tx: Tx, guild_id: int, group_id: int) -> Group | None:
    row = await tx.first(sa.select(groups).where(groups.c.guild_id == guild_id, groups.c.id == group_id))
    return None if row is None else _group(tx, row)


async def group_by_code(tx: Tx, guild_id: int, code: str) -> Group | None:
    """None as well for one that is a draft: nobody has been told its code."""
    coded = sa.and_(groups.c.guild_id == guild_id, groups.c.code == code, groups.c.state != GroupState.DRAFT)
    row = await tx.first(sa.select(groups).where(coded))
    return None if row is None else _group(tx, row)


async def group_of_channel(tx: Tx, guild_id: int, channel_id: int) -> Group | None:
    here = sa.or_(*(channel == channel_id for channel in _CHANNEL.values()))
    row = await tx.first(sa.select(groups).where(groups.c.guild_id == guild_id, here))
    return None if row is None else _group(tx, row)


async def groups_in(tx: Tx, guild_id: int) -> list[Group]:
    """The groups of a server that are made and not archived, by name."""
    here = sa.and_(groups.c.guild_id == guild_id, groups.c.state.not_in((GroupState.ARCHIVED, GroupState.DRAFT)))
    found = [_group(tx, row) for row in await tx.all(sa.select(groups).where(here))]
    return sorted(found, key=lambda group: group.name.casefold())


async def keeping_rooms(tx: Tx, guild_id: int) -> list[Group]:
    """The same, and those that are archived until their channels are gone."""
    here = sa.and_(groups.c.guild_id == guild_id, keeps_rooms())
    found = [_group(tx, row) for row in await tx.all(sa.select(groups).where(here))]
    return sorted(found, key=lambda group: group.name.casefold())


def keeps_rooms() -> sa.ColumnElement[bool]:
    there = sa.or_(*(channel.is_not(None) for channel in _CHANNEL.values()))
    living = groups.c.state.not_in((GroupState.ARCHIVED, GroupState.DRAFT))
    return sa.or_(living, sa.and_(groups.c.state == GroupState.ARCHIVED, there))


async def set_channel(tx: Tx, group_id: int, place: Place, channel_id: int | None) -> None:
    column_name = _CHANNEL[place].name
    await tx.execute(sa.update(groups).where(groups.c.id == group_id).values({column_name: channel_id}))


async def set_state(tx: Tx, group_id: int, *, before: GroupState, after: GroupState) -> bool:
    same = sa.and_(groups.c.id == group_id, groups.c.state == before)
    return await tx.execute(sa.update(groups).where(same).values(state=after)) > 0


# people


def _person(tx: Tx, guild_id: int, user_id: int) -> sa.ColumnElement[bool]:
    table = groups_members
    return sa.and_(table.c.guild_id == guild_id, table.c.user == tx.vault.seal_id(user_id, guild_id))


async def put_member(tx: Tx, member: Member) -> Member:
    """Add the person, or have one who left come back under the same row."""
    values: dict[str, Any] = {
        "role": member.role,
        "state": member.state,
        "joined_at": member.joined_at,
        "left_at": None,
        "consent_version": member.consent_version,
        "agreement_version": member.agreement_version,
        "agreed_at": member.agreed_at,
        "duty": member.duty,
        "visits": member.visits,
        "visit_ends_at": member.visit_ends_at,
        "cover_until": member.cover_until,
    }
    row = {
        "id": member.id,
        "guild_id": member.guild_id,
        "group_id": member.group_id,
        "user": tx.vault.seal_id(member.user_id, member.guild_id),
    }
    await tx.execute(
        tx.upsert(groups_members)
        .values(row | values)
        .on_conflict_do_update(index_elements=["group_id", "user"], set_=values)
    )
    kept = await membership(tx, member.guild_id, member.group_id, member.user_id)
    assert kept is not None
    return kept


async def member(tx: Tx, guild_id: int, member_id: int) -> Member | None:
    table = groups_members
    row = await tx.first(sa.select(table).where(table.c.guild_id == guild_id, table.c.id == member_id))
    return None if row is None else _member(tx, row)


async def membership(tx: Tx, guild_id: int, group_id: int, user_id: int) -> Member | None:
    mine = sa.and_(_person(tx, guild_id, user_id), groups_members.c.group_id == group_id)
    row = await tx.first(sa.select(groups_members).where(mine))
    return None if row is None else _member(tx, row)


async def memberships(tx: Tx, guild_id: int, user_id: int, *, state: MemberState = MemberState.ACTIVE) -> list[Member]:
    """Where this person is active, or what else ``state`` says, in any role."""
    these = sa.and_(_person(tx, guild_id, user_id), groups_members.c.state == state)
    return [_member(tx, row) for row in await tx.all(sa.select(groups_members).where(these))]


async def knows(tx: Tx, guild_id: int, user_id: int) -> bool:
    """Whether this person is or was in a group of the server, or has asked to be."""
    asked = sa.and_(
        groups_requests.c.guild_id == guild_id, groups_requests.c.user == tx.vault.seal_id(user_id, guild_id)
    )
    rows = (sa.exists().where(_person(tx, guild_id, user_id)), sa.exists().where(asked))
    return bool(await tx.scalar(sa.select(sa.or_(*rows))))


async def members(tx: Tx, guild_id: int, group_id: int, *, state: MemberState = MemberState.ACTIVE) -> list[Member]:
    """Who is in the group now, or has left it, by age of their joining."""
    table = groups_members
    these = sa.and_(table.c.guild_id == guild_id, table.c.group_id == group_id, table.c.state == state)
    rows = await tx.all(sa.select(table).where(these).order_by(table.c.joined_at, table.c.id))
    return [_member(tx, row) for row in rows]


async def count(tx: Tx, group_id: int, role: Role) -> int:
    """How many there are, without those who only cover a meeting."""
    table = groups_members
    active = sa.and_(table.c.group_id == group_id, table.c.state == MemberState.ACTIVE, table.c.role == role)
    return int(await tx.scalar(sa.select(sa.func.count()).where(active, table.c.cover_until.is_(None))))


async def set_agreement(tx: Tx, member_id: int, version: str, now: datetime) -> None:
    agreed = {"agreement_version": version, "agreed_at": now}
    await tx.execute(sa.update(groups_members).where(groups_members.c.id == member_id).values(agreed))


async def set_greeted(tx: Tx, member_id: int, *, greeted: bool) -> bool:
    """Keep whether somebody was told that the room is open to them; gives whether that is another than before."""
    other = sa.and_(groups_members.c.id == member_id, groups_members.c.greeted.is_(not greeted))
    return await tx.execute(sa.update(groups_members).where(other).values(greeted=greeted)) > 0


async def end_membership(tx: Tx, member_id: int, now: datetime) -> bool:
    active = sa.and_(groups_members.c.id == member_id, groups_members.c.state == MemberState.ACTIVE)
    left = sa.update(groups_members).where(active).values(state=MemberState.LEFT, left_at=now)
    return await tx.execute(left) > 0


# requests


async def add_request(tx: Tx, request: Request) -> None:
    await tx.execute(
        sa.insert(groups_requests).values(
            id=request.id,
            guild_id=request.guild_id,
            group_id=request.group_id,
            user=tx.vault.seal_id(request.user_id, request.guild_id),
            note=tx.vault.seal(request.note, "groups_requests", request.id),
            state=request.state,
            asked_at=request.asked_at,
            consent_version=request.consent_version,
            agreement_version=request.agreement_version,
            visit=request.visit,
        )
    )


async def request(tx: Tx, guild_id: int, request_id: int) -> Request | None:
    table = groups_requests
    row = await tx.first(sa.select(table).where(table.c.guild_id == guild_id, table.c.id == request_id))
    return None if row is None else _request(tx, row)


async def requests_of(tx: Tx, guild_id: int, user_id: int) -> list[Request]:
    """What this person has asked for and nobody has answered."""
    table = groups_requests
    mine = sa.and_(
        table.c.guild_id == guild_id,
        table.c.user == tx.vault.seal_id(user_id, guild_id),
        table.c.state == RequestState.ASKED,
    )
    return [_request(tx, row) for row in await tx.all(sa.select(table).where(mine))]


async def cards_of(tx: Tx, guild_id: int, user_id: int) -> list[tuple[int, int, int]]:
    """Request, channel and message of each card that names this person, answered or not."""
    table = groups_requests
    mine = sa.and_(
        table.c.guild_id == guild_id,
        table.c.user == tx.vault.seal_id(user_id, guild_id),
        table.c.card_channel_id.is_not(None),
    )
    columns = (table.c.id, table.c.card_channel_id, table.c.card_id)
    rows = await tx.all(sa.select(*columns).where(mine))
    return [(row["id"], row["card_channel_id"], row["card_id"]) for row in rows]


async def answer_request(tx: Tx, request_id: int, *, state: RequestState, reason: Reason | None, now: datetime) -> bool:
    """Whether it was still open: of two who answer at once, one does."""
    still = sa.and_(groups_requests.c.id == request_id, groups_requests.c.state == RequestState.ASKED)
    answered = sa.update(groups_requests).where(still)
    return await tx.execute(answered.values(state=state, reason=reason, answered_at=now)) > 0


async def set_card(tx: Tx, request_id: int, *, channel_id: int, message_id: int) -> None:
    card = {"card_channel_id": channel_id, "card_id": message_id}
    await tx.execute(sa.update(groups_requests).where(groups_requests.c.id == request_id).values(card))
