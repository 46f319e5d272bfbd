"""Who waits for a place, to whom one is offered and in what order, and what two at once come to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.core.errors import NotFound, UserError
from bot.features.groups import Group, Role
from bot.features.groups.handover.model import Handing
from bot.features.groups.model import Candidate
from bot.features.groups.places.store import groups_places
from bot.features.groups.store import groups_requests
from bot.features.privacy.model import Person
from bot.features.privacy.store import erase
from tests.features.groups.line import (
    ANN,
    ZOE,
    change,
    expected,
    full,
    give_up,
    invite,
    offered,
    plan_of,
    refused_take,
)
from tests.features.groups.village import CLEO, FAY, GIL, GUILD, LEAD, MO, RULES, Village


async def test_who_waits_is_told_so_and_what_they_wrote_is_gone(village: Village) -> None:
    group = await full(village, CLEO)
    assert await village.kinds_told(CLEO) == ["groups.waiting"]
    async with village.db.read() as tx:
        row = await tx.first(sa.select(groups_places))
        assert row is not None
        assert (row["offered_at"], row["offer_ends_at"], row["visit"], row["invited"]) == (None, None, False, False)
        assert CLEO not in row.values()
        notes = [
            tx.vault.open(row["note"], "groups_requests", row["id"]) for row in await tx.all(sa.select(groups_requests))
        ]
    assert set(notes) == {""}
    with pytest.raises(UserError) as refused:
        await village.ask(group, CLEO)
    assert refused.value.key == "groups.already_waiting"
    (listing,) = await village.requests.listings(guild_id=GUILD, user_id=CLEO)
    assert listing.expected is not None
    assert not listing.asked


async def test_places_go_to_those_who_wait_in_their_order_and_each_is_told_alone(village: Village) -> None:
    group = await full(village, CLEO, MO, ZOE)
    await village.leave(group, ANN)
    assert [await offered(village, group, person) for person in (CLEO, MO, ZOE)] == [True, False, False]
    assert await village.kinds_told(MO) == ["groups.waiting"]
    await give_up(village, group, CLEO)
    assert [await offered(village, group, person) for person in (MO, ZOE)] == [True, False]
    await village.take(group, MO)
    assert await village.may_enter(group, MO)
    assert not await offered(village, group, ZOE)
    assert await village.told(FAY) == await village.told(LEAD) == []


async def test_a_place_nobody_takes_goes_on_to_the_next_with_a_kind_word(village: Village) -> None:
    group = await full(village, CLEO, MO)
    await village.leave(group, ANN)
    await village.pass_time(hours=47, minutes=59)
    assert await offered(village, group, CLEO)
    village.start()
    await village.pass_time(minutes=1)
    assert await village.kinds_told(CLEO) == ["groups.waiting", "groups.offered", "groups.offer_over"]
    assert await expected(village, group, CLEO) is None
    assert await offered(village, group, MO)
    assert await refused_take(village, group, CLEO) == "groups.not_kept"
    assert await village.ask(group, CLEO), "they may ask again"
    await village.take(group, MO)
    await village.pass_time(days=40)
    assert await village.kinds_told(MO) == ["groups.waiting", "groups.offered", "groups.welcomed"]


async def test_a_place_that_is_kept_counts_as_taken(village: Village) -> None:
    group = await full(village, CLEO)
    request = await village.ask(group, MO)
    await village.leave(group, ANN)
    with pytest.raises(UserError) as refused:
        await village.welcome(group, request)
    assert refused.value.key == "groups.full_for_facilitator"
    assert refused.value.values == {"taken": 1, "capacity": 1}
    assert (await village.requests.crowd(guild_id=GUILD, group_id=group.id)).taken == 1


async def test_two_facilitators_who_let_two_in_at_once_are_warned_about_the_second(village: Village) -> None:
    group = await village.found(plan_of(capacity=2))
    await village.join(group, ANN)
    first, second = await village.ask(group, CLEO), await village.ask(group, MO)
    outcomes = await asyncio.gather(
        village.welcome(group, first, by=FAY), village.welcome(group, second, by=GIL), return_exceptions=True
    )
    assert [error.key for error in outcomes if isinstance(error, UserError)] == ["groups.full_for_facilitator"]


async def test_above_the_most_nobody_is_let_in_however_it_is_meant(village: Village) -> None:
    group = await village.found(plan_of(capacity=RULES.hard_capacity))
    for person in range(2000, 2000 + RULES.hard_capacity - 1):
        await village.join(group, person)
    requests = [await village.ask(group, person) for person in (CLEO, MO)]
    outcomes = await asyncio.gather(
        *(
            village.requests.welcome(guild_id=GUILD, group_id=group.id, request_id=request, actor_id=FAY, anyway=True)
            for request in requests
        ),
        return_exceptions=True,
    )
    assert [error.key for error in outcomes if isinstance(error, UserError)] == ["groups.packed_for_facilitator"]


async def test_ten_presses_of_the_last_button_let_in_once(village: Village) -> None:
    group = await full(village, CLEO)
    await village.leave(group, ANN)
    asking = village.asking(group, CLEO)
    outcomes = await asyncio.gather(
        *(village.groups.places.take(guild_id=GUILD, asking=asking) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Group) for outcome in outcomes) == 1
    assert {error.key for error in outcomes if isinstance(error, UserError)} == {"groups.already_in"}


async def test_taking_and_saying_no_at_once_leave_one_of_them(village: Village) -> None:
    group = await full(village, CLEO, MO)
    await village.leave(group, ANN)
    await asyncio.gather(
        village.groups.places.take(guild_id=GUILD, asking=village.asking(group, CLEO)),
        village.groups.places.give_up(guild_id=GUILD, group_id=group.id, user_id=CLEO, offered=True),
        return_exceptions=True,
    )
    await village.carry()
    assert await village.may_enter(group, CLEO) != await offered(village, group, MO)


async def test_a_place_is_taken_with_what_is_agreed_to_then(village: Village) -> None:
    group = await full(village, CLEO)
    await village.leave(group, ANN)
    later = village.clock() + timedelta(hours=3)
    village.clock.step(hours=3)
    asking = replace(village.asking(group, CLEO), consent_version="c2", agreement_version="v2")
    await village.groups.places.take(guild_id=GUILD, asking=asking)
    async with village.db.read() as tx:
        member = await village.groups.member(tx, GUILD, group.id, CLEO)
    assert member is not None
    assert (member.role, member.consent_version, member.agreement_version) == (Role.MEMBER, "c2", "v2")
    assert member.agreed_at == later


async def test_who_wanted_to_visit_takes_the_place_as_a_visitor(village: Village) -> None:
    group = await full(village)
    await village.put_off(group, CLEO, visit=True)
    await village.leave(group, ANN)
    await village.take(group, CLEO)
    async with village.db.read() as tx:
        member = await village.groups.member(tx, GUILD, group.id, CLEO)
    assert member is not None
    assert member.role is Role.VISITOR
    assert member.visit_ends_at == village.clock() + RULES.visit_lasts


async def test_leaving_the_list_is_for_those_on_it(village: Village) -> None:
    group = await full(village, CLEO)
    await give_up(village, group, CLEO, offered=False)
    assert await expected(village, group, CLEO) is None
    with pytest.raises(NotFound):
        await give_up(village, group, CLEO, offered=False)
    await village.leave(group, ANN)
    assert await village.kinds_told(CLEO) == ["groups.waiting"]


@pytest.mark.parametrize("inside", [True, False])
async def test_a_place_that_a_new_facilitator_leaves_behind_goes_to_the_next(village: Village, *, inside: bool) -> None:
    group = await full(village, CLEO, MO)
    if not inside:
        await village.leave(group, ANN)
    incoming = ANN if inside else CLEO
    handing = Handing(asker_id=FAY, group_id=group.id, to=Candidate(user_id=incoming), stay=True)
    await village.groups.handovers.ask(guild_id=GUILD, handing=handing)
    (word,) = [word for word in await village.told(incoming) if word.kind == "groups.handover_asked"]
    handover_id = int(str(word.params["handover"]))
    await village.groups.handovers.confirm(guild_id=GUILD, handover_id=handover_id, user_id=incoming, duty=False)
    assert await offered(village, group, CLEO if inside else MO)


async def test_more_places_are_offered_when_the_group_is_let_grow(village: Village) -> None:
    group = await full(village, CLEO, MO, ZOE)
    await change(village, group, capacity=3)
    assert [await offered(village, group, person) for person in (CLEO, MO, ZOE)] == [True, True, False]


async def test_who_is_to_be_forgotten_waits_no_more_and_the_next_is_asked(village: Village) -> None:
    group = await full(village, CLEO, MO)
    await village.leave(group, ANN)
    assert await offered(village, group, CLEO)
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, CLEO)
    assert await offered(village, group, MO)
    async with village.db.begin() as tx:
        person = Person(guild_id=GUILD, sealed=tx.vault.seal_id(CLEO, GUILD))
        await erase(tx, person, 100)
    await village.pass_time(days=3)
    assert await village.told(CLEO) == []
    assert await refused_take(village, group, CLEO) == "groups.not_kept"


async def test_who_leaves_the_server_waits_no_more_and_the_next_is_asked(village: Village) -> None:
    group = await full(village, CLEO, MO)
    await village.leave(group, ANN)
    await invite(village, group, ZOE)
    for person in (CLEO, ZOE):
        await village.groups.gone(guild_id=GUILD, user_id=person)
        assert await expected(village, group, person) is None
    assert await offered(village, group, MO)
    assert (await village.kinds_told(CLEO))[-1] == "groups.request_ended"
    assert await village.kinds_told(ZOE) == ["groups.invited"], "they had asked for nothing"
