"""What could write an answer down as it passes through: the libraries' own debugging, which holds whole events."""

from __future__ import annotations

import asyncio
import logging

LIBRARIES = ("discord", "aiohttp")


def overhearing() -> list[str]:
    """What listens in on this process below INFO, in words for the operator. To be called in the event loop."""
    known = [*LIBRARIES, *(name for name in list(logging.root.manager.loggerDict) if name.startswith(LIBRARIES))]
    loggers = sorted(name for name in set(known) if logging.getLogger(name).isEnabledFor(logging.INFO - 1))
    heard = [f"the loggers {', '.join(loggers)} listen below INFO"] if loggers else []
    if asyncio.get_running_loop().get_debug():
        heard.append("the debug mode of asyncio is on (PYTHONASYNCIODEBUG, or python -X dev)")
    return heard
