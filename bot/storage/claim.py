"""One process to a database, or to its shards: a second one would post what the first is posting."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.errors import OperatorError

SPACE = 0x636B  # the advisory-lock space of this program; a database may serve others
ALL = -1


@asynccontextmanager
async def claim_sqlite(url: sa.URL) -> AsyncGenerator[None]:
    """Hold ``<database>.lock`` while running; the system lets go of it when the process dies, however it dies."""
    path = f"{url.database}.lock"
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OperatorError(
            f"Another Circlekeeper already runs on {url.database}. Stop it first; "
            "to run several processes, move to PostgreSQL (DATABASE_URL)."
        ) from None
    try:
        yield
    finally:
        os.close(handle)


@asynccontextmanager
async def claim_postgres(engine: AsyncEngine, shards: tuple[int, ...] | None) -> AsyncGenerator[None]:
    """Hold one advisory lock a shard on a connection of its own, for as long as that connection lives."""
    async with engine.connect() as connection:
        taken = await _claim_all(connection) if shards is None else await _claim_some(connection, shards)
        await connection.commit()
        if not taken:
            raise OperatorError(
                "Another Circlekeeper already serves these shards on this database. "
                "Stop it first, or give this process others (CIRCLEKEEPER_SHARDS)."
            )
        yield


async def _claim_all(connection: AsyncConnection) -> bool:
    return bool(await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(SPACE, ALL))))


async def _claim_some(connection: AsyncConnection, shards: tuple[int, ...]) -> bool:
    if not await connection.scalar(sa.select(sa.func.pg_try_advisory_lock_shared(SPACE, ALL))):
        return False
    for shard in shards:
        if not await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(SPACE, shard))):
            return False
    return True
