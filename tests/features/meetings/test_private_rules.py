"""When somebody is reminded: as long before as they wish, never in their quiet hours, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Occurrence
from bot.features.meetings.private.model import Quiet, Wish, telling
from tests.core.clock_changes import Change, changes

NIGHT = (time(22), time(8))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)


def wish(before: timedelta, hours: tuple[time, time] | None = NIGHT, zone: str = "Europe/Berlin") -> Wish:
    quiet = None if hours is None else Quiet(since=hours[0], until=hours[1], zone=zone)
    return Wish(id=1, guild_id=2, group_id=3, user_id=4, before=before, quiet=quiet)


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def start(text: str) -> Occurrence:
    return Occurrence(day=date(2026, 1, 1), starts_at=at(text))


@pytest.mark.parametrize(
    ("starts", "before", "comes"),
    [
        ("2026-12-01 19:00", HOUR, "2026-12-01 18:00"),
        ("2026-12-01 09:00", HOUR, "2026-12-01 08:00"),
        ("2026-12-01 08:30", HOUR, "2026-11-30 22:00"),
        ("2026-12-01 23:00", HOUR, "2026-12-01 22:00"),
        ("2026-12-01 23:30", HOUR, "2026-12-01 22:00"),
        ("2026-12-02 01:00", DAY, "2026-11-30 22:00"),
        # the night in which the clocks go back, and the one in which they go forward
        ("2026-10-25 08:10", HOUR, "2026-10-24 22:00"),
        ("2027-03-28 08:10", HOUR, "2027-03-27 22:00"),
    ],
)
def test_what_falls_into_quiet_hours_comes_when_they_begin(starts: str, before: timedelta, comes: str) -> None:
    told = telling(start(starts), wish(before), at("2026-10-01 12:00"))
    assert (told.at, told.by_message) == (at(comes), True)


def test_too_late_for_the_beginning_it_comes_at_the_end_or_waits_in_the_inbox() -> None:
    midnight = at("2026-12-01 00:00")
    late = telling(start("2026-12-01 08:30"), wish(HOUR), midnight)
    assert (late.at, late.by_message) == (at("2026-12-01 08:00"), True)
    early = telling(start("2026-12-01 08:00"), wish(HOUR), midnight)
    assert (early.at, early.by_message) == (midnight, False)
    awake = telling(start("2026-12-01 10:00"), wish(DAY), at("2026-12-01 09:00"))
    assert (awake.at, awake.by_message) == (at("2026-12-01 09:00"), True)


def test_the_quiet_hours_are_those_of_the_persons_own_clocks() -> None:
    told = telling(start("2026-12-01 19:00"), wish(HOUR, zone="Asia/Tokyo"), at("2026-11-01 12:00"))
    assert told.at == at("2026-11-30 22:00", "Asia/Tokyo") + DAY
    noon = telling(start("2026-12-01 19:00"), wish(HOUR, (time(12), time(13))), at("2026-11-01 12:00"))
    assert noon.at == at("2026-12-01 18:00")


def shown(instant: datetime, quiet: Quiet) -> bool:
    """Whether the clocks show a quiet time, as somebody who looks at them would say."""
    clock = instant.astimezone(ZoneInfo(quiet.zone)).time()
    if quiet.since < quiet.until:
        return quiet.since <= clock < quiet.until
    return clock >= quiet.since or clock < quiet.until


def nights(change: Change) -> list[Quiet]:
    """Quiet hours over the change, some that begin or end at a time that it leaves out or repeats."""
    zone = ZoneInfo(change.zone)
    naive = (change.at - SECOND).astimezone(zone).replace(tzinfo=None, microsecond=0) + SECOND
    around = [(naive + by * 20 * MINUTE).time() for by in (-1, 1, 2, -20)]
    begins, within, later, evening = around
    pairs = [NIGHT, (begins, within), (within, later), (evening, within)]
    return [Quiet(since=since, until=until, zone=change.zone) for since, until in pairs]


def test_in_no_zone_does_a_change_of_the_clocks_wake_anybody_or_lose_a_reminder() -> None:
    seen = 0
    for change in changes():
        for quiet in nights(change):
            for starts_in, before in ((25 * MINUTE, MINUTE), (9 * HOUR, 70 * MINUTE)):
                one = Occurrence(day=date(2026, 1, 1), starts_at=change.at + starts_in)
                chosen = Wish(id=1, guild_id=2, group_id=3, user_id=4, before=before, quiet=quiet)
                check(one, chosen, quiet, change)
                seen += 1
    assert seen > 1000


def check(one: Occurrence, chosen: Wish, quiet: Quiet, change: Change) -> None:
    wanted = one.starts_at - chosen.before
    told = telling(one, chosen, change.at - 7 * DAY)
    assert told.by_message
    assert told.at <= wanted, "never later"
    assert wanted - told.at < DAY
    assert not shown(told.at - SECOND, quiet), "it comes outside, or at the very beginning"
    assert told.at < wanted or not shown(wanted, quiet)
    late = telling(one, chosen, told.at + SECOND)
    assert late.at >= told.at + SECOND
    if late.by_message:
        assert late.at < one.starts_at
        assert not shown(late.at, quiet), "a late one wakes nobody either"
    else:
        assert quiet.around(late.at) is not None
