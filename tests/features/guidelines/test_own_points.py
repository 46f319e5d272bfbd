"""A group's own points: thought over, looked at beside what is posted, and posted as a version of their own."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.errors import UserError
from bot.features.groups import Group
from bot.features.groups.handover import Handing
from bot.features.groups.model import Candidate
from bot.features.guidelines.model import LONGEST, Change, Own, Preview, tidy_points, version_of
from bot.features.guidelines.store import newest
from tests.features.groups.village import CLEO, FAY, GIL, GUILD, MO, Village
from tests.features.guidelines.test_asking import agree, change, founded, numbers, restrained


async def word(village: Village, group: Group, typed: str) -> Preview:
    return await village.guidelines.edit(guild_id=GUILD, group_id=group.id, typed=typed)


async def look(village: Village, group: Group) -> Preview:
    return await village.guidelines.preview(guild_id=GUILD, group_id=group.id)


async def press(village: Village, preview: Preview, by: int = FAY) -> tuple[Preview, bool]:
    """**Post it** under this preview, whenever it was made."""
    return await village.guidelines.post(
        guild_id=GUILD,
        group_id=preview.group.id,
        user_id=by,
        version=preview.agreement.version,
        number=preview.number,
    )


async def worded(village: Village, group: Group, typed: str) -> str:
    """The version that holds once these points are posted."""
    preview = await word(village, group, typed)
    assert (await press(village, preview))[1]
    await village.carry()
    return preview.agreement.version


async def holds(village: Village, group: Group) -> str:
    return (await village.guidelines.current(guild_id=GUILD, group_id=group.id)).words


async def test_when_a_group_has_ended_for_good_its_points_go_with_it(village: Village) -> None:
    group = await founded(village)
    await worded(village, group, "No phones.")
    await word(village, group, "Tea first.")
    await village.groups.archive.archive(guild_id=GUILD, group_id=group.id, actor_id=FAY)
    await village.carry()
    assert "No phones." in await holds(village, group), "it may be brought back"
    village.clock.step(days=7)
    await village.timers.start()
    await village.timers.settled()
    await village.carry()
    assert await village.guidelines.own(guild_id=GUILD, group_id=group.id) == Own()
    async with village.db.read() as tx:
        assert await newest(tx, GUILD, group.id) is None


async def test_nothing_holds_before_it_is_posted(village: Village) -> None:
    group = await founded(village)
    village.carried.clear()
    preview = await word(village, group, "No phones.\nTea first.")
    assert preview.agreement.words == "We are kind.\n\nOur own points\nNo phones.\nTea first."
    assert [change.line for change in preview.changes] == ["Our own points", "No phones.", "Tea first."]
    assert preview.asks
    assert await holds(village, group) == "We are kind."
    assert not await restrained(village, group, CLEO)
    village.start()
    assert (await village.guidelines.own(guild_id=GUILD, group_id=group.id)).draft == "No phones.\nTea first."
    assert await village.carry() == []


async def test_once_posted_the_words_and_the_version_are_the_groups_and_members_are_asked(village: Village) -> None:
    group = await founded(village)
    other = await village.found_another("Noon")
    old = (await look(village, group)).agreement.version
    version = await worded(village, group, "No phones.")
    assert version != old
    standing = await village.guidelines.standing(GUILD, group.id)
    assert standing is not None
    assert (standing.version, standing.words) == (version, "We are kind.\n\nOur own points\nNo phones.")
    assert await restrained(village, group, CLEO)
    assert not await restrained(village, group, FAY)
    assert await holds(village, other) == "We are kind."
    counted = await numbers(village, group)
    assert counted is not None
    assert (counted.agreed, counted.members) == (0, 2)
    await agree(village, group, CLEO, version)
    assert not await restrained(village, group, CLEO)
    with pytest.raises(UserError, match="changed_since"):
        await agree(village, group, MO, old)


async def test_the_same_words_have_the_same_version_however_they_are_spaced(village: Village) -> None:
    group = await founded(village)
    version = await worded(village, group, "No phones.\nTea first.")
    spaced = await word(village, group, "  No   phones.  \n\n\n\nTea first.\n")
    assert (spaced.agreement.version, spaced.changes, spaced.asks) == (version, (), False)
    assert spaced.agreement.version != (await word(village, group, "Tea first.\nNo phones.")).agreement.version


async def test_who_agreed_to_what_it_has_become_again_need_not_agree_twice(village: Village) -> None:
    group = await founded(village)
    version = await worded(village, group, "No phones.")
    await agree(village, group, CLEO, version)
    preview = await word(village, group, "")
    assert preview.agreement.version == "v1"
    assert [change.added for change in preview.changes] == [False, False]
    village.carried.clear()
    await press(village, preview)
    await village.carry()
    assert await restrained(village, group, CLEO), "they had agreed to the points too"
    assert not await restrained(village, group, MO), "what they agreed to holds again"
    assert village.kinds().count("groups.access") == 2, "and both find it so in the room"


async def test_of_two_who_post_it_at_once_one_does(village: Village) -> None:
    group = await founded(village)
    preview = await word(village, group, "No phones.")
    village.carried.clear()
    both = await asyncio.gather(*(press(village, preview, by) for by in (FAY, GIL)), return_exceptions=True)
    (refused,) = [one for one in both if isinstance(one, UserError)]
    assert refused.key == "guidelines.posted_already"
    await village.carry()
    with pytest.raises(UserError, match="posted_already"):
        await press(village, preview)
    assert village.kinds().count("guidelines.post") == 1


async def test_a_preview_that_is_true_no_longer_posts_nothing(village: Village) -> None:
    group = await founded(village)
    first = await word(village, group, "No phones.")
    second = await word(village, group, "Tea first.")
    village.carried.clear()
    shown, posting = await press(village, first)
    assert not posting
    assert shown == second
    assert await village.carry() == []

    village.house = "We are kind and patient."
    await change(village)
    village.carried.clear()
    shown, posting = await press(village, second)
    assert not posting, "the house's words have changed since"
    assert shown.agreement.words.startswith("We are kind and patient.")
    assert Change(line="Tea first.", added=True) in shown.changes
    assert (await press(village, shown))[1]
    await village.carry()
    assert await holds(village, group) == "We are kind and patient.\n\nOur own points\nTea first."


async def test_a_changed_house_text_keeps_the_points_and_asks_each_group_for_its_own_version(village: Village) -> None:
    group = await founded(village)
    version = await worded(village, group, "No phones.")
    await agree(village, group, CLEO, version)
    village.house = "We are kind and patient."
    await change(village)
    standing = await village.guidelines.standing(GUILD, group.id)
    assert standing is not None
    assert standing.words == "We are kind and patient.\n\nOur own points\nNo phones."
    assert standing.version == version_of("v2", "No phones.")
    assert await restrained(village, group, CLEO)
    await change(village)
    assert village.carried == []


@pytest.mark.parametrize(
    ("typed", "key", "said"),
    [
        ("We promise you are safe here.", "guidelines.fault_phrase", "you are safe here"),
        ("At night: 0800 123 4567.", "guidelines.fault_number", "0800 123 4567"),
        ("@everyone comes on time.", "guidelines.fault_mention", "@everyone"),
        ("Thank <@!123456> for the tea.", "guidelines.fault_mention", "<@!123456>"),
        ("In danger: [get help](https://example.org/win)!", "guidelines.fault_link", "[get help]("),
    ],
)
async def test_what_no_text_may_say_no_group_may_say(village: Village, typed: str, key: str, said: str) -> None:
    group = await founded(village)
    with pytest.raises(UserError) as refused:
        await word(village, group, f"Tea first.\n{typed}")
    assert (refused.value.key, refused.value.values) == (key, {"said": said})


async def test_more_than_fits_in_one_post_is_said_with_its_length(village: Village) -> None:
    group = await founded(village)
    village.house = "k" * (LONGEST - 100)
    village.start()
    with pytest.raises(UserError) as refused:
        await word(village, group, "p" * 100)
    assert refused.value.key == "guidelines.whole_long"
    assert refused.value.values["over"] == 100 - 100 + len("\n\nOur own points\n")
    with pytest.raises(UserError, match="points_long"):
        await word(village, group, "p" * 1501)


async def test_points_that_do_not_fit_beside_longer_house_words_step_back_and_the_desk_is_told_once(
    village: Village,
) -> None:
    group = await founded(village)
    await worded(village, group, "p" * 1000)
    village.house = "k" * LONGEST
    await change(village)
    assert await holds(village, group) == village.house
    (told,) = [errand for errand in village.carried if errand.kind == "guidelines.notice"]
    assert (told.channel_id, told.params["about"]) == (group.desk_id, "long")
    preview = await look(village, group)
    assert (preview.left_out, preview.changes) == (True, ())
    await agree(village, group, CLEO)
    assert not await restrained(village, group, CLEO)
    village.house = "k"
    await change(village, "v3")
    assert (await holds(village, group)).endswith("p" * 1000), "they come back with the room for them"


async def test_what_cannot_be_seen_is_taken_out_line_by_line() -> None:
    typed = "  No\u202e phones. \r\n\u200b\n\n\n\u2066Tea\u2069\tfirst.  \n"
    assert tidy_points(typed) == "No phones.\n\nTea first."


async def test_a_draft_outlives_an_archive(village: Village) -> None:
    group = await founded(village)
    preview = await word(village, group, "No phones.")
    async with village.db.begin() as tx:
        for announce in village.groups.restored:
            await announce(tx, group)
    assert await look(village, group) == preview


async def test_who_had_not_agreed_when_the_group_was_archived_is_asked_anew_when_it_is_restored(
    village: Village,
) -> None:
    group = await founded(village)
    await worded(village, group, "No phones.")
    village.clock.step(days=20)
    village.carried.clear()
    async with village.db.begin() as tx:
        for announce in village.groups.restored:
            await announce(tx, group)
    await village.carry()
    assert "guidelines.card" in village.kinds()
    counted = await numbers(village, group)
    assert counted is not None
    assert counted.agree_by > village.clock()


async def test_members_see_what_they_accepted_and_when(village: Village) -> None:
    group = await founded(village)
    which = {"guild_id": GUILD, "group_id": group.id, "user_id": CLEO}
    before = await village.guidelines.asking.accepted(**which)
    assert before is not None
    assert (before.version, before.at, before.current, before.asked) == ("v1", village.clock(), True, False)
    village.clock.step(hours=3)
    version = await worded(village, group, "No phones.")
    assert (await village.guidelines.asking.accepted(**which)) == before.__class__(
        version="v1", at=before.at, current=False, asked=True
    )
    await agree(village, group, CLEO, version)
    after = await village.guidelines.asking.accepted(**which)
    assert after is not None
    assert (after.version, after.at, after.current) == (version, village.clock(), True)
    assert await village.guidelines.asking.accepted(**(which | {"user_id": FAY})) is None
    handing = Handing(group_id=group.id, asker_id=FAY, to=Candidate(user_id=CLEO), stay=True)
    await village.groups.handovers.ask(guild_id=GUILD, handing=handing)
    handover = int(str((await village.told(CLEO))[-1].params["handover"]))
    await village.groups.handovers.confirm(guild_id=GUILD, handover_id=handover, user_id=CLEO, duty=False)
    await worded(village, group, "Tea first.")
    leads = await village.guidelines.asking.accepted(**which)
    assert leads is not None
    assert (leads.current, leads.asked) == (False, False), "under the pinned post there may be nothing to press"
