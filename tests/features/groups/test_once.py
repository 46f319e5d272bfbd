"""What two people do at the same moment, what comes due while nobody can act, and what happens half-way through."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import sqlalchemy as sa

from bot.features.groups import Group, GroupState
from bot.features.groups.closing.archive import OVER
from bot.features.groups.handover.store import groups_handovers, groups_handovers_people
from bot.features.groups.model import Candidate, Change, Plan
from bot.outbox import Lane
from tests.features.groups.test_closing import archive, bring_back, pass_time
from tests.features.groups.test_handover import ask, facilitators, take
from tests.features.groups.test_keeping import TELLING, draft, refused, use_name
from tests.features.groups.test_places import ANN, full, offered
from tests.features.groups.village import ADMIN, CLEO, FAY, GIL, GUILD, LEAD, MO, Village


async def away(village: Village, **by: float) -> None:
    """The bot is taken out of the server, and is back after a while."""
    await village.setup.presence.removed(GUILD)
    await pass_time(village, **by)
    await village.setup.presence.back(GUILD)
    await pass_time(village)


async def test_a_group_can_still_be_brought_back_after_the_bot_was_away(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    await archive(village, group)
    await pass_time(village, days=3)
    await away(village, days=6)
    assert (await village.read(group.id)).archived_from is GroupState.OPEN, "nobody could think again meanwhile"
    assert (await bring_back(village, group)).state is GroupState.OPEN
    assert await village.may_enter(group, CLEO)


async def test_its_time_ends_after_the_bot_was_away(village: Village) -> None:
    group = await village.found()
    await archive(village, group)
    await away(village, days=6)
    await pass_time(village, days=7)
    assert (await village.read(group.id)).room_id is None


async def test_a_hand_over_does_not_lapse_while_nobody_can_answer(village: Village) -> None:
    group = await village.found(Plan(name="Evening", facilitators=(Candidate(user_id=FAY),)))
    handover = await ask(village, group, FAY, CLEO)
    await pass_time(village, days=3)
    await away(village, days=6)
    await take(village, handover, CLEO)
    assert await facilitators(village, group) == {CLEO}


async def test_an_archived_group_keeps_its_name(village: Village) -> None:
    group = await village.found()
    await village.groups.keeping.edit(
        guild_id=GUILD, group_id=group.id, actor_id=FAY, change=Change(name="Grief evenings")
    )
    await archive(village, group)
    await village.carry()
    assert await refused(use_name(village, group)) == "groups.edit_too_late"
    other = village.groups.keeping.other_name(guild_id=GUILD, group_id=group.id, actor_id=LEAD, name="Monday")
    assert await refused(other) == "groups.edit_too_late"
    assert (await village.read(group.id)).name == "Evening"
    assert await village.carry() == []


async def test_a_group_that_opens_as_it_is_archived_is_archived(village: Village) -> None:
    village.refusing["groups.desk"] = "forbidden"
    group = await village.found()
    assert group.state is GroupState.FORMING
    async with village.db.begin() as tx:
        await village.groups.rooms.open(tx, _ready(group))
        archiving = asyncio.create_task(archive(village, group))
        await asyncio.sleep(0.2)
    await archiving
    archived = await village.read(group.id)
    assert (archived.state, archived.archived_from) == (GroupState.ARCHIVED, GroupState.OPEN)


def _ready(group: Group) -> Group:
    return replace(group, desk_id=1)


async def test_a_channel_that_was_on_its_way_is_made_once_the_group_is_back(village: Village) -> None:
    group = await village.found()
    await village.groups.keeping.edit(guild_id=GUILD, group_id=group.id, actor_id=FAY, change=Change(voice=True))
    await archive(village, group)
    for errand in await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50):
        await (village.outbox.moot if errand.kind == "groups.voice" else village.outbox.done)(errand)
    await bring_back(village, group)
    assert "groups.voice" in [errand.kind for errand in await village.carry()]
    assert (await village.read(group.id)).voice_id is not None


async def test_a_group_that_comes_back_without_a_facilitator_is_told_of(village: Village) -> None:
    group = await village.found(Plan(name="Evening", facilitators=(Candidate(user_id=FAY),)))
    await archive(village, group)
    await village.groups.gone(guild_id=GUILD, user_id=FAY)
    await village.carry()
    village.carried.clear()
    await bring_back(village, group, by=LEAD)
    await village.carry()
    about = [post.params["about"] for post in await village.told_in_safeguarding()]
    assert about == ["groups.news_back", "groups.trouble_unled"]


async def test_nobody_who_has_left_the_server_comes_to_look_after_a_draft(village: Village) -> None:
    group = await draft(village)
    await village.groups.gone(guild_id=GUILD, user_id=FAY)
    await use_name(village, group)
    assert await facilitators(village, group) == {GIL}


async def test_a_draft_is_dropped_with_the_last_who_was_to_look_after_it(village: Village) -> None:
    group = await draft(village)
    for user_id in (FAY, GIL):
        await village.groups.gone(guild_id=GUILD, user_id=user_id)
    assert await refused(use_name(village, group)) == "groups.draft_gone"
    again = await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=TELLING)
    assert again.state is GroupState.DRAFT


async def test_whoever_leaves_the_server_as_they_take_over_does_not_lead(village: Village) -> None:
    group = await village.found(Plan(name="Evening", facilitators=(Candidate(user_id=FAY),)))
    handover = await ask(village, group, FAY, CLEO)
    async with village.db.begin() as tx:
        await tx.lock("group", group.id)
        taking = asyncio.create_task(take(village, handover, CLEO))
        await asyncio.sleep(0.1)
        leaving = asyncio.create_task(village.groups.gone(guild_id=GUILD, user_id=CLEO))
        await asyncio.sleep(0.1)
    await asyncio.gather(taking, leaving)
    assert await facilitators(village, group) == set()
    await village.carry()
    about = [post.params["about"] for post in await village.told_in_safeguarding()]
    assert about[-1] == "groups.trouble_unled"


async def test_what_was_passed_on_is_not_kept_though_the_one_who_was_asked_is_forgotten(village: Village) -> None:
    group = await village.found(Plan(name="Evening", facilitators=(Candidate(user_id=FAY),)))
    await ask(village, group, FAY, CLEO, practical="Tuesdays")
    async with village.db.begin() as tx:
        # asked while this person was being forgotten
        await tx.execute(groups_handovers_people.delete())
    await pass_time(village, days=7)
    async with village.db.read() as tx:
        (row,) = await tx.all(sa.select(groups_handovers))
    assert (row["state"], row["practical"]) == ("lapsed", None)
    assert row["ends_at"] is not None


async def test_who_thinks_again_at_the_last_second_is_not_refused_by_the_timer(village: Village) -> None:
    group = await village.found()
    await archive(village, group)
    village.clock.step(days=7)
    async with village.db.begin() as tx:
        await tx.lock("group", group.id)
        await village.timers.start()
        await asyncio.sleep(0.3)
        # as a person's press does, with the group in its hands
        await village.timers.cancel(tx, OVER, f"{GUILD}:{group.id}")
    await village.timers.settled()
    assert (await bring_back(village, group)).state is GroupState.OPEN


async def test_a_place_that_is_free_by_a_hand_over_is_offered(village: Village) -> None:
    group = await full(village, MO)
    handover = await ask(village, group, FAY, ANN, stay=True)
    assert not await offered(village, group, MO)
    await take(village, handover, ANN)
    assert await offered(village, group, MO)


async def test_what_needs_not_be_done_any_more_is_no_setback(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    village.refusing["groups.access"] = "forbidden"
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    await village.carry()
    assert (await village.setup.health(GUILD)).setbacks
    await village.setup.again(GUILD)
    for errand in await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50):
        await village.outbox.moot(errand)  # as where the room was deleted meanwhile
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_a_refusal_that_nobody_waits_for_any_more_is_no_setback(village: Village) -> None:
    village.refusing["groups.break_begins"] = "forbidden"
    group = await village.found()
    await village.groups.breaks.begin(guild_id=GUILD, group_id=group.id, actor_id=FAY, until=None)
    await village.carry()
    village.refusing["groups.archived_card"] = "forbidden"
    await archive(village, group)
    await village.carry()
    await bring_back(village, group)
    assert len((await village.setup.health(GUILD)).setbacks) == 2
    await village.setup.again(GUILD)
    await archive(village, group)
    await bring_back(village, group)
    village.refusing["groups.archived_card"] = "forbidden"
    await village.carry()
    kinds = {setback.kind for setback in (await village.setup.health(GUILD)).setbacks}
    assert kinds == {"groups.break_begins"}, "the break goes on, and the group is not archived"
