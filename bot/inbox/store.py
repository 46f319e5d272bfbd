"""The inbox tables and their queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.inbox.model import Kept as KeptWord
from bot.inbox.model import State, Word
from bot.storage import Kept, Tx, UtcDateTime, column, person_table, sealed_id

inbox = person_table(
    "inbox",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.WORD),
    column("guild_id", sa.BigInteger, kept=Kept.WORD),
    sealed_id("user", kept=Kept.WORD),
    column("kind", sa.Text, kept=Kept.WORD),
    column("sealed", sa.LargeBinary, kept=Kept.WORD),
    column("purpose", sa.Text, nullable=True, kept=Kept.WORD),
    column("state", sa.Text, kept=Kept.WORD),
    column("created_at", UtcDateTime, kept=Kept.WORD),
    column("expires_at", UtcDateTime, index=True, kept=Kept.WORD),
    sa.Index(None, "guild_id", "user", "state"),
    sa.Index(None, "state"),
    person="user",
)
inbox.info["expires"] = "created_at"
inbox.info["ends"] = "expires_at"

inbox_permissions = person_table(
    "inbox_permissions",
    column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.PREFERENCE),
    sealed_id("user", primary_key=True, kept=Kept.PREFERENCE),
    column("purpose", sa.Text, primary_key=True, kept=Kept.PREFERENCE),
    column("given_at", UtcDateTime, kept=Kept.PREFERENCE),
    person="user",
)


async def add(tx: Tx, word_id: int, word: Word, now: datetime) -> None:
    await tx.execute(
        sa.insert(inbox).values(
            id=word_id,
            guild_id=word.guild_id,
            user=tx.vault.seal_id(word.user_id, word.guild_id),
            kind=word.kind,
            sealed=tx.vault.seal(json.dumps(dict(word.params)), "inbox", word_id),
            purpose=word.purpose,
            state=State.FRESH,
            created_at=now,
            expires_at=word.expires_at,
        )
    )


def _word(tx: Tx, row: RowMapping) -> KeptWord:
    return KeptWord(
        id=row["id"],
        guild_id=row["guild_id"],
        user_id=tx.vault.open_id(row["user"], row["guild_id"]),
        kind=row["kind"],
        params=json.loads(tx.vault.open(row["sealed"], "inbox", row["id"])),
        purpose=row["purpose"],
        state=State(row["state"]),
        created_at=row["created_at"],
    )


async def get(tx: Tx, word_id: int) -> KeptWord | None:
    row = await tx.first(sa.select(inbox).where(inbox.c.id == word_id))
    return None if row is None else _word(tx, row)


async def sent(tx: Tx, word_id: int, now: datetime) -> KeptWord | None:
    on_its_way = (inbox.c.id == word_id, inbox.c.state == State.SENT, inbox.c.expires_at > now)
    row = await tx.first(sa.select(inbox).where(*on_its_way))
    return None if row is None else _word(tx, row)


async def fresh(tx: Tx, now: datetime, limit: int) -> list[KeptWord]:
    rows = await tx.all(
        sa.select(inbox)
        .where(inbox.c.state == State.FRESH, inbox.c.expires_at > now)
        .order_by(inbox.c.created_at)
        .limit(limit)
    )
    return [_word(tx, row) for row in rows]


async def of(tx: Tx, guild_id: int, user_id: int, now: datetime, states: Sequence[State]) -> list[KeptWord]:
    rows = await tx.all(
        sa.select(inbox)
        .where(
            inbox.c.guild_id == guild_id,
            inbox.c.user == tx.vault.seal_id(user_id, guild_id),
            inbox.c.state.in_(states),
            inbox.c.expires_at > now,
        )
        .order_by(inbox.c.created_at)
    )
    return [_word(tx, row) for row in rows]


async def of_kind(tx: Tx, guild_id: int, kind: str, now: datetime) -> list[KeptWord]:
    same = sa.and_(inbox.c.guild_id == guild_id, inbox.c.kind == kind, inbox.c.expires_at > now)
    return [_word(tx, row) for row in await tx.all(sa.select(inbox).where(same).order_by(inbox.c.created_at))]


async def remove_untold(tx: Tx, word_id: int) -> None:
    await tx.execute(sa.delete(inbox).where(inbox.c.id == word_id, inbox.c.state != State.DELIVERED))


async def move(tx: Tx, word_id: int, *before: State, after: State) -> bool:
    """Whether the word was ``before`` and is now ``after``: only one of two who try gets to."""
    same = sa.and_(inbox.c.id == word_id, inbox.c.state.in_(before))
    return await tx.execute(sa.update(inbox).where(same).values(state=after)) > 0


async def allow(tx: Tx, guild_id: int, user_id: int, purpose: str, now: datetime) -> None:
    row = {"guild_id": guild_id, "user": tx.vault.seal_id(user_id, guild_id), "purpose": purpose, "given_at": now}
    await tx.execute(tx.upsert(inbox_permissions).values(row).on_conflict_do_nothing())


def _permission(tx: Tx, guild_id: int, user_id: int) -> sa.ColumnElement[bool]:
    table = inbox_permissions
    return sa.and_(table.c.guild_id == guild_id, table.c.user == tx.vault.seal_id(user_id, guild_id))


async def withdraw(tx: Tx, guild_id: int, user_id: int, purpose: str) -> None:
    mine = _permission(tx, guild_id, user_id)
    await tx.execute(sa.delete(inbox_permissions).where(mine, inbox_permissions.c.purpose == purpose))
    theirs = sa.and_(inbox.c.guild_id == guild_id, inbox.c.user == tx.vault.seal_id(user_id, guild_id))
    on_its_way = sa.and_(inbox.c.state == State.SENT, inbox.c.purpose == purpose)
    await tx.execute(sa.update(inbox).where(theirs, on_its_way).values(state=State.WAITING))


async def purposes(tx: Tx, guild_id: int, user_id: int) -> set[str]:
    rows = await tx.all(sa.select(inbox_permissions.c.purpose).where(_permission(tx, guild_id, user_id)))
    return {row["purpose"] for row in rows}
