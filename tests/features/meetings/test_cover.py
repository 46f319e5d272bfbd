"""A meeting that nobody holds: who is asked and when, and that members are told before they come."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import time, timedelta

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import NotAllowed, UserError
from bot.core.reading import WallTime
from bot.features.groups import GroupState, Role
from bot.features.groups.store import set_state
from bot.features.meetings import Choice, OccasionState
from bot.features.meetings.cover.store import cover, steps
from bot.storage import Database
from tests.conftest import StepClock
from tests.features.meetings.house import BACKUP, FACILITATOR, GUILD, LEAD, House
from tests.features.meetings.keeping import ANN, DAY, GIL, HOUR, MINUTE, TUESDAY, WEEK, Keeping


@pytest.fixture
async def house(db: Database, clock: StepClock) -> AsyncGenerator[Keeping]:
    made = Keeping(db, clock)
    await made.found()
    yield made
    await made.empty()


async def rows(house: House) -> int:
    async with house.db.read() as tx:
        counts = [await tx.scalar(sa.select(sa.func.count()).select_from(table)) for table in (cover, steps)]
    return sum(map(int, counts))


async def test_while_nobody_will_be_there_one_after_the_other_is_asked_and_in_the_end_it_is_called_off(
    house: Keeping,
) -> None:
    occasion = await house.schedule(starts="2026-12-01 19:00", repeat=Repeat.WEEKLY)
    starts = occasion.starts_at
    await house.join(ANN)
    await house.answers(occasion, ANN, Choice.COMING)
    for before in (3 * DAY, DAY, 2 * HOUR, HOUR, timedelta(minutes=30), timedelta()):
        await house.until(starts - before)
        house.start()  # a new process at every turn
        await house.settle()
    assert house.of("meetings.card")[0].at == starts - 3 * DAY
    assert house.asked() == [("backup", starts - DAY), ("lead", starts - 2 * HOUR)]
    assert len(await house.told(FACILITATOR, "meetings.cover_again")) == 1
    assert await house.off(occasion)
    (notice,) = house.of("meetings.notice")
    assert notice.at == starts - timedelta(minutes=30)
    desk, leads = house.of("meetings.uncovered")
    assert {desk.at, leads.at} == {notice.at}
    assert len(await house.told(ANN, "meetings.changed")) == 1
    await house.until(starts + 4 * HOUR)
    assert len(house.asked()) == 2
    assert await rows(house) == 0
    await house.until(starts + WEEK - DAY)
    assert house.asked()[2:] == [("backup", starts + WEEK - DAY)], "the next time is asked about anew"


async def test_whoever_says_so_is_counted_on_until_it_is_over_and_nothing_of_it_stays(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(GIL, Role.FACILITATOR)
    await house.until(TUESDAY - 2 * DAY)
    for _ in range(2):
        await house.there(occasion)
    await house.answers(occasion, GIL, Choice.COMING)
    assert await house.holding(occasion) == {FACILITATOR, GIL}
    await house.answers(occasion, GIL, Choice.LISTENING)
    assert await house.holding(occasion) == {FACILITATOR, GIL}
    await house.answers(occasion, GIL, Choice.AWAY)
    await house.answers(occasion, FACILITATOR, Choice.COMING)
    assert await house.holding(occasion) == {FACILITATOR}
    await house.until(TUESDAY + 2 * HOUR)
    assert house.asked() == []
    assert not await house.off(occasion)
    assert await rows(house) == 0
    with pytest.raises(UserError, match=r"meetings\.cover_ended"):
        await house.there(occasion)


async def test_what_members_answer_holds_no_meeting(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(ANN)
    await house.answers(occasion, ANN, Choice.COMING)
    with pytest.raises(NotAllowed):
        await house.there(occasion, ANN)
    with pytest.raises(NotAllowed):
        await house.covers(occasion, ANN)
    assert await house.holding(occasion) == set()
    await house.until(TUESDAY)
    assert await house.off(occasion)


async def test_who_schedules_a_meeting_of_today_will_be_there(house: Keeping) -> None:
    occasion = await house.schedule(starts="today 19:00", repeat=Repeat.DAILY)
    assert await house.holding(occasion) == {FACILITATOR}
    await house.until(occasion.starts_at)
    assert not await house.off(occasion)
    tomorrow = occasion.starts_at + DAY
    assert house.asked() == [("backup", occasion.starts_at)], "but nobody has said so for tomorrow"
    await house.until(tomorrow)
    assert [task for task, _ in house.asked()] == ["backup", "lead", "backup"]


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
async def test_a_day_before_is_24_hours_whatever_the_clocks_do(house: Keeping, day: str) -> None:
    occasion = await house.schedule(starts=f"{day} 19:00")
    await house.until(occasion.starts_at)
    starts = occasion.starts_at
    assert house.asked() == [("backup", starts - timedelta(hours=24)), ("lead", starts - 2 * HOUR)]


async def test_if_the_leads_channel_takes_nothing_both_are_asked_privately(house: Keeping) -> None:
    occasion = await house.weekly()
    house.refusing["meetings.cover_asked"] = "forbidden"
    await house.until(TUESDAY - DAY)
    for user_id in (BACKUP, LEAD):
        assert len(await house.told(user_id, "meetings.cover_asked")) == 1
    house.refusing["meetings.uncovered"] = "missing"
    await house.until(TUESDAY)
    for user_id in (BACKUP, LEAD):
        assert len(await house.told(user_id, "meetings.cover_asked")) == 2
        assert len(await house.told(user_id, "meetings.uncovered")) == 1
    assert await house.off(occasion)


async def test_without_a_leads_channel_they_are_asked_privately(house: Keeping) -> None:
    house.safeguarding_id = None
    occasion = await house.weekly()
    await house.until(TUESDAY)
    assert await house.off(occasion)
    assert [len(await house.told(user_id, "meetings.cover_asked")) for user_id in (LEAD, BACKUP)] == [2, 2]
    assert [len(await house.told(user_id, "meetings.uncovered")) for user_id in (LEAD, BACKUP)] == [1, 1]


async def test_nobody_is_called_off_on_by_an_outage_of_ours_alone(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.until(TUESDAY - 25 * HOUR)
    house.clock.now = TUESDAY - timedelta(minutes=20)
    house.start()
    await house.settle()
    assert [task for task, _ in house.asked()] == ["backup", "lead"]
    assert not await house.off(occasion)
    await house.until(TUESDAY - 11 * MINUTE)
    assert not await house.off(occasion)
    await house.until(TUESDAY - 10 * MINUTE)
    assert await house.off(occasion)


async def test_who_comes_back_after_the_start_calls_nothing_off(house: Keeping) -> None:
    occasion = await house.weekly()
    house.clock.now = TUESDAY + MINUTE
    house.start()
    await house.settle()
    assert not await house.off(occasion)
    assert house.asked() == []


async def test_who_cannot_come_after_all_is_replaced_in_time_or_members_are_told(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.there(occasion)
    await house.until(TUESDAY - 20 * MINUTE)
    assert house.asked() == []
    await house.cannot(occasion)
    await house.settle()
    assert [task for task, _ in house.asked()] == ["backup", "lead"]
    await house.covers(occasion, BACKUP)
    await house.until(TUESDAY + HOUR)
    assert not await house.off(occasion)


async def test_a_meeting_that_was_opened_is_held(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.until(TUESDAY - 40 * MINUTE)
    await house.meetings.running.start(guild_id=GUILD, group_id=house.group.id, user_id=FACILITATOR, alone=True)
    await house.until(TUESDAY + HOUR)
    assert (await house.now(occasion)).state is OccasionState.OPEN


async def test_in_a_break_nobody_is_asked_and_after_it_at_once(house: Keeping) -> None:
    occasion = await house.weekly()
    groups = house.groups
    await groups.breaks.begin(guild_id=GUILD, group_id=house.group.id, actor_id=FACILITATOR, until=None)
    await house.until(TUESDAY - 5 * HOUR)
    assert house.asked() == []
    await groups.breaks.end(guild_id=GUILD, group_id=house.group.id, actor_id=FACILITATOR)
    await house.settle()
    assert house.asked() == [("backup", TUESDAY - 5 * HOUR)]
    async with house.db.begin() as tx:
        await set_state(tx, house.group.id, before=GroupState.OPEN, after=GroupState.PAUSED)
    await house.until(TUESDAY + HOUR)
    assert not await house.off(occasion)


async def test_after_a_move_those_who_had_confirmed_are_asked_again_and_only_they(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(GIL, Role.FACILITATOR)
    await house.there(occasion)
    before = occasion.starts_at
    moved = await house.moved(occasion, WallTime(day=occasion.day, time=time(21)))
    await house.settle()
    assert moved.starts_at == before + 2 * HOUR
    assert await house.holding(occasion) == set()
    assert [len(await house.told(user_id, "meetings.cover_again")) for user_id in (FACILITATOR, GIL)] == [1, 0]
    await house.until(before)
    assert house.asked() == [("backup", moved.starts_at - DAY), ("lead", moved.starts_at - 2 * HOUR)]
    back = await house.moved(occasion, WallTime(day=occasion.day, time=time(20)))
    await house.settle()
    assert [task for task, _ in house.asked()] == ["backup", "lead", "backup", "lead"], "it is another time"
    await house.until(back.starts_at - 31 * MINUTE)
    assert not await house.off(occasion)
    await house.until(back.starts_at)
    assert await house.off(occasion)
    assert await rows(house) == 0


async def test_a_facilitator_who_is_gone_holds_nothing(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(GIL, Role.FACILITATOR)
    await house.there(occasion, GIL)
    await house.until(TUESDAY - 5 * HOUR)
    assert house.asked() == []
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=GIL)
    await house.settle()
    assert house.asked() == [("backup", TUESDAY - 5 * HOUR)]


async def test_where_nobody_has_to_confirm_nothing_of_this_happens(db: Database, clock: StepClock) -> None:
    house = Keeping(db, clock)
    house.confirming = False
    house.start()
    await house.found()
    occasion = await house.weekly()
    await house.until(TUESDAY + HOUR)
    assert house.asked() == []
    assert not await house.off(occasion)
    assert house.of("meetings.card")[0].at == TUESDAY - DAY
