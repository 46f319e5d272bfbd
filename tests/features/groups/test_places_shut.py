"""Places in a group that is full, on a break, outside its window or at its end, and what a long time comes to."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.core.errors import UserError
from bot.features.groups import GroupState, Mode
from bot.features.groups.places.store import groups_places
from tests.features.groups.line import (
    ANN,
    ZOE,
    change,
    expected,
    full,
    give_up,
    move,
    offered,
    plan_of,
    refused_take,
)
from tests.features.groups.village import CLEO, FAY, GUILD, MO, RULES, Village


async def test_waiting_ends_after_sixty_days_and_so_does_an_offer_within_them(village: Village) -> None:
    group = await full(village, CLEO, MO)
    await village.pass_time(days=59)
    await village.leave(group, ANN)
    place = await expected(village, group, CLEO)
    assert place is not None
    assert place.offer_ends_at == place.since + RULES.request_lasts
    await village.pass_time(days=1)
    assert await village.kinds_told(CLEO) == ["groups.offered", "groups.offer_over"]
    assert await village.kinds_told(MO) == ["groups.waiting_over"]
    async with village.db.read() as tx:
        assert await tx.all(sa.select(groups_places)) == []


async def test_a_group_on_a_break_offers_nothing_and_takes_up_where_it_was(village: Village) -> None:
    group = await full(village, CLEO, MO)
    await village.leave(group, ANN)
    await move(village, group, GroupState.OPEN, GroupState.PAUSED)
    assert await refused_take(village, group, CLEO) == "groups.paused"
    await village.pass_time(days=3)
    assert not await offered(village, group, CLEO)
    assert not await offered(village, group, MO)
    assert await village.kinds_told(CLEO) == ["groups.waiting", "groups.offered", "groups.waiting"]
    await move(village, group, GroupState.PAUSED, GroupState.OPEN)
    await change(village, group, capacity=1)
    assert await offered(village, group, CLEO)
    assert not await offered(village, group, MO)


async def test_who_is_to_have_a_place_later_is_offered_one_that_is_free_at_once(village: Village) -> None:
    group = await village.found(plan_of(capacity=1))
    requests = [await village.ask(group, person) for person in (CLEO, MO)]
    done = [
        await village.requests.put_off(guild_id=GUILD, group_id=group.id, request_id=request, actor_id=FAY)
        for request in requests
    ]
    assert [(one.offered, one.waiting) for one in done] == [(True, 0), (False, 1)]
    assert await village.kinds_told(CLEO) == ["groups.offered"], "they wait for nothing"
    assert await village.kinds_told(MO) == ["groups.waiting"]
    await village.take(group, CLEO)
    assert await village.may_enter(group, CLEO)


async def test_on_a_break_or_outside_the_window_later_means_later(village: Village) -> None:
    group = await village.found()
    requests = [await village.ask(group, person) for person in (CLEO, MO)]
    await move(village, group, GroupState.OPEN, GroupState.PAUSED)
    assert not (
        await village.requests.put_off(guild_id=GUILD, group_id=group.id, request_id=requests[0], actor_id=FAY)
    ).offered
    await move(village, group, GroupState.PAUSED, GroupState.OPEN)
    today = village.clock().date()
    window = {"joins_from": today + timedelta(days=3), "joins_until": today + timedelta(days=9)}
    await change(village, group, mode=Mode.WINDOWS, **window)
    assert not (
        await village.requests.put_off(guild_id=GUILD, group_id=group.id, request_id=requests[1], actor_id=FAY)
    ).offered
    await village.pass_time(days=3)
    assert [await offered(village, group, person) for person in (CLEO, MO)] == [True, True]


async def test_a_place_is_kept_no_longer_than_the_window_lasts_and_then_they_wait_on(village: Village) -> None:
    group = await full(village, CLEO)
    await village.leave(group, ANN)
    await village.take(group, CLEO)
    await village.put_off(group, MO)
    today = village.clock().date()
    await change(village, group, mode=Mode.WINDOWS, joins_from=today, joins_until=today, capacity=2)
    place = await expected(village, group, MO)
    assert place is not None
    assert place.offer_ends_at is not None
    assert place.offer_ends_at.isoformat() == "2026-11-22T23:00:00+00:00", "midnight in Berlin"
    await village.pass_time(hours=12)
    assert await village.kinds_told(MO) == ["groups.waiting", "groups.offered", "groups.waiting"]
    assert await refused_take(village, group, MO) == "groups.not_kept"
    await change(village, group, mode=Mode.OPEN, joins_from=None, joins_until=None)
    assert await offered(village, group, MO)


async def test_an_old_button_costs_nobody_their_place(village: Village) -> None:
    group = await full(village, CLEO)
    for pressed, key in ((True, "groups.already_waiting"), (False, "groups.already_kept")):
        with pytest.raises(UserError) as refused:
            await give_up(village, group, CLEO, offered=pressed)
        assert refused.value.key == key
        await village.leave(group, ANN) if pressed else None
    assert await offered(village, group, CLEO)


async def test_what_is_deleted_for_its_age_is_told_of_before_though_the_timer_is_late(village: Village) -> None:
    group = await full(village, CLEO, MO)
    await village.pass_time(days=59)
    await village.leave(group, ANN)
    village.clock.step(days=1)
    async with village.db.begin() as tx:
        assert not await village.groups.places.end_old(tx)
        assert await tx.all(sa.select(groups_places)) == []
    await village.pass_time(minutes=1)
    assert await village.kinds_told(CLEO) == ["groups.offered", "groups.offer_over"]
    assert await village.kinds_told(MO) == ["groups.waiting_over"]


async def test_who_is_offered_a_place_has_time_again_once_the_bot_is_back(village: Village) -> None:
    group = await full(village, CLEO, MO)
    await village.leave(group, ANN)
    village.clock.step(hours=47)
    await village.setup.presence.removed(GUILD)
    await village.pass_time(days=3)
    await village.setup.presence.back(GUILD)
    await village.pass_time(hours=47)
    assert not await offered(village, group, MO)
    await village.take(group, CLEO)
    assert await village.may_enter(group, CLEO)


async def test_who_asked_sees_it_though_the_group_takes_nobody_new_now(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO)
    await village.visit(group, MO)
    await change(village, group, mode=Mode.CLOSED)
    for person, asked, visiting in ((CLEO, True, False), (MO, False, True)):
        (listing,) = await village.requests.listings(guild_id=GUILD, user_id=person)
        assert (listing.asked, listing.visiting) == (asked, visiting)
    assert await village.requests.listings(guild_id=GUILD, user_id=ZOE) == []
    with pytest.raises(UserError) as refused:
        await village.welcome(group, request)
    assert refused.value.key == "groups.closed_for_facilitator"
    assert (await village.requests.crowd(guild_id=GUILD, group_id=group.id)).closed
    await village.requests.welcome(guild_id=GUILD, group_id=group.id, request_id=request, actor_id=FAY, anyway=True)


async def test_a_place_that_is_free_outside_the_window_is_offered_on_the_windows_first_day(village: Village) -> None:
    group = await full(village, CLEO)
    window = {"mode": Mode.WINDOWS, "joins_from": village.clock().date() + timedelta(days=10)}
    await change(village, group, **window, joins_until=village.clock().date() + timedelta(days=12))
    await village.leave(group, ANN)
    assert not await offered(village, group, CLEO)
    await village.pass_time(days=9, hours=10, minutes=50)
    assert not await offered(village, group, CLEO)
    await village.pass_time(minutes=20)  # past midnight in Berlin
    assert await offered(village, group, CLEO)
    await village.pass_time(days=1)
    await village.take(group, CLEO)


async def test_the_list_and_the_requests_of_an_archived_group_are_closed_kindly(village: Village) -> None:
    group = await full(village, CLEO)
    await village.ask(group, MO)
    await move(village, group, GroupState.OPEN, GroupState.ARCHIVED)
    async with village.db.begin() as tx:
        for announce in village.groups.archived:
            await announce(tx, group)
    assert [errand.kind for errand in await village.carry()] == ["groups.answered_card"]
    assert (await village.kinds_told(CLEO))[-1] == (await village.kinds_told(MO))[-1] == "groups.asking_over"
    await village.leave(group, ANN)
    await village.pass_time(days=59)
    assert (await village.kinds_told(MO)) == ["groups.asking_over"]
    async with village.db.read() as tx:
        assert await tx.all(sa.select(groups_places)) == []
