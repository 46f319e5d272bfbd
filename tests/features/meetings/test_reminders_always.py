"""Whatever the zone, the change of clocks, the lengths and the restarts: each reminder once, at its instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.calendar import Occurrence, Repeat, Schedule
from bot.core.durations import spell
from bot.features.meetings import Meeting, MeetingState
from bot.features.meetings.model import due_between, next_due
from bot.storage import Database
from tests.conftest import StepClock
from tests.core.clock_changes import changes
from tests.examples import examples
from tests.features.meetings.house import House

MINUTE = timedelta(minutes=1)
LENGTHS = [
    *(timedelta(seconds=1), timedelta(seconds=90), timedelta(minutes=45), timedelta(hours=1), timedelta(hours=24)),
    *(timedelta(days=3), timedelta(weeks=1), timedelta(weeks=4)),
]


@dataclass(frozen=True)
class Away:
    """The bot is not there from ``since`` until just before ``until``."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Story:
    schedule: Schedule
    reminders: tuple[timedelta, ...]
    planned_at: datetime
    away: tuple[Away, ...]
    restarts: tuple[timedelta, ...]

    @property
    def times(self) -> list[Occurrence]:
        return list(self.schedule.after(self.planned_at))

    @property
    def end(self) -> datetime:
        return self.times[-1].starts_at + timedelta(days=1)


@st.composite
def stories(draw: st.DrawFn, *, times: int) -> Story:
    change = draw(st.sampled_from(changes()))
    reminders = draw(st.lists(st.sampled_from(LENGTHS), min_size=1, max_size=3, unique=True))
    repeat = draw(st.sampled_from([Repeat.NONE, Repeat.DAILY, Repeat.WEEKLY, Repeat.FORTNIGHTLY]))
    step = {Repeat.NONE: 0, Repeat.DAILY: 1, Repeat.WEEKLY: 7, Repeat.FORTNIGHTLY: 14}[repeat]
    # so that the change of the clocks is among the times, or just beside them
    day = change.at.date() - timedelta(days=step * draw(st.integers(0, times - 1)) + draw(st.integers(-1, 1)))
    at = draw(st.times().map(lambda found: found.replace(second=0, microsecond=0)) | st.just(time(2, 30)))
    last = day + timedelta(days=step * (times - 1)) if step else None
    schedule = Schedule(day=day, time=at, zone=change.zone, repeat=repeat, until=last)
    first = next(schedule.after(datetime(2026, 1, 1, tzinfo=UTC))).starts_at
    planned_at = first - max(reminders) - timedelta(minutes=draw(st.integers(1, 5000)))
    starts = [coming.starts_at for coming in schedule.after(planned_at)]
    away: list[Away] = []
    for start in sorted(draw(st.lists(st.sampled_from(starts), max_size=3))):
        # away over one of its reminders, until shortly before it begins or after
        since = start - draw(st.sampled_from(reminders)) - draw(st.integers(0, 90)) * MINUTE
        until = start + draw(st.integers(-90, 30)) * MINUTE
        if planned_at <= since < until and (not away or away[-1].until < since):
            away.append(Away(since, until))
    length = starts[-1] - planned_at
    restarts = tuple(draw(st.lists(st.floats(0, 1), max_size=3)))
    return Story(schedule, tuple(reminders), planned_at, tuple(away), tuple(length * part for part in restarts))


def expected(story: Story) -> set[tuple[str, datetime]]:
    """By hand: every reminder at its instant; those that came due while nobody was there, as the rules say."""

    def answered(due: datetime) -> datetime:
        return next((away.until for away in story.away if away.since <= due < away.until), due)

    found: set[tuple[str, datetime]] = set()
    for occurrence in story.times:
        for before in story.reminders:
            at = answered(occurrence.starts_at - before)
            overtaken = any(other < before and occurrence.starts_at - other <= at for other in story.reminders)
            if at < occurrence.starts_at and not overtaken:
                found.add((f"{occurrence.day}:{spell(before)}", at))
    return found


def _waking(story: Story, meeting: Meeting) -> Iterator[tuple[datetime, datetime]]:
    """When the timer is due, and when it is looked at."""
    due = next_due(meeting, story.reminders, story.planned_at)
    while due is not None:
        at = next((away.until for away in story.away if away.since <= due < away.until), due)
        yield due, at
        due = next_due(meeting, story.reminders, at)


def _meeting(schedule: Schedule) -> Meeting:
    return Meeting(id=1, guild_id=1, group_id=1, title="t", schedule=schedule, minutes=90, state=MeetingState.PLANNED)


@settings(max_examples=examples(400, ci=60), deadline=None)
@given(stories(times=12))
def test_the_rules_alone(story: Story) -> None:
    said: list[tuple[str, datetime]] = []
    for since, now in _waking(story, _meeting(story.schedule)):
        said += [
            (f"{reminder.occurrence.day}:{spell(reminder.before)}", now)
            for reminder in due_between(_meeting(story.schedule).timetable, story.reminders, since, now)
            if reminder.occurrence.starts_at > now
        ]
    assert len(said) == len(set(said))
    assert set(said) == expected(story)


async def _live(house: House, story: Story, moments: Sequence[tuple[datetime, Away | None]]) -> None:
    for moment, away in moments:
        if moment < house.clock():
            continue
        await house.until(moment - timedelta(microseconds=1) if away else moment)
        if away:
            house.clock.now = away.until
        house.start()
    await house.until(story.end)


@settings(max_examples=examples(12, ci=3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories(times=4))
async def test_through_restarts_on_a_real_database(db: Database, story: Story) -> None:
    clock = StepClock()
    clock.now = story.planned_at
    house = House(db, clock, reminders=story.reminders)
    house.zone = story.schedule.zone
    await house.empty()
    await house.found(f"Group at {len(str(story))} {id(story)}")
    schedule = story.schedule
    until = schedule.until.isoformat() if schedule.until else ""
    starts = f"{schedule.day} {schedule.time:%H:%M}"
    planned = await house.schedule(starts=starts, repeat=schedule.repeat, until=until)
    assert planned.meeting.schedule == schedule
    moments = [(away.since, away) for away in story.away]
    moments += [(story.planned_at + after, None) for after in story.restarts]
    await _live(house, story, sorted(moments, key=lambda moment: moment[0]))
    assert sorted(house.reminded) == sorted(expected(story))


def test_a_day_before_is_24_hours_before_though_the_clocks_change() -> None:
    schedule = Schedule(day=date(2027, 3, 28), time=time(19), zone="Europe/Berlin")
    (occurrence,) = schedule.after(datetime(2027, 1, 1, tzinfo=UTC))
    due = next_due(_meeting(schedule), [timedelta(hours=24)], datetime(2027, 1, 1, tzinfo=UTC))
    assert due == occurrence.starts_at - timedelta(hours=24) == datetime(2027, 3, 27, 17, 0, tzinfo=UTC)
