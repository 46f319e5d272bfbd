"""Snowflakes as Discord makes them: the time in milliseconds, then a number that keeps them apart."""

from __future__ import annotations

import time
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000
_FIRST_GUILD_MS = 1_700_000_000_000


class Snowflakes:
    """Gives ids that rise with real time; guild ids are a millisecond apart, so that they spread evenly over shards."""

    def __init__(self) -> None:
        self._last = 0
        self._guilds = 0

    def new(self) -> int:
        now = (int(time.time() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(now, self._last + 1)
        return self._last

    def new_guild(self) -> int:
        self._guilds += 1
        return (_FIRST_GUILD_MS - DISCORD_EPOCH_MS + self._guilds) << 22


def made_at(snowflake: int) -> float:
    """The moment an id was made, in seconds since 1970."""
    return ((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000


def iso(moment: float) -> str:
    """A moment in seconds since 1970, as Discord writes it."""
    return datetime.fromtimestamp(moment, UTC).isoformat()
