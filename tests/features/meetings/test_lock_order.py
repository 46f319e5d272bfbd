"""Whoever needs a group and a meeting takes the group first, so that no two wait for each other."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest

from bot.core.calendar import Repeat
from bot.features.groups import GroupState
from bot.features.groups.store import set_state
from bot.features.meetings import MeetingState
from bot.features.meetings import store as meetings_store
from bot.storage import Tx
from tests.features.meetings.house import GUILD, House

HOUR = timedelta(hours=1)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Of each transaction what it locked, in its order; a second time counts for nothing."""
    locked: defaultdict[Tx, list[str]] = defaultdict(list)
    orders: list[tuple[str, ...]] = []
    lock = Tx.lock

    async def noted(tx: Tx, *what: object) -> None:
        name = ":".join(map(str, what))
        if name not in locked[tx]:
            locked[tx].append(name)
            orders.append(tuple(one.partition(":")[0] for one in locked[tx]))
        await lock(tx, *what)

    monkeypatch.setattr(Tx, "lock", noted)
    return orders


async def test_the_group_comes_before_its_meeting_and_a_round_last(house: House, taken: list[tuple[str, ...]]) -> None:
    """Opened and closed by people, by itself an hour after its end, by a break, and by itself at the end of all."""
    occasion = await house.tonight(repeat=Repeat.DAILY, times=3)
    await house.open()
    await house.close()
    for days in (1, 2):
        await house.until(occasion.starts_at + days * 24 * HOUR)
        await house.open()
        await house.until(house.clock() + 4 * HOUR)
    assert ("group", "meeting") in taken
    ranks = ["group", "meeting", "round"]
    order = [[ranks.index(one) for one in locks if one in ranks] for locks in taken]
    assert all(ranked == sorted(ranked) for ranked in order), sorted(set(taken))


async def test_what_became_of_a_meeting_while_it_was_waited_for_counts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its group's people cancel it at the very instant at which a reminder is due."""
    occasion = await house.schedule(starts="tue 19:00")
    lock = Tx.lock

    async def waited(tx: Tx, *what: object) -> None:
        await lock(tx, *what)
        if what == ("meeting", occasion.meeting.id):
            planned, cancelled = MeetingState.PLANNED, MeetingState.CANCELLED
            await meetings_store.move(tx, GUILD, occasion.meeting.id, before=planned, after=cancelled)

    monkeypatch.setattr(Tx, "lock", waited)
    await house.until(occasion.starts_at)
    assert house.reminded == []


async def test_a_break_that_began_while_a_meeting_was_waited_for_counts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    occasion = await house.schedule(starts="tue 19:00")
    lock = Tx.lock

    async def waited(tx: Tx, *what: object) -> None:
        await lock(tx, *what)
        if what == ("group", house.group.id):
            opened, paused = GroupState.OPEN, GroupState.PAUSED
            await set_state(tx, house.group.id, before=opened, after=paused)

    monkeypatch.setattr(Tx, "lock", waited)
    await house.until(occasion.starts_at)
    assert house.reminded == []
