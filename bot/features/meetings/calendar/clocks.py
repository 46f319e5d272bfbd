"""How the clocks of a time zone go, written so that a calendar that does not know the zone has them right."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from icalendar import Component, Timezone, TimezoneDaylight, TimezoneStandard

_A_DAY, _A_SECOND = timedelta(days=1), timedelta(seconds=1)


Part = TypeVar("Part", bound=Component)


def put(part: Part, **properties: object) -> Part:
    """Give a part of a calendar file these properties; gives the part."""
    # the library does not say of what type a value may be
    untyped: Any = part
    for name, value in properties.items():
        untyped.add(name.replace("_", "-"), value)
    return part


class _Clocks(NamedTuple):
    """What the clocks show before and after they are changed, and what the time is called then."""

    before: timedelta
    after: timedelta
    name: str


def zone_component(zone: str, since: datetime, upto: datetime) -> Timezone:
    """The VTIMEZONE of an IANA zone, with every change of its clocks from ``since`` to ``upto``, in UTC.

    Each change is written by itself, because not all zones change by a rule. After ``upto`` the clocks stand still for
    a calendar that goes by this alone; most know the zone by its name.
    """
    place = ZoneInfo(zone)
    first = since.astimezone(place)
    offset = _offset(since, place)
    changes: dict[_Clocks, list[datetime]] = {_Clocks(offset, offset, first.tzname() or zone): [_shown(since, offset)]}
    for instant in _changes(place, since, upto):
        before, after = _offset(instant - _A_SECOND, place), _offset(instant, place)
        clocks = _Clocks(before, after, instant.astimezone(place).tzname() or zone)
        # the time of a change is told as the clocks before it would show it
        changes.setdefault(clocks, []).append(_shown(instant, before))
    component = put(Timezone(), tzid=zone)
    for clocks, days in changes.items():
        component.add_component(_observance(clocks, days))
    return component


def _observance(clocks: _Clocks, days: list[datetime]) -> TimezoneStandard | TimezoneDaylight:
    made = TimezoneDaylight() if clocks.after > clocks.before else TimezoneStandard()
    put(made, dtstart=days[0], tzoffsetfrom=clocks.before, tzoffsetto=clocks.after, tzname=clocks.name)
    for day in days[1:]:
        # each on a line of its own: not every reader takes more than the first of a list
        put(made, rdate=day)
    return made


def _changes(place: ZoneInfo, since: datetime, upto: datetime) -> Iterator[datetime]:
    """The instants from which the clocks are shifted."""
    days = [since + count * _A_DAY for count in range((upto - since).days + 2)]
    for early, late in pairwise(days):
        before = _offset(early, place)
        if _offset(late, place) != before:
            seconds = range(int(_A_DAY.total_seconds()))
            passed = bisect_left(seconds, 1, key=partial(_is_shifted, early, before, place))
            yield early + passed * _A_SECOND


def _is_shifted(since: datetime, before: timedelta, place: ZoneInfo, seconds: int) -> bool:
    """Whether the clocks go otherwise, so many seconds later."""
    return _offset(since + seconds * _A_SECOND, place) != before


def _offset(instant: datetime, place: ZoneInfo) -> timedelta:
    return instant.astimezone(place).utcoffset() or timedelta()


def _shown(instant: datetime, offset: timedelta) -> datetime:
    return (instant.astimezone(UTC) + offset).replace(tzinfo=None)
