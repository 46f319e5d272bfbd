"""The tables of a server's set-up, and the queries on them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.features.groups.model import Server
from bot.features.setup.model import Room, Task
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

setup_servers = sa.Table(
    "setup_servers",
    metadata,
    column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("zone", sa.Text, kept=Kept.STRUCTURE),
    column("category_id", sa.BigInteger, nullable=True, kept=Kept.STRUCTURE),
    column("safeguarding_id", sa.BigInteger, nullable=True, kept=Kept.STRUCTURE),
    column("set_up_at", UtcDateTime, kept=Kept.STRUCTURE),
)

setup_people = person_table(
    "setup_people",
    column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("task", sa.Text, primary_key=True, kept=Kept.STRUCTURE),
    sealed_id("user", kept=Kept.STRUCTURE),
    person="user",
    # a server without a lead would leave members with nobody: another has to be named first
    erase=False,
)

setup_categories = sa.Table(
    "setup_categories",
    metadata,
    column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("number", sa.Integer, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("channel_id", sa.BigInteger, kept=Kept.STRUCTURE),
)

_CHANNEL = {Room.CATEGORY: setup_servers.c.category_id, Room.SAFEGUARDING: setup_servers.c.safeguarding_id}


async def put_server(tx: Tx, guild_id: int, values: dict[str, object]) -> None:
    await tx.execute(
        tx.upsert(setup_servers)
        .values({"guild_id": guild_id} | values)
        .on_conflict_do_update(index_elements=["guild_id"], set_=values)
    )


async def put_person(tx: Tx, guild_id: int, task: Task, user_id: int) -> None:
    sealed = {"user": tx.vault.seal_id(user_id, guild_id)}
    await tx.execute(
        tx.upsert(setup_people)
        .values({"guild_id": guild_id, "task": task} | sealed)
        .on_conflict_do_update(index_elements=["guild_id", "task"], set_=sealed)
    )


async def person(tx: Tx, guild_id: int, task: Task) -> int | None:
    table = setup_people
    named = sa.and_(table.c.guild_id == guild_id, table.c.task == task)
    sealed = await tx.scalar(sa.select(table.c.user).where(named))
    return None if sealed is None else tx.vault.open_id(sealed, guild_id)


async def server(tx: Tx, guild_id: int) -> Server | None:
    row = await tx.first(sa.select(setup_servers).where(setup_servers.c.guild_id == guild_id))
    if row is None:
        return None
    lead_id, backup_id = await person(tx, guild_id, Task.LEAD), await person(tx, guild_id, Task.BACKUP)
    if lead_id is None or backup_id is None:
        return None  # it has to be set up anew, which names both
    return Server(
        guild_id=guild_id,
        lead_id=lead_id,
        backup_id=backup_id,
        zone=row["zone"],
        category_id=row["category_id"],
        safeguarding_id=row["safeguarding_id"],
        categories=tuple((await categories(tx, guild_id)).values()),
    )


async def set_channel(tx: Tx, guild_id: int, room: Room, channel_id: int) -> None:
    column_name = _CHANNEL[room].name
    here = setup_servers.c.guild_id == guild_id
    await tx.execute(sa.update(setup_servers).where(here).values({column_name: channel_id}))


async def categories(tx: Tx, guild_id: int) -> dict[int, int]:
    """The ids of the server's categories by their numbers, the oldest first."""
    table = setup_categories
    rows = await tx.all(sa.select(table).where(table.c.guild_id == guild_id).order_by(table.c.number))
    return {row["number"]: row["channel_id"] for row in rows}


async def set_category(tx: Tx, guild_id: int, number: int, channel_id: int) -> None:
    """Keep where that category is; new rooms are made in the one of the highest number."""
    await tx.execute(
        tx.upsert(setup_categories)
        .values(guild_id=guild_id, number=number, channel_id=channel_id)
        .on_conflict_do_update(index_elements=["guild_id", "number"], set_={"channel_id": channel_id})
    )
    newest = list((await categories(tx, guild_id)).values())[-1]
    await set_channel(tx, guild_id, Room.CATEGORY, newest)
