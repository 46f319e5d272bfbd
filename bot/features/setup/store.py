"""The tables of a server's set-up, and the queries on them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.features.groups.model import Server
from bot.features.setup.model import Room, Task
from bot.storage import Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id
from bot.storage.absence import servers_away

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
    column("gone_at", UtcDateTime, nullable=True, kept=Kept.STRUCTURE),
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
    sealed = {"user": tx.vault.seal_id(user_id, guild_id), "gone_at": None}
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


async def tasks_of(tx: Tx, guild_id: int, user_id: int) -> set[Task]:
    """What this person does for the server."""
    rows = await tx.all(sa.select(setup_people.c.task).where(_of(tx, guild_id, user_id)))
    done = {row["task"] for row in rows}
    return {task for task in Task if task in done}


def _of(tx: Tx, guild_id: int, user_id: int) -> sa.ColumnElement[bool]:
    table = setup_people
    return sa.and_(table.c.guild_id == guild_id, table.c.user == tx.vault.seal_id(user_id, guild_id))


async def mark_gone(tx: Tx, guild_id: int, task: Task, now: datetime) -> bool:
    """Whether it is news that whoever has this task is not in the server any more."""
    table = setup_people
    still = sa.and_(table.c.guild_id == guild_id, table.c.task == task, table.c.gone_at.is_(None))
    return await tx.execute(sa.update(table).where(still).values(gone_at=now)) > 0


async def mark_here(tx: Tx, guild_id: int, user_id: int) -> None:
    """Who has a task is in the server again."""
    await tx.execute(sa.update(setup_people).where(_of(tx, guild_id, user_id)).values(gone_at=None))


async def server(tx: Tx, guild_id: int) -> Server | None:
    """One that names no lead or no backup has to be set up anew, which names both."""
    lead, backup = _named(Task.LEAD), _named(Task.BACKUP)
    both = setup_servers.join(lead, lead.c.guild_id == setup_servers.c.guild_id)
    both = both.join(backup, backup.c.guild_id == setup_servers.c.guild_id)
    with_categories = both.outerjoin(setup_categories, setup_categories.c.guild_id == setup_servers.c.guild_id)
    columns = (*setup_servers.c, lead.c.user.label("lead"), backup.c.user.label("backup"))
    found = sa.select(*columns, setup_categories.c.channel_id).select_from(with_categories)
    here = setup_servers.c.guild_id == guild_id
    rows = await tx.all(found.where(here).order_by(setup_categories.c.number))
    if not rows:
        return None
    row = rows[0]
    return Server(
        guild_id=guild_id,
        lead_id=tx.vault.open_id(row["lead"], guild_id),
        backup_id=tx.vault.open_id(row["backup"], guild_id),
        zone=row["zone"],
        category_id=row["category_id"],
        safeguarding_id=row["safeguarding_id"],
        categories=tuple(row["channel_id"] for row in rows if row["channel_id"] is not None),
    )


def _named(task: Task) -> sa.Subquery:
    people = setup_people
    return sa.select(people.c.guild_id, people.c.user).where(people.c.task == task).subquery()


async def known(tx: Tx) -> set[int]:
    """Every server of which there is anything, whoever leads it."""
    return {row["guild_id"] for row in await tx.all(sa.select(setup_servers.c.guild_id))}


async def knows(tx: Tx, guild_id: int) -> bool:
    here = sa.select(setup_servers.c.guild_id).where(setup_servers.c.guild_id == guild_id)
    return await tx.scalar(here) is not None


async def begin_to_forget(tx: Tx, guild_id: int) -> None:
    """From here on the server is not known any more, however much of it is still to be deleted."""
    await tx.execute(sa.delete(setup_servers).where(setup_servers.c.guild_id == guild_id))


async def forget(tx: Tx, guild_id: int, limit: int) -> int:
    """Delete at most ``limit`` of this server's rows, of whatever table but that it is away; gives how many."""
    deleted = 0
    for table in reversed(metadata.sorted_tables):
        # what others refer to comes last, and only once nothing of the others is left
        if "guild_id" in table.c and table is not servers_away and deleted < limit:
            keys = list(table.primary_key.columns)
            some = sa.select(*keys).where(table.c.guild_id == guild_id).limit(limit - deleted)
            deleted += await tx.execute(sa.delete(table).where(sa.tuple_(*keys).in_(some)))
    return deleted


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
