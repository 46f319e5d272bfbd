"""Beside the loop runs the one thread of each connection, and a statement goes there and back once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.storage import driver, engines


class Trips:
    """How often a connection's thread was given something to do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        one = driver.Connection._execute

        async def counted(connection: Any, *work: Any) -> Any:
            self.count += 1
            return await one(connection, *work)

        monkeypatch.setattr(driver.Connection, "_execute", counted)


async def test_a_statement_is_one_trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engines.writer(engines.async_url(f"sqlite:///{tmp_path}/one.db"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
        trips = Trips(monkeypatch)
        made = await connection.execute(sa.text("INSERT INTO numbers VALUES (1), (2) RETURNING number"))
        assert made.scalars().all() == [1, 2]
        await connection.execute(sa.text("INSERT INTO numbers VALUES (:one)"), [{"one": 3}, {"one": 4}])
        changed = await connection.execute(sa.text("UPDATE numbers SET number = number + 10 WHERE number > 2"))
        assert changed.rowcount == 2
        found = await connection.execute(sa.text("SELECT number FROM numbers ORDER BY number"))
        assert found.scalars().all() == [1, 2, 13, 14]
        assert trips.count == 4
    await engine.dispose()


async def test_a_statement_that_fails_leaves_the_connection_fit_for_the_next(tmp_path: Path) -> None:
    engine = engines.writer(engines.async_url(f"sqlite:///{tmp_path}/one.db"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
        await connection.execute(sa.text("INSERT INTO numbers VALUES (1)"))
        with pytest.raises(IntegrityError):
            await connection.execute(sa.text("INSERT INTO numbers VALUES (1)"))
        assert await connection.scalar(sa.text("SELECT count(*) FROM numbers")) == 1
    await engine.dispose()
