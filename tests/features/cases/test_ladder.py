"""The ladder: somebody is called until a person has taken it, and those who asked are told the truth."""

from __future__ import annotations

from tests.features.cases.watch import CLEO, FAY, GIL, MO, Watch
from tests.features.privacy.full_house import BACKUP, GUILD, LEAD


async def test_if_nobody_takes_it_the_lead_is_called_once(watch: Watch) -> None:
    await watch.flag()
    await watch.pass_time(minutes=29)
    assert watch.calls() == [("desk", None)]
    await watch.pass_time(minutes=1)
    await watch.pass_time(seconds=1)
    assert watch.calls() == [("desk", None), ("lead", None)]


async def test_who_takes_it_ends_the_climb(watch: Watch) -> None:
    case = await watch.flag(tier=3)
    await watch.take(case, FAY)
    for _ in range(5):
        await watch.pass_time(hours=1)
    assert watch.calls() == [("desk", None)]
    assert await watch.kinds_told(CLEO) == []


async def test_a_facilitator_can_still_take_it_when_the_lead_was_called(watch: Watch) -> None:
    case = await watch.flag()
    await watch.pass_time(minutes=31)
    await watch.take(case, GIL)
    assert (await watch.view(case)).holder_id == GIL
    edited = [errand for errand in watch.carried if errand.kind == "cases.status"]
    assert {errand.channel_id for errand in edited} >= {watch.group.desk_id}


async def test_if_the_lead_does_not_come_either_those_who_raised_it_are_told_and_both_are_called(
    watch: Watch,
) -> None:
    await watch.flag()
    await watch.flag(by=MO)
    await watch.pass_time(minutes=30)
    assert await watch.kinds_told(CLEO) == []
    for _ in range(4):
        await watch.pass_time(minutes=30)
    assert await watch.kinds_told(CLEO) == ["cases.unreached"]
    assert await watch.kinds_told(MO) == ["cases.unreached"]
    assert watch.calls() == [("desk", None), ("lead", None), ("lead", None)]
    cards = [errand for errand in watch.carried if errand.kind == "cases.card"]
    assert [card.params["again"] for card in cards] == [False, False, True]


async def test_the_most_urgent_is_repeated_until_a_human_has_it(watch: Watch) -> None:
    case = await watch.flag(tier=3)
    await watch.pass_time(minutes=5)
    await watch.pass_time(minutes=5)
    for _ in range(3):
        await watch.pass_time(minutes=10)
    assert [rung for rung, _ in watch.calls()] == ["desk", "lead", "lead", "lead", "lead", "lead"]
    assert await watch.kinds_told(CLEO) == ["cases.unreached"], "told once"
    await watch.take(case, LEAD)
    before = len(watch.calls())
    await watch.pass_time(hours=1)
    assert len(watch.calls()) == before


async def test_a_step_that_was_missed_runs_at_once_and_says_so(watch: Watch) -> None:
    await watch.flag(tier=3)
    await watch.stop()
    watch.clock.step(hours=3)
    await watch.start()
    await watch.pass_time(seconds=1)
    late = [errand.params["late"] for errand in watch.carried if errand.kind == "cases.card"]
    assert late == [False, True]


async def test_a_restart_at_every_step_changes_nothing(watch: Watch) -> None:
    case = await watch.flag(tier=3)
    await watch.restart()
    await watch.pass_time(minutes=5)
    await watch.restart()
    await watch.pass_time(minutes=5)
    await watch.restart()
    assert [rung for rung, _ in watch.calls()] == ["desk", "lead", "lead"]
    await watch.take(case, FAY)
    await watch.restart()
    await watch.pass_time(minutes=30)
    assert [rung for rung, _ in watch.calls()] == ["desk", "lead", "lead"]


async def test_a_desk_that_cannot_be_posted_to_calls_the_lead_at_once(watch: Watch) -> None:
    watch.refusing = {"cases.card": "forbidden"}
    await watch.flag()
    assert watch.calls() == [("lead_alone", LEAD)], "the lead's channel refuses too, so the lead is called privately"
    assert await watch.kinds_told(LEAD) == ["cases.called"]
    assert await watch.kinds_told(CLEO) == []
    health = await watch.services.setup.health(GUILD)
    assert [setback.kind for setback in health.setbacks] == ["cases.card", "cases.card"]


async def test_if_nobody_can_be_called_the_person_is_told_at_once_and_it_is_tried_again(watch: Watch) -> None:
    watch.refusing = {"cases.card": "forbidden", "cases.nudge": "closed"}
    case = await watch.flag(tier=3)
    assert watch.calls() == []
    assert await watch.kinds_told(CLEO) == ["cases.unreached"]
    assert await watch.kinds_told(LEAD) == ["cases.called"], "it still waits where they look"
    assert await watch.kinds_told(BACKUP) == ["cases.called"]
    watch.refusing.clear()
    await watch.pass_time(minutes=10)
    assert watch.calls() == [("backup_alone", BACKUP)]
    assert (await watch.read(case)).open
    assert await watch.kinds_told(CLEO) == ["cases.unreached"]


async def test_a_refused_card_comes_when_an_admin_has_mended_the_cause(watch: Watch) -> None:
    watch.refusing = {"cases.card": "forbidden"}
    case = await watch.flag()
    watch.refusing.clear()
    await watch.services.setup.again(GUILD)
    await watch.carry()
    assert sorted(rung for rung, _ in watch.calls()) == ["desk", "lead", "lead_alone"]
    assert len((await watch.read(case)).cards) == 2
    assert (await watch.services.setup.health(GUILD)).setbacks == ()


async def test_what_a_facilitator_who_leaves_had_taken_is_open_again_and_the_others_are_called(watch: Watch) -> None:
    case = await watch.flag()
    await watch.take(case, FAY)
    await watch.services.groups.leave(guild_id=GUILD, group_id=watch.group.id, user_id=FAY)
    await watch.carry()
    view = await watch.view(case)
    assert (view.case.open, view.holder_id) == (True, None)
    assert view.reach.people(view.case.at) == (GIL,)
    assert watch.calls() == [("desk", None), ("desk", None)]
    await watch.pass_time(minutes=30)
    assert [rung for rung, _ in watch.calls()] == ["desk", "desk", "lead"]


async def test_a_lead_who_leaves_a_group_keeps_what_they_may_hold_as_lead(watch: Watch) -> None:
    case = await watch.flag()
    await watch.take(case, LEAD)
    await watch.join(LEAD)
    await watch.services.groups.leave(guild_id=GUILD, group_id=watch.group.id, user_id=LEAD)
    assert (await watch.view(case)).holder_id == LEAD
