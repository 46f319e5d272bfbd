"""Handing a group over is the act of two people, and leaves no group without a facilitator."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core.errors import UserError
from bot.features.groups import Group, Place, Role
from bot.features.groups.handover import Handing
from bot.features.groups.handover.store import groups_handovers, groups_handovers_people
from bot.features.groups.model import Candidate, Plan
from bot.features.privacy.model import Person
from bot.features.privacy.store import delete_ended, erase
from bot.outbox import Lane
from tests.features.groups.village import BACKUP, CLEO, FAY, GIL, GUILD, LEAD, MO, Village

ASKED = "groups.handover_asked"


async def ask(
    village: Village, group: Group, by: int, to: int, *, stay: bool = False, practical: str = "", needs: str = ""
) -> int:
    """The id of the hand-over."""
    handing = Handing(
        group_id=group.id,
        asker_id=by,
        to=Candidate(user_id=to),
        stay=stay,
        practical=practical,
        needs=needs,
    )
    await village.groups.handovers.ask(guild_id=GUILD, handing=handing)
    words = [word for word in await village.told(to) if word.kind == ASKED]
    return int(str(words[-1].params["handover"]))


async def take(village: Village, handover: int, user_id: int, *, duty: bool = False) -> None:
    await village.groups.handovers.confirm(guild_id=GUILD, handover_id=handover, user_id=user_id, duty=duty)


async def alone(village: Village) -> Group:
    """A group that fay facilitates alone."""
    return await village.found(Plan(name="Evening", facilitators=(Candidate(user_id=FAY),)))


async def facilitators(village: Village, group: Group) -> set[int]:
    async with village.db.read() as tx:
        return {member.user_id for member in await village.groups.members(tx, GUILD, group.id) if member.facilitates}


async def pass_time(village: Village, **by: float) -> None:
    village.clock.step(**by)
    await village.timers.start()
    await village.timers.settled()
    await village.carry()


async def refusal(village: Village, group: Group, by: int, to: Candidate) -> str:
    handing = Handing(group_id=group.id, asker_id=by, to=to, stay=False)
    with pytest.raises(UserError) as looked:
        await village.groups.handovers.may_ask(guild_id=GUILD, handing=handing)
    with pytest.raises(UserError) as refused:
        await village.groups.handovers.ask(guild_id=GUILD, handing=handing)
    assert looked.value.key == refused.value.key
    return refused.value.key


async def test_only_on_confirming_does_the_desk_change_hands(village: Village) -> None:
    group = await alone(village)
    handover = await ask(village, group, FAY, CLEO, practical="Tuesdays", needs="Captions")
    assert await facilitators(village, group) == {FAY}
    assert await village.groups.handovers.passed_on(guild_id=GUILD, handover_id=handover) is None
    village.carried.clear()

    await take(village, handover, CLEO, duty=True)
    done = await village.carry()
    access = {(errand.params["user"], errand.lane) for errand in done if errand.kind == "groups.access"}
    assert access == {(CLEO, Lane.PROMPT), (FAY, Lane.URGENT)}
    assert await facilitators(village, group) == {CLEO}
    assert await village.may_enter(group, CLEO, Place.DESK)
    assert not await village.may_enter(group, FAY)
    async with village.db.read() as tx:
        member = await village.groups.member(tx, GUILD, group.id, CLEO)
    assert member is not None and member.duty

    passed = await village.groups.handovers.passed_on(guild_id=GUILD, handover_id=handover)
    assert passed is not None
    assert (passed.handover.practical, passed.handover.needs) == ("Tuesdays", "Captions")
    assert passed.handover.asker_id is None
    assert (await village.kinds_told(FAY))[-1] == "groups.handover_confirmed"
    assert (await village.kinds_told(CLEO))[-1] == "groups.handover_carried"
    (news,) = [errand for errand in await village.told_in_safeguarding() if errand.params.get("about")]
    assert news.params["about"] == "groups.news_handover"


async def test_who_stays_facilitates_beside_the_other(village: Village) -> None:
    group = await alone(village)
    await village.join(group, CLEO)
    await take(village, await ask(village, group, FAY, CLEO, stay=True), CLEO)
    assert await facilitators(village, group) == {FAY, CLEO}
    async with village.db.read() as tx:
        member = await village.groups.member(tx, GUILD, group.id, CLEO)
    assert member is not None and member.agreement_version == "v1", "what they agreed to as a member still stands"


async def test_what_cannot_be_is_refused(village: Village) -> None:
    group = await village.found()
    assert await refusal(village, group, FAY, Candidate(user_id=CLEO, bot=True)) == "groups.facilitator_bot"
    assert await refusal(village, group, FAY, Candidate(user_id=FAY)) == "groups.handover_to_oneself"
    assert await refusal(village, group, FAY, Candidate(user_id=GIL)) == "groups.handover_already"
    assert await refusal(village, group, LEAD, Candidate(user_id=CLEO)) == "groups.handover_by_facilitator"
    assert await refusal(village, group, MO, Candidate(user_id=CLEO)) == "errors.for_facilitators"
    handover = await ask(village, group, FAY, CLEO)
    for wrong in (MO, GIL, FAY):
        with pytest.raises(UserError) as refused:
            await take(village, handover, wrong)
        assert refused.value.key == "groups.handover_gone"


async def test_a_lead_finds_somebody_for_a_group_that_nobody_facilitates(village: Village) -> None:
    group = await alone(village)
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, FAY)
    handover = await ask(village, group, BACKUP, CLEO, practical="Nobody is left.")
    await take(village, handover, CLEO)
    assert await facilitators(village, group) == {CLEO}
    assert (await village.told(BACKUP))[-1].params["kind"] == "lead"


async def test_a_facilitator_who_lost_the_group_meanwhile_hands_nothing_over(village: Village) -> None:
    group = await alone(village)
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, FAY)
    assert await refusal(village, group, FAY, Candidate(user_id=CLEO)) == "errors.for_facilitators"


@pytest.mark.parametrize("how", ["declined", "lapsed", "withdrawn"])
async def test_what_does_not_come_about_leaves_all_as_it_was_and_nothing_written(village: Village, how: str) -> None:
    group = await alone(village)
    handover = await ask(village, group, FAY, CLEO, practical="Tuesdays", needs="Captions")
    if how == "declined":
        await village.groups.handovers.decline(guild_id=GUILD, handover_id=handover, user_id=CLEO)
    elif how == "lapsed":
        await pass_time(village, days=7)
    else:
        await ask(village, group, FAY, MO)
    kept = await village.groups.handovers.get(guild_id=GUILD, handover_id=handover)
    assert kept is not None and (kept.state, kept.practical, kept.needs, kept.asker_id) == (how, "", "", None)
    told = CLEO if how == "withdrawn" else FAY
    kind = {"declined": "groups.handover_declined", "lapsed": "groups.handover_lapsed"}.get(how, "groups.handover_off")
    assert (await village.kinds_told(told))[-1] == kind
    with pytest.raises(UserError) as refused:
        await take(village, handover, CLEO)
    assert refused.value.key == "groups.handover_settled"
    assert await facilitators(village, group) == {FAY}


async def test_what_was_passed_on_is_deleted_thirty_days_later(village: Village) -> None:
    group = await alone(village)
    handover = await ask(village, group, FAY, CLEO, practical="Tuesdays")
    await take(village, handover, CLEO)
    for days, there in ((29, True), (1, False)):
        village.clock.step(days=days)
        async with village.db.begin() as tx:
            await delete_ended(tx, {}, village.clock(), 200)
        passed = await village.groups.handovers.passed_on(guild_id=GUILD, handover_id=handover)
        assert (passed is not None) is there


@pytest.mark.parametrize(("goes", "other", "kind"), [(FAY, CLEO, "off"), (CLEO, FAY, "off_for_asker")])
async def test_who_is_forgotten_takes_it_with_them_and_the_other_is_told(
    village: Village, goes: int, other: int, kind: str
) -> None:
    group = await village.found()
    handover = await ask(village, group, FAY, CLEO, practical="Tuesdays")
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, goes)
        await erase(tx, Person(guild_id=GUILD, sealed=tx.vault.seal_id(goes, GUILD)), 200)
    assert (await village.kinds_told(other))[-1] == f"groups.handover_{kind}"
    with pytest.raises(UserError):
        await take(village, handover, CLEO)
    async with village.db.begin() as tx:
        sealed = tx.vault.seal_id(goes, GUILD)
        rows = await tx.all(groups_handovers_people.select())
    assert sealed not in [value for row in rows for value in dict(row).values()]
    await pass_time(village, days=8)
    assert (await village.kinds_told(other))[-1] == f"groups.handover_{kind}", "nothing lapses after that"


async def test_a_member_who_leaves_the_group_is_not_waited_for(village: Village) -> None:
    group = await alone(village)
    await village.join(group, CLEO)
    handover = await ask(village, group, FAY, CLEO)
    await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    assert (await village.kinds_told(FAY))[-1] == "groups.handover_off_for_asker"
    with pytest.raises(UserError):
        await take(village, handover, CLEO)


async def test_of_two_answers_at_once_one_counts(village: Village) -> None:
    group = await alone(village)
    handover = await ask(village, group, FAY, CLEO)
    outcomes = await asyncio.gather(
        take(village, handover, CLEO),
        take(village, handover, CLEO),
        village.groups.handovers.decline(guild_id=GUILD, handover_id=handover, user_id=CLEO),
        return_exceptions=True,
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(outcome is None or isinstance(outcome, UserError) for outcome in outcomes)
    kept = await village.groups.handovers.get(guild_id=GUILD, handover_id=handover)
    assert kept is not None
    assert await facilitators(village, group) == ({CLEO} if kept.state == "confirmed" else {FAY})


async def test_two_facilitators_who_go_to_two_others_at_once_leave_the_group_in_hand(village: Village) -> None:
    group = await village.found()
    first, second = await ask(village, group, FAY, CLEO), await ask(village, group, GIL, MO)
    await asyncio.gather(take(village, first, CLEO), take(village, second, MO))
    assert await facilitators(village, group) == {CLEO, MO}


async def test_a_group_that_ends_meanwhile_is_handed_to_nobody(village: Village) -> None:
    group = await alone(village)
    handover = await ask(village, group, FAY, CLEO)
    await village.groups.archive.archive(guild_id=GUILD, group_id=group.id, actor_id=FAY)
    assert (await village.kinds_told(CLEO))[-1] == "groups.handover_off"
    with pytest.raises(UserError) as refused:
        await take(village, handover, CLEO)
    assert refused.value.key == "groups.handover_settled"
    assert await refusal(village, group, FAY, Candidate(user_id=CLEO)) == "groups.gone"


async def test_who_had_asked_to_join_and_takes_over_waits_for_no_answer(village: Village) -> None:
    group = await alone(village)
    request = await village.ask(group, CLEO)
    await take(village, await ask(village, group, FAY, CLEO, stay=True), CLEO)
    with pytest.raises(UserError) as refused:
        await village.welcome(group, request)
    assert refused.value.key == "groups.already_answered"
    async with village.db.read() as tx:
        member = await village.groups.member(tx, GUILD, group.id, CLEO)
    assert member is not None and member.role is Role.FACILITATOR


async def test_an_answer_after_a_restart_counts(village: Village) -> None:
    group = await alone(village)
    handover = await ask(village, group, FAY, CLEO)
    village.start()
    village.clock.now += timedelta(days=6)
    await take(village, handover, CLEO)
    await pass_time(village, days=2)
    assert "groups.handover_lapsed" not in await village.kinds_told(FAY)


async def test_somebody_who_is_in_no_group_and_leaves_the_server_is_not_waited_for(village: Village) -> None:
    group = await alone(village)
    await ask(village, group, FAY, CLEO)
    await village.groups.gone(guild_id=GUILD, user_id=CLEO)
    assert (await village.kinds_told(FAY))[-1] == "groups.handover_off_for_asker"


async def written(village: Village, handover: int) -> list[object]:
    """What is kept of its words."""
    async with village.db.read() as tx:
        rows = await tx.all(groups_handovers.select().where(groups_handovers.c.id == handover))
    return [words for row in rows for words in (row["practical"], row["needs"]) if words]


@pytest.mark.parametrize("how", ["left", "forgotten", "gone", "handed on"])
async def test_what_was_passed_on_goes_with_the_one_who_had_it(village: Village, how: str) -> None:
    """Members asked to have it passed on to their facilitator, and how many concerns there are is for nobody else."""
    group = await alone(village)
    handover = await ask(village, group, FAY, CLEO, stay=True, practical="Tuesdays", needs="Captions")
    await take(village, handover, CLEO)
    assert await written(village, handover)
    if how == "left":
        await village.groups.leave(guild_id=GUILD, group_id=group.id, user_id=CLEO)
    elif how == "forgotten":
        async with village.db.begin() as tx:
            await village.groups.leave_all(tx, GUILD, CLEO)
    elif how == "gone":
        await village.groups.gone(guild_id=GUILD, user_id=CLEO)
    else:
        await take(village, await ask(village, group, CLEO, MO), MO)
    assert await village.groups.handovers.passed_on(guild_id=GUILD, handover_id=handover) is None
    assert await written(village, handover) == []
