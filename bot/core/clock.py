"""What time it is; the only place that asks the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present instant, aware and in UTC. Passed in, so that tests and the demo can move it."""


def utc_now() -> datetime:
    return datetime.now(UTC)
