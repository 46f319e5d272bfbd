"""The posted agreement, looked after every day: unpinned, deleted, refused, and a room that was made again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.features.groups import Group, Place
from bot.features.groups.model import GroupState
from bot.features.groups.store import set_state
from bot.features.guidelines.store import guidelines_posts
from bot.outbox import Errand, What
from bot.timers.store import due
from tests.features.groups.village import CLEO, FAY, GUILD, Village
from tests.features.guidelines.test_asking import settle
from tests.features.guidelines.test_guidelines import post, whats

A_DAY = timedelta(days=1)


async def next_day(village: Village) -> None:
    village.clock.step(days=1)
    village.carried.clear()
    await settle(village)


def notices(village: Village) -> list[Errand]:
    return [errand for errand in village.carried if errand.kind == "guidelines.notice"]


async def test_each_group_has_a_look_a_day_at_a_time_of_its_own(village: Village) -> None:
    group = await village.found()
    other = await village.found_another("Noon")
    async with village.db.read() as tx:
        rows = await due(tx, village.clock() + A_DAY, 100)
    looks = {row["subject"]: row["due_at"] for row in rows if row["kind"] == "guidelines.look"}
    assert set(looks) == {f"{GUILD}:{group.id}", f"{GUILD}:{other.id}"}
    assert len(set(looks.values())) == 2
    for _ in range(2):
        await next_day(village)
        assert whats(village) == [What.PIN, What.PIN], "which does nothing where it is pinned"


async def test_a_deleted_post_stands_no_longer_and_the_desk_is_told_once(village: Village) -> None:
    group = await village.found()
    village.refusing["guidelines.pin"] = "missing"
    await next_day(village)
    (told,) = notices(village)
    assert (told.channel_id, told.params["about"]) == (group.desk_id, "gone")
    assert await village.guidelines.standing(GUILD, group.id) is None
    await next_day(village)
    assert village.carried == []
    assert (await village.setup.health(GUILD)).setbacks == ()

    preview = await village.guidelines.preview(guild_id=GUILD, group_id=group.id)
    assert (preview.posted, preview.changes, preview.asks) == (False, (), False)
    village.refusing.clear()
    await post(village, group)
    await village.carry()
    assert whats(village) == [What.POST, What.PIN]
    assert await village.guidelines.standing(GUILD, group.id) is not None


async def test_where_there_is_no_desk_to_tell_the_lead_is_told(village: Village) -> None:
    await village.found()
    village.refusing |= {"guidelines.pin": "missing", "guidelines.notice": "forbidden"}
    await next_day(village)
    (told,) = await village.told_in_safeguarding()
    assert told.params["about"] == "guidelines.trouble_gone"


@pytest.mark.parametrize("problem", ["forbidden", "pins_full"])
async def test_what_keeps_it_from_being_pinned_is_told_once_and_tried_every_day(village: Village, problem: str) -> None:
    group = await village.found()
    village.refusing["guidelines.pin"] = problem
    await next_day(village)
    (told,) = [errand for errand in village.carried if errand.kind == "groups.trouble"]
    assert (told.channel_id, told.params["about"], told.params["problem"]) == (
        group.desk_id,
        "guidelines.trouble_pin",
        problem,
    )
    await next_day(village)
    assert village.carried == []
    village.refusing.clear()
    await next_day(village)
    assert whats(village) == [What.PIN]
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_a_room_that_was_made_again_gets_the_agreement_and_nobody_is_asked(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    village.carried.clear()
    async with village.db.begin() as tx:
        for announce in village.groups.remade:
            await announce(tx, group, Place.DESK)
            await announce(tx, group, Place.ROOM)
    await village.carry()
    assert whats(village) == [What.POST, What.PIN]
    standing = await village.guidelines.standing(GUILD, group.id)
    assert standing is not None
    assert (standing.number, standing.agree_by) == (2, None)


async def test_one_that_was_refused_is_not_tried_again_once_there_is_a_newer_one(village: Village) -> None:
    village.refusing["guidelines.post"] = "forbidden"
    group = await village.found()
    village.refusing.clear()
    preview = await village.guidelines.edit(guild_id=GUILD, group_id=group.id, typed="No phones.")
    stamp = {"version": preview.agreement.version, "number": preview.number}
    await village.guidelines.post(guild_id=GUILD, group_id=group.id, user_id=FAY, **stamp)
    await village.carry()
    await village.setup.again(GUILD)
    await village.carry()
    assert whats(village) == [What.POST, What.PIN]


async def test_a_paused_group_is_looked_at_and_an_archived_one_is_not(village: Village) -> None:
    group = await village.found()
    await becomes(village, group, GroupState.OPEN, GroupState.PAUSED)
    await next_day(village)
    assert whats(village) == [What.PIN]
    await becomes(village, group, GroupState.PAUSED, GroupState.ARCHIVED)
    await next_day(village)
    await becomes(village, group, GroupState.ARCHIVED, GroupState.OPEN)
    await next_day(village)
    assert whats(village) == []
    async with village.db.begin() as tx:
        for announce in village.groups.restored:
            await announce(tx, group)
    await next_day(village)
    assert whats(village) == [What.PIN]


async def becomes(village: Village, group: Group, before: GroupState, after: GroupState) -> None:
    async with village.db.begin() as tx:
        assert await set_state(tx, group.id, before=before, after=after)


async def test_one_from_before_groups_had_points_is_taken_on_as_it_is(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    old = {"house_version": None, "words": None}
    async with village.db.begin() as tx:
        await tx.execute(guidelines_posts.update().values(old))
        await village.timers.cancel(tx, "guidelines.look", f"{GUILD}:{group.id}")
    village.carried.clear()
    await village.guidelines.asking.begin()
    await settle(village)
    assert village.carried == []
    standing = await village.guidelines.standing(GUILD, group.id)
    assert standing is not None
    assert (standing.house_version, standing.words) == ("v1", "We are kind.")
    await next_day(village)
    assert whats(village) == [What.PIN]
