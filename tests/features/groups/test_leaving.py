"""Leaving, and being forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.errors import UserError
from bot.features.groups import Member, Place
from bot.features.groups.model import Asking, Candidate, Plan
from bot.features.privacy.model import Person
from bot.features.privacy.store import delete_ended, erase
from bot.outbox import Lane
from bot.storage import Kept, Tx
from tests.features.groups.village import CLEO, FAY, GIL, GUILD, LEAD, MO, Village


async def test_who_leaves_loses_access_before_all_else_and_nobody_is_told(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    left: list[int] = []

    async def remember(tx: Tx, member: Member) -> None:
        left.append(member.user_id)

    village.groups.left.append(remember)
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    done = await village.carry()
    assert {(errand.kind, errand.lane) for errand in done} == {("groups.access", Lane.URGENT)}
    assert left == [CLEO]
    assert not await village.may_enter(group, CLEO)
    assert await village.told_in_safeguarding() == []
    assert await village.told(LEAD) == []


async def test_who_left_can_come_back(village: Village) -> None:
    group = await village.found()
    first = await village.join(group, CLEO)
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    await village.carry()
    second = await village.join(group, CLEO)
    assert second.id == first.id
    assert second.left_at is None
    assert await village.may_enter(group, CLEO)
    assert await village.kinds_told(CLEO) == ["groups.welcomed", "groups.welcomed"]


async def test_leaving_while_the_way_in_is_being_opened_ends_outside(village: Village) -> None:
    group = await village.found()
    await village.welcome(group, await village.ask(group, CLEO))
    claimed = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    (opening,) = [errand for errand in claimed if errand.kind == "groups.access"]
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    await village.outbox.done(opening, channel_id=group.room_id)
    after = [errand for errand in await village.carry() if errand.key == opening.key]
    assert len(after) == 1, "it is looked at once more"
    assert not await village.may_enter(group, CLEO)
    assert await village.told(CLEO) == []


async def test_one_of_two_facilitators_may_leave_and_the_last_may_not(village: Village) -> None:
    group = await village.found()
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=GIL)
    assert not await village.may_enter(group, GIL, Place.DESK)
    with pytest.raises(UserError) as refused:
        await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=FAY)
    assert refused.value.key == "groups.sole_facilitator"
    assert await village.may_enter(group, FAY, Place.DESK)


async def test_who_is_not_in_a_group_has_nothing_to_leave(village: Village) -> None:
    group = await village.found()
    for user_id in (CLEO, MO):
        with pytest.raises(UserError) as refused:
            await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=user_id)
        assert refused.value.key == "groups.not_in"


async def test_access_that_cannot_be_taken_away_is_told_to_all_who_must_know(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    village.refusing["groups.access"] = "forbidden"
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    await village.carry()
    failed = (await village.told(CLEO))[-1]
    assert (failed.kind, failed.purpose) == ("groups.leaving_failed", None), "they allowed messages about joining"
    (trouble,) = [errand for errand in village.carried if errand.kind == "groups.trouble"]
    assert trouble.params["about"] == "groups.trouble_leaving"
    village.refusing.clear()
    await village.setup.again(GUILD)
    (errand,) = await village.carry()
    assert (errand.kind, errand.lane) == ("groups.access", Lane.URGENT)


async def test_access_that_is_to_be_taken_away_is_not_forgotten_by_time(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    village.refusing["groups.access"] = "forbidden"
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    await village.carry()
    await village.join(group, MO)
    now = village.clock() + timedelta(days=400)
    async with village.db.begin() as tx:
        await delete_ended(tx, {Kept.POST: now}, now, 200)
    (waiting,) = (await village.setup.health(GUILD)).setbacks
    assert waiting.params["user"] == CLEO
    village.refusing["groups.access"] = "missing"
    await village.setup.again(GUILD)
    await village.carry()
    assert (await village.setup.health(GUILD)).setbacks == (), "the channel is gone, and the access with it"


async def test_who_is_forgotten_is_out_of_every_group_and_waits_for_none(village: Village) -> None:
    here = await village.found()
    there = await village.found(Plan(name="There", facilitators=(Candidate(user_id=MO),)))
    asked = await village.found(Plan(name="Asked", facilitators=(Candidate(user_id=FAY),)))
    await village.join(here, CLEO)
    await village.ask(asked, CLEO)
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, CLEO)
        await village.groups.leave_all(tx, GUILD, MO)
    assert {errand.kind for errand in await village.carry()} >= {"groups.access", "groups.answered_card"}
    assert not await village.may_enter(here, CLEO)
    assert not await village.may_enter(there, MO)
    assert [post.params["about"] for post in await village.told_in_safeguarding()] == ["groups.trouble_unled"]
    async with village.db.read() as tx:
        assert await village.groups.runnable(tx, GUILD, CLEO, facilitating=False, every=False) == []


async def test_a_card_that_arrives_after_its_request_was_erased_is_made_to_name_nobody(village: Village) -> None:
    group = await village.found()
    asking = Asking(
        user_id=CLEO, group_id=group.id, note="", consent_version="c1", agreement_version="v1", may_message=False
    )
    await village.requests.ask(guild_id=GUILD, asking=asking)
    (card,) = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, CLEO)
        await erase(tx, Person(guild_id=GUILD, sealed=tx.vault.seal_id(CLEO, GUILD)), 200)
    await village.outbox.done(card, message_id=4001)
    (edit,) = await village.carry()
    assert (edit.kind, edit.channel_id, edit.params["card"]) == ("groups.answered_card", group.desk_id, 4001)
    assert edit.params["erased"]
