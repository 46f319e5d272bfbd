"""What members answer is theirs: counted, changeable, never named, and gone when the meeting has ended."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import NotAllowed, NotFound, UserError
from bot.features.groups import Role
from bot.features.meetings import Choice, Numbers, Occasion
from bot.features.meetings.store import answers
from tests.features.meetings.house import FACILITATOR, GUILD, House

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


@pytest.fixture
async def occasion(house: House) -> Occasion:
    planned = await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    for user_id in (1, 2, 3):
        await house.join(user_id)
    await house.until(TUESDAY - timedelta(hours=24))
    return planned


async def _answer(house: House, occasion: Occasion, user_id: int, choice: Choice, day: date = DAY) -> None:
    await house.meetings.answer(
        guild_id=GUILD, group_id=house.group.id, meeting_id=occasion.meeting.id, day=day, user_id=user_id, choice=choice
    )


async def _numbers(house: House, occasion: Occasion, day: date = DAY) -> Numbers:
    return await house.meetings.numbers(guild_id=GUILD, meeting_id=occasion.meeting.id, day=day)


async def test_answers_are_counted_and_can_be_changed(house: House, occasion: Occasion) -> None:
    await _answer(house, occasion, 1, Choice.COMING)
    await _answer(house, occasion, 2, Choice.COMING)
    await _answer(house, occasion, FACILITATOR, Choice.LISTENING)
    assert await _numbers(house, occasion) == Numbers(coming=2, listening=1)
    await _answer(house, occasion, 2, Choice.AWAY)
    assert await _numbers(house, occasion) == Numbers(coming=1, listening=1, away=1)


async def test_each_time_of_a_meeting_is_answered_by_itself(house: House, occasion: Occasion) -> None:
    await _answer(house, occasion, 1, Choice.COMING)
    await _answer(house, occasion, 1, Choice.AWAY, date(2026, 12, 1))
    assert await _numbers(house, occasion) == Numbers(coming=1)
    assert await _numbers(house, occasion, date(2026, 12, 1)) == Numbers(away=1)
    with pytest.raises(NotFound):
        await _answer(house, occasion, 1, Choice.COMING, date(2026, 12, 2))


async def test_one_person_pressing_everything_at_once_counts_once(house: House, occasion: Occasion) -> None:
    await asyncio.gather(*(_answer(house, occasion, 1, choice) for choice in list(Choice) * 5))
    numbers = await _numbers(house, occasion)
    assert numbers.coming + numbers.listening + numbers.away == 1


async def test_no_name_and_no_id_is_kept_beside_an_answer(house: House, occasion: Occasion) -> None:
    await _answer(house, occasion, 2, Choice.COMING)
    async with house.db.read() as tx:
        (row,) = await tx.all(sa.select(answers))
    assert 2 not in row.values()
    assert row["user"] == house.db.vault.seal_id(2, GUILD)


async def test_members_and_visitors_are_counted_and_nobody_else(house: House, occasion: Occasion) -> None:
    await house.join(8, Role.VISITOR)
    await _answer(house, occasion, 8, Choice.COMING)
    assert await _numbers(house, occasion) == Numbers(coming=1)
    with pytest.raises(NotAllowed):
        await _answer(house, occasion, 9, Choice.COMING)
    with pytest.raises(NotFound):
        await house.meetings.answer(
            guild_id=GUILD + 1,
            group_id=house.group.id,
            meeting_id=occasion.meeting.id,
            day=DAY,
            user_id=1,
            choice=Choice.COMING,
        )


async def test_while_it_goes_on_one_can_still_answer_and_afterwards_no_more(house: House, occasion: Occasion) -> None:
    house.clock.now = TUESDAY + timedelta(minutes=89)
    await _answer(house, occasion, 1, Choice.COMING)
    house.clock.now = TUESDAY + timedelta(minutes=90)
    with pytest.raises(UserError, match="ended"):
        await _answer(house, occasion, 1, Choice.AWAY)


async def test_when_it_has_ended_the_answers_are_gone(house: House, occasion: Occasion) -> None:
    await _answer(house, occasion, 1, Choice.COMING)
    await _answer(house, occasion, 1, Choice.COMING, date(2026, 12, 1))
    await house.until(TUESDAY + timedelta(minutes=90))
    assert await _numbers(house, occasion) == Numbers()
    assert await _numbers(house, occasion, date(2026, 12, 1)) == Numbers(coming=1)


async def test_the_card_is_posted_once_and_counted_again_with_each_new_answer(house: House, occasion: Occasion) -> None:
    assert len(house.of("meetings.card")) == 1
    await house.carry()
    house.carried.clear()
    await _answer(house, occasion, 1, Choice.COMING)
    await _answer(house, occasion, 2, Choice.AWAY)
    await house.carry()
    await _answer(house, occasion, 1, Choice.COMING)
    await house.carry()
    assert len(house.of("meetings.counted")) == 1
    await _answer(house, occasion, 1, Choice.LISTENING)
    await house.until(TUESDAY)
    assert len(house.of("meetings.counted")) == 2
    assert house.of("meetings.card") == []


async def test_an_answer_before_the_card_has_arrived_is_counted_when_it_has(house: House) -> None:
    occasion = await house.schedule(starts="tue 19:00")
    await house.join(1)
    house.clock.now = TUESDAY - timedelta(hours=1)
    await house.timers.start()
    await house.timers.settled()
    await _answer(house, occasion, 1, Choice.COMING)
    where = {"guild_id": GUILD, "meeting_id": occasion.meeting.id, "day": DAY}
    assert await house.meetings.card(**where) is None
    await house.carry()
    assert await house.meetings.card(**where) is not None
    kinds = [carried.kind for carried in house.carried]
    assert kinds.index("meetings.card") < len(kinds) - 1 - kinds[::-1].index("meetings.counted")


async def test_who_leaves_is_counted_no_more(house: House, occasion: Occasion) -> None:
    await _answer(house, occasion, 1, Choice.COMING)
    await _answer(house, occasion, 2, Choice.COMING)
    await house.carry()
    house.carried.clear()
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=1)
    await house.carry()
    assert await _numbers(house, occasion) == Numbers(coming=1)
    assert len(house.of("meetings.counted")) == 1
