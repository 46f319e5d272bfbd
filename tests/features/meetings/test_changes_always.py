"""Whatever is moved, left out, changed and held after all, and whenever: each reminder once, at its instant."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.core.calendar import Repeat
from bot.core.durations import spell
from bot.core.errors import UserError
from bot.core.ids import new_id
from bot.features.meetings import Occasion, store
from bot.features.meetings.changes import Reason
from bot.features.meetings.changes.model import Doing, Typed, Which
from bot.features.meetings.reminders import reminder_key
from bot.storage import Database
from tests.conftest import StepClock
from tests.examples import examples
from tests.features.meetings.house import A_DAY_AND_AN_HOUR, FACILITATOR, GUILD, House

BEGINS = datetime(2027, 3, 14, 12, 0, 30, tzinfo=UTC)  # the clocks go forward in two weeks
HORIZON = timedelta(days=60)
BERLIN = ZoneInfo("Europe/Berlin")


class Act(StrEnum):
    MOVE = "move"
    MOVE_ALL = "move all"
    SKIP = "skip"
    EDIT = "edit"
    EDIT_ALL = "edit all"
    END = "end"
    HOLD = "hold"
    RESTART = "restart"


@dataclass(frozen=True)
class Step:
    after: timedelta
    act: Act
    which: int
    shift: timedelta


steps = st.builds(
    Step,
    after=st.integers(1, 4000).map(lambda minutes: timedelta(minutes=minutes)),
    act=st.sampled_from([*Act, Act.MOVE, Act.SKIP, Act.HOLD, Act.MOVE_ALL]),
    which=st.integers(0, 5),
    shift=st.integers(-400, 400).map(lambda quarters: timedelta(minutes=15 * quarters)),
)


async def _all_times(house: House) -> list[Occasion]:
    async with house.db.read() as tx:
        planned = await store.planned(tx, GUILD, house.group.id)
    return [
        Occasion(meeting=meeting, group=house.group, occurrence=occurrence)
        for meeting in planned
        for occurrence in meeting.timetable.between(house.clock(), BEGINS + HORIZON)
    ]


def _due(times: list[Occasion], since: datetime, upto: datetime) -> set[tuple[str, datetime]]:
    """What must be said from one moment to the next, if nothing changes in between."""
    return {
        (reminder_key(one, spell(before)), at)
        for one in times
        for before in A_DAY_AND_AN_HOUR
        if since < (at := one.starts_at - before) <= upto
    }


async def _do(house: House, step: Step, times: list[Occasion]) -> None:
    changes, which = house.meetings.changes, {"guild_id": GUILD, "group_id": house.group.id}
    if step.act is Act.RESTART:
        house.start()
        return
    if step.act is Act.HOLD:
        for one in (await changes.called_off(**which))[:1]:
            held = await changes.hold(**which, meeting_id=one.meeting.id, day=one.day, actor_id=FACILITATOR)
            assert held.starts_at == one.starts_at
        return
    if not times:
        return
    one = sorted(times, key=lambda found: (found.starts_at, found.meeting.id))[step.which % len(times)]
    to = f"{(one.starts_at + step.shift).astimezone(BERLIN):%Y-%m-%d %H:%M}"
    following = Which.FOLLOWING if step.act in (Act.MOVE_ALL, Act.EDIT_ALL, Act.END) else Which.ONE
    doing = {Act.MOVE_ALL: Doing.MOVE, Act.EDIT_ALL: Doing.EDIT, Act.END: Doing.CANCEL}.get(step.act)
    typed = Typed(
        doing=doing or Doing(step.act.value),
        meeting_id=one.meeting.id,
        day=one.day,
        which=following,
        to=to,
        reason=Reason.OTHER,
        minutes=30 + step.which,
    )
    preview = await changes.propose(**which, typed=typed)
    if step.which % 2:
        house.start()
    done = await changes.confirm(**which, draft_id=preview.draft_id, actor_id=FACILITATOR)
    assert done is not None
    assert (done.now and done.now.occurrence) == (preview.now and preview.now.occurrence), "as it was read back"


# a story that fails is short enough to read as it is, and to make it shorter takes minutes
@settings(
    max_examples=examples(6, ci=2),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.lists(steps, min_size=3, max_size=8), st.booleans())
async def test_each_reminder_comes_once_for_each_time_as_it_then_is(db: Database, story: list[Step], two: bool) -> None:
    clock = StepClock()
    clock.now = BEGINS
    house = House(db, clock)
    await house.empty()
    await house.found(f"Group {new_id()}")
    await house.schedule(starts="2027-03-17 19:00", repeat=Repeat.WEEKLY, times=5)
    if two:
        await house.schedule("Other", starts="2027-03-20 02:30", repeat=Repeat.DAILY, until="2027-03-29")
    expected: set[tuple[str, datetime]] = set()
    for step in story:
        times = await _all_times(house)
        since, upto = clock(), clock() + step.after
        expected |= _due(times, since, upto)
        await house.until(upto)
        times = await _all_times(house)
        with suppress(UserError):
            await _do(house, step, times)
            if step.act is Act.SKIP and times:
                assert len(await _all_times(house)) == len(times) - 1
            if step.act in (Act.EDIT, Act.EDIT_ALL) and times:
                after = await _all_times(house)
                assert sorted(one.starts_at for one in after) == sorted(one.starts_at for one in times)
        await house.due()
    times, since = await _all_times(house), clock()
    expected |= _due(times, since, BEGINS + HORIZON)
    await house.until(BEGINS + HORIZON)
    said = [(carried.key, carried.at) for carried in house.of("meetings.reminder")]
    assert len(said) == len(set(said))
    assert set(said) == expected
