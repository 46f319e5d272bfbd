"""Where places are limited: who finds none waits, only they know, and who has waited longest is next."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import UserError
from bot.core.reading import WallTime
from bot.features.groups import GroupState, Role
from bot.features.groups.store import set_state
from bot.features.meetings import Choice, Meeting, Numbers, Occasion, OccasionState, Outcome
from bot.features.meetings import store as meetings_store
from bot.features.meetings.answers.answering import PLACE
from bot.features.meetings.answers.store import waiting
from bot.features.meetings.private import Wanted
from bot.inbox import State
from bot.timers.store import timers
from tests.features.meetings.house import FACILITATOR, GUILD, House

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
PEOPLE = range(1, 9)
COMING, LISTENING, AWAY = Choice


@pytest.fixture
async def occasion(house: House) -> Occasion:
    """A weekly meeting with two places, and eight people who would come."""
    planned = await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY, places=2)
    for user_id in PEOPLE:
        await house.join(user_id, Role.VISITOR if user_id == 8 else Role.MEMBER)
    await house.until(TUESDAY - timedelta(hours=24))
    return planned


async def press(house: House, occasion: Occasion, user_id: int, choice: Choice = COMING, **more: Any) -> Outcome:
    which = {"guild_id": GUILD, "group_id": house.group.id, "meeting_id": occasion.meeting.id}
    args = {"day": DAY, **more}
    answered = await house.meetings.answer(**which, user_id=user_id, choice=choice, **args)
    return answered.outcome


async def numbers(house: House, occasion: Occasion) -> Numbers:
    return await house.meetings.numbers(guild_id=GUILD, meeting_id=occasion.meeting.id, day=DAY)


async def moved_up(house: House) -> list[int]:
    """Who was told that they have a place, in the order in which they were."""
    told = [(word.at, user_id) for user_id in PEOPLE for word in await house.words(user_id) if word.kind == PLACE]
    return [user_id for _, user_id in sorted(told)]


async def set_places(house: House, occasion: Occasion, places: int | None) -> None:
    async with house.db.begin() as tx:
        meeting = await meetings_store.get(tx, GUILD, occasion.meeting.id)
        assert meeting is not None
        values = {name: getattr(meeting, name) for name in Meeting.__dataclass_fields__} | {"places": places}
        await meetings_store.rewrite(tx, Meeting(**values))
        await house.meetings._course.plan(tx, Meeting(**values))


async def test_coming_and_listening_take_a_place_and_facilitators_take_none(house: House, occasion: Occasion) -> None:
    assert await press(house, occasion, FACILITATOR) is Outcome.KEPT
    assert await press(house, occasion, 1) is Outcome.KEPT
    assert await press(house, occasion, 3, AWAY) is Outcome.KEPT
    assert await press(house, occasion, 8, LISTENING) is Outcome.KEPT
    assert await press(house, occasion, 2) is Outcome.WAITING
    assert await press(house, occasion, 3) is Outcome.WAITING
    assert await press(house, occasion, FACILITATOR, LISTENING) is Outcome.KEPT
    assert await press(house, occasion, 1, LISTENING) is Outcome.KEPT, "who has a place keeps it"
    assert await numbers(house, occasion) == Numbers(coming=0, listening=3, waiting=2)


async def test_who_cannot_make_it_makes_room_for_who_has_waited_longest_once(house: House, occasion: Occasion) -> None:
    for user_id in (1, 2, 3, 4, 5):
        await press(house, occasion, user_id)
    assert await press(house, occasion, 3, LISTENING) is Outcome.WAITING, "who changes it keeps their turn"
    assert await press(house, occasion, 1, AWAY) is Outcome.KEPT
    assert await moved_up(house) == [3]
    assert await numbers(house, occasion) == Numbers(coming=1, listening=1, away=1, waiting=2)
    assert await press(house, occasion, 4, AWAY) is Outcome.KEPT, "who waits can say so too"
    house.clock.step(minutes=1)
    assert await press(house, occasion, 2, AWAY) is Outcome.KEPT
    house.start()
    await house.until(house.clock())
    assert await moved_up(house) == [3, 5]
    assert await press(house, occasion, 1) is Outcome.WAITING, "who gave a place up waits like everybody"


async def test_who_leaves_frees_a_place_also_across_a_restart(house: House, occasion: Occasion) -> None:
    for user_id in (1, 2, 3, 4):
        await press(house, occasion, user_id)
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=3)
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=1)
    assert await numbers(house, occasion) == Numbers(coming=1, waiting=1)
    assert await press(house, occasion, 5) is Outcome.WAITING, "nobody overtakes"
    house.start()
    await house.until(house.clock())
    assert await moved_up(house) == [4]
    assert await numbers(house, occasion) == Numbers(coming=2, waiting=1)
    async with house.db.begin() as tx:
        await house.groups.leave_all(tx, GUILD, 5)
    await house.until(house.clock())
    assert await numbers(house, occasion) == Numbers(coming=2)


async def test_more_places_go_to_those_who_wait_in_order(house: House, occasion: Occasion) -> None:
    for user_id in (1, 2, 3, 4, 5, 6):
        await press(house, occasion, user_id)
    await set_places(house, occasion, 4)
    await house.until(house.clock())
    assert sorted(await moved_up(house)) == [3, 4]
    await set_places(house, occasion, 2)
    await house.until(house.clock())
    assert (await numbers(house, occasion)).coming == 4, "nobody loses a place"
    assert await press(house, occasion, 1, AWAY) is Outcome.KEPT
    assert sorted(await moved_up(house)) == [3, 4]
    await set_places(house, occasion, None)
    await house.until(house.clock())
    assert await numbers(house, occasion) == Numbers(coming=5, away=1)


async def test_once_it_has_begun_nobody_moves_up_and_a_free_place_is_for_who_comes(
    house: House, occasion: Occasion
) -> None:
    for user_id in (1, 2, 3):
        await press(house, occasion, user_id)
    house.clock.now = TUESDAY
    with pytest.raises(UserError, match="full_and_begun"):
        await press(house, occasion, 4)
    await press(house, occasion, 1, AWAY)
    await house.until(house.clock())
    assert await moved_up(house) == []
    assert await press(house, occasion, 3) is Outcome.KEPT


async def test_what_was_opened_before_its_time_has_begun_and_what_was_closed_is_over(
    house: House, occasion: Occasion
) -> None:
    for user_id in (1, 2, 3):
        await press(house, occasion, user_id)
    await house.change(occasion.meeting.id, DAY, state=OccasionState.OPEN)
    await press(house, occasion, 1, AWAY)
    await house.until(house.clock())
    assert await moved_up(house) == []
    await house.change(occasion.meeting.id, DAY, state=OccasionState.CLOSED)
    with pytest.raises(UserError, match="ended"):
        await press(house, occasion, 4)


async def test_two_who_take_the_last_place_at_once(house: House, occasion: Occasion) -> None:
    await press(house, occasion, 1)
    outcomes = await asyncio.gather(press(house, occasion, 2), press(house, occasion, 3))
    assert sorted(outcomes) == [Outcome.KEPT, Outcome.WAITING]
    assert await numbers(house, occasion) == Numbers(coming=2, waiting=1)


async def test_twenty_claims_at_once_fill_two_places_and_all_who_go_at_once_are_followed_in_order(
    house: House, occasion: Occasion
) -> None:
    many = range(20, 40)
    for user_id in many:
        await house.join(user_id)
    outcomes = await asyncio.gather(*(press(house, occasion, user_id) for user_id in many))
    assert outcomes.count(Outcome.KEPT) == 2
    assert await numbers(house, occasion) == Numbers(coming=2, waiting=18)
    holders = [user_id for user_id, outcome in zip(many, outcomes, strict=True) if outcome is Outcome.KEPT]
    leaving = [house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=holders[0])]
    await asyncio.gather(*leaving, press(house, occasion, holders[1], AWAY), press(house, occasion, 1))
    await house.until(house.clock())
    assert await numbers(house, occasion) == Numbers(coming=2, away=1, waiting=17)
    told = [user_id for user_id in many for word in await house.words(user_id) if word.kind == PLACE]
    assert len(told) == 2


async def test_a_word_about_a_place_travels_as_they_allowed_and_not_in_their_quiet_hours(
    house: House, occasion: Occasion
) -> None:
    private = house.meetings.private
    which = {"guild_id": GUILD, "group_id": house.group.id}
    await private.choose(**which, user_id=3, wanted=Wanted())
    await private.choose(**which, user_id=4, wanted=Wanted(quiet_from="18:00", quiet_until="20:00"))
    for user_id in (1, 2, 3, 4, 5):
        await press(house, occasion, user_id)
    await set_places(house, occasion, 5)
    await house.until(house.clock())
    states = {user_id: [one.state for one in await house.words(user_id) if one.kind == PLACE] for user_id in (3, 4, 5)}
    assert states == {3: [State.DELIVERED], 4: [State.WAITING], 5: [State.WAITING]}
    (word,) = await house.inbox.waiting(guild_id=GUILD, user_id=5)
    place = house.meetings.answering.place
    assert await place(guild_id=GUILD, user_id=5, params=word.params) is not None
    await press(house, occasion, 5, AWAY)
    assert await place(guild_id=GUILD, user_id=5, params=word.params) is None
    house.clock.now = TUESDAY
    assert await place(guild_id=GUILD, user_id=4, params=word.params) is None


async def test_who_waits_for_what_is_cancelled_or_over_waits_no_more(house: House, occasion: Occasion) -> None:
    for user_id in (1, 2, 3):
        await press(house, occasion, user_id)
        await press(house, occasion, user_id, day=date(2026, 12, 1))
    await house.change(occasion.meeting.id, DAY, state=OccasionState.CANCELLED)
    await house.until(house.clock())
    assert (await numbers(house, occasion)).waiting == 0
    assert await moved_up(house) == []
    await house.until(TUESDAY + timedelta(days=7, minutes=90))
    async with house.db.read() as tx:
        assert await tx.all(sa.select(waiting)) == []


async def test_who_had_no_place_was_not_there(house: House, occasion: Occasion) -> None:
    absent: list[frozenset[int]] = []

    async def heard(tx: Any, guild_id: int, group_id: int, who: frozenset[int], began_at: datetime) -> None:
        absent.append(who)

    house.meetings.ended.append(heard)
    for user_id in (1, 2, 8):
        await press(house, occasion, user_id)
    await house.until(TUESDAY + timedelta(minutes=90))
    assert absent == [frozenset({8})]


async def test_a_break_holds_the_queue_and_its_end_moves_it(house: House, occasion: Occasion) -> None:
    for user_id in (1, 2, 3):
        await press(house, occasion, user_id)
    async with house.db.begin() as tx:
        await set_state(tx, house.group.id, before=GroupState.OPEN, after=GroupState.PAUSED)
    with pytest.raises(UserError, match="on_a_break"):
        await press(house, occasion, 4)
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=1)
    await house.until(house.clock())
    assert await moved_up(house) == []
    await house.groups.breaks.end(guild_id=GUILD, group_id=house.group.id, actor_id=FACILITATOR)
    await house.until(house.clock())
    assert await moved_up(house) == [3]


async def test_an_old_button_says_what_is_so_now_and_keeps_nothing(house: House, occasion: Occasion) -> None:
    await house.change(occasion.meeting.id, DAY, moved=WallTime(day=DAY, time=time(20)))
    assert await press(house, occasion, 1, told=TUESDAY) is Outcome.MOVED
    assert await numbers(house, occasion) == Numbers()
    assert await press(house, occasion, 1, told=TUESDAY + timedelta(hours=1)) is Outcome.KEPT
    await house.change(occasion.meeting.id, DAY, state=OccasionState.CANCELLED)
    which = {"guild_id": GUILD, "group_id": house.group.id, "meeting_id": occasion.meeting.id}
    said = await house.meetings.answer(**which, day=DAY, user_id=2, choice=COMING, told=TUESDAY)
    assert (said.outcome, said.next_at) == (Outcome.CALLED_OFF, TUESDAY + timedelta(days=7))


async def test_from_rows_and_edits_nobody_learns_who_answered_what(house: House, occasion: Occasion) -> None:
    """Ids are sealed, rows hold no time of an answer, and the card changes once for all who pressed meanwhile."""
    await house.carry()
    house.carried.clear()
    for user_id in PEOPLE:
        house.clock.step(minutes=1)
        await press(house, occasion, user_id)
    async with house.db.read() as tx:
        rows = [*await tx.all(sa.select(meetings_store.answers)), *await tx.all(sa.select(waiting))]
        kinds = {row["kind"] for row in await tx.all(sa.select(timers))}
    assert len(rows) == len(PEOPLE)
    assert {row["ends_at"] for row in rows} == {occasion.ends_at}
    sealed = {house.db.vault.seal_id(user_id, GUILD) for user_id in PEOPLE}
    assert {row["user"] for row in rows} == sealed
    assert "meetings.places" not in kinds
    await house.carry()
    assert [carried.kind for carried in house.carried] == ["meetings.counted"]


@pytest.mark.parametrize("places", [1, 101])
async def test_places_are_from_two_to_a_hundred(house: House, places: int) -> None:
    with pytest.raises(UserError, match="places_range"):
        await house.propose(starts="tue 19:00", places=places)
