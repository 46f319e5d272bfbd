"""A changed agreement: everyone is asked once, reads meanwhile, and whoever stays silent is not left in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.errors import UserError
from bot.features.groups import Group, Place
from bot.features.groups.model import Candidate, Plan
from bot.features.guidelines.model import Numbers
from bot.outbox import Lane
from tests.features.groups.village import CLEO, FAY, GUILD, MO, Village
from tests.features.guidelines.test_guidelines import post

FORTNIGHT = timedelta(days=14)


async def settle(village: Village) -> None:
    await village.timers.start()
    await village.timers.settled()
    await village.carry()


async def change(village: Village, version: str = "v2") -> None:
    """A start with other words in the operator's files."""
    village.version = version
    village.start()
    village.carried.clear()
    await village.guidelines.asking.begin()
    await settle(village)


async def agree(village: Village, group: Group, user_id: int, version: str = "v2") -> None:
    await village.guidelines.asking.agree(guild_id=GUILD, group_id=group.id, user_id=user_id, version=version)
    await village.carry()


async def restrained(village: Village, group: Group, user_id: int, place: Place = Place.ROOM) -> bool:
    entry = await village.groups.entry(guild_id=GUILD, group_id=group.id, user_id=user_id, place=place)
    assert entry is not None
    return entry.role is not None and entry.restrained


async def numbers(village: Village, group: Group) -> Numbers | None:
    return await village.guidelines.asking.numbers(guild_id=GUILD, group_id=group.id)


async def founded(village: Village) -> Group:
    group = await village.found()
    await village.join(group, CLEO)
    await village.join(group, MO)
    return group


async def test_nothing_is_asked_while_the_words_are_the_same(village: Village) -> None:
    group = await founded(village)
    await change(village, "v1")
    assert village.carried == []
    assert await numbers(village, group) is None


async def test_the_new_one_is_posted_and_pinned_and_everyone_is_asked_once(village: Village) -> None:
    group = await founded(village)
    await change(village)
    posted = await village.guidelines.standing(GUILD, group.id)
    assert posted is not None
    assert (posted.version, posted.agree_by) == ("v2", village.clock() + FORTNIGHT)
    kinds = village.kinds()
    once = ("guidelines.post", "guidelines.pin", "guidelines.remove", "guidelines.card")
    assert [kinds.count(kind) for kind in once] == [1, 1, 1, 1]
    assert kinds.count("groups.access") == 2, "the two members, and not the facilitators"
    await change(village)
    assert village.carried == [], "another start asks nobody again"


async def test_members_read_until_they_agree_and_facilitators_are_never_held_back(village: Village) -> None:
    group = await founded(village)
    assert not await restrained(village, group, CLEO)
    await change(village)
    assert await restrained(village, group, CLEO)
    assert not await restrained(village, group, FAY)
    await agree(village, group, CLEO)
    assert not await restrained(village, group, CLEO)
    assert await restrained(village, group, MO)
    assert village.kinds().count("groups.access") == 3


async def test_what_was_agreed_to_and_when_is_kept_and_the_desk_sees_numbers(village: Village) -> None:
    group = await founded(village)
    await change(village)
    until = village.clock() + FORTNIGHT
    assert await numbers(village, group) == Numbers(agreed=0, members=2, agree_by=until)
    village.clock.step(hours=5)
    village.carried.clear()
    await agree(village, group, CLEO)
    async with village.db.read() as tx:
        member = await village.groups.member(tx, GUILD, group.id, CLEO)
    assert member is not None
    assert (member.agreement_version, member.agreed_at) == ("v2", village.clock())
    assert await numbers(village, group) == Numbers(agreed=1, members=2, agree_by=until)
    assert "guidelines.counted" in village.kinds()
    village.carried.clear()
    await agree(village, group, CLEO)
    assert village.carried == [], "to agree again changes nothing"


async def test_after_fourteen_days_the_place_of_those_who_have_not_agreed_ends_with_a_word(village: Village) -> None:
    group = await founded(village)
    await change(village)
    await agree(village, group, CLEO)
    village.clock.step(days=14, seconds=-1)
    await settle(village)
    assert await village.may_enter(group, MO)
    village.clock.step(seconds=1)
    await settle(village)
    assert not await village.may_enter(group, MO)
    assert await village.kinds_told(MO) == ["groups.welcomed", "guidelines.ended"]
    assert await village.may_enter(group, CLEO)
    assert await village.may_enter(group, FAY)
    assert await village.kinds_told(CLEO) == ["groups.welcomed"]


async def test_who_asked_before_the_change_and_comes_after_it_has_a_time_of_their_own(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    request = await village.ask(group, MO)
    await change(village)
    village.clock.step(days=10)
    await village.welcome(group, request)
    await village.carry()
    assert await restrained(village, group, MO)
    village.clock.step(days=4)
    await settle(village)
    assert not await village.may_enter(group, CLEO)
    assert await village.may_enter(group, MO)
    village.clock.step(days=10)
    await settle(village)
    assert not await village.may_enter(group, MO)


async def test_a_second_change_asks_from_the_beginning(village: Village) -> None:
    group = await founded(village)
    await change(village)
    await agree(village, group, CLEO)
    village.clock.step(days=10)
    await change(village, "v3")
    assert await restrained(village, group, CLEO)
    with pytest.raises(UserError) as refused:
        await agree(village, group, CLEO, "v2")
    assert refused.value.key == "guidelines.changed_since"
    village.clock.step(days=13)
    await settle(village)
    assert await village.may_enter(group, MO)
    await agree(village, group, MO, "v3")
    village.clock.step(days=1)
    await settle(village)
    assert await village.may_enter(group, MO)
    assert not await village.may_enter(group, CLEO)


async def test_posting_it_anew_meanwhile_keeps_the_day_and_the_card(village: Village) -> None:
    group = await founded(village)
    await change(village)
    until = village.clock() + FORTNIGHT
    village.clock.step(days=3)
    await post(village, group)
    await village.carry()
    posted = await village.guidelines.standing(GUILD, group.id)
    assert posted is not None
    assert posted.agree_by == until
    assert posted.card is not None
    assert village.kinds().count("guidelines.card") == 1


async def test_a_group_without_members_has_the_new_one_posted_and_nobody_asked(village: Village) -> None:
    group = await village.found()
    await change(village)
    posted = await village.guidelines.standing(GUILD, group.id)
    assert posted is not None
    assert (posted.version, posted.agree_by) == ("v2", None)
    assert "guidelines.card" not in village.kinds()


async def test_many_groups_are_all_asked(village: Village) -> None:
    plans = [Plan(name=f"Group {number}", facilitators=(Candidate(user_id=FAY),)) for number in range(7)]
    groups = [await village.found(plan) for plan in plans]
    await change(village)
    await settle(village)  # a few in each transaction; the bell rings for the rest at once
    for one in groups:
        posted = await village.guidelines.standing(GUILD, one.id)
        assert posted is not None
        assert posted.version == "v2"


async def test_only_somebody_of_the_group_can_agree(village: Village) -> None:
    group = await founded(village)
    await change(village)
    with pytest.raises(UserError) as refused:
        await agree(village, group, 4711)
    assert refused.value.key == "errors.for_members"


async def test_nobody_loses_a_place_over_an_agreement_that_is_not_in_the_room(village: Village) -> None:
    group = await founded(village)
    village.refusing["guidelines.post"] = "forbidden"
    await change(village)
    village.clock.step(days=14)
    await settle(village)
    assert await village.may_enter(group, MO)
    village.refusing.clear()
    await post(village, group)
    await village.carry()
    counted = await numbers(village, group)
    assert counted is not None
    assert counted.agree_by == village.clock() + FORTNIGHT
    village.clock.step(days=14)
    await settle(village)
    assert not await village.may_enter(group, MO)


async def test_posting_it_anew_to_people_whose_time_ran_out_unseen_asks_them(village: Village) -> None:
    group = await founded(village)
    village.refusing["guidelines.pin"] = "missing"
    await change(village)
    village.clock.step(days=14)
    village.refusing.clear()
    await post(village, group)
    await settle(village)
    standing = await village.guidelines.standing(GUILD, group.id)
    assert standing is not None
    assert standing.agree_by == village.clock() + FORTNIGHT
    assert await village.may_enter(group, MO)


async def test_nobody_loses_their_place_because_the_bot_was_away(village: Village) -> None:
    group = await founded(village)
    await change(village)
    village.clock.step(days=10)
    await village.setup.presence.removed(GUILD)
    village.clock.step(days=6)
    await settle(village)
    assert await village.may_enter(group, CLEO)
    await village.setup.presence.back(GUILD)
    await settle(village)
    assert await village.may_enter(group, CLEO), "they could not agree while the bot was not there"
    village.clock.step(days=7)
    await settle(village)
    assert not await village.may_enter(group, CLEO)


async def test_who_is_asked_late_because_discord_refused_the_post_has_as_long_as_others(village: Village) -> None:
    group = await founded(village)
    village.refusing["guidelines.post"] = "forbidden"
    await change(village)
    village.clock.step(days=13)
    await settle(village)
    village.refusing.clear()
    await village.setup.again(GUILD)
    (errand,) = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    shown = await village.guidelines.posted(GUILD, int(str(errand.params["post"])))
    assert shown is not None
    assert shown.agree_by == village.clock() + FORTNIGHT, "the post says the day until which they have"
    await village.outbox.done(errand, message_id=77)
    await village.carry()
    counted = await numbers(village, group)
    assert counted is not None
    assert counted.agree_by == village.clock() + FORTNIGHT
    village.clock.step(days=13)
    await settle(village)
    assert await village.may_enter(group, MO)
    village.clock.step(days=1)
    await settle(village)
    assert not await village.may_enter(group, MO)
    assert await village.kinds_told(MO) == ["groups.welcomed", "guidelines.ended"]


async def test_who_came_with_an_old_yes_has_as_long_as_others_for_the_next_change(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, MO)
    await change(village)
    await village.welcome(group, request)
    village.clock.step(days=10)
    await change(village, "v3")
    village.clock.step(days=4)
    await settle(village)
    assert await village.may_enter(group, MO), "they were asked about these words four days ago"
    village.clock.step(days=10)
    await settle(village)
    assert not await village.may_enter(group, MO)
