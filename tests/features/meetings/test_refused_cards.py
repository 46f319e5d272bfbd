"""A meeting's card that the desk does not take: told to the lead, put again when asked for, forgotten at the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.features.groups.model import Setback
from bot.features.meetings.reminders import CARD
from tests.features.meetings.house import GUILD, House

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


async def waiting(house: House) -> list[Setback]:
    async with house.db.read() as tx:
        return await house.groups.setbacks.of(tx, GUILD)


async def test_it_is_told_once_and_posted_once_when_it_can_be(house: House) -> None:
    await house.schedule(starts="tue 19:00")
    house.refusing[CARD] = "forbidden"
    await house.until(TUESDAY - timedelta(hours=1))
    assert [carried.kind for carried in house.carried].count("groups.trouble") == 1
    assert [setback.kind for setback in await waiting(house)] == [CARD]

    house.refusing.clear()
    async with house.db.begin() as tx:
        assert await house.groups.setbacks.put_again(tx, GUILD) == 1
    await house.due()
    assert [carried.kind for carried in house.carried].count(CARD) == 1
    assert await waiting(house) == []


async def test_nothing_waits_for_a_meeting_that_is_over(house: House) -> None:
    await house.schedule(starts="tue 19:00")
    house.refusing[CARD] = "missing"
    await house.until(TUESDAY)
    assert len(await waiting(house)) == 1
    await house.until(TUESDAY + timedelta(hours=2))
    assert await waiting(house) == []
