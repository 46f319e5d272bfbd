"""How a connection is made: what SQLite must be told, and addresses that operators write."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolResetState

from bot.core.errors import OperatorError
from bot.storage import driver

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
READERS = 4  # connections that only look, on SQLite
WRITERS = 4  # transactions that write at a time, on PostgreSQL
CONNECTIONS = 10  # to PostgreSQL: those that write, one that holds the claim, and the rest that look


def async_url(url: str) -> sa.URL:
    """The address as the driver takes it: it knows ``sslmode``, as other programs call it, by another name."""
    made = sa.make_url(url)
    query = {"ssl" if name == "sslmode" else name: value for name, value in made.query.items()}
    return made.set(drivername=DRIVERS[made.get_backend_name()], query=query)


def prepare_folder(url: sa.URL) -> None:
    """The database's folder, readable by its owner only: the file in it holds who is in which group, if sealed."""
    assert url.database
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, stat.S_IRUSR | stat.S_IWUSR))
    except OSError as error:
        raise OperatorError(f"The database {path} cannot be written: {error.strerror}. Choose another place.") from None
    # looked at and not opened: closing the file would let go of the locks of another connection of this process
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        raise OperatorError(f"The database {path} cannot be written: no file, or not ours. Choose another place.")


def exists(url: sa.URL) -> bool:
    """Whether SQLite's file is there; connecting would make it."""
    assert url.database
    return Path(url.database).exists()


def writer(url: sa.URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0, pool_pre_ping=True, hide_parameters=True)
    engine = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "do_connect", _swiftly)
    event.listen(engine.sync_engine, "connect", _configure)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    event.listen(engine.sync_engine, "reset", _look)
    return engine


def reader(url: sa.URL) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=READERS, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "do_connect", _swiftly)
    event.listen(engine.sync_engine, "connect", _configure_reader)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def builder(url: sa.URL) -> AsyncEngine:
    """For one change of the schema.

    SQLite changes a table by making it anew and dropping the old one, which must not take along the rows of other
    tables that refer to it.
    """
    engine = create_async_engine(url, poolclass=sa.NullPool, hide_parameters=True)
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "do_connect", _swiftly)
        event.listen(engine.sync_engine, "connect", _configure_builder)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def looking(engine: AsyncEngine) -> AsyncEngine:
    """The same PostgreSQL, for transactions that see one state throughout and may not write."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@asynccontextmanager
async def explained(url: sa.URL) -> AsyncGenerator[None]:
    """Turn a database that cannot be reached into words for the operator."""
    try:
        yield
    except (OSError, DBAPIError) as error:
        sqlite = url.get_backend_name() == "sqlite"
        place = url.database if sqlite else url.set(drivername="postgresql").render_as_string(hide_password=True)
        raise OperatorError(f"The database {place} cannot be opened: {_reason(error)}. Check DATABASE_URL.") from error


def _reason(error: BaseException) -> str:
    """What the system or the server said, without the names of classes that passed it on."""
    while error.__cause__ is not None:
        error = error.__cause__
    return getattr(error, "strerror", None) or str(error) or "it does not answer"


def _swiftly(dialect: Any, record: Any, places: Any, options: dict[str, Any]) -> None:
    options.setdefault("async_creator_fn", driver.connect)


def _configure(connection: Any, _: Any) -> None:
    # the driver must not decide when a transaction begins: it waits for the first write, and two would then have read
    # the same state before either wrote
    connection.isolation_level = None
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON")
    _set(connection, *pragmas)


def _configure_reader(connection: Any, _: Any) -> None:
    _configure(connection, _)
    _set(connection, "query_only=ON")


def _configure_builder(connection: Any, _: Any) -> None:
    _configure(connection, _)
    _set(connection, "foreign_keys=OFF")


def _set(connection: Any, *pragmas: str) -> None:
    cursor = connection.cursor()
    try:
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
    except Exception:
        # the pool forgets a connection that fails here, and the thread behind it would go on
        connection.close()
        raise
    cursor.close()


def _look(connection: Any, _: Any, state: PoolResetState) -> None:
    """Be the first who reads what was just committed.

    SQLite notes in its shared memory up to where the log is read, once after each commit. Left to whoever looks next,
    that note would tell the minute in which somebody answered a check-in, which writes nothing else.
    """
    if not state.terminate_only:
        _set(connection, "schema_version")


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")
