"""What an onlooker has: everything in the room and on the desk, when it came, and the database once it is over.

Passing at one's turn is seen as what it is in any circle: the turn was theirs, and they did not speak. It is not said,
and its post, edits and deletion are those of **I'm done**. Passing before one's turn leaves nothing at all. The desk
sees at most how many turns there are; at the end it may be fewer than people who were there, as when somebody leaves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bot.features.meetings.rounds import Heard
from bot.features.meetings.rounds import store as rounds_store
from bot.storage import metadata
from tests.features.meetings.circle import ANN, BEN, CAM, DEE, Circle, convene
from tests.features.meetings.house import GUILD, House

Act = Callable[[Circle], Awaitable[object]]
Trace = list[tuple[str, str, float]]


def trace(house: House, circle: Circle, since: float) -> Trace:
    """What was posted, edited and deleted, and how many seconds after the beginning; without the round's own number."""
    return [
        (carried.kind, carried.key.replace(str(circle.round_id), "it"), carried.at.timestamp() - since)
        for carried in house.carried
        if "round" in carried.kind
    ]


async def everything(house: House) -> dict[str, list[dict[str, Any]]]:
    async with house.db.read() as tx:
        return {table.name: [dict(row) for row in await tx.all(sa.select(table))] for table in metadata.sorted_tables}


async def act(house: House, circle: Circle, before_first: Act, *, others: int) -> Trace:
    """A round in which ``before_first`` happens during the first turn, and everybody who is called speaks."""
    since = house.clock.now.timestamp()
    await house.carry()
    house.carried[:] = [carried for carried in house.carried if carried.at.timestamp() >= since]
    house.clock.step(seconds=20)
    await before_first(circle)
    await house.carry()
    for _ in range(others):
        house.clock.step(seconds=30)
        await circle.speak((await circle.at_turn()) or 0)
        await circle.done()
        await house.carry()
    assert await circle.now() is None
    return trace(house, circle, since)


async def nothing(circle: Circle) -> None:
    pass


async def third_passes(circle: Circle) -> None:
    assert not await circle.let_pass((await circle.order())[2])


async def everybody_asks_and_one_passes(circle: Circle) -> None:
    order = await circle.order()
    assert (await circle.speak(order[3]))[0] is Heard.WAITING
    await circle.let_pass(order[2])
    assert (await circle.speak(order[3]))[0] is Heard.WAITING


async def test_passing_before_ones_turn_looks_like_not_having_been_there(house: House) -> None:
    passed = await act(house, await convene(house, ANN, BEN, CAM, DEE), third_passes, others=3)
    asked = await act(house, await convene_again(house), everybody_asks_and_one_passes, others=3)
    without = await act(house, await convene_again(house, ANN, BEN, CAM), nothing, others=3)
    assert passed == without == asked


async def convene_again(house: House, *people: int) -> Circle:
    """The same people in another group on another day, as if nothing had been."""
    house.clock.step(days=1)
    await house.found(f"Another on {house.clock():%d %B}")
    return await convene(house, *(people or (ANN, BEN, CAM, DEE)))


async def test_passing_at_ones_turn_leaves_what_speaking_leaves(house: House) -> None:
    async def passes(circle: Circle) -> None:
        assert await circle.let_pass((await circle.at_turn()) or 0)

    async def is_done(circle: Circle) -> None:
        await circle.done()

    passed = await act(house, await convene(house, ANN, BEN, CAM, DEE), passes, others=3)
    spoke = await act(house, await convene_again(house), is_done, others=3)
    assert passed == spoke


async def test_at_the_moment_of_passing_nothing_is_put_set_recorded_or_counted(house: House) -> None:
    circle = await convene(house, ANN, BEN, CAM, DEE)
    await house.carry()
    before, shown = await everything(house), await circle.now()
    await third_passes(circle)
    after, now = await everything(house), await circle.now()
    assert {name for name in after if after[name] != before[name]} == {"meetings_turns"}
    assert shown is not None and now is not None
    assert (now.turn, now.turns, now.turn_ends_at) == (shown.turn, shown.turns, shown.turn_ends_at)
    last = (await circle.order())[3]
    assert now.before(last) == shown.before(last) == 3, "what others are told counts them in as before"


async def test_the_rows_do_not_tell_by_their_order_whose_was_written_last(house: House) -> None:
    circle = await convene(house, ANN, BEN, CAM, DEE)
    await third_passes(circle)
    async with house.db.read() as tx:
        rows = await tx.all(sa.select(rounds_store.turns.c.place))
    assert [row["place"] for row in rows] == [0, 1, 2, 3]


@pytest.mark.parametrize("ahead", [third_passes, nothing])
async def test_once_it_is_over_the_database_names_nobody_and_tells_no_numbers(house: House, ahead: Act) -> None:
    circle = await convene(house, ANN, BEN, CAM, DEE)
    order = await circle.order()
    before = await everything(house)
    await act(house, circle, ahead, others=4 - (ahead is third_passes))
    after = await everything(house)
    assert after["meetings_turns"] == []
    (left,) = after["meetings_rounds"]
    assert (left["turn"], left["turns"], left["left"], left["turn_ends_at"]) == (0, 0, 0, None)
    guild_id = circle.occasion.meeting.guild_id
    sealed = {house.db.vault.seal_id(user_id, guild_id): user_id for user_id in order}

    def named(tables: dict[str, list[dict[str, Any]]]) -> Counter[tuple[str, int]]:
        cells = ((name, cell) for name, rows in tables.items() for row in rows for cell in row.values())
        return Counter((name, sealed[cell]) for name, cell in cells if isinstance(cell, bytes) and cell in sealed)

    where_named = named(after)
    assert where_named == Counter({key: n for key, n in named(before).items() if key[0] != "meetings_turns"})
    assert {name for name, _ in where_named} <= {"groups_members", "meetings_here"}


async def test_who_was_called_does_not_stay_named_in_the_room_where_discord_refused_to_take_it_down(
    house: House,
) -> None:
    circle = await convene(house, ANN, BEN)
    await house.carry()
    house.refusing |= {"meetings.round_call_gone": "forbidden", "meetings.round_shown": "forbidden"}
    await circle.end()
    await house.carry()
    async with house.db.read() as tx:
        kept = await house.groups.setbacks.of(tx, GUILD)
    assert {setback.kind for setback in kept} == {"meetings.round_call_gone", "meetings.round_shown"}
    house.refusing.clear()
    async with house.db.begin() as tx:
        for setback in kept:
            assert await house.groups.setbacks.put_again(tx, GUILD, kind=setback.kind, group_id=house.group.id)
    await house.carry()
    assert house.of("meetings.round_call_gone") and house.of("meetings.round_shown")
    async with house.db.read() as tx:
        assert await house.groups.setbacks.of(tx, GUILD) == []
