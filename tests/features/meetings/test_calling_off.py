"""A time of a meeting that is called off: nothing more is said before it, and whoever had answered is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.calendar import Repeat
from bot.features.meetings import Choice, Numbers, Occasion
from bot.inbox.model import Kept
from tests.features.meetings.house import FACILITATOR, GUILD, House

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN, BO = 1, 2


async def call_off(house: House, occasion: Occasion, reason: str = "holiday") -> None:
    async with house.db.begin() as tx:
        await house.meetings.changes.call_off(tx, occasion, reason, actor_id=FACILITATOR)


async def answer(house: House, occasion: Occasion, user_id: int, choice: Choice = Choice.COMING) -> None:
    await house.join(user_id)
    await house.meetings.answer(
        guild_id=GUILD,
        group_id=house.group.id,
        meeting_id=occasion.meeting.id,
        day=occasion.day,
        user_id=user_id,
        choice=choice,
    )


async def told(house: House, user_id: int) -> list[Kept]:
    words = await house.inbox.all_of(guild_id=GUILD, user_id=user_id)
    return [word for word in words if word.kind == "meetings.changed"]


async def test_it_is_said_once_in_the_room_and_to_each_who_had_answered(house: House) -> None:
    occasion = await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    await answer(house, occasion, ANN)
    await answer(house, occasion, BO, Choice.AWAY)
    await house.until(TUESDAY - 2 * HOUR)
    now = await house.meetings.occasion(guild_id=GUILD, meeting_id=occasion.meeting.id, day=occasion.day)
    assert now is not None
    await call_off(house, now)
    (after,) = [await house.meetings.spoken_of(guild_id=GUILD, meeting_id=occasion.meeting.id, day=occasion.day)]
    assert after is not None
    await call_off(house, after)
    await house.until(TUESDAY + 7 * DAY)
    assert len(house.of("meetings.notice")) == 1
    assert [len(await told(house, user_id)) for user_id in (ANN, BO)] == [1, 1]
    which = {"guild_id": GUILD, "meeting_id": occasion.meeting.id, "day": occasion.day}
    assert await house.meetings.numbers(**which) == Numbers()
    assert [key for key, _ in house.reminded] == ["2026-11-24:24h", "2026-12-01:24h", "2026-12-01:1h"]
    assert len(house.of("meetings.standing")) == 2, "the reminder that was posted before, and the card"


async def test_the_only_time_of_a_meeting_can_be_held_after_all_until_it_would_have_ended(house: House) -> None:
    occasion = await house.schedule(starts="tue 19:00")
    await call_off(house, occasion)
    await house.until(TUESDAY)
    assert house.reminded == []
    assert await house.meetings.spoken_of(guild_id=GUILD, meeting_id=occasion.meeting.id, day=occasion.day)


@pytest.mark.parametrize("problem", ["forbidden", "missing"])
async def test_where_the_room_does_not_take_it_the_desk_is_told(house: House, problem: str) -> None:
    occasion = await house.schedule(starts="tue 19:00")
    house.refusing["meetings.notice"] = problem
    await call_off(house, occasion)
    await house.carry()
    assert len(house.of("groups.trouble")) == 1
