"""Brings the schema up to date at start, from empty or from any older version."""

from __future__ import annotations

import functools
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.core.errors import OperatorError

LOCK = 0x636B6D  # only one process may change the schema at a time
NEWER = (
    "The database was made by a newer Circlekeeper than this one. "
    "Install the newer version again, or restore a backup from before the upgrade."
)


def config(connection: sa.Connection) -> Config:
    made = _place()
    made.attributes["connection"] = connection
    return made


def _place() -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


@functools.cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_place())


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Apply what is missing. Raises ``OperatorError`` if the schema is one that this code does not know."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    if not current(connection):
        command.upgrade(config(connection), revision)
        _check_references(connection)


def current(connection: sa.Connection) -> bool:
    """Whether nothing is missing. Raises ``OperatorError`` if the schema is one that this code does not know."""
    scripts = _scripts()
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise OperatorError(NEWER)
    return found == scripts.get_current_head()


def _check_references(connection: sa.Connection) -> None:
    # references are not enforced while SQLite's tables are made anew
    if connection.dialect.name == "sqlite":
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        assert loose is None, f"rows of {loose and loose[0]} would refer to nothing"
