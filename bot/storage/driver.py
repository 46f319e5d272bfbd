"""SQLite's driver with one trip to its thread for a statement, in place of four: begun, run, fetched and ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite
from aiosqlite.context import Result


def connect(*places: Any, **options: Any) -> Connection:
    """A connection that opens when it is awaited; what is given goes to ``sqlite3.connect``."""
    return Connection(partial(sqlite3.connect, *places, **options))


class Connection(aiosqlite.Connection):
    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # a connection that nobody closed must not keep the process alive
        self._thread.daemon = True

    def cursor(self) -> Result[aiosqlite.Cursor]:
        return Result(self._begun())

    async def _begun(self) -> aiosqlite.Cursor:
        return _Cursor(self, self._conn.cursor(_Whole))


class _Whole(sqlite3.Cursor):
    """Runs a statement to its end, and keeps every row."""

    rows: Sequence[Any] = ()

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        super().execute(sql, parameters)
        self.rows = self.fetchall()
        return self


class _Cursor(aiosqlite.Cursor):
    def __init__(self, connection: aiosqlite.Connection, whole: _Whole) -> None:
        super().__init__(connection, whole)
        self._whole = whole

    async def fetchall(self) -> Iterable[sqlite3.Row]:
        return self._whole.rows

    async def close(self) -> None:
        """Nothing is left to end; and what nobody waits for any more may still be running in it."""
