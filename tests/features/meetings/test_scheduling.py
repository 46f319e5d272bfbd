"""Proposing and confirming meetings: what is kept, what is refused, and what two people at once make of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import NotFound, UserError
from bot.features.groups import GroupState
from bot.features.groups.store import set_state
from bot.features.meetings import By, MeetingState, Occasion
from bot.features.meetings.model import MOST_PER_GROUP
from bot.features.meetings.store import meetings as table
from tests.features.meetings.house import GUILD, House


async def _rows(house: House) -> list[str]:
    async with house.db.read() as tx:
        return [row["state"] for row in await tx.all(sa.select(table.c.state))]


async def test_nothing_is_planned_before_it_is_confirmed(house: House) -> None:
    proposed = await house.propose(starts="tue 19:00", repeat=Repeat.WEEKLY)
    assert proposed.starts_at == datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    assert proposed.ends_at - proposed.starts_at == timedelta(minutes=90)
    assert await house.meetings.coming(guild_id=GUILD, group_id=house.group.id) == []
    await house.confirm(proposed)
    (coming,) = await house.meetings.coming(guild_id=GUILD, group_id=house.group.id)
    assert (coming.meeting.id, coming.starts_at) == (proposed.meeting.id, proposed.starts_at)


async def test_a_draft_that_nobody_confirms_is_forgotten(house: House) -> None:
    proposed = await house.propose(starts="2026-12-10 19:00")
    await house.until(house.clock() + timedelta(hours=25))
    assert await _rows(house) == []
    with pytest.raises(NotFound, match="draft_gone"):
        await house.confirm(proposed)


async def test_to_confirm_after_a_restart_and_again_makes_one_meeting(house: House) -> None:
    proposed = await house.propose(starts="tue 19:00")
    house.start()
    first = await house.confirm(proposed)
    again = await house.confirm(proposed)
    assert first.meeting.id == again.meeting.id
    assert await _rows(house) == [MeetingState.PLANNED]
    await house.until(first.ends_at)
    assert [key for key, _ in house.reminded] == ["2026-11-24:24h", "2026-11-24:1h"]


async def test_ten_presses_at_once_plan_it_once(house: House) -> None:
    proposed = await house.propose(starts="tue 19:00")
    await asyncio.gather(*(house.confirm(proposed) for _ in range(10)))
    await house.until(proposed.ends_at)
    assert len(house.reminded) == 2


async def test_of_two_facilitators_at_once_one_is_told_that_there_is_a_meeting_then(house: House) -> None:
    mine = await house.propose("Circle", starts="tue 19:00")
    theirs = await house.propose("Our circle", starts="24 nov 7pm", repeat=Repeat.WEEKLY)
    outcomes = await asyncio.gather(house.confirm(mine), house.confirm(theirs), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Occasion", "UserError"]
    (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, UserError)]
    (planned,) = [outcome for outcome in outcomes if isinstance(outcome, Occasion)]
    assert (refusal.key, refusal.values) == ("meetings.same_time", {"title": planned.meeting.title})


async def test_a_time_that_a_weekly_meeting_comes_round_to_is_taken(house: House) -> None:
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    with pytest.raises(UserError, match="same_time"):
        await house.propose(starts="2026-12-08 19:00")
    await house.propose(starts="2026-12-08 20:00")


async def test_confirming_too_late_says_so_and_keeps_the_draft(house: House) -> None:
    proposed = await house.propose(starts="today 14:00")
    house.clock.step(hours=1)
    with pytest.raises(UserError, match="start_passed"):
        await house.confirm(proposed)
    assert await _rows(house) == [MeetingState.DRAFT]


async def test_the_zone_is_the_one_typed_else_the_servers(house: House) -> None:
    assert (await house.propose(starts="tue 19:00")).starts_at.hour == 18
    assert (await house.propose(starts="tue 19:00", zone="london")).starts_at.hour == 19
    with pytest.raises(UserError, match="zone_unknown"):
        await house.propose(starts="tue 19:00", zone="Mars")


async def test_monthly_by_weekday_with_a_count_is_kept_and_ends_with_its_last_time(house: House) -> None:
    proposed = await house.schedule(starts="tue 19:00", repeat=Repeat.MONTHLY, by=By.WEEKDAY, times=2)
    house.start()
    await house.until(proposed.ends_at)
    (second,) = await house.meetings.coming(guild_id=GUILD, group_id=house.group.id)
    assert second.starts_at == datetime(2026, 12, 22, 18, 0, tzinfo=UTC)  # the fourth Tuesday again
    assert second.meeting.schedule == proposed.meeting.schedule
    await house.until(second.ends_at)
    assert len(house.reminded) == 4
    assert await _rows(house) == [MeetingState.OVER]


async def test_once_of_something_that_repeats_is_once(house: House) -> None:
    proposed = await house.propose(starts="tue 19:00", repeat=Repeat.WEEKLY, times=1)
    assert (proposed.meeting.schedule.repeat, proposed.meeting.schedule.times) == (Repeat.NONE, None)


async def test_an_end_before_the_start_is_answered_with_the_earliest_that_can_be_typed(house: House) -> None:
    with pytest.raises(UserError, match="until_before_start") as error:
        await house.propose(starts="2026-12-01 19:00", repeat=Repeat.WEEKLY, until="2026-11-30")
    first = error.value.values["first"]
    assert first == "2026-12-01"
    await house.propose(starts="2026-12-01 19:00", repeat=Repeat.WEEKLY, until=first)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"title": " \u202e\n ", "starts": "tue 19:00"}, "title_empty"),
        ({"title": "x" * 101, "starts": "tue 19:00"}, "title_long"),
        ({"starts": "tue 19:00", "minutes": 4}, "minutes_range"),
        ({"starts": "tue 19:00", "minutes": 481}, "minutes_range"),
        ({"starts": "some day"}, "start_unclear"),
        ({"starts": "tue 19:00", "until": "2027-01-01"}, "until_without_repeat"),
        ({"starts": "2026-12-01 19:00", "until": "2026-11-30", "repeat": Repeat.WEEKLY}, "until_before_start"),
        ({"starts": "tue 19:00", "until": "whenever", "repeat": Repeat.WEEKLY}, "day_unclear"),
        ({"starts": "tue 19:00", "by": By.WEEKDAY}, "by_without_monthly"),
        ({"starts": "tue 19:00", "by": By.DATE, "repeat": Repeat.WEEKLY}, "by_without_monthly"),
        ({"starts": "tue 19:00", "times": 3}, "times_without_repeat"),
        ({"starts": "tue 19:00", "times": 3, "until": "2027-01-01", "repeat": Repeat.DAILY}, "until_and_times"),
        ({"starts": "tue 19:00", "times": 0, "repeat": Repeat.WEEKLY}, "times_range"),
        ({"starts": "tue 19:00", "times": 367, "repeat": Repeat.DAILY}, "times_range"),
    ],
)
async def test_what_cannot_be_a_meeting_is_refused_and_nothing_kept(
    house: House, typed: dict[str, object], told: str
) -> None:
    with pytest.raises(UserError) as error:
        await house.propose(**typed)
    assert error.value.key.endswith(f".{told}")
    assert await _rows(house) == []


async def test_a_group_that_is_not_open_gets_no_meetings(house: House) -> None:
    proposed = await house.propose(starts="tue 19:00")
    async with house.db.begin() as tx:
        await set_state(tx, house.group.id, before=GroupState.OPEN, after=GroupState.PAUSED)
    with pytest.raises(UserError, match="group_not_open"):
        await house.confirm(proposed)
    with pytest.raises(UserError, match="group_not_open"):
        await house.propose(starts="tue 19:00")


async def test_another_server_can_neither_see_nor_confirm_it(house: House) -> None:
    proposed = await house.propose(starts="tue 19:00")
    with pytest.raises(NotFound):
        await house.meetings.schedule(
            guild_id=GUILD + 1, group_id=house.group.id, meeting_id=proposed.meeting.id, user_id=1
        )
    await house.confirm(proposed)
    assert await house.meetings.coming(guild_id=GUILD + 1, group_id=house.group.id) == []


async def test_a_group_has_a_limit_of_meetings(house: House) -> None:
    for day in range(MOST_PER_GROUP):
        await house.schedule(starts=f"2026-12-{day + 1:02} 19:00")
    with pytest.raises(UserError, match="too_many"):
        await house.propose(starts="2027-01-01 19:00")


async def test_the_title_is_sealed_in_the_database(house: House) -> None:
    await house.schedule("Quiet words", starts="tue 19:00")
    async with house.db.read() as tx:
        assert b"Quiet" not in await tx.scalar(sa.select(table.c.title))
