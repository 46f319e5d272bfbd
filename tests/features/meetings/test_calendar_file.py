"""The calendar file, read back by another library: the same times as our own, for two years, in every zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.tz import tzical
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, composite
from vobject.icalendar import registerTzid

from bot.core.calendar import Repeat, Schedule
from bot.core.reading import WallTime
from bot.core.zones import zone_names
from bot.features.meetings import Change, Meeting, MeetingState, OccasionState, Place, Where
from bot.features.meetings.calendar import Labels, calendar_file, zone_component
from tests.core import clock_changes
from tests.examples import examples

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
TWO_YEARS = timedelta(days=731)
PLAIN = Labels(meeting="Meeting", places={Where.ROOM: "Discord", Where.VOICE: "Discord, voice channel"})
TITLED = Labels(meeting=PLAIN.meeting, places=PLAIN.places, titles=True)

Time = tuple[datetime, timedelta, str]
"""When one time begins, how long it is and what it is called."""


def meeting(schedule: Schedule, *changes: Change, **more: Any) -> Meeting:
    wanted: dict[str, Any] = {"title": "Tuesday circle", "minutes": 90, "state": MeetingState.PLANNED, **more}
    return Meeting(
        id=12345,
        guild_id=1,
        group_id=2,
        schedule=schedule,
        changes={change.day: change for change in changes},
        **wanted,
    )


def weekly(**more: Any) -> Schedule:
    return Schedule(**({"day": date(2026, 11, 24), "time": time(19), "zone": "Europe/Berlin"} | more))


def written(*meetings: Meeting, labels: Labels = TITLED, now: datetime = NOW) -> str:
    file = calendar_file(meetings, labels, now)
    assert file is not None
    return file.decode()


def read(text: str, upto: datetime) -> list[Time]:
    """Every time that another library finds in the file, by the zones that the file itself describes."""
    text = text.replace("\r\n ", "")
    zones = tzical(StringIO("".join(re.findall(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE\r\n", text, re.DOTALL))))
    for name in zones.keys():  # noqa: SIM118  # it is no mapping
        # or else it goes by what it knows itself of a zone with this name
        registerTzid(name, zones.get(name))
    parts = list(vobject.readOne(text).vevent_list)
    singles = [part for part in parts if hasattr(part, "recurrence_id")]
    replaced = {part.recurrence_id.value for part in singles}
    found: list[Time] = []
    for part in parts:
        started = part.dtstart.value
        if hasattr(part, "rrule"):
            days = part.getrruleset(addRDate=True).between(started, upto.astimezone(started.tzinfo), inc=True)
            starts = [start for start in days if start not in replaced]
        else:
            starts = [started]
        found += [(start.astimezone(UTC), part.duration.value, part.summary.value) for start in starts]
    return sorted(one for one in found if one[0] <= upto)


def ours(one: Meeting, now: datetime, upto: datetime) -> list[Time]:
    found: list[Time] = []
    for coming in one.coming(now):
        if coming.starts_at > upto + TWO_YEARS:
            break
        change = one.changes.get(coming.day)
        title = (change and change.title) or one.title
        found.append((coming.starts_at, one.timetable.ends_at(coming) - coming.starts_at, title))
    return sorted(time for time in found if time[0] <= upto)


LATE = Change(day=date(2026, 11, 3), moved=WallTime(day=date(2026, 12, 5), time=time(19)))
"""Put off for so long that others which follow it by the schedule are over by then."""


@composite
def schedules(draw: DrawFn) -> Schedule:
    repeat = draw(st.sampled_from(Repeat))
    ending = draw(st.sampled_from(("never", "until", "times"))) if repeat is not Repeat.NONE else "never"
    day = draw(st.dates(date(2026, 9, 1), date(2027, 4, 30)))
    if repeat is Repeat.MONTHLY_BY_LAST_WEEKDAY:
        assume((day + timedelta(days=7)).month != day.month)
    return Schedule(
        day=day,
        time=time(draw(st.integers(0, 23)), draw(st.sampled_from((0, 15, 30, 59)))),
        zone=draw(st.sampled_from(clock_changes.moving_zones()) | st.sampled_from(zone_names())),
        repeat=repeat,
        until=day + timedelta(days=draw(st.integers(0, 900))) if ending == "until" else None,
        times=draw(st.integers(2, 60)) if ending == "times" else None,
    )


@composite
def meetings(draw: DrawFn) -> Meeting:
    schedule = draw(schedules())
    begin = datetime.combine(schedule.day, time(0), UTC) - timedelta(days=2)
    days = [coming.day for coming in schedule.between(begin, begin + timedelta(days=400))]
    changed = draw(st.lists(st.sampled_from(days), max_size=4, unique=True))
    return meeting(schedule, *(draw(changes(day)) for day in changed), minutes=draw(st.integers(5, 480)))


@composite
def changes(draw: DrawFn, day: date) -> Change:
    moved = draw(st.none() | st.builds(WallTime, day=st.dates(day, day + timedelta(days=40)), time=st.times()))
    if moved is not None:
        moved = WallTime(day=moved.day, time=moved.time.replace(second=0, microsecond=0))
    return Change(
        day=day,
        state=draw(st.sampled_from((OccasionState.PLANNED, OccasionState.CANCELLED))),
        moved=moved,
        minutes=draw(st.none() | st.integers(5, 480)),
        title=draw(st.none() | st.just("Another, title")),
        revision=draw(st.integers(0, 3)),
    )


@settings(max_examples=examples(150, ci=25), deadline=None)
@given(one=meetings(), now=st.integers(0, 240 * 24).map(lambda hours: BEGIN + timedelta(hours=hours)))
@example(one=meeting(weekly(day=date(2027, 3, 21), time=time(2, 30), repeat=Repeat.DAILY)), now=NOW)
@example(
    one=meeting(weekly(day=date(2026, 10, 18), time=time(2, 30), repeat=Repeat.WEEKLY)), now=NOW - 50 * NOW.resolution
)
@example(
    one=meeting(weekly(day=date(2026, 10, 18), time=time(2, 30), repeat=Repeat.DAILY)),
    now=datetime(2026, 10, 20, tzinfo=UTC),
)
@example(one=meeting(weekly(day=date(2027, 1, 31), repeat=Repeat.MONTHLY)), now=NOW)
@example(one=meeting(weekly(day=date(2027, 1, 29), repeat=Repeat.MONTHLY, times=14)), now=NOW)
@example(one=meeting(weekly(day=date(2026, 11, 3), repeat=Repeat.WEEKLY), LATE), now=NOW)
def test_another_library_finds_the_times_that_we_keep(one: Meeting, now: datetime) -> None:
    upto = now + TWO_YEARS
    file = calendar_file([one], TITLED, now)
    assert ([] if file is None else read(file.decode(), upto)) == ours(one, now, upto)


# what the file says of the clocks


def _told(zone: str) -> Any:
    """The zone as the file alone describes it."""
    return tzical(StringIO(zone_component(zone, BEGIN, NOW + TWO_YEARS).to_ical().decode())).get(zone)


def test_the_clocks_of_every_zone_go_as_they_really_go() -> None:
    zones = {zone: _told(zone) for zone in clock_changes.moving_zones()}
    for change in clock_changes.changes():
        for hours in (-48, -25, -2, 3, 25, 48):
            wall = (change.at + timedelta(hours=hours)).astimezone(ZoneInfo(change.zone))
            there = wall.replace(tzinfo=zones[change.zone], fold=wall.fold)
            assert there.utcoffset() == wall.utcoffset(), (change, wall)


# what it says of the meeting


def lines(text: str) -> list[str]:
    return text.replace("\r\n ", "").splitlines()


@pytest.mark.parametrize(
    "title",
    [
        "Tea, cake; and a \\ walk",
        "Line\r\nATTENDEE:mailto:eve@example.org\r\nBEGIN:VALARM",
        "One\rX-EVIL:1\u2028two\x85three\x0bfour\x00",
        "Rund um den Tee \U0001f468\u200d\U0001f469\u200d\U0001f467 " + "ä" * 80,
        "BEGIN:VEVENT",
        "\\n\\,",
    ],
)
def test_nobodys_words_become_more_than_words(title: str) -> None:
    one = meeting(weekly(repeat=Repeat.WEEKLY), title=title, place=Place(where=Where.ELSEWHERE, words=title))
    text = written(one)
    plain = " ".join("".join(" " if ord(letter) < 32 else letter for letter in title).split())
    (event,) = vobject.readOne(text).vevent_list
    assert event.summary.value == plain
    assert event.location.value == plain
    names = [re.split("[:;]", line)[0] for line in lines(text)]
    assert names.count("BEGIN") == 1 + 1 + 3 + 1, "a calendar, a zone with three clocks, an event"
    assert not {"ATTENDEE", "X-EVIL"} & set(names)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\r" not in text.replace("\r\n", "")


def test_it_names_nothing_unless_that_is_wished() -> None:
    place = Place(where=Where.ELSEWHERE, words="https://talk.example/tides")
    titled = Change(day=date(2026, 12, 1), title="Grief and the sea", revision=1)
    one = meeting(weekly(repeat=Repeat.WEEKLY), titled, place=place)
    text = written(one, labels=PLAIN)
    assert "SUMMARY:Meeting\r\n" in text
    for word in ("circle", "Grief", "talk.example", "LOCATION", "VALARM", "ORGANIZER", "CLASS:"):
        assert word not in text
    assert "LOCATION:https://talk.example/tides" in written(one)
    assert "LOCATION:Discord\\, voice channel" in written(meeting(weekly(), place=Place(where=Where.VOICE)))


def test_who_has_it_already_knows_it_again_when_it_changes() -> None:
    first = written(meeting(weekly(repeat=Repeat.WEEKLY)))
    moved = Change(day=date(2026, 12, 1), moved=WallTime(day=date(2026, 12, 2), time=time(18)), revision=2)
    later = written(meeting(weekly(repeat=Repeat.WEEKLY), moved, revision=3), now=NOW + timedelta(hours=1))
    assert {line for line in lines(first) if line.startswith("UID")} == {
        line for line in lines(later) if line.startswith("UID")
    }
    assert [line for line in lines(first) if line.startswith("SEQUENCE")] == ["SEQUENCE:0"]
    assert [line for line in lines(later) if line.startswith("SEQUENCE")] == ["SEQUENCE:3", "SEQUENCE:5"]
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261201T190000" in lines(later)
    assert "DTSTAMP:20261122T130000Z" in lines(later)
    assert "METHOD:PUBLISH" in lines(later)


@pytest.mark.parametrize(
    ("schedule", "rule"),
    [
        (weekly(repeat=Repeat.DAILY, times=10), "FREQ=DAILY;COUNT=10"),
        (weekly(repeat=Repeat.WEEKLY, until=date(2027, 3, 30)), "FREQ=WEEKLY;UNTIL=20270330T170000Z;BYDAY=TU"),
        (weekly(repeat=Repeat.FORTNIGHTLY), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        (weekly(repeat=Repeat.MONTHLY), "FREQ=MONTHLY;BYMONTHDAY=24"),
        (weekly(day=date(2026, 12, 30), repeat=Repeat.MONTHLY), "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        (weekly(day=date(2026, 12, 31), repeat=Repeat.MONTHLY), "FREQ=MONTHLY;BYMONTHDAY=-1"),
        (weekly(repeat=Repeat.MONTHLY_BY_WEEKDAY), "FREQ=MONTHLY;BYDAY=4TU"),
        (weekly(repeat=Repeat.MONTHLY_BY_LAST_WEEKDAY), "FREQ=MONTHLY;BYDAY=-1TU"),
    ],
)
def test_it_comes_round_by_the_rule_that_was_chosen(schedule: Schedule, rule: str) -> None:
    (found,) = [line for line in lines(written(meeting(schedule))) if line.startswith("RRULE:")]
    assert dict(part.split("=") for part in found.removeprefix("RRULE:").split(";")) == dict(
        part.split("=") for part in rule.split(";")
    )


def test_of_what_is_over_or_cancelled_altogether_there_is_no_file() -> None:
    assert calendar_file([], PLAIN, NOW) is None
    assert calendar_file([meeting(weekly(day=date(2026, 11, 17)))], PLAIN, NOW) is None
    cancelled = Change(day=date(2026, 11, 24), state=OccasionState.CANCELLED)
    assert calendar_file([meeting(weekly(), cancelled)], PLAIN, NOW) is None


def test_each_zone_is_described_once() -> None:
    here, there = meeting(weekly()), meeting(weekly(zone="America/New_York"))
    text = written(here, there, here, meeting(weekly(zone="UTC")))
    assert [line for line in lines(text) if line.startswith("TZID:")] == ["TZID:America/New_York", "TZID:Europe/Berlin"]
    assert "DTSTART:20261124T190000Z" in lines(text)
