"""Every table with rows in it, whatever tables there are: made from what the tables say of themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.core.ids import new_id
from bot.features.groups import GroupState
from bot.services import Services, open_services
from bot.settings import Settings
from bot.storage import Database, JsonText, Tx, UtcDateTime, metadata
from bot.timers import LoopBell
from tests.conftest import StepClock
from tests.settings import shipped_settings

GUILD, OTHER_GUILD, LEAD, BACKUP, ADMIN = 7001, 7002, 901, 902, 903
ANN, BEN, CLEO = 501, 502, 503
NEVER = 10.0**9


def settings_on(database_url: str, folder: Path) -> Settings:
    return shipped_settings(folder, database_url=database_url)


@asynccontextmanager
async def open_house(settings: Settings, clock: StepClock) -> AsyncGenerator[Services]:
    """All services as they run, but for Discord and for bells: time is moved by hand."""
    async with open_services(settings, clock=clock, make_bell=LoopBell, safety_tick=NEVER) as services:
        yield services


async def pass_time(services: Services, clock: StepClock, **by: float) -> None:
    """Move the clock, and let happen what is due then."""
    clock.step(**by)
    await services.timers.start()
    await services.timers.settled()


# a kind of timer that nobody handles stops the start, and the keys are there already
NOT_FILLED = {"timers", "vault_keys"}


async def fill(
    db: Database, now: dt.datetime, *, user_id: int, guild_id: int = GUILD, besides: Collection[str] = ()
) -> None:
    """One row in every table, each of this person where it can be of somebody."""
    async with db.begin() as tx:
        made: dict[str, dict[str, Any]] = {}
        for table in metadata.sorted_tables:
            if table.name in NOT_FILLED or table.name in besides:
                continue
            row = {column.name: _value(tx, column, made, now, user_id, guild_id) for column in table.columns}
            if table.name == "groups":
                row |= {"state": GroupState.ARCHIVED, "archived_from": None}
            if table.name == "servers_away":
                row["guild_id"] = new_id()  # another server: in this one nothing waits
            made[table.name] = row
            await tx.execute(sa.insert(table).values(row))


def _value(
    tx: Tx, column: sa.Column[Any], made: dict[str, dict[str, Any]], now: dt.datetime, user_id: int, guild_id: int
) -> Any:
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name]
    if column.info.get("person"):
        return tx.vault.seal_id(user_id, guild_id)
    if column.name == "guild_id":
        return guild_id
    plain: dict[type[Any], Any] = {
        UtcDateTime: now,
        JsonText: {},
        sa.LargeBinary: b"sealed",
        sa.Boolean: False,
        sa.Date: now.date(),
        sa.Time: dt.time(19, 0),
        sa.SmallInteger: 1,
        sa.Integer: new_id() % 2**31,
        sa.BigInteger: new_id(),
        sa.Text: f"text {new_id()}",
    }
    return next(value for kind, value in plain.items() if isinstance(column.type, kind))


async def count(db: Database, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    async with db.read() as tx:
        return int(await tx.scalar(sa.select(sa.func.count()).select_from(table).where(*where)))


def person_tables() -> list[sa.Table]:
    return [table for table in metadata.sorted_tables if "person" in table.info]


async def rows_of(db: Database, user_id: int, guild_id: int = GUILD) -> dict[str, int]:
    """How many rows each table still has of this person."""
    sealed = db.vault.seal_id(user_id, guild_id)
    counts = {table.name: await count(db, table, table.c[table.info["person"]] == sealed) for table in person_tables()}
    return {name: found for name, found in counts.items() if found}
