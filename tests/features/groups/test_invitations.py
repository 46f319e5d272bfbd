"""Who can be invited into a group, and the place that is kept for them."""

from __future__ import annotations

import asyncio

from bot.core.errors import UserError
from bot.features.groups import GroupState, Mode
from tests.features.groups.line import (
    ANN,
    ZOE,
    full,
    invite,
    move,
    offered,
    plan_of,
    refused_invitation,
)
from tests.features.groups.village import CLEO, FAY, GIL, GUILD, MO, RULES, Village


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


async def test_an_invitation_outlasts_a_break(village: Village) -> None:
    group = await village.found()
    await invite(village, group, CLEO)
    await move(village, group, GroupState.OPEN, GroupState.PAUSED)
    for _ in range(5):
        await village.pass_time(days=4)
    await move(village, group, GroupState.PAUSED, GroupState.OPEN)
    await village.take(group, CLEO)
    assert await village.may_enter(group, CLEO)


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
