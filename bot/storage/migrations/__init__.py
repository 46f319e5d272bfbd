"""Brings the schema up to date at start, from empty or from any older version."""

from __future__ import annotations

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
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Apply what is missing. Raises ``OperatorError`` if the schema is one that this code does not know."""
    settings = config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise OperatorError(NEWER)
    command.upgrade(settings, revision)
