"""Founding a group: what may be so, and how its rooms come to be."""

from __future__ import annotations

import pytest

from bot.core.errors import UserError
from bot.features.groups import Group, GroupState, Mode, Place
from bot.features.groups.model import Candidate, Plan
from bot.outbox import Lane
from bot.storage import Tx
from tests.features.groups.village import ADMIN, CLEO, FAY, GIL, GUILD, LEAD, Village

FACILITATED = (Candidate(user_id=FAY),)


async def test_a_group_opens_once_its_room_and_desk_are_there(village: Village) -> None:
    opened: list[int] = []

    async def remember(tx: Tx, group: Group) -> None:
        opened.append(group.id)

    village.groups.opened.append(remember)
    group = await village.found()
    assert group.state is GroupState.OPEN
    assert group.room_id != group.desk_id
    assert opened == [group.id]


async def test_facilitators_may_enter_both_rooms_from_the_start_and_others_none(village: Village) -> None:
    group = await village.found()
    for place in (Place.ROOM, Place.DESK):
        assert await village.may_enter(group, FAY, place)
        assert await village.may_enter(group, GIL, place)
        assert not await village.may_enter(group, CLEO, place)


async def test_an_earlier_process_left_the_rooms_to_the_next_one(village: Village) -> None:
    await village.set_up()
    made = await village.groups.create(
        guild_id=GUILD, actor_id=ADMIN, plan=Plan(name="Evening", facilitators=FACILITATED)
    )
    village.start()
    await village.carry()
    assert (await village.read(made.id)).ready


async def test_a_voice_room_is_made_only_where_it_was_asked_for(village: Village) -> None:
    without = await village.found(Plan(name="Quiet", facilitators=FACILITATED))
    having = await village.found(Plan(name="Spoken", facilitators=FACILITATED, voice=True))
    assert without.voice_id is None
    assert having.voice_id is not None


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        (Plan(name=" \u202e\n ", facilitators=FACILITATED), "groups.name_empty"),
        (Plan(name="n" * 101, facilitators=FACILITATED), "groups.name_long"),
        (Plan(name="x", facilitators=FACILITATED, capacity=0), "groups.capacity_range"),
        (Plan(name="x", facilitators=FACILITATED, capacity=21), "groups.capacity_range"),
        (Plan(name="x", facilitators=FACILITATED, mode=Mode.WINDOWS), "groups.window_needs_dates"),
        (Plan(name="x", facilitators=FACILITATED, joins_until="2026-12-01"), "groups.dates_need_mode"),
        (
            Plan(
                name="x",
                facilitators=FACILITATED,
                mode=Mode.WINDOWS,
                joins_from="2026-12-09",
                joins_until="2026-12-01",
            ),
            "groups.window_backwards",
        ),
        (Plan(name="x", facilitators=(Candidate(user_id=FAY, bot=True),)), "groups.facilitator_bot"),
    ],
)
async def test_what_cannot_be_so_is_said_and_leaves_nothing_behind(village: Village, plan: Plan, key: str) -> None:
    await village.set_up()
    with pytest.raises(UserError) as refused:
        await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
    assert refused.value.key == key
    async with village.db.read() as tx:
        assert await village.groups.all_in(tx, GUILD) == []


async def test_the_bounds_of_the_size_are_taken(village: Village) -> None:
    for capacity in (1, 20):
        group = await village.found(Plan(name=f"of {capacity}", facilitators=FACILITATED, capacity=capacity))
        assert group.capacity == capacity


async def test_before_the_server_is_set_up_there_is_nothing_to_put_a_group_in(village: Village) -> None:
    plan = Plan(name="Evening", facilitators=FACILITATED)
    with pytest.raises(UserError) as refused:
        await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
    assert refused.value.key == "groups.setup_first"
    village.refusing["setup.category"] = "forbidden"
    await village.set_up()
    with pytest.raises(UserError) as refused:
        await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
    assert refused.value.key == "groups.setup_unfinished"


async def test_two_groups_of_a_server_cannot_be_called_the_same(village: Village) -> None:
    await village.found(Plan(name="Evening", facilitators=FACILITATED))
    with pytest.raises(UserError) as refused:
        await village.found(Plan(name="EVENING ", facilitators=FACILITATED))
    assert refused.value.key == "groups.name_taken"


async def test_somebody_named_twice_facilitates_once(village: Village) -> None:
    group = await village.found(Plan(name="Evening", facilitators=(*FACILITATED, *FACILITATED)))
    async with village.db.read() as tx:
        assert [member.user_id for member in await village.groups.members(tx, GUILD, group.id)] == [FAY]


async def test_a_desk_that_cannot_be_made_is_told_to_the_lead_once_and_made_when_tried_again(village: Village) -> None:
    village.refusing["groups.desk"] = "forbidden"
    group = await village.found()
    assert group.state is GroupState.FORMING
    (post,) = await village.told_in_safeguarding()
    assert (post.kind, post.params["about"], post.params["problem"]) == (
        "groups.trouble",
        "groups.trouble_desk",
        "forbidden",
    )
    # still refused: tried again, and not told again
    assert await village.setup.again(GUILD) == 1
    await village.carry()
    assert len(await village.told_in_safeguarding()) == 1
    village.refusing.clear()
    assert await village.setup.again(GUILD) == 1
    assert await village.setup.again(GUILD) == 0, "it is on its way"
    await village.carry()
    assert (await village.read(group.id)).state is GroupState.OPEN
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_trouble_with_the_voice_room_is_told_on_the_desk(village: Village) -> None:
    village.refusing["groups.voice"] = "full"
    group = await village.found(Plan(name="Spoken", facilitators=FACILITATED, voice=True))
    assert group.ready
    (trouble,) = [errand for errand in village.carried if errand.kind == "groups.trouble"]
    assert trouble.channel_id == group.desk_id
    assert await village.told_in_safeguarding() == []


async def test_what_the_safeguarding_channel_does_not_take_waits_for_the_lead(village: Village) -> None:
    village.refusing |= {"groups.desk": "forbidden", "groups.trouble": "missing"}
    await village.found()
    (word,) = await village.told(LEAD)
    assert (word.kind, word.params["about"]) == ("groups.trouble", "groups.trouble_desk")


async def test_what_happens_before_there_is_a_safeguarding_channel_waits_for_the_lead(village: Village) -> None:
    village.refusing |= {"groups.desk": "forbidden", "setup.safeguarding": "full"}
    await village.found()
    assert [word.params["about"] for word in await village.told(LEAD)] == ["groups.trouble_desk"]


async def test_who_left_while_the_rooms_were_being_made_is_shut_out_of_them(village: Village) -> None:
    await village.set_up()
    plan = Plan(name="Evening", facilitators=(Candidate(user_id=FAY), Candidate(user_id=GIL)))
    group = await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
    making = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=GIL)
    for number, errand in enumerate(making):
        await village.outbox.done(errand, channel_id=4001 + number)
    changed = [errand for errand in await village.carry() if errand.kind == "groups.access"]
    closing = {(errand.params["user"], errand.params["place"], errand.lane) for errand in changed}
    assert closing == {(GIL, "room", Lane.URGENT), (GIL, "desk", Lane.URGENT)}
