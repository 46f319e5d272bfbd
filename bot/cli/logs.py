"""What the log looks like, and that no id and nothing that somebody typed gets into it."""

from __future__ import annotations

import copy
import logging
import re
import sys
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from bot.core.outline import outline
from bot.features.checkins.overheard import LIBRARIES

SNOWFLAKE = re.compile(r"(?<!\d)\d{15,20}(?!\d)")
"""Discord's ids have 17 to 19 digits today; one alone can name a person or the minute in which they pressed."""

CONSOLE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Discreet(logging.Formatter):
    """Leaves out ids, and what an exception says but for where it came from: somebody may have typed it."""

    def format(self, record: logging.LogRecord) -> str:
        own = copy.copy(record)
        own.exc_text = None  # as another formatter may have left it
        return masked(super().format(own))

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the library's name
        error: BaseException | None = ei[1]
        return "" if error is None else outline(error)


class DiscreetJson(Discreet, JsonFormatter):
    """The same, a line a JSON object."""


def masked(line: str) -> str:
    """The line without ids, tracebacks included."""
    return SNOWFLAKE.sub("[id]", line)


def set_up_logs(level: str, form: str) -> None:
    """Send the log to standard error as ``console`` lines or ``json`` objects.

    The libraries' own loggers stay at INFO or above whatever ``level`` says: below it they hold whole events.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetJson(FIELDS) if form == "json" else Discreet(CONSOLE))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in (*LIBRARIES, "aiosqlite", "sqlalchemy", "asyncio", "alembic", "apscheduler"):
        quiet = logging.INFO if name in LIBRARIES else logging.WARNING
        logging.getLogger(name).setLevel(max(quiet, logging.getLevelNamesMapping()[level]))
