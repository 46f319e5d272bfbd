"""A meeting that takes place: opening it, who is there, and closing it."""

from __future__ import annotations

from datetime import timedelta

from bot.features.meetings import Occasion, OccasionState
from bot.storage import Tx
from tests.features.meetings.house import FACILITATOR, GUILD, House

ANN, BEN = 911, 912


async def tonight(house: House) -> Occasion:
    """A meeting that begins now."""
    occasion = await house.schedule(starts="2026-12-01 19:00")
    await house.until(occasion.starts_at)
    return occasion


async def test_who_is_there_is_known_while_the_meeting_is_open_and_not_a_moment_longer(house: House) -> None:
    occasion = await tonight(house)
    running, heard = house.meetings.running, list[tuple[str, list[int]]]()

    async def closed(tx: Tx, closing: Occasion) -> None:
        heard.append((closing.state, await running.here(tx, closing)))

    running.closed.append(closed)
    which = {"guild_id": GUILD, "meeting_id": occasion.meeting.id, "day": occasion.day}
    opened = await running.start(**which, group_id=house.group.id, user_id=FACILITATOR)
    assert opened.state is OccasionState.OPEN
    for user_id in (ANN, BEN, ANN):
        await running.arrive(**which, user_id=user_id)
    await running.close(**which, group_id=house.group.id, user_id=FACILITATOR)
    assert [(state, sorted(people)) for state, people in heard] == [("closed", [ANN, BEN])]
    async with house.db.read() as tx:
        assert await running.here(tx, opened) == []
    house.clock.now += timedelta(minutes=1)
