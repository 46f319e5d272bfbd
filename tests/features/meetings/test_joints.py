"""What one part of meetings does to what another knows of the same time: nothing is lost, and nothing said twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import UserError
from bot.features.meetings import Choice, Occasion, OccasionState
from bot.features.meetings import store as meetings_store
from bot.features.meetings.changes.model import Doing, Which
from bot.features.meetings.private import Wanted
from bot.features.meetings.private.reminding import PRIVATE
from bot.storage import Database
from tests.conftest import StepClock
from tests.features.meetings.house import BACKUP, FACILITATOR, GUILD, House
from tests.features.meetings.keeping import Keeping
from tests.features.meetings.test_changes import answer, coming, do, hold, numbers, told

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin; now it is Sunday
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
ANN, BO, CLEO, MO = range(911, 915)


@pytest.fixture
async def keeping(db: Database, clock: StepClock) -> AsyncGenerator[Keeping]:
    made = Keeping(db, clock)
    await made.found()
    yield made
    await made.empty()


async def full(house: House) -> list[Occasion]:
    """A weekly meeting with two places; of its first time one has a place too few, of its second two have."""
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY, places=2)
    first, second, *_ = await coming(house)
    for user_id in (ANN, BO, CLEO):
        await answer(house, first, user_id)
    for user_id in (CLEO, MO, ANN, BO):
        await answer(house, second, user_id)
    return [first, second]


async def waiting(house: House, *occasions: Occasion) -> list[int]:
    return [(await numbers(house, occasion)).waiting for occasion in occasions]


async def test_who_waits_goes_on_waiting_when_all_are_moved(house: House) -> None:
    first, _ = await full(house)
    await do(house, first, to="2026-12-01 19:00", which=Which.FOLLOWING)
    await house.due()
    first, second, *_ = await coming(house)
    assert await waiting(house, first, second) == [1, 2]
    which = {"guild_id": GUILD, "group_id": house.group.id, "meeting_id": first.meeting.id, "day": first.day}
    await house.meetings.answer(**which, user_id=ANN, choice=Choice.AWAY)
    assert (await numbers(house, first)).coming == 2


async def test_who_waits_goes_on_waiting_when_a_meeting_becomes_two(house: House) -> None:
    _, second = await full(house)
    now = await do(house, second, Doing.EDIT, minutes=60, which=Which.FOLLOWING)
    await house.due()
    assert now.meeting.id != second.meeting.id
    assert await waiting(house, (await coming(house))[0], now) == [1, 2]


async def test_who_waits_is_told_too_when_it_moves_or_is_called_off(house: House) -> None:
    first, second = await full(house)
    await do(house, first, to="wed 19:00")
    await do(house, second, Doing.SKIP)
    assert [word.params["told"] for word in await told(house, CLEO)] == ["moved", "cancelled"]
    await do(house, first, Doing.CANCEL, which=Which.FOLLOWING)
    assert [word.params["told"] for word in await told(house, CLEO)] == ["cancelled", "ended"]


async def test_nobody_is_reminded_privately_twice_because_a_meeting_became_two(house: House) -> None:
    await house.schedule(starts="tue 19:00", repeat=Repeat.DAILY)
    await house.join(ANN)
    wanted = Wanted(before="2 days")
    await house.meetings.private.choose(guild_id=GUILD, group_id=house.group.id, user_id=ANN, wanted=wanted)
    await house.until(TUESDAY - HOUR)
    _, second, *_ = await coming(house)
    before = len([word for word in await house.words(ANN) if word.kind == PRIVATE])
    await do(house, second, Doing.EDIT, minutes=60, which=Which.FOLLOWING)
    await house.until(TUESDAY - HOUR / 2)
    assert before and len([word for word in await house.words(ANN) if word.kind == PRIVATE]) == before


async def test_what_stands_about_the_last_times_of_a_series_does_not_hinder_its_move(house: House) -> None:
    """Moved by a day, the last but one takes the name of the last, which there is no more."""
    await house.schedule(starts="tue 19:00", repeat=Repeat.DAILY, until="2026-11-26")
    *_, last = await coming(house)
    await house.until(TUESDAY - HOUR)
    async with house.db.begin() as tx:
        place = {"channel_id": 5, "message_id": 6, "ends_at": last.ends_at}
        for occasion in await coming(house):
            await meetings_store.put_post(tx, occasion.meeting, occasion.day, "meetings.card", **place)
    first, *_ = await coming(house)
    await do(house, first, to="wed 19:00", which=Which.FOLLOWING)
    assert len(await coming(house)) == 2


async def test_who_said_that_they_hold_it_does_so_though_the_meeting_becomes_two(keeping: Keeping) -> None:
    await keeping.schedule(starts="tue 19:00", repeat=Repeat.DAILY)
    first, second, *_ = await coming(keeping)
    for occasion in (first, second):
        await keeping.there(occasion)
    await keeping.until(TUESDAY - HOUR)
    now = await do(keeping, second, Doing.EDIT, minutes=60, which=Which.FOLLOWING)
    await keeping.settle()
    assert await keeping.holding(now) == {FACILITATOR}
    assert await keeping.told(FACILITATOR, "meetings.cover_again") == []


async def test_who_said_that_they_hold_it_is_asked_again_when_all_are_moved(keeping: Keeping) -> None:
    first = await keeping.weekly()
    await keeping.there(first)
    now = await do(keeping, first, to="thu 19:00", which=Which.FOLLOWING)
    await keeping.settle()
    assert await keeping.holding(now) == set()
    assert len(await keeping.told(FACILITATOR, "meetings.cover_again")) == 1


async def test_what_asked_a_lead_is_about_the_meeting_that_goes_on(keeping: Keeping) -> None:
    await keeping.schedule(starts="tue 19:00", repeat=Repeat.DAILY)
    _, second, *_ = await coming(keeping)
    await keeping.there((await coming(keeping))[0])
    await keeping.until(second.starts_at - 24 * HOUR - timedelta(minutes=1))
    first, second, *_ = await coming(keeping)
    await keeping.until(first.starts_at)
    assert [task for task, _ in keeping.asked()] == ["backup"]
    now = await do(keeping, second, Doing.EDIT, minutes=60, which=Which.FOLLOWING)
    await keeping.settle()
    (shown,) = [errand for errand in keeping.errands if errand.kind == "meetings.cover_shown"]
    assert shown.params["meeting"] == now.meeting.id
    assert [task for task, _ in keeping.asked()] == ["backup"], "and nobody is asked twice"
    await keeping.covers(now, BACKUP)


@pytest.mark.parametrize("which", list(Which))
async def test_who_moves_a_meeting_to_within_a_day_holds_it(keeping: Keeping, which: Which) -> None:
    first = await keeping.weekly()
    now = await do(keeping, first, to="mon 10:00", which=which)
    await keeping.settle()
    assert await keeping.holding(now) == {FACILITATOR}
    assert keeping.asked() == []


@pytest.mark.parametrize(
    ("doing", "typed"), [(Doing.MOVE, {"to": "thu 20:00"}), (Doing.EDIT, {"minutes": 60}), (Doing.CANCEL, {})]
)
async def test_nothing_is_changed_of_all_that_follow_while_one_of_them_is_open(
    house: House, doing: Doing, typed: dict[str, object]
) -> None:
    """A later one was moved before an earlier one, and takes place."""
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    first, second, *_ = await coming(house)
    await do(house, second, to="mon 19:00")
    await house.until(TUESDAY - DAY)
    await house.open()
    with pytest.raises(UserError) as refused:
        await do(house, first, doing, which=Which.FOLLOWING, **typed)
    assert refused.value.key == "meetings.change_begun"
    assert (await house.now(second)).state is OccasionState.OPEN


async def test_what_is_called_off_stays_so_when_its_group_is_brought_back(house: House) -> None:
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    first, second, *_ = await coming(house)
    await do(house, first, Doing.SKIP)
    await do(house, second, to="2026-12-02 20:00")
    async with house.db.begin() as tx:
        await house.meetings._archived(tx, house.group)
    async with house.db.begin() as tx:
        await house.meetings._restored(tx, house.group)
    assert [one.starts_at for one in await coming(house)][:2] == [TUESDAY + WEEK + DAY + HOUR, TUESDAY + 2 * WEEK]
    assert (await hold(house, first)).revision == 2


async def test_the_card_counts_again_when_its_group_is_brought_back(house: House) -> None:
    occasion = await house.schedule(starts="tue 19:00")
    await answer(house, occasion, ANN)
    await house.until(TUESDAY - 3 * HOUR)
    card = await house.meetings.card(guild_id=GUILD, meeting_id=occasion.meeting.id, day=occasion.day)
    assert card is not None
    async with house.db.begin() as tx:
        await house.meetings._archived(tx, house.group)
        assert int(await tx.scalar(sa.select(sa.func.count()).select_from(meetings_store.answers))) == 0
    house.carried.clear()
    async with house.db.begin() as tx:
        await house.meetings._restored(tx, house.group)
    await house.due()
    which = {"guild_id": GUILD, "meeting_id": occasion.meeting.id, "day": occasion.day}
    assert await house.meetings.card(**which) == card
    assert len(house.of("meetings.counted")) == 1


async def test_a_daily_meeting_moved_later_in_the_day_does_not_come_once_more_today(keeping: Keeping) -> None:
    await keeping.schedule(starts="mon 14:45", repeat=Repeat.DAILY)
    monday = (await coming(keeping))[0]
    await keeping.until(monday.ends_at + HOUR)
    tuesday = (await coming(keeping))[0]
    assert tuesday.day == monday.day + DAY
    await do(keeping, tuesday, to="tue 23:00", which=Which.FOLLOWING)
    assert [one.day for one in (await coming(keeping))[:2]] == [tuesday.day, tuesday.day + DAY]
