"""A circle round: each in turn may speak or pass, at their own pace, and it goes on across whatever happens."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.audit.store import audit
from bot.core.errors import NotFound, UserError
from bot.features.meetings.rounds import Heard, RoundState
from bot.features.meetings.rounds import store as rounds_store
from bot.features.meetings.rounds.showing import CALL, CALL_GONE, PANEL, PANEL_SHOWN, ROUND, ROUND_SHOWN
from bot.inbox.model import Kept
from bot.outbox import Lane
from bot.timers.store import timers
from tests.features.meetings.circle import ANN, BEN, CAM, DEE, EVE, convene, gather
from tests.features.meetings.house import FACILITATOR, GUILD, House

A_TURN = timedelta(minutes=2)


async def words(house: House, user_id: int) -> list[Kept]:
    return [word for word in await house.inbox.all_of(guild_id=GUILD, user_id=user_id) if "turn" in word.kind]


async def seats(house: House) -> int:
    async with house.db.read() as tx:
        return int(await tx.scalar(sa.select(sa.func.count()).select_from(rounds_store.turns)))


async def test_a_round_begins_only_where_the_opener_has_been_read_and_somebody_is_there(house: House) -> None:
    where = {"guild_id": GUILD, "group_id": house.group.id, "user_id": FACILITATOR}
    with pytest.raises(UserError, match="round_not_open"):
        await house.meetings.rounds.begin(**where)
    circle = await gather(house, carried=False)
    with pytest.raises(UserError, match="round_too_early"):
        await circle.begin()
    await house.carry()
    with pytest.raises(UserError, match="round_nobody"):
        await circle.begin()
    await house.join(ANN)
    await circle.come(ANN)
    assert await circle.begin()
    assert await circle.at_turn() == ANN
    first = circle.round_id
    assert not await circle.begin(), "one goes on at a time"
    assert circle.round_id == first


async def test_each_is_called_once_and_the_round_ends_after_the_last(house: House) -> None:
    circle = await convene(house, ANN, BEN, CAM)
    order, called = await circle.order(), list[int | None]()
    await house.carry()
    for _ in order:
        called.append(await circle.at_turn())
        await circle.done()
        await house.carry()
    assert called == order
    assert sorted(order) == [ANN, BEN, CAM]
    assert await circle.now() is None
    assert await seats(house) == 0
    assert len(house.of(ROUND)) == len(house.of(PANEL)) == 1
    assert len(house.of(CALL)) == len(house.of(CALL_GONE)) == 3
    with pytest.raises(NotFound, match="round_over"):
        await circle.speak(ANN)
    await circle.begin()
    again = await circle.now()
    assert again is not None and again.number == 2


async def test_speak_tells_each_what_they_may_expect(house: House) -> None:
    circle = await convene(house, ANN, BEN, CAM)
    first, second, third = await circle.order()
    assert await circle.speak(third) == (Heard.WAITING, 2)
    assert await circle.speak(second) == (Heard.WAITING, 1)
    assert await circle.speak(first) == (Heard.AT_TURN, 0)
    assert await circle.at_turn() == first
    await circle.done()
    assert (await circle.speak(first))[0] is Heard.HAD
    await house.join(DEE)
    assert await circle.speak(DEE) == (Heard.WAITING, 2), "who was not in it joins at the end"
    assert (await circle.order())[-1] == DEE


async def test_who_passed_is_not_called_and_can_come_back_at_the_end(house: House) -> None:
    circle = await convene(house, ANN, BEN, CAM)
    first, second, third = await circle.order()
    assert not await circle.let_pass(second)
    assert await circle.let_pass(first), "at their turn it moves on"
    assert await circle.at_turn() == third
    assert await circle.speak(first) == (Heard.WAITING, 1)
    assert await circle.speak(second) == (Heard.WAITING, 2)
    assert not await circle.let_pass(second)
    await circle.done()
    assert await circle.at_turn() == first
    await circle.done()
    assert await circle.now() is None


async def test_who_comes_later_is_called_last_unless_they_have_passed(house: House) -> None:
    circle = await convene(house, ANN)
    for user_id in (BEN, CAM):
        await house.join(user_id)
    await circle.let_pass(CAM)
    await circle.come(BEN, CAM)
    await circle.done()
    assert await circle.at_turn() == BEN
    await circle.done()
    assert await circle.now() is None


async def test_who_is_silent_gets_one_more_turn_and_who_has_spoken_has_been_heard(house: House) -> None:
    circle = await convene(house, ANN, BEN)
    silent, speaking = await circle.order()
    assert await circle.move_on()
    await circle.speak(speaking)
    assert await circle.move_on()
    assert await circle.at_turn() == silent
    assert await circle.move_on()
    assert await circle.now() is None


async def test_two_who_press_at_once_move_it_on_once(house: House) -> None:
    circle = await convene(house, ANN, BEN, CAM)
    first, second, _ = await circle.order()
    press = circle.press(first)
    await asyncio.gather(
        circle.rounds.done(press, 1), circle.move_on(1), circle.rounds.done(press, 1), circle.rounds.let_pass(press)
    )
    assert await circle.at_turn() == second
    assert not await circle.move_on(1)
    assert sum(await asyncio.gather(*(circle.move_on(2) for _ in range(5)))) == 1
    now = await circle.now()
    assert now is not None and now.turn == 3


async def test_two_who_begin_at_once_begin_one_round(house: House) -> None:
    circle = await gather(house, ANN, BEN)
    assert sorted(await asyncio.gather(circle.begin(), circle.begin())) == [False, True]


async def test_the_time_of_a_turn_is_told_once_to_the_speaker_and_to_the_panel_and_cuts_nobody_off(
    house: House,
) -> None:
    circle = await convene(house, ANN, BEN, seconds=90)
    first, second = await circle.order()
    await house.carry()
    began, shown = house.clock.now, len(house.of(PANEL_SHOWN))
    await house.until(began + timedelta(seconds=89))
    assert await words(house, first) == []
    house.start()
    await house.until(began + timedelta(minutes=5))
    (word,) = await words(house, first)
    assert word.purpose is None, "never a direct message"
    assert len(house.of(PANEL_SHOWN)) == shown + 1
    assert await circle.at_turn() == first
    await circle.done()
    assert await words(house, second) == []
    await house.until(house.clock.now + timedelta(seconds=91))
    assert len(await words(house, second)) == 1


async def test_another_process_goes_on_at_the_same_turn(house: House) -> None:
    circle = await convene(house, ANN, BEN, CAM)
    order = await circle.order()
    await circle.done()
    house.start()
    assert await circle.order() == order
    assert await circle.at_turn() == order[1]
    await house.until(house.clock.now + A_TURN)
    assert len(await words(house, order[1])) == 1
    await circle.done()
    assert await circle.at_turn() == order[2]


async def test_a_pause_keeps_the_turn_and_its_time_and_is_announced_once(house: House) -> None:
    circle = await convene(house, ANN, BEN)
    first, _ = await circle.order()
    await house.carry()
    house.clock.step(seconds=80)
    await asyncio.gather(circle.pause(), circle.pause())
    await house.carry()
    assert len(house.of("meetings.round_breather")) == 1
    assert len(house.of(CALL_GONE)) == 1
    house.start()
    await house.until(house.clock.now + timedelta(minutes=10))
    assert await words(house, first) == []
    await circle.go_on()
    await circle.go_on()
    await house.carry()
    assert len(house.of(CALL)) == 2, "who is at turn is called once more"
    assert await circle.at_turn() == first
    await house.until(house.clock.now + timedelta(seconds=39))
    assert await words(house, first) == []
    await house.until(house.clock.now + timedelta(seconds=1))
    assert len(await words(house, first)) == 1


async def test_a_crisis_can_pause_it_with_or_without_a_word(house: House) -> None:
    circle = await convene(house, ANN, BEN)
    async with house.db.begin() as tx:
        assert await circle.rounds.pause_in(tx, house.group, neutral=False)
        assert not await circle.rounds.pause_in(tx, house.group)
    await house.carry()
    now = await circle.now()
    assert now is not None and now.state is RoundState.PAUSED
    assert house.of("meetings.round_breather") == []
    await circle.done()
    following = await circle.now()
    assert following is not None and following.state is RoundState.PAUSED, "nobody is called in a pause"
    await house.carry()
    assert len(house.of(CALL)) == 1


@pytest.mark.parametrize("how", ["closed", "archived", "ended"])
async def test_what_ends_the_meeting_ends_the_round_and_nothing_of_it_is_kept(house: House, how: str) -> None:
    circle = await convene(house, ANN, BEN)
    await house.carry()
    if how == "closed":
        await circle.close()
    elif how == "archived":
        async with house.db.begin() as tx:
            for announce in house.groups.archived:
                await announce(tx, house.group)
    else:
        await circle.end()
    assert await circle.now() is None
    assert await seats(house) == 0
    shown = len(house.of(ROUND_SHOWN))
    await house.carry()
    assert len(house.of(ROUND_SHOWN)) == shown + 1
    assert len(house.of(CALL_GONE)) == 1, "nobody stays named in the room"
    async with house.db.read() as tx:
        assert await tx.scalar(sa.select(sa.func.count()).where(timers.c.kind == "meetings.turn")) == 0
    with pytest.raises(NotFound, match="round_over"):
        await circle.let_pass(BEN)


async def test_a_break_of_the_group_ends_it(house: House) -> None:
    circle = await convene(house, ANN, BEN)
    await house.groups.breaks.begin(guild_id=GUILD, group_id=house.group.id, actor_id=FACILITATOR, until=None)
    with pytest.raises(NotFound, match="round_over"):
        await circle.speak(ANN)
    assert await circle.now() is None
    assert await seats(house) == 0


async def test_who_leaves_the_group_is_not_called_and_the_turn_of_one_who_left_moves_on(house: House) -> None:
    circle = await convene(house, ANN, BEN, CAM)
    first, second, third = await circle.order()
    await house.carry()
    before = len(house.carried)
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=second)
    await house.carry()
    assert {carried.kind for carried in house.carried[before:]}.isdisjoint({ROUND_SHOWN, PANEL_SHOWN, CALL})
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=first)
    assert await circle.at_turn() == third
    now = await circle.now()
    assert now is not None and now.turns == 3, "the number does not tell that somebody left"
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=third)
    assert await circle.now() is None


async def test_a_room_that_refuses_is_told_of_once_and_the_round_can_be_ended(house: House) -> None:
    house.refusing |= {ROUND: "forbidden", CALL: "forbidden"}
    circle = await convene(house, ANN, BEN)
    await house.carry()
    await circle.done()
    await house.carry()
    assert len(house.of("groups.trouble")) == 1
    await circle.end()
    assert await circle.now() is None


async def test_a_desk_that_refuses_is_told_of_to_the_lead_and_the_panel_is_shown_privately(house: House) -> None:
    house.refusing[PANEL] = "missing"
    circle = await convene(house, ANN)
    await house.carry()
    assert len(house.of("groups.trouble")) == 1
    assert not await circle.begin(), "and the command shows the one that goes on"


async def test_a_call_that_arrives_late_is_taken_back(house: House) -> None:
    circle = await convene(house, ANN, BEN)
    errands = await house.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    late = [errand for errand in errands if errand.kind == CALL]
    for errand in (errand for errand in errands if errand.kind != CALL):
        await house.outbox.done(errand, message_id=5)
    await circle.done()
    for errand in late:
        await house.outbox.done(errand, message_id=6)
    await house.carry()
    gone = [carried.key for carried in house.of(CALL_GONE)]
    assert gone.count(f"meeting-round:{circle.round_id}:turn:1:0:gone") >= 1


async def test_a_button_of_another_groups_round_changes_nothing(house: House) -> None:
    circle = await convene(house, ANN, BEN)
    first = await circle.at_turn()
    press = circle.press(ANN)
    for other in (
        press.__class__(guild_id=GUILD, group_id=1, round_id=press.round_id, user_id=ANN),
        press.__class__(guild_id=1, group_id=press.group_id, round_id=press.round_id, user_id=ANN),
    ):
        with pytest.raises(NotFound, match="round_over"):
            await circle.rounds.move_on(other, 1)
        with pytest.raises(NotFound, match="round_over"):
            await circle.rounds.end(other)
    assert await circle.at_turn() == first


async def test_who_began_and_who_ended_it_is_recorded_and_nothing_of_what_people_did(house: House) -> None:
    circle = await convene(house, ANN, BEN, EVE)
    async with house.db.read() as tx:
        before = await tx.scalar(sa.select(sa.func.count()).select_from(audit))
    await circle.let_pass((await circle.order())[1])
    await circle.done()
    await circle.move_on()
    async with house.db.read() as tx:
        assert await tx.scalar(sa.select(sa.func.count()).select_from(audit)) == before
    await circle.end()
    async with house.db.read() as tx:
        actions = [row["action"] for row in await tx.all(sa.select(audit.c.action))]
    assert actions[-1] == "meetings.round_ended"
    assert actions.count("meetings.round_begun") == 1
