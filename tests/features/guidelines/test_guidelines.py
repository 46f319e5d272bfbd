"""The agreement in the room: one copy, pinned, and never a moment without one."""

from __future__ import annotations

import pytest

from bot.core.errors import UserError
from bot.features.groups import Group
from bot.outbox import What
from tests.features.groups.village import FAY, GUILD, Village


async def post(village: Village, group: Group) -> None:
    """Post what the preview shows."""
    which = {"guild_id": GUILD, "group_id": group.id}
    preview = await village.guidelines.preview(**which)
    stamp = {"version": preview.agreement.version, "number": preview.number}
    _, posting = await village.guidelines.post(**which, user_id=FAY, **stamp)
    assert posting


def whats(village: Village) -> list[What]:
    return [errand.what for errand in village.carried if errand.kind.startswith("guidelines.")]


async def test_it_is_posted_and_pinned_once_when_the_group_opens(village: Village) -> None:
    group = await village.found()
    assert whats(village) == [What.POST, What.PIN]
    standing = await village.guidelines.standing(GUILD, group.id)
    assert standing is not None
    assert (standing.channel_id, standing.version) == (group.room_id, "v1")
    await village.setup.again(GUILD)
    await village.carry()
    assert whats(village) == [What.POST, What.PIN]


async def test_a_new_one_stands_before_the_old_one_goes(village: Village) -> None:
    group = await village.found()
    old = await village.guidelines.standing(GUILD, group.id)
    village.carried.clear()
    await post(village, group)
    await village.carry()
    assert whats(village) == [What.POST, What.PIN, What.DELETE]
    new = await village.guidelines.standing(GUILD, group.id)
    assert old is not None
    assert new is not None
    assert new.message_id != old.message_id
    assert await village.guidelines.posted(GUILD, old.id) is None


async def test_one_that_is_on_its_way_is_not_posted_twice(village: Village) -> None:
    group = await village.found()
    await post(village, group)
    with pytest.raises(UserError) as refused:
        await post(village, group)
    assert refused.value.key == "guidelines.on_its_way"


@pytest.mark.parametrize(
    ("kind", "about"),
    [("guidelines.post", "guidelines.trouble_post"), ("guidelines.pin", "guidelines.trouble_pin")],
)
async def test_what_discord_refuses_is_told_on_the_desk_and_done_once_it_can_be(
    village: Village, kind: str, about: str
) -> None:
    village.refusing[kind] = "forbidden"
    group = await village.found()
    (trouble,) = [errand for errand in village.carried if errand.kind == "groups.trouble"]
    assert (trouble.channel_id, trouble.params["about"]) == (group.desk_id, about)
    village.refusing.clear()
    await village.setup.again(GUILD)
    await village.carry()
    assert whats(village) == [What.POST, What.PIN]
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_a_facilitator_may_try_a_refused_post_again_themselves(village: Village) -> None:
    village.refusing["guidelines.post"] = "forbidden"
    group = await village.found()
    village.refusing.clear()
    await post(village, group)
    await village.carry()
    assert whats(village) == [What.POST, What.PIN]


async def test_a_version_read_before_a_change_is_not_accepted_after_it(village: Village) -> None:
    group = await village.found()
    which = {"guild_id": GUILD, "group_id": group.id}
    await village.guidelines.same_version(**which, version="v1")
    with pytest.raises(UserError) as refused:
        await village.guidelines.same_version(**which, version="v0")
    assert refused.value.key == "guidelines.changed_meanwhile"
