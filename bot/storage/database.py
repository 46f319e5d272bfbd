"""The database, and the transaction that every use case is."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage import engines, migrations
from bot.storage.claim import claim_postgres, claim_sqlite
from bot.storage.keys import open_vault, rewrap
from bot.storage.turns import Turns
from bot.storage.vault import Vault

log = logging.getLogger(__name__)


class Tx:
    """One transaction: all of it is kept or none of it. Stores take it first; nothing in it awaits Discord."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._after: list[Callable[[], None]] = []
        self._instead: list[Callable[[], None]] = []
        self.vault = vault

    async def execute(self, statement: sa.Executable, rows: Sequence[dict[str, Any]] | None = None) -> int:
        """Run a statement; gives the number of rows it touched."""
        return (await self._connection.execute(statement, rows)).rowcount

    async def all(self, statement: sa.Executable) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement)).mappings().all()

    async def first(self, statement: sa.Executable) -> RowMapping | None:
        return (await self._connection.execute(statement)).mappings().first()

    async def scalar(self, statement: sa.Executable) -> Any:
        return await self._connection.scalar(statement)

    def upsert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``, in this database's words."""
        return postgresql.insert(table) if self._connection.dialect.name == "postgresql" else sqlite.insert(table)

    async def lock(self, *what: object) -> None:
        """Hold what ``what`` names until the transaction ends, before a rule that reads and then writes.

        On SQLite the transaction already holds everything; on PostgreSQL this takes an advisory lock.
        """
        if self._connection.dialect.name == "postgresql":
            name = ":".join(map(str, what)).encode()
            number = int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def after_commit(self, ring: Callable[[], None]) -> None:
        """Call ``ring`` once the transaction is kept; never if it is not."""
        self._after.append(ring)

    def if_undone(self, ring: Callable[[], None]) -> None:
        """Call ``ring`` once the transaction has failed, for what was made outside the database and would be nobody's.

        Where the connection broke in the last moment it may have been kept all the same: ``ring`` has to look.
        """
        self._instead.append(ring)

    def rings(self, *, kept: bool) -> list[Callable[[], None]]:
        return self._after if kept else self._instead


LAST_USES = 3.0
"""Seconds that what is under way has to end in when the database is closed."""


class Database:
    """SQLite in one file, or PostgreSQL. ``open`` before use, ``close`` after."""

    def __init__(self, url: str, key: bytes) -> None:
        """``url``: ``sqlite:///path`` or ``postgresql://...``; ``key``: the operator's 32 bytes."""
        self._key = key
        self._url = engines.async_url(url)
        self._sqlite = self._url.get_backend_name() == "sqlite"
        self._writer: AsyncEngine = engines.writer(self._url)
        self._reader: AsyncEngine = engines.reader(self._url) if self._sqlite else engines.looking(self._writer)
        self._turns = Turns(1 if self._sqlite else engines.WRITERS)
        self._claims = AsyncExitStack()
        self._in_use = 0
        self._unused = asyncio.Event()
        self._unused.set()
        self._vault: Vault | None = None

    async def open(self, *, exclusive: bool = True, shards: tuple[int, ...] | None = None) -> None:
        """Claim the database for this process, bring its schema up to date, open the vault.

        ``shards``: the shards this process serves, None for all. Raises ``OperatorError`` if another process serves
        them (on SQLite: if any other process runs), if the schema is newer than the code, or if the key is wrong.
        """
        if self._sqlite:
            engines.prepare_folder(self._url)
        try:
            async with engines.explained(self._url):
                if exclusive:
                    await self._claim(shards)
                await self._bring_up_to_date()
        except BaseException:
            await self.close()
            raise

    async def look(self) -> bool:
        """Open for reading, beside a running bot, changing nothing; False if a start must bring it up to date first.

        Raises ``OperatorError`` as ``open`` does.
        """
        if self._sqlite and not engines.exists(self._url):
            return False
        async with engines.explained(self._url), self._reader.connect() as connection:
            ready = await connection.run_sync(migrations.current)
            if ready:
                self._vault = await connection.run_sync(open_vault, self._key)
            return ready

    async def _claim(self, shards: tuple[int, ...] | None) -> None:
        claim = claim_sqlite(self._url) if self._sqlite else claim_postgres(self._writer, shards)
        await self._claims.enter_async_context(claim)

    async def _bring_up_to_date(self) -> None:
        builder = engines.builder(self._url)
        try:
            async with builder.begin() as connection:
                await connection.run_sync(migrations.upgrade)
                self._vault = await connection.run_sync(open_vault, self._key)
        finally:
            await builder.dispose()

    async def close(self) -> None:
        """Let what is under way end, then close every connection; on SQLite the claim is let go last, on PostgreSQL it
        ends with its connection.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_USES):
                await self._unused.wait()
        if not self._sqlite:
            await self._claims.aclose()
        await self._reader.dispose()
        await self._writer.dispose()
        await self._claims.aclose()

    @property
    def vault(self) -> Vault:
        assert self._vault is not None, "open the database first"
        return self._vault

    @asynccontextmanager
    async def begin(self, *, urgent: bool = False) -> AsyncGenerator[Tx]:
        """A transaction that may write; ``urgent`` goes before those that wait for their turn to."""
        begun: list[Tx] = []
        kept = False
        try:
            with self._use():
                async with self._turns.turn(urgent=urgent), self._writer.begin() as connection:
                    begun.append(tx := Tx(connection, self.vault))
                    yield tx
            kept = True
        finally:
            for ring in (ring for tx in begun for ring in tx.rings(kept=kept)):
                _sound(ring)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Tx]:
        """One consistent look, beside any writer. To write in it is refused."""
        with self._use():
            async with self._reader.connect() as connection:
                yield Tx(connection, self.vault)

    @contextmanager
    def _use(self) -> Generator[None]:
        """A connection that is still out when all are closed would be closed by nobody."""
        self._in_use += 1
        self._unused.clear()
        try:
            yield
        finally:
            self._in_use -= 1
            if not self._in_use:
                self._unused.set()

    async def rewrap(self, key: bytes) -> None:
        """Put the data keys under a new operator's key (32 bytes); nothing else is written."""
        async with self._turns.turn(urgent=True), self._writer.begin() as connection:
            await connection.run_sync(rewrap, self.vault, key)


def _sound(ring: Callable[[], None]) -> None:
    try:
        ring()
    except Exception:
        # what was done is kept, and must not look as if it had failed; nor may another failure take its place
        log.exception("a ring after a transaction failed")
