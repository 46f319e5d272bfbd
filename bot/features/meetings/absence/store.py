"""The table of those who wish to be asked after when they are away, and the queries on it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.features.meetings.absence.model import Notice, Spell
from bot.storage import Kept, Tx, UtcDateTime, column, person_table, sealed_id

notices = person_table(
    "meetings_notices",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.PREFERENCE),
    column("guild_id", sa.BigInteger, kept=Kept.PREFERENCE),
    column("group_id", sa.BigInteger, kept=Kept.PREFERENCE),
    sealed_id("user", kept=Kept.PREFERENCE),
    column("since", UtcDateTime, kept=Kept.PREFERENCE),
    column("missed", sa.Integer, kept=Kept.PREFERENCE),
    column("spell", sa.Text, kept=Kept.PREFERENCE),
    column("excused", sa.Boolean, kept=Kept.PREFERENCE),
    column("card_channel_id", sa.BigInteger, nullable=True, kept=Kept.PREFERENCE),
    column("card_id", sa.BigInteger, nullable=True, kept=Kept.PREFERENCE),
    sa.UniqueConstraint("group_id", "user"),
    sa.Index(None, "guild_id", "user"),
    person="user",
)


def _notice(tx: Tx, row: RowMapping) -> Notice:
    return Notice(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        user_id=tx.vault.open_id(row["user"], row["guild_id"]),
        since=row["since"],
        missed=row["missed"],
        spell=Spell(row["spell"]),
        excused=row["excused"],
        card_channel_id=row["card_channel_id"],
        card_id=row["card_id"],
    )


async def add(tx: Tx, notice: Notice) -> None:
    """Keep the wish; one that is kept already stays as it is."""
    values = {
        "id": notice.id,
        "guild_id": notice.guild_id,
        "group_id": notice.group_id,
        "user": tx.vault.seal_id(notice.user_id, notice.guild_id),
        "since": notice.since,
        "missed": notice.missed,
        "spell": notice.spell,
        "excused": notice.excused,
    }
    row = tx.upsert(notices).values(values)
    await tx.execute(row.on_conflict_do_nothing(index_elements=["group_id", "user"]))


async def get(tx: Tx, guild_id: int, notice_id: int) -> Notice | None:
    same = sa.and_(notices.c.guild_id == guild_id, notices.c.id == notice_id)
    row = await tx.first(sa.select(notices).where(same))
    return None if row is None else _notice(tx, row)


async def of(tx: Tx, guild_id: int, group_id: int, user_id: int) -> Notice | None:
    theirs = sa.and_(notices.c.group_id == group_id, notices.c.user == tx.vault.seal_id(user_id, guild_id))
    row = await tx.first(sa.select(notices).where(notices.c.guild_id == guild_id, theirs))
    return None if row is None else _notice(tx, row)


async def of_group(tx: Tx, guild_id: int, group_id: int) -> list[Notice]:
    same = sa.and_(notices.c.guild_id == guild_id, notices.c.group_id == group_id)
    return [_notice(tx, row) for row in await tx.all(sa.select(notices).where(same).order_by(notices.c.id))]


async def change(tx: Tx, notice: Notice) -> None:
    """Keep it as it is given."""
    values = {
        "missed": notice.missed,
        "spell": notice.spell,
        "excused": notice.excused,
        "card_channel_id": notice.card_channel_id,
        "card_id": notice.card_id,
    }
    await tx.execute(sa.update(notices).where(notices.c.id == notice.id).values(values))


async def excuse(tx: Tx, notice: Notice) -> None:
    await tx.execute(sa.update(notices).where(notices.c.id == notice.id).values(excused=True))


async def settle(tx: Tx, notice: Notice) -> bool:
    """Whether nobody had settled it: of two who do at once, one does."""
    asked = sa.and_(notices.c.id == notice.id, notices.c.spell == Spell.ASKED)
    return await tx.execute(sa.update(notices).where(asked).values(spell=Spell.SETTLED)) > 0


async def remove(tx: Tx, notice: Notice) -> None:
    await tx.execute(sa.delete(notices).where(notices.c.id == notice.id))
