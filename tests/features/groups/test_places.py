"""Who waits for a place, to whom one is offered and in what order, and what two at once or a long time come to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.core.errors import NotFound, UserError
from bot.features.groups import Group, GroupState, Mode, Role
from bot.features.groups.model import Candidate, Plan
from bot.features.groups.places.model import Expected
from bot.features.groups.places.store import groups_places
from bot.features.groups.store import groups, groups_requests, set_state
from bot.features.privacy.model import Person
from bot.features.privacy.store import erase
from tests.features.groups.village import CLEO, FAY, GIL, GUILD, LEAD, MO, RULES, Village

ZOE, ANN = 950, 951
OFFER = RULES.offer_lasts


def plan_of(**options: object) -> Plan:
    return Plan(name="Evening", facilitators=(Candidate(user_id=FAY), Candidate(user_id=GIL)), **options)  # pyright: ignore[reportArgumentType]


async def full(village: Village, *waiting: int, **options: object) -> Group:
    """A group with the lead's neighbour as its one member, and a line of people who wait."""
    group = await village.found(plan_of(capacity=1, **options))
    await village.join(group, ANN)
    for user_id in waiting:
        await village.put_off(group, user_id)
        village.clock.step(minutes=1)
    return group


async def expected(village: Village, group: Group, user_id: int) -> Expected | None:
    async with village.db.read() as tx:
        return await village.groups.places.expected(tx, GUILD, group.id, user_id)


async def offered(village: Village, group: Group, user_id: int) -> bool:
    place = await expected(village, group, user_id)
    return place is not None and place.offered


async def give_up(village: Village, group: Group, user_id: int) -> None:
    await village.groups.places.give_up(guild_id=GUILD, group_id=group.id, user_id=user_id)
    await village.carry()


async def refused_take(village: Village, group: Group, user_id: int) -> str:
    with pytest.raises(UserError) as refused:
        await village.take(group, user_id)
    return refused.value.key


async def move(village: Village, group: Group, before: GroupState, after: GroupState) -> None:
    async with village.db.begin() as tx:
        await set_state(tx, group.id, before=before, after=after)


async def change(village: Village, group: Group, **values: object) -> None:
    async with village.db.begin() as tx:
        await tx.execute(sa.update(groups).where(groups.c.id == group.id).values(values))
        for announce in village.groups.changed:
            await announce(tx, replace(group, **values))


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
        village.groups.places.give_up(guild_id=GUILD, group_id=group.id, user_id=CLEO),
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
    await give_up(village, group, CLEO)
    assert await expected(village, group, CLEO) is None
    with pytest.raises(NotFound):
        await give_up(village, group, CLEO)
    await village.leave(group, ANN)
    assert await village.kinds_told(CLEO) == ["groups.waiting"]


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
    await move(village, group, GroupState.PAUSED, GroupState.OPEN)
    await change(village, group, capacity=1)
    assert await offered(village, group, CLEO)
    assert not await offered(village, group, MO)


async def test_more_places_are_offered_when_the_group_is_let_grow(village: Village) -> None:
    group = await full(village, CLEO, MO, ZOE)
    await change(village, group, capacity=3)
    assert [await offered(village, group, person) for person in (CLEO, MO, ZOE)] == [True, True, False]


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


# invitations


async def invite(village: Village, group: Group, user_id: int, *, bot: bool = False, by: int = FAY) -> int:
    crowd = await village.groups.invitations.invite(
        guild_id=GUILD, group_id=group.id, actor_id=by, person=Candidate(user_id=user_id, bot=bot)
    )
    await village.carry()
    return crowd.taken


async def refused_invitation(village: Village, group: Group, user_id: int, *, bot: bool = False) -> str:
    with pytest.raises(UserError) as refused:
        await invite(village, group, user_id, bot=bot)
    return refused.value.key


async def test_somebody_invited_comes_into_a_group_that_is_closed_to_others(village: Village) -> None:
    group = await village.found(plan_of(mode=Mode.CLOSED, joins_until="24 November"))
    village.clock.step(days=10)
    assert await village.requests.listings(guild_id=GUILD, user_id=CLEO) == []
    await invite(village, group, CLEO)
    (word,) = await village.told(CLEO)
    assert (word.kind, word.purpose) == ("groups.invited", None)
    (listing,) = await village.requests.listings(guild_id=GUILD, user_id=CLEO)
    assert listing.expected is not None
    assert listing.expected.invited
    await village.take(group, CLEO)
    assert await village.may_enter(group, CLEO)


async def test_an_invitation_that_is_not_taken_ends_after_two_weeks(village: Village) -> None:
    group = await village.found()
    await invite(village, group, CLEO)
    await village.pass_time(days=13.9)
    assert await offered(village, group, CLEO)
    await village.pass_time(days=0.2)
    assert await village.kinds_told(CLEO) == ["groups.invited", "groups.offer_over"]


async def test_who_cannot_be_invited_is_said_clearly(village: Village) -> None:
    group = await full(village, CLEO)
    await village.ask(group, MO)
    assert await refused_invitation(village, group, ANN) == "groups.invite_inside"
    assert await refused_invitation(village, group, GIL) == "groups.invite_inside"
    assert await refused_invitation(village, group, FAY) == "groups.invite_self"
    assert await refused_invitation(village, group, 77, bot=True) == "groups.invite_bot"
    assert await refused_invitation(village, group, MO) == "groups.invite_asked"
    await invite(village, group, ZOE)
    assert await refused_invitation(village, group, ZOE) == "groups.invite_again"


async def test_who_waits_is_offered_a_place_out_of_their_order(village: Village) -> None:
    group = await full(village, CLEO, MO)
    assert await invite(village, group, MO) == 2
    assert await village.kinds_told(MO) == ["groups.waiting", "groups.offered"]
    assert not await offered(village, group, CLEO)
    await village.take(group, MO)
    await village.leave(group, ANN)
    assert not await offered(village, group, CLEO), "the group is as full as it was"


async def test_invitations_end_at_the_most_that_any_group_may_have(village: Village) -> None:
    group = await village.found(plan_of(capacity=RULES.hard_capacity))
    people = range(3000, 3000 + RULES.hard_capacity)
    outcomes = await asyncio.gather(
        *(invite(village, group, person) for person in (*people, CLEO)), return_exceptions=True
    )
    assert [error.key for error in outcomes if isinstance(error, UserError)] == ["groups.invite_packed"]


async def test_two_facilitators_who_invite_one_person_keep_one_place(village: Village) -> None:
    group = await village.found()
    outcomes = await asyncio.gather(
        invite(village, group, CLEO, by=FAY), invite(village, group, CLEO, by=GIL), return_exceptions=True
    )
    assert [error.key for error in outcomes if isinstance(error, UserError)] == ["groups.invite_again"]
    assert await village.kinds_told(CLEO) == ["groups.invited"]
