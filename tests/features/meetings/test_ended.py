"""That a meeting is over is announced once for each time that took place, with those who had said they cannot come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.calendar import Repeat
from bot.features.groups import Group, GroupState
from bot.features.groups.store import set_state
from bot.features.meetings import Choice, Occasion
from bot.storage import Tx
from tests.features.meetings.house import GUILD, House

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
END = TUESDAY + timedelta(minutes=90)
WEEK = timedelta(days=7)


class Listener:
    """Hears of every end, in whatever process."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.heard: list[tuple[datetime, frozenset[int]]] = []
        self.listen()

    def listen(self) -> None:
        self.house.meetings.ended.append(self.hear)

    async def hear(self, tx: Tx, guild_id: int, group_id: int, absent: frozenset[int], began_at: datetime) -> None:
        assert (guild_id, group_id) == (GUILD, self.house.group.id)
        assert began_at in (TUESDAY, TUESDAY + WEEK)
        self.heard.append((self.house.clock(), absent))


@pytest.fixture
async def occasion(house: House) -> Occasion:
    for user_id in (1, 2):
        await house.join(user_id)
    return await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)


async def answer(house: House, occasion: Occasion, user_id: int, choice: Choice, day: date) -> None:
    await house.meetings.answer(
        guild_id=GUILD, group_id=house.group.id, meeting_id=occasion.meeting.id, day=day, user_id=user_id, choice=choice
    )


async def move(house: House, group: Group, before: GroupState, after: GroupState) -> None:
    async with house.db.begin() as tx:
        await set_state(tx, group.id, before=before, after=after)


async def test_each_time_is_announced_at_its_end_with_who_could_not_come(house: House, occasion: Occasion) -> None:
    listener = Listener(house)
    await answer(house, occasion, 1, Choice.AWAY, date(2026, 11, 24))
    await answer(house, occasion, 2, Choice.COMING, date(2026, 11, 24))
    await answer(house, occasion, 2, Choice.AWAY, date(2026, 12, 1))
    await house.until(END - timedelta(seconds=1))
    assert listener.heard == []
    await house.until(END + WEEK)
    assert listener.heard == [(END, frozenset({1})), (END + WEEK, frozenset({2}))]


async def test_after_a_restart_what_ended_meanwhile_is_announced_once(house: House, occasion: Occasion) -> None:
    listener = Listener(house)
    house.clock.now = END + WEEK + timedelta(hours=5)
    for _ in range(2):
        house.start()
        listener.listen()
        await house.due()
    assert [absent for _, absent in listener.heard] == [frozenset(), frozenset()]


async def test_what_did_not_take_place_is_not_announced(house: House, occasion: Occasion) -> None:
    listener = Listener(house)
    await move(house, house.group, GroupState.OPEN, GroupState.PAUSED)
    await house.until(END)
    await move(house, house.group, GroupState.PAUSED, GroupState.OPEN)
    await house.until(END + timedelta(days=1))
    assert listener.heard == []
    async with house.db.begin() as tx:
        for announce in house.groups.archived:
            await announce(tx, house.group)
    await house.until(END + WEEK)
    assert listener.heard == [], "its meetings were cancelled with the group"
