"""The schema: from empty and from every older version, with rows in it, it becomes what the code expects."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from bot.core.errors import OperatorError
from bot.storage import Database, engines, metadata, migrations
from bot.storage.keys import open_vault
from tests.databases import KEY
from tests.storage import tables  # noqa: F401 - the comparison needs every table to be declared

SCRIPTS = ScriptDirectory(str(Path(migrations.__file__).parent))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]

SAMPLES: dict[type, Any] = {
    bool: True,
    int: 1,
    float: 1.0,
    str: "1",
    bytes: b"1",
    datetime: datetime(2026, 11, 22, 12, 0),  # noqa: DTZ001 - as a SQLite column holds it
    date: date(2026, 11, 22),
    time: time(12, 0),
}


def _sample(column: sa.Column[Any]) -> Any:
    value = SAMPLES[column.type.python_type]
    with_zone = isinstance(column.type, sa.DateTime) and column.type.timezone
    return value.replace(tzinfo=UTC) if with_zone else value


def _fill(connection: sa.Connection) -> None:
    """One row in every table there is, but for the keys, which opening would refuse, and the version."""
    found = sa.MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name not in ("vault_keys", "alembic_version"):
            connection.execute(sa.insert(table).values({column.name: _sample(column) for column in table.columns}))


def _count(connection: sa.Connection) -> dict[str, int]:
    names = sa.inspect(connection).get_table_names()
    count = sa.select(sa.func.count())
    return {name: connection.scalar(count.select_from(sa.table(name))) or 0 for name in names}


def _differences(connection: sa.Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(connection), metadata)


async def _opened_differences(url: str) -> tuple[list[Any], dict[str, int]]:
    db = Database(url, KEY)
    await db.open()
    await db.close()
    engine = engines.builder(engines.async_url(url))
    async with engine.begin() as connection:
        found = await connection.run_sync(_differences), await connection.run_sync(_count)
    await engine.dispose()
    return found


def test_versions_are_one_line() -> None:
    assert len(SCRIPTS.get_heads()) == 1 and len(SCRIPTS.get_bases()) == 1


async def test_from_empty_the_schema_is_what_the_code_expects(database_url: str) -> None:
    differences, _ = await _opened_differences(database_url)
    assert differences == []


@pytest.mark.parametrize("revision", REVISIONS[:-1])
async def test_from_an_older_version_with_rows_in_it(database_url: str, revision: str) -> None:
    url = engines.async_url(database_url)
    if url.get_backend_name() == "sqlite":
        engines.prepare_folder(url)
    engine = engines.builder(url)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade, revision)
        await connection.run_sync(_fill)
        before = await connection.run_sync(_count)
    await engine.dispose()
    differences, after = await _opened_differences(database_url)
    assert differences == []
    assert len(before) > 2 and max(before.values()) == 1
    assert {name: after[name] for name in before if name in after and name != "vault_keys"} == {
        name: count for name, count in before.items() if name in after and name != "vault_keys"
    }


async def test_a_wrong_key_leaves_an_older_version_as_it_was(database_url: str) -> None:
    url = engines.async_url(database_url)
    if url.get_backend_name() == "sqlite":
        engines.prepare_folder(url)
    engine = engines.builder(url)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade, REVISIONS[0])
        await connection.run_sync(open_vault, KEY)
        before = await connection.run_sync(_count)
    with pytest.raises(OperatorError, match="CIRCLEKEEPER_KEY"):
        await Database(database_url, bytes(32)).open()
    async with engine.begin() as connection:
        assert await connection.run_sync(_count) == before
        assert await connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == REVISIONS[0]
    await engine.dispose()


async def test_opening_again_changes_nothing(database_url: str) -> None:
    _, first = await _opened_differences(database_url)
    _, second = await _opened_differences(database_url)
    assert first == second and first["vault_keys"] == first["alembic_version"] == 1


async def test_a_table_made_anew_does_not_take_along_the_rows_that_refer_to_it(tmp_path: Path) -> None:
    engine = engines.builder(engines.async_url(f"sqlite:///{tmp_path / 'some.db'}"))

    def change(connection: sa.Connection) -> int | None:
        for statement in (
            "CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT)",
            "CREATE TABLE meetings (id INTEGER PRIMARY KEY, of INTEGER REFERENCES groups (id) ON DELETE CASCADE)",
            "INSERT INTO groups VALUES (1, 'one')",
            "INSERT INTO meetings VALUES (1, 1)",
        ):
            connection.exec_driver_sql(statement)
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("groups", recreate="always") as batch:
            batch.alter_column("name", nullable=False)
        return connection.scalar(sa.text("SELECT count(*) FROM meetings"))

    async with engine.begin() as connection:
        left = await connection.run_sync(change)
    await engine.dispose()
    assert left == 1
