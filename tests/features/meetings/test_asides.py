"""Stepping out of a meeting: one card, what it says, and that it does not stay."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from bot.features.meetings import Occasion
from bot.features.meetings.running import AsideState, store
from bot.features.privacy.store import delete_ended
from bot.inbox.store import inbox
from bot.outbox import Lane
from tests.features.meetings.house import GUILD, House

ANN = 911


class Evening:
    """A meeting that is open, with Ann in it."""

    def __init__(self, house: House, occasion: Occasion) -> None:
        self.house = house
        self.asides = house.meetings.running.asides
        self.ann: dict[str, Any] = {
            "guild_id": GUILD,
            "group_id": occasion.group.id,
            "meeting_id": occasion.meeting.id,
            "day": occasion.day,
            "user_id": ANN,
        }

    @property
    def kinds(self) -> list[str]:
        return [one.kind.removeprefix("meetings.") for one in self.house.carried if "aside" in one.kind]

    async def states(self) -> list[str]:
        async with self.house.db.read() as tx:
            return [row["state"] for row in await tx.all(sa.select(store.asides).order_by(store.asides.c.id))]


@pytest.fixture
async def evening(house: House) -> Evening:
    await house.join(ANN)
    occasion = await house.tonight()
    await house.open()
    await house.carry()
    return Evening(house, occasion)


async def test_there_is_one_card_until_they_are_back_and_one_more_when_they_step_out_again(evening: Evening) -> None:
    for _ in range(3):
        assert await evening.asides.step_out(**evening.ann)
    await evening.house.carry()
    assert evening.kinds == ["aside"]
    assert await evening.asides.ask_alone(**evening.ann)
    await evening.house.carry()
    assert await evening.asides.come_back(**evening.ann)
    await evening.house.carry()
    assert evening.kinds == ["aside", "aside_changed", "aside_changed"]
    assert not await evening.asides.ask_alone(**evening.ann)
    assert not await evening.asides.come_back(**evening.ann)
    assert await evening.asides.step_out(**evening.ann)
    await evening.house.carry()
    assert evening.kinds.count("aside") == 2
    assert sorted(await evening.states()) == [AsideState.BACK, AsideState.OUT]


async def test_what_they_say_before_the_card_is_there_comes_onto_it(evening: Evening) -> None:
    await evening.asides.step_out(**evening.ann)
    (errand,) = await evening.house.outbox.claim(busy=(), worst=Lane.BULK, limit=1)
    await evening.asides.ask_alone(**evening.ann)
    await evening.house.outbox.done(errand, message_id=77, channel_id=errand.channel_id)
    await evening.house.carry()
    assert "aside_changed" in evening.kinds
    found = await evening.asides.get(GUILD, int(str(errand.params["aside"])))
    assert found is not None and found[1] == (errand.channel_id, 77)


async def test_a_card_on_its_way_when_the_meeting_is_closed_does_not_stay(evening: Evening) -> None:
    await evening.asides.step_out(**evening.ann)
    (errand,) = await evening.house.outbox.claim(busy=(), worst=Lane.BULK, limit=1)
    await evening.house.close()
    evening.house.start()
    await evening.house.outbox.done(errand, message_id=77, channel_id=errand.channel_id)
    await evening.house.carry()
    assert evening.kinds == ["aside_gone"]
    assert await evening.states() == []


async def test_who_leaves_the_group_takes_the_card_with_them(evening: Evening) -> None:
    await evening.asides.step_out(**evening.ann)
    await evening.house.carry()
    await evening.house.groups.leave(guild_id=GUILD, group_id=evening.house.group.id, user_id=ANN)
    await evening.house.carry()
    assert evening.kinds == ["aside", "aside_gone"]
    assert await evening.states() == []


async def test_if_the_desk_cannot_be_written_to_the_lead_knows_and_so_do_they(evening: Evening) -> None:
    evening.house.refusing["meetings.aside"] = "forbidden"
    await evening.asides.step_out(**evening.ann)
    await evening.house.carry()
    assert len(evening.house.of("groups.trouble")) == 1
    async with evening.house.db.read() as tx:
        (row,) = await tx.all(sa.select(inbox).where(inbox.c.kind == "meetings.aside_unseen"))
        assert tx.vault.open_id(row["user"], GUILD) == ANN


async def test_a_press_that_names_another_group_than_the_meetings_comes_to_nothing(evening: Evening) -> None:
    house, other = evening.house, evening.house.group
    forged = {**evening.ann, "group_id": (await house.found("Morning")).id}
    assert forged["group_id"] != other.id
    assert not await house.meetings.running.arrive(**forged)
    assert not await evening.asides.step_out(**forged)
    assert await evening.states() == []
    assert await evening.asides.step_out(**evening.ann)
    assert not await evening.asides.ask_alone(**forged)
    assert not await evening.asides.come_back(**forged)


async def test_what_says_where_the_card_stands_is_not_gone_before_the_meeting_is_closed(evening: Evening) -> None:
    await evening.asides.step_out(**evening.ann)
    await evening.house.carry()
    # the bot was away when it ought to have been closed, and the day's clearing up comes before that
    evening.house.clock.step(hours=5)
    async with evening.house.db.begin() as tx:
        await delete_ended(tx, {}, evening.house.clock(), limit=100)
    await evening.house.due()
    assert evening.kinds == ["aside", "aside_gone"]


async def test_where_no_meeting_is_open_nothing_is_shown_to_anybody(evening: Evening) -> None:
    await evening.house.close()
    assert not await evening.asides.step_out(**evening.ann)
    assert not await evening.asides.ask_alone(**evening.ann)
    await evening.house.carry()
    assert evening.kinds == []
