"""People who are not in the server any more, and what becomes of their places."""

from __future__ import annotations

import asyncio

from bot.features.groups import Member, Place
from bot.features.groups.model import Candidate, Plan
from bot.outbox import Lane
from bot.storage import Tx
from tests.features.groups.village import CLEO, FAY, GIL, GUILD, LEAD, MO, Village


async def gone(village: Village, user_id: int) -> None:
    await village.groups.gone(guild_id=GUILD, user_id=user_id)


async def about(village: Village) -> list[object]:
    return [post.params["about"] for post in await village.told_in_safeguarding()]


async def test_whoever_leaves_the_server_has_no_place_and_no_way_in(village: Village) -> None:
    group = await village.found()
    asked = await village.found(Plan(name="Asked", facilitators=(Candidate(user_id=FAY),)))
    member = await village.join(group, CLEO)
    request_id = await village.ask(asked, CLEO, may_message=True)
    left: list[Member] = []

    async def remember(tx: Tx, member: Member) -> None:
        left.append(member)

    village.groups.left.append(remember)
    village.carried.clear()
    await gone(village, CLEO)
    await village.carry()
    closed = [errand for errand in village.carried if errand.kind == "groups.access"]
    assert [(errand.lane, errand.params["user"]) for errand in closed] == [(Lane.URGENT, CLEO)]
    assert [one.id for one in left] == [member.id]
    assert not await village.may_enter(group, CLEO)
    found = await village.requests.card(GUILD, request_id)
    assert found is not None
    assert found[0].state == "withdrawn"
    assert "groups.answered_card" in village.kinds(), "the desk's card waits for nobody"
    assert await about(village) == [], "nobody is told that a member has left"
    words = (await village.told(CLEO))[-2:]
    assert [(word.kind, word.purpose) for word in words] == [
        ("groups.place_ended", None),
        ("groups.request_ended", None),
    ]


async def test_to_say_it_again_changes_and_tells_nothing(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    await gone(village, FAY)
    await gone(village, CLEO)
    await village.carry()
    before = (len(village.carried), await village.kinds_told(CLEO), await village.kinds_told(FAY))
    for user_id in (FAY, CLEO, MO):
        await gone(village, user_id)
    await village.carry()
    assert (len(village.carried), await village.kinds_told(CLEO), await village.kinds_told(FAY)) == before


async def test_whoever_comes_back_has_no_place_until_they_are_welcomed_again(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    await gone(village, CLEO)
    await village.carry()
    assert not await village.may_enter(group, CLEO)
    await village.join(group, CLEO)
    assert await village.may_enter(group, CLEO)


async def test_the_lead_hears_of_every_facilitator_who_goes(village: Village) -> None:
    group = await village.found()
    await gone(village, GIL)
    await village.carry()
    assert await about(village) == ["groups.trouble_led_alone"]
    await gone(village, FAY)
    await village.carry()
    assert await about(village) == ["groups.trouble_led_alone", "groups.trouble_unled"]
    assert not await village.may_enter(group, FAY, Place.DESK)
    assert await village.told(LEAD) == []


async def test_two_who_share_groups_may_go_at_once(village: Village) -> None:
    groups = [
        await village.found(Plan(name=name, facilitators=(Candidate(user_id=FAY),))) for name in ("One", "Two", "Three")
    ]
    # each joined them in another order
    for group in groups:
        await village.join(group, CLEO)
    for group in reversed(groups):
        await village.join(group, MO)

    async def forgotten(user_id: int) -> None:
        async with village.db.begin() as tx:
            await village.groups.leave_all(tx, GUILD, user_id)

    async with asyncio.timeout(20):
        await asyncio.gather(gone(village, CLEO), forgotten(MO), gone(village, MO), forgotten(CLEO))
    await village.carry()
    for group in groups:
        assert not await village.may_enter(group, CLEO)
        assert not await village.may_enter(group, MO)
