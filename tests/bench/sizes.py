"""How much a run does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    guilds: tuple[int, int]
    """How many servers the smaller and the larger bot are in."""
    starts: int
    """How often each is started."""
    events: int
    answers: int
    flags: int
    waiting: int
    """How many posts wait while messages are flagged."""
    meetings: int
    """How many are due at once."""
    timers: tuple[int, int]
    ticks: int
    commits: int


FULL = Size(
    guilds=(100, 1000),
    starts=3,
    events=20_000,
    answers=1000,
    flags=100,
    waiting=2000,
    meetings=300,
    timers=(1000, 1_000_000),
    ticks=300,
    commits=500,
)
QUICK = Size(
    guilds=(20, 200),
    starts=1,
    events=4000,
    answers=200,
    flags=10,
    waiting=200,
    meetings=40,
    timers=(1000, 50_000),
    ticks=100,
    commits=100,
)
TINY = Size(
    guilds=(1, 2),
    starts=1,
    events=50,
    answers=10,
    flags=2,
    waiting=4,
    meetings=2,
    timers=(10, 100),
    ticks=5,
    commits=5,
)
