"""Visits: which meetings count, when a visit is over, and that nothing is kept of somebody who does not stay."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.core.errors import UserError
from bot.features.groups import Group, GroupState, Member, Place, Role
from bot.features.groups.model import Change
from bot.features.groups.places.store import groups_places
from bot.features.groups.store import groups, groups_members, groups_requests, set_state
from bot.features.privacy.model import Person
from bot.features.privacy.store import erase
from bot.outbox import Lane
from tests.features.groups.village import CLEO, FAY, GUILD, LEAD, MO, RULES, Village


async def meet(village: Village, group: Group, *absent: int, lasted: timedelta = timedelta()) -> None:
    """A meeting of the group has ended."""
    async with village.db.begin() as tx:
        await village.groups.visits.visited(tx, GUILD, group.id, frozenset(absent), village.clock() - lasted)
    await village.carry()


async def member(village: Village, group: Group, user_id: int) -> Member | None:
    async with village.db.read() as tx:
        return await village.groups.member(tx, GUILD, group.id, user_id)


async def visits(village: Village, group: Group, user_id: int) -> int:
    found = await member(village, group, user_id)
    return -1 if found is None else found.visits


async def kept_of(village: Village, user_id: int) -> int:
    """Rows of this person in the group's tables."""
    async with village.db.read() as tx:
        sealed = tx.vault.seal_id(user_id, GUILD)
        counts = [
            await tx.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.user == sealed))
            for table in (groups_members, groups_requests, groups_places)
        ]
    return sum(counts)


async def stay(village: Village, group: Group, user_id: int) -> None:
    await village.groups.visits.stay(guild_id=GUILD, group_id=group.id, user_id=user_id)
    await village.carry()


async def test_a_visitor_may_enter_like_a_member_and_takes_a_place(village: Village) -> None:
    group = await village.found()
    visitor = await village.visit(group, CLEO)
    assert (visitor.role, visitor.visit_ends_at) == (Role.VISITOR, village.clock() + RULES.visit_lasts)
    assert await village.may_enter(group, CLEO)
    assert not await village.may_enter(group, CLEO, Place.DESK)
    assert await village.kinds_told(CLEO) == ["groups.welcomed"]
    assert (await village.requests.crowd(guild_id=GUILD, group_id=group.id)).taken == 1
    (listing,) = await village.requests.listings(guild_id=GUILD, user_id=CLEO)
    assert listing.visiting


async def test_each_meeting_counts_but_those_they_could_not_come_to(village: Village) -> None:
    group = await village.found()
    await village.join(group, MO)
    await village.visit(group, CLEO)
    await meet(village, group, CLEO)
    assert await visits(village, group, CLEO) == 0
    await meet(village, group, MO)
    assert await visits(village, group, CLEO) == 1
    assert await village.kinds_told(CLEO) == ["groups.welcomed", "groups.visited"]
    assert "groups.visited" not in await village.kinds_told(MO)
    assert await visits(village, group, MO) == 0


async def test_a_meeting_that_had_begun_when_they_came_in_does_not_count(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    village.clock.step(minutes=10)
    await meet(village, group, lasted=timedelta(minutes=90))
    assert await visits(village, group, CLEO) == 0
    await meet(village, group, lasted=timedelta(minutes=10))
    assert await visits(village, group, CLEO) == 1


async def test_a_visit_does_not_run_out_on_a_break_nor_while_the_bot_is_away(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    async with village.db.begin() as tx:
        await set_state(tx, group.id, before=GroupState.OPEN, after=GroupState.PAUSED)
    await village.pass_time(days=30)
    assert await village.may_enter(group, CLEO)
    async with village.db.begin() as tx:
        await set_state(tx, group.id, before=GroupState.PAUSED, after=GroupState.OPEN)
    village.clock.step(hours=40)
    await village.setup.presence.removed(GUILD)
    await village.pass_time(days=3)
    await village.setup.presence.back(GUILD)
    await village.pass_time(hours=47)
    await stay(village, group, CLEO)
    assert await village.may_enter(group, CLEO)


@pytest.mark.parametrize("erased", [True, False])
async def test_who_is_forgotten_while_a_room_is_being_made_does_not_stay_in_it(
    village: Village, *, erased: bool
) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    change = Change(voice=True)
    await village.groups.keeping.edit(guild_id=GUILD, group_id=group.id, actor_id=FAY, change=change)
    (making,) = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    if erased:
        async with village.db.begin() as tx:
            await village.groups.leave_all(tx, GUILD, CLEO)
            await erase(tx, Person(guild_id=GUILD, sealed=tx.vault.seal_id(CLEO, GUILD)), 100)
    else:
        await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    assert await kept_of(village, CLEO) == 0
    await village.outbox.done(making, channel_id=4001)
    closed = {errand.channel_id for errand in await village.carry() if errand.params.get("user") == CLEO}
    assert closed == {group.room_id, 4001}
    async with village.db.read() as tx:
        assert await village.groups.setbacks.of(tx, GUILD) == []


async def test_of_a_room_that_cannot_be_made_nobody_is_remembered(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    await village.groups.keeping.edit(guild_id=GUILD, group_id=group.id, actor_id=FAY, change=Change(voice=True))
    village.refusing["groups.voice"] = "forbidden"
    await village.leave(group, CLEO)
    async with village.db.read() as tx:
        assert [setback.kind for setback in await village.groups.setbacks.of(tx, GUILD)] == ["groups.voice"]


async def test_who_stays_is_a_member_for_good(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    await meet(village, group)
    outcomes = await asyncio.gather(stay(village, group, CLEO), stay(village, group, CLEO), return_exceptions=True)
    assert [error.key for error in outcomes if isinstance(error, UserError)] == ["groups.already_in"]
    found = await member(village, group, CLEO)
    assert found is not None
    assert (found.role, found.visits, found.visit_ends_at) == (Role.MEMBER, 0, None)
    await meet(village, group)
    await village.pass_time(days=50)
    assert await village.may_enter(group, CLEO)
    assert await village.kinds_told(CLEO) == ["groups.welcomed", "groups.visited"]


async def test_after_the_last_visit_there_is_time_to_answer_and_then_the_place_ends(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    await meet(village, group)
    await village.pass_time(days=7)
    await meet(village, group)
    await meet(village, group)  # a third one asks nothing more
    found = await member(village, group, CLEO)
    assert found is not None
    assert (found.visits, found.visit_ends_at) == (2, village.clock() + RULES.offer_lasts)
    assert (await village.kinds_told(CLEO)).count("groups.visited") == 2
    await village.pass_time(seconds=RULES.offer_lasts.total_seconds() - 1)
    assert await village.may_enter(group, CLEO)
    village.start()
    await village.pass_time(seconds=1)
    assert not await village.may_enter(group, CLEO)
    assert (await village.kinds_told(CLEO))[-1] == "groups.visit_over"
    village.start()
    await village.pass_time(days=30)
    assert (await village.kinds_told(CLEO)).count("groups.visit_over") == 1


async def test_a_visit_without_meetings_ends_by_itself_and_leaves_nothing(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO, visit=True)
    await village.welcome(group, request)
    await village.carry()
    assert await kept_of(village, CLEO) == 2
    done = await village.pass_time(days=21)
    kinds = [(errand.kind, errand.params.get("erased")) for errand in done]
    assert ("groups.answered_card", True) in kinds, "no card names them any more"
    assert await kept_of(village, CLEO) == 0
    assert await village.told(FAY) == await village.told(LEAD) == []
    assert await village.told_in_safeguarding() == []
    assert await village.ask(group, CLEO, visit=True), "they may come back"


async def test_a_visitor_who_leaves_is_forgotten_and_a_member_is_not(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    await village.join(group, MO)
    for person in (CLEO, MO):
        await village.leave(group, person)
        assert not await village.may_enter(group, person)
    assert await kept_of(village, CLEO) == 0
    assert await kept_of(village, MO) == 2
    await village.pass_time(days=22)
    assert "groups.visit_over" not in await village.kinds_told(CLEO)


async def test_only_what_was_asked_of_that_group_is_forgotten(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    other = await village.found_another("Other")
    await village.ask(other, CLEO)
    await village.leave(group, CLEO)
    assert await kept_of(village, CLEO) == 1


async def test_a_visit_that_ends_gives_its_place_to_the_next(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    async with village.db.begin() as tx:
        await tx.execute(sa.update(groups).where(groups.c.id == group.id).values(capacity=1))
    await village.put_off(group, MO)
    assert await village.kinds_told(MO) == ["groups.waiting"]
    await village.pass_time(seconds=timedelta(days=21).total_seconds())
    assert (await village.kinds_told(MO))[-1] == "groups.offered"


async def test_stay_after_the_end_says_so(village: Village) -> None:
    group = await village.found()
    await village.visit(group, CLEO)
    await village.pass_time(days=21)
    with pytest.raises(UserError) as refused:
        await stay(village, group, CLEO)
    assert refused.value.key == "groups.visit_ended"
