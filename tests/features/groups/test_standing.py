"""What one person is to one group, and which groups they may run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.features.groups.model import Candidate, Plan, Role, same_name, tidy
from bot.features.groups.store import put_member
from tests.features.groups.village import CLEO, FAY, GUILD, MO, OTHER_GUILD, Village


async def test_a_group_is_found_by_its_id_its_code_or_any_of_its_channels(village: Village) -> None:
    group = await village.found()
    async with village.db.read() as tx:
        for named in (
            {"group_id": group.id},
            {"code": group.code.upper()},
            {"channel_id": group.room_id},
            {"channel_id": group.desk_id},
        ):
            standing = await village.groups.standing(tx, GUILD, FAY, **named)
            assert standing.group == group
            assert standing.facilitator
            assert standing.member
        assert (await village.groups.standing(tx, GUILD, FAY, channel_id=1)).group is None
        assert (await village.groups.standing(tx, GUILD, FAY)).group is None


async def test_a_named_group_wins_over_the_channel_and_a_wrong_name_falls_back_to_none(village: Village) -> None:
    group = await village.found()
    other = await village.found(Plan(name="Other", facilitators=(Candidate(user_id=MO),)))
    async with village.db.read() as tx:
        named = await village.groups.standing(tx, GUILD, MO, code=other.code, channel_id=group.room_id)
        assert named.group == other
        wrong = await village.groups.standing(tx, GUILD, FAY, code="nothing", channel_id=group.room_id)
        assert wrong.group is None
        assert not wrong.facilitator


async def test_outsiders_those_who_left_and_other_servers_are_nothing_to_it(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    async with village.db.read() as tx:
        assert (await village.groups.standing(tx, GUILD, CLEO, group_id=group.id)).member
        elsewhere = await village.groups.standing(tx, OTHER_GUILD, CLEO, group_id=group.id)
        assert (elsewhere.group, elsewhere.member) == (None, False)
        assert not (await village.groups.standing(tx, GUILD, MO, group_id=group.id)).member
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    async with village.db.read() as tx:
        assert not (await village.groups.standing(tx, GUILD, CLEO, group_id=group.id)).member


async def test_people_are_offered_the_groups_where_they_may_run_a_command(village: Village) -> None:
    group = await village.found()
    other = await village.found(Plan(name="Other", facilitators=(Candidate(user_id=MO),)))
    await village.join(other, FAY)
    async with village.db.read() as tx:
        runs = await village.groups.runnable(tx, GUILD, FAY, facilitating=True, every=False)
        assert runs == [group]
        assert await village.groups.runnable(tx, GUILD, FAY, facilitating=False, every=False) == [group, other]
        assert await village.groups.runnable(tx, GUILD, CLEO, facilitating=False, every=True) == [group, other]
        assert await village.groups.runnable(tx, OTHER_GUILD, CLEO, facilitating=False, every=True) == []


async def test_visitors_are_offered_a_group_only_where_they_count(village: Village) -> None:
    group = await village.found()
    member = await village.join(group, CLEO)
    async with village.db.begin() as tx:
        await put_member(tx, replace(member, role=Role.VISITOR))
    async with village.db.read() as tx:
        asked = {"facilitating": False, "every": False}
        assert await village.groups.runnable(tx, GUILD, CLEO, **asked) == [group]
        assert await village.groups.runnable(tx, GUILD, CLEO, visiting=False, **asked) == []
        assert await village.groups.runnable(tx, GUILD, FAY, visiting=False, **asked) == [group]


def test_names_are_made_harmless_and_compared_as_people_read_them() -> None:
    assert tidy("  Tea\u202e\n and\tcake ") == "Tea and cake"


@pytest.mark.parametrize(
    "hidden", ["\u00ad", "\u034f", "\u115f", "\u1160", "\u200b", "\u2060", "\u2800", "\u3164", "\ufeff"]
)
def test_what_does_not_show_makes_no_name_and_no_difference(hidden: str) -> None:
    assert tidy(f" {hidden} \u200d{hidden}") == ""
    assert tidy(f"{hidden}Tea{hidden} time") == "Tea time"
    assert same_name(f"Tea{hidden}time", "TEATIME")


def test_marks_alone_do_not_show_and_what_joins_letters_stays() -> None:
    assert tidy("\u0301\ufe0f") == ""
    assert tidy("\u200d \u200c") == ""
    family = "\U0001f469\u200d\U0001f467"
    assert tidy(f"{family} evening") == f"{family} evening"
    assert same_name("Tea\u200dtime", "teatime")
    assert same_name("Straße", "STRASSE")
    assert not same_name("Tea", "Team")
