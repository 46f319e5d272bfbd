"""SQLite as SQLAlchemy's asynchronous dialect wants it, without a thread, with a moment to die at each statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

SYNCED, UNSYNCED = "PRAGMA synchronous=FULL", "PRAGMA synchronous=OFF"

Moment = Callable[[str], None]
"""Called before and after all that matters; it raises when the process dies there."""


class Driver:
    """Opens connections and knows them, so that death can cut them all."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._raw: list[sqlite3.Connection] = []

    async def connect(self, *args: Any, **options: Any) -> Connection:
        self._moment("connect")
        # the event loop is one thread, and a greenlet in it is no other
        raw = sqlite3.connect(*args, **options, cached_statements=512)
        self._raw.append(raw)
        return Connection(raw, self._moment)

    def cut(self) -> None:
        """What was not committed is gone, as when a process dies."""
        for raw in self._raw:
            raw.close()
        self._raw.clear()

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Every engine that connects to SQLite meanwhile does so through this driver."""

        def instead(dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> None:
            if dialect.driver == "aiosqlite":
                options["async_creator_fn"] = self.connect

        event.listen(sa.Engine, "do_connect", instead)
        try:
            yield
        finally:
            event.remove(sa.Engine, "do_connect", instead)


class _AtOnce:
    """The dialect hands to aiosqlite's thread what it has no method for."""

    @staticmethod
    def put_nowait(work: tuple[Any, Callable[[], Any]]) -> None:
        future, function = work
        future.set_result(function())


class Connection:
    def __init__(self, raw: sqlite3.Connection, moment: Moment) -> None:
        self._conn = self._connection = raw
        self._tx = _AtOnce
        self._moment = moment

    @property
    def isolation_level(self) -> str | None:
        return self._conn.isolation_level

    def cursor(self) -> Cursor:
        return Cursor(self._conn.cursor(), self._moment)

    async def create_function(self, *args: Any, **options: Any) -> None:
        self._conn.create_function(*args, **options)

    async def commit(self) -> None:
        self._moment("commit")
        self._conn.commit()
        self._moment("committed")

    async def rollback(self) -> None:
        self._conn.rollback()

    async def close(self) -> None:
        self._conn.close()

    def stop(self) -> None:
        self._conn.close()


class Cursor:
    def __init__(self, raw: sqlite3.Cursor, moment: Moment) -> None:
        self._raw = raw
        self._moment = moment

    async def __aenter__(self) -> Cursor:
        return self

    @property
    def description(self) -> Any:
        return self._raw.description

    @property
    def rowcount(self) -> int:
        return self._raw.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._raw.lastrowid

    @property
    def arraysize(self) -> int:
        return self._raw.arraysize

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        self._moment("execute")
        # no plug is pulled in this year, so that nothing has to be waited for
        self._raw.execute(UNSYNCED if statement == SYNCED else statement, parameters)

    async def executemany(self, statement: str, parameters: Any) -> None:
        self._moment("execute")
        self._raw.executemany(statement, parameters)

    async def fetchall(self) -> list[Any]:
        return self._raw.fetchall()

    async def close(self) -> None:
        self._raw.close()
