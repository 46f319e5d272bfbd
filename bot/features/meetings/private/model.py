"""When somebody is reminded for themselves alone: plain values and pure rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import Occurrence
from bot.features.groups.model import Group
from bot.features.meetings.timetable import Timetable
from bot.storage import Tx

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=7)
USUAL = timedelta(hours=1)

Span = tuple[datetime, datetime]

PurposeOf = Callable[[Tx, int, int, int], Awaitable[str | None]]
"""Takes the server, the group and the person; gives what a direct message to them would be sent for, if it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody typed; what is empty stays as it was, or is as usual."""

    before: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Every day from one time of day to another, which is on the next day if it is not the later of the two."""

    since: time
    until: time
    zone: str

    def around(self, instant: datetime) -> Span | None:
        """When the quiet hours that ``instant`` is in begin and end; None if it is in none. The end is not in them.

        In a night in which the clocks change they are longer rather than shorter: they last from the first instant
        that can be meant to the last.
        """
        today = instant.astimezone(ZoneInfo(self.zone)).date()
        days = [self._on(today + timedelta(days=away)) for away in (-2, -1, 0, 1)]
        return next(((begin, end) for begin, end in _joined(days) if begin <= instant < end), None)

    def _on(self, day: date) -> Span:
        zone, over_midnight = ZoneInfo(self.zone), self.until <= self.since
        last = day + timedelta(days=1) if over_midnight else day
        return _meant(day, self.since, zone, min), _meant(last, self.until, zone, max)


def _meant(day: date, at: time, zone: ZoneInfo, pick: Callable[[Iterable[datetime]], datetime]) -> datetime:
    """One of the two instants that a time of day stands for where the clocks show it twice, or leave it out."""
    wall = datetime.combine(day, at, zone)
    return pick(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, with those that overlap as one."""
    joined: list[Span] = []
    for begin, end in spans:
        if joined and begin < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How somebody wants to be reminded of the meetings of one group."""

    id: int
    guild_id: int
    group_id: int
    user_id: int
    before: timedelta
    quiet: Quiet | None = None
    closed: bool = False
    """Whether they know already that their direct messages are closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """That somebody is reminded of one time of a meeting: when, and whether by a direct message."""

    occurrence: Occurrence
    at: datetime
    by_message: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was understood of what somebody wants."""

    group: Group
    wish: Wish
    first: Telling | None
    """What they are reminded of next; None if nothing is planned that it is not too late for."""


def telling(occurrence: Occurrence, wish: Wish, now: datetime) -> Telling:
    """When to remind somebody of something that is ahead.

    What would fall into their quiet hours comes at their beginning: earlier, and never later. If it is too late for
    that, it comes as soon as no quiet hours are, and if they last until the start, it waits in the inbox.
    """
    at = occurrence.starts_at - wish.before
    if wish.quiet is not None and (hours := wish.quiet.around(at)):
        at = hours[0]
    if at >= now:
        return Telling(occurrence=occurrence, at=at)
    hours = wish.quiet and wish.quiet.around(now)
    if not hours:
        return Telling(occurrence=occurrence, at=now)
    if hours[1] < occurrence.starts_at:
        return Telling(occurrence=occurrence, at=hours[1])
    return Telling(occurrence=occurrence, at=now, by_message=False)


def ahead(
    timetable: Timetable, wish: Wish, told: Collection[tuple[date, datetime]], *, now: datetime, as_of: datetime
) -> Iterator[Telling]:
    """What is still to be said of all that start later than ``now``, by the instant at which it is.

    ``told``: day and start of what was said already. ``as_of``: what should have been said before this is late.
    """
    coming = timetable.after(now)
    return (telling(one, wish, as_of) for one in coming if (one.day, one.starts_at) not in told)
