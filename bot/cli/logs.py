"""What the log looks like, and that no id gets into it."""

from __future__ import annotations

import logging
import re
import sys

from pythonjsonlogger.json import JsonFormatter

SNOWFLAKE = re.compile(r"(?<!\d)\d{15,20}(?!\d)")
"""Discord's ids have 17 to 19 digits today; one alone can name a person or the minute in which they pressed."""

CONSOLE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


class _Console(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class _Json(JsonFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def masked(line: str) -> str:
    """The line without ids, tracebacks included."""
    return SNOWFLAKE.sub("[id]", line)


def set_up_logs(level: str, form: str) -> None:
    """Send the log to standard error as ``console`` lines or ``json`` objects.

    The library's own loggers stay at INFO or above whatever ``level`` says: below it they hold whole events.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(FIELDS) if form == "json" else _Console(CONSOLE))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("discord", "aiosqlite", "sqlalchemy", "asyncio", "alembic", "apscheduler"):
        quiet = logging.INFO if name == "discord" else logging.WARNING
        logging.getLogger(name).setLevel(max(quiet, logging.getLevelName(level)))
