"""Breaks, the archive, and thinking again."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.errors import UserError
from bot.features.groups import Group, GroupState, Place
from bot.features.groups.handover import Handing
from bot.features.groups.model import Candidate, Plan
from bot.outbox import Lane, What
from bot.storage import Tx
from tests.features.groups.village import ADMIN, CLEO, FAY, GIL, GUILD, LEAD, MO, Village

GROUP_ROOMS = ("groups.room", "groups.desk", "groups.voice")


async def pass_time(village: Village, **by: float) -> None:
    village.clock.step(**by)
    await village.timers.start()
    await village.timers.settled()
    await village.carry()


async def begin_break(village: Village, group: Group, until: date | None = None) -> Group:
    return await village.groups.breaks.begin(guild_id=GUILD, group_id=group.id, actor_id=FAY, until=until)


async def archive(village: Village, group: Group, *, by: int = FAY) -> Group:
    return await village.groups.archive.archive(guild_id=GUILD, group_id=group.id, actor_id=by)


async def bring_back(village: Village, group: Group, *, by: int = FAY) -> Group:
    return await village.groups.archive.bring_back(guild_id=GUILD, group_id=group.id, actor_id=by)


def heard(village: Village, name: str) -> list[int]:
    """Which groups are announced as this, from now on."""
    groups: list[int] = []

    async def hear(tx: Tx, group: Group) -> None:
        groups.append(group.id)

    getattr(village.groups, name).append(hear)
    return groups


# having a break


async def test_in_a_break_nobody_asks_and_the_room_stays_as_it_is(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    assert (await begin_break(village, group)).state is GroupState.PAUSED
    assert [errand.kind for errand in await village.carry()] == ["groups.break_begins"]
    assert await village.may_enter(group, CLEO)
    with pytest.raises(UserError) as refused:
        await village.requests.may_ask(guild_id=GUILD, group_id=group.id, user_id=MO)
    assert refused.value.key == "groups.paused"
    assert await village.requests.listings(guild_id=GUILD, user_id=MO) == []
    await pass_time(village, days=400)
    assert (await village.read(group.id)).state is GroupState.PAUSED, "no last day is set"


async def test_a_break_ends_by_itself_as_the_day_after_begins_where_the_group_is(village: Village) -> None:
    group = await village.found()
    changed = heard(village, "changed")
    await begin_break(village, group, date(2026, 11, 30))
    village.clock.now = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)  # one minute to midnight in Berlin
    await pass_time(village)
    assert (await village.read(group.id)).state is GroupState.PAUSED
    assert changed == []
    await pass_time(village, minutes=1)
    resumed = await village.read(group.id)
    assert (resumed.state, resumed.paused_until) == (GroupState.OPEN, None)
    assert changed == [group.id]
    assert village.kinds().count("groups.break_over") == 1


async def test_of_two_who_begin_or_end_a_break_at_once_one_does(village: Village) -> None:
    group = await village.found()
    begun = await asyncio.gather(*(begin_break(village, group) for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(one, Group) for one in begun) == 1
    ending = [village.groups.breaks.end(guild_id=GUILD, group_id=group.id, actor_id=by) for by in (FAY, GIL)]
    ended = await asyncio.gather(*ending, return_exceptions=True)
    assert sum(isinstance(one, Group) for one in ended) == 1
    await village.carry()
    assert [kind for kind in village.kinds() if "break" in kind] == ["groups.break_begins", "groups.break_over"]


async def test_a_day_that_is_over_is_no_end_of_a_break(village: Village) -> None:
    group = await village.found()
    with pytest.raises(UserError) as refused:
        await begin_break(village, group, date(2026, 11, 21))
    assert refused.value.key == "groups.break_past"
    with pytest.raises(UserError):
        await village.groups.breaks.last_day(guild_id=GUILD, group_id=group.id, typed="someday")


async def test_a_line_about_a_break_that_the_room_does_not_take_is_told_on_the_desk(village: Village) -> None:
    group = await village.found()
    village.refusing["groups.break_begins"] = "forbidden"
    await begin_break(village, group)
    await village.carry()
    (trouble,) = [errand for errand in village.carried if errand.kind == "groups.trouble"]
    assert (trouble.channel_id, trouble.params["about"]) == (group.desk_id, "groups.trouble_break")
    village.refusing.clear()
    await village.setup.again(GUILD)
    assert [errand.kind for errand in await village.carry()] == ["groups.break_begins"]


# coming to an end


async def test_an_archived_group_closes_its_rooms_before_all_else_and_tells_each_one(village: Village) -> None:
    group = await village.found(
        Plan(name="Evening", voice=True, facilitators=(Candidate(user_id=FAY), Candidate(user_id=GIL)))
    )
    await village.join(group, CLEO)
    archived = heard(village, "archived")
    await archive(village, group)
    done = await village.carry()
    closing = {(errand.params["user"], errand.params["place"]) for errand in done if errand.kind == "groups.access"}
    assert closing == {(who, place) for who in (FAY, GIL, CLEO) for place in ("room", "voice")}
    assert {errand.lane for errand in done if errand.kind == "groups.access"} == {Lane.URGENT}
    for who in (FAY, CLEO):
        assert not await village.may_enter(group, who)
    assert await village.may_enter(group, FAY, Place.DESK)
    assert archived == [group.id]
    assert (await village.kinds_told(CLEO))[-1] == "groups.ended"
    assert "groups.ended" not in await village.kinds_told(FAY)
    (card,) = [errand for errand in done if errand.kind == "groups.archived_card"]
    assert card.channel_id == group.desk_id
    assert [errand.params["about"] for errand in done if errand.kind == "groups.trouble"] == ["groups.news_archived"]


async def test_an_archived_group_is_no_group_to_anybody(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    await archive(village, group)
    async with village.db.read() as tx:
        member = await village.groups.standing(tx, GUILD, CLEO, group_id=group.id)
        keeper = await village.groups.standing(tx, GUILD, FAY, channel_id=group.desk_id)
        mine = await village.groups.runnable(tx, GUILD, CLEO, facilitating=False, every=False)
        every = await village.groups.runnable(tx, GUILD, LEAD, facilitating=True, every=True)
    assert (member.member, member.visitor, member.facilitator) == (False, False, False)
    assert (keeper.member, keeper.facilitator) == (False, True)
    assert mine == every == []
    assert await village.requests.listings(guild_id=GUILD, user_id=MO) == []
    with pytest.raises(UserError) as refused:
        await village.requests.may_ask(guild_id=GUILD, group_id=group.id, user_id=MO)
    assert refused.value.key == "groups.gone"
    with pytest.raises(UserError) as refused:
        await begin_break(village, group)
    assert refused.value.key == "groups.gone"


async def test_open_concerns_hold_it_for_those_who_may_know_of_them(village: Village) -> None:
    group = await village.found()

    async def concerns(tx: Tx, guild_id: int, group_id: int, user_id: int) -> int:
        return 2 if (group_id, user_id) == (group.id, FAY) else 0

    village.groups.concerns.append(concerns)
    for attempt in (archive, may_archive):
        with pytest.raises(UserError) as refused:
            await attempt(village, group)
        assert (refused.value.key, refused.value.values) == ("groups.archive_held", {"count": 2})
    assert (await village.read(group.id)).state is GroupState.OPEN
    await archive(village, group, by=LEAD)


async def may_archive(village: Village, group: Group) -> Group:
    return await village.groups.archive.may_archive(guild_id=GUILD, group_id=group.id, actor_id=FAY)


async def test_of_two_who_archive_at_once_one_does(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    outcomes = await asyncio.gather(archive(village, group), archive(village, group, by=GIL), return_exceptions=True)
    assert sum(isinstance(one, Group) for one in outcomes) == 1
    await village.carry()
    assert village.kinds().count("groups.archived_card") == 1
    assert (await village.kinds_told(CLEO)).count("groups.ended") == 1


@pytest.mark.parametrize("paused", [False, True])
async def test_brought_back_it_is_what_it_was_for_those_who_have_not_left(village: Village, paused: bool) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    await village.join(group, MO)
    if paused:
        await begin_break(village, group, date(2026, 11, 24))
    await archive(village, group)
    await pass_time(village, days=5)
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, MO)
    await village.carry()
    assert (await village.read(group.id)).state is GroupState.ARCHIVED, "its break is not what ends now"
    restored, changed = heard(village, "restored"), heard(village, "changed")
    back = await bring_back(village, group, by=LEAD)
    assert back.state is (GroupState.PAUSED if paused else GroupState.OPEN)
    assert (back.archived_at, back.archived_from) == (None, None)
    assert restored == [group.id]
    await village.carry()
    assert await village.may_enter(group, CLEO)
    assert not await village.may_enter(group, MO)
    assert (await village.kinds_told(CLEO))[-1] == "groups.back"
    await pass_time(village, days=30)
    assert (await village.read(group.id)).state is GroupState.OPEN
    assert changed == ([group.id] if paused else []), "a break whose last day has passed is over"
    assert (await village.read(group.id)).room_id == group.room_id, "nothing of the archive is left to happen"


async def test_after_seven_days_its_rooms_are_deleted_and_its_name_is_free(village: Village) -> None:
    group = await village.found(Plan(name="Evening", facilitators=(Candidate(user_id=FAY),), about="For us"))
    await village.join(group, CLEO)
    plan = Plan(name="EVENING", facilitators=(Candidate(user_id=GIL),))
    await archive(village, group)
    with pytest.raises(UserError) as refused:
        await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
    assert refused.value.key == "groups.name_taken"
    village.carried.clear()
    await pass_time(village, days=7)
    gone = {errand.channel_id for errand in village.carried if errand.what is What.DELETE_ROOM}
    assert gone == {group.room_id, group.desk_id}
    ended = await village.read(group.id)
    assert (ended.room_id, ended.desk_id, ended.archived_from, ended.about) == (None, None, None, "")
    async with village.db.read() as tx:
        assert await village.groups.members(tx, GUILD, group.id) == []
    with pytest.raises(UserError) as refused:
        await bring_back(village, group)
    assert refused.value.key == "groups.archive_is_over"
    await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)


async def test_at_the_last_second_it_is_either_back_or_gone(village: Village) -> None:
    group = await village.found()
    await archive(village, group)
    village.clock.step(days=7)
    restart = asyncio.create_task(village.timers.start())
    back = (await asyncio.gather(bring_back(village, group), return_exceptions=True))[0]
    await restart
    await village.timers.settled()
    await village.carry()
    after = await village.read(group.id)
    if isinstance(back, Group):
        assert (after.state, after.room_id) == (GroupState.OPEN, group.room_id)
        assert await village.may_enter(group, FAY)
    else:
        assert isinstance(back, UserError)
        assert after.room_id is None


@pytest.mark.parametrize("problem", ["forbidden", "missing"])
async def test_rooms_that_are_not_deleted_are_told_of_and_never_forgotten(village: Village, problem: str) -> None:
    group = await village.found()
    await archive(village, group)
    village.refusing["groups.room_gone"] = problem
    await pass_time(village, days=7)
    told = [errand for errand in village.carried if errand.params.get("about") == "groups.trouble_gone"]
    village.refusing.clear()
    if problem == "missing":
        assert told == []
    else:
        assert {errand.channel_id for errand in told} != {group.desk_id}
        assert len((await village.setup.health(GUILD)).setbacks) == 2
        await village.setup.again(GUILD)
        await village.carry()
    assert (await village.read(group.id)).room_id is None
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_rooms_that_cannot_be_closed_are_told_of_once_and_nobody_is_told_they_left(village: Village) -> None:
    group = await village.found()
    for who in (CLEO, MO):
        await village.join(group, who)
    village.refusing["groups.access"] = "forbidden"
    await archive(village, group)
    await village.carry()
    told = [errand for errand in village.carried if errand.params.get("about") == "groups.trouble_closing"]
    assert len(told) == 1
    assert (await village.kinds_told(CLEO))[-1] == "groups.ended"
    village.refusing.clear()
    await village.setup.again(GUILD)
    await village.carry()
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_a_room_that_is_made_while_its_group_ends_is_open_to_nobody(village: Village) -> None:
    await village.set_up()
    plan = Plan(name="Evening", facilitators=(Candidate(user_id=FAY),))
    made = await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
    claimed = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    await archive(village, made)
    for number, errand in enumerate(claimed):
        await village.outbox.done(errand, channel_id=6001 + number)
    done = await village.carry()
    assert {errand.params["place"] for errand in done if errand.kind == "groups.access"} >= {"room"}
    assert not await village.may_enter(made, FAY)
    await bring_back(village, made)
    assert (await village.read(made.id)).state is GroupState.OPEN


async def test_who_is_forgotten_leaves_an_archived_group_without_a_word_to_the_lead(village: Village) -> None:
    group = await village.found(Plan(name="Evening", facilitators=(Candidate(user_id=FAY),)))
    await archive(village, group)
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, FAY)
    await village.carry()
    assert "groups.trouble_unled" not in [errand.params.get("about") for errand in village.carried]
    village.clock.now += timedelta(days=7)
    await pass_time(village)
    assert (await village.read(group.id)).desk_id is None


async def test_while_the_bot_is_away_nothing_ends_that_people_may_still_decide(village: Village) -> None:
    resting, ending = await village.found(), await village.found_another("Tuesday")
    draft = await village.found_another("Cancer care")
    assert draft.state is GroupState.DRAFT
    await begin_break(village, resting, date(2026, 11, 24))
    handing = Handing(group_id=resting.id, asker_id=FAY, to=Candidate(user_id=MO), stay=True)
    await village.groups.handovers.ask(guild_id=GUILD, handing=handing)
    await archive(village, ending)
    village.clock.step(hours=12)
    await village.setup.presence.removed(GUILD)
    await pass_time(village, days=6, hours=22)
    assert (await village.read(resting.id)).state is GroupState.PAUSED
    assert (await village.read(draft.id)).state is GroupState.DRAFT
    assert "groups.handover_lapsed" not in await village.kinds_told(FAY)
    await village.setup.presence.back(GUILD)
    await pass_time(village, hours=23)
    assert (await village.read(resting.id)).state is GroupState.OPEN
    assert (await bring_back(village, ending)).state is GroupState.OPEN, "there is a day to see that it is back"
