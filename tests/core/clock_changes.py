"""Every change of the clocks that the world has announced for two years from the tests' present."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.core.zones import zone_names

FROM = datetime(2026, 11, 22, tzinfo=UTC)
STEP = timedelta(days=6)  # no two changes of one place are nearer to each other
STEPS = 122


@dataclass(frozen=True, slots=True)
class Change:
    """``at`` is the first instant with the new offset; ``by`` is how far the clocks are moved, forward or back."""

    zone: str
    at: datetime
    by: timedelta


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _of(name: str) -> Iterator[Change]:
    zone = ZoneInfo(name)
    for step in range(STEPS):
        low, high = FROM + step * STEP, FROM + (step + 1) * STEP
        before, after = _offset(low, zone), _offset(high, zone)
        if before == after:
            continue
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) // 2
            middle = middle.replace(microsecond=0)
            low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
        yield Change(name, high, after - before)


@cache
def changes() -> tuple[Change, ...]:
    return tuple(change for name in zone_names() for change in _of(name))


def moving_zones() -> list[str]:
    return sorted({change.zone for change in changes()})
