"""Raising a concern: who is called first, and who is never asked about themselves."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.errors import UserError
from bot.features.cases import About, Case, Reason, Urgency
from bot.features.cases.model import Flagged, Raised
from bot.features.cases.model import Source as From
from bot.features.groups import Role
from bot.features.groups.model import Candidate
from tests.features.cases.watch import CLEO, FAY, GIL, MO, ZOE, Watch
from tests.features.privacy.full_house import ADMIN, BACKUP, GUILD, LEAD, OTHER_GUILD


async def held_by(watch: Watch, case: Case, *people: int) -> list[int]:
    """Who of these may know of the case."""
    reach = (await watch.view(case)).reach
    return [user_id for user_id in people if reach.may_hold(user_id)]


EVERYBODY = (LEAD, BACKUP, FAY, GIL, CLEO, MO, ZOE, ADMIN)


async def test_a_flag_calls_the_groups_facilitators(watch: Watch) -> None:
    case = await watch.flag()
    assert watch.calls() == [("desk", None)]
    assert watch.carried[0].channel_id == watch.group.desk_id
    assert watch.carried[0].lane == 0, "the urgent lane"
    assert (await watch.view(case)).reach.people(case.at) == (FAY, GIL)
    assert await held_by(watch, case, *EVERYBODY) == [LEAD, BACKUP, FAY, GIL]


@pytest.mark.parametrize(
    ("author", "call", "may_know"),
    [
        (FAY, ("lead", None), [LEAD, BACKUP]),
        (LEAD, ("backup_alone", BACKUP), [BACKUP]),
        (BACKUP, ("desk", None), [LEAD, FAY, GIL]),
    ],
    ids=["a facilitator", "the lead", "the backup"],
)
async def test_nobody_is_asked_about_what_names_them(
    watch: Watch, author: int, call: tuple[str, int | None], may_know: list[int]
) -> None:
    case = await watch.flag(author)
    assert watch.calls() == [call]
    assert await held_by(watch, case, *EVERYBODY) == may_know
    for user_id in set(EVERYBODY) - set(may_know):
        with pytest.raises(UserError, match=r"cases\.gone"):
            await watch.take(case, user_id)
        assert await watch.cases.listing(guild_id=GUILD, actor_id=user_id, group_id=None) == []


async def test_what_names_the_backup_never_comes_to_a_channel_that_the_backup_reads(watch: Watch) -> None:
    await watch.flag(BACKUP)
    for _ in range(6):
        await watch.pass_time(days=1)
    assert {rung for rung, _ in watch.calls()} == {"desk", "lead_alone"}
    assert BACKUP not in {user_id for _, user_id in watch.calls()}
    assert await watch.kinds_told(BACKUP) == []


async def test_what_names_the_lead_never_comes_to_the_lead(watch: Watch) -> None:
    await watch.flag(LEAD, tier=3)
    for _ in range(10):
        await watch.pass_time(minutes=10)
    assert set(watch.calls()) == {("backup_alone", BACKUP)}
    assert await watch.kinds_told(LEAD) == []
    assert "cases.called" in await watch.kinds_told(BACKUP)


async def test_about_a_facilitator_goes_past_all_of_them_as_it_is_not_said_which(watch: Watch) -> None:
    case = await watch.talk(about=About.FACILITATOR)
    assert watch.calls() == [("lead", None)]
    assert await held_by(watch, case, *EVERYBODY) == [LEAD, BACKUP]


async def test_about_a_facilitator_where_the_lead_is_one_goes_to_the_backup_alone(watch: Watch) -> None:
    await watch.join(LEAD, Role.FACILITATOR)
    await watch.talk(about=About.FACILITATOR)
    assert watch.calls() == [("backup_alone", BACKUP)]


async def test_about_the_lead_stays_so_when_somebody_else_becomes_lead(watch: Watch) -> None:
    case = await watch.talk(about=About.LEAD)
    await watch.services.setup.start(
        guild_id=GUILD,
        admin_id=ADMIN,
        lead=Candidate(user_id=GIL),
        backup=Candidate(user_id=LEAD),
        zone="Europe/Berlin",
    )
    assert await held_by(watch, case, LEAD, GIL, BACKUP) == [GIL], "who is backup now is still the one it is about"


async def test_if_everybody_is_concerned_the_person_is_told_and_nothing_is_kept(watch: Watch) -> None:
    for user_id in (LEAD, BACKUP):
        await watch.join(user_id, Role.FACILITATOR)
    with pytest.raises(UserError, match="nobody_left"):
        await watch.talk(about=About.FACILITATOR)
    assert watch.calls() == []
    assert await watch.cases.listing(guild_id=GUILD, actor_id=LEAD, group_id=None) == []


async def test_where_nothing_is_set_up_the_person_is_told(watch: Watch) -> None:
    raised = Raised(guild_id=OTHER_GUILD, reporter_id=CLEO, source=From.TALK, tier=2)
    with pytest.raises(UserError, match="not_set_up"):
        await watch.cases.bring(raised)


async def test_a_group_is_asked_only_by_its_own_people(watch: Watch) -> None:
    await watch.talk(by=ZOE)
    await watch.talk(by=CLEO, group_id=None)
    await watch.talk(by=CLEO, group_id=12345)
    assert watch.calls() == [("lead", None)] * 3


async def test_places_are_the_rooms_group_or_the_persons_own(watch: Watch) -> None:
    here = await watch.cases.places(guild_id=GUILD, user_id=ZOE, channel_id=watch.group.room_id)
    assert here.here == watch.group
    elsewhere = await watch.cases.places(guild_id=GUILD, user_id=CLEO, channel_id=1)
    assert (elsewhere.here, [group.id for group in elsewhere.theirs]) == (None, [watch.group.id])
    assert (await watch.cases.places(guild_id=GUILD, user_id=ZOE, channel_id=1)).theirs == ()


async def test_flagging_a_message_again_is_one_case_and_can_make_it_sooner(watch: Watch) -> None:
    first = await watch.flag(tier=1, reason=Reason.HURTFUL)
    again = await watch.flag(by=MO, tier=3, note="please look")
    await watch.flag(by=MO, tier=0)
    assert again.id == first.id
    assert watch.calls() == [("desk", None)]
    view = await watch.view(first)
    assert (view.raised_by, view.case.tier) == (2, 3)
    await watch.pass_time(minutes=6)
    assert watch.calls() == [("desk", None), ("lead", None)]


async def test_twenty_who_flag_one_message_at_once_raise_one_case(watch: Watch) -> None:
    flagged = Flagged(channel_id=watch.group.room_id or 0, message_id=77, author_id=MO)
    raised = [
        Raised(guild_id=GUILD, reporter_id=user_id, source=From.FLAG, tier=2, flagged=flagged)
        for user_id in range(800, 820)
    ]
    brought = await asyncio.gather(*map(watch.cases.bring, raised))
    await watch.carry()
    assert len({case.id for case in brought}) == 1
    assert (await watch.view(brought[0])).raised_by == 20
    assert watch.calls() == [("desk", None)]


async def test_a_message_flagged_after_its_case_was_closed_is_a_new_case(watch: Watch) -> None:
    first = await watch.flag()
    await watch.take(first, FAY)
    await watch.cases.close(guild_id=GUILD, case_id=first.id, actor_id=FAY, outcome="talked")
    assert (await watch.flag()).id != first.id


async def test_a_message_said_to_be_about_a_facilitator_is_kept_from_the_desk_that_has_it(watch: Watch) -> None:
    at_desk = await watch.flag()
    past = await watch.flag(by=ZOE, about=About.FACILITATOR, note="not them")
    assert past.id != at_desk.id
    assert watch.calls() == [("desk", None), ("lead", None)]
    await watch.take(at_desk, FAY)
    file = await watch.cases.file(guild_id=GUILD, case_id=at_desk.id, actor_id=FAY)
    assert "not them" not in [voice.note for voice in file.voices]


async def test_an_author_who_is_found_out_later_is_gone_past_from_then_on(watch: Watch) -> None:
    case = await watch.flag(None)
    await watch.take(case, FAY)
    await watch.flag(FAY, by=MO)
    assert (await watch.read(case)).open
    assert watch.calls() == [("desk", None), ("lead", None)]
    assert await held_by(watch, case, *EVERYBODY) == [LEAD, BACKUP]


async def test_who_raised_it_is_known_to_nobody_unless_they_say_so(watch: Watch) -> None:
    case = await watch.talk(note="I'd rather not say who I am")
    await watch.take(case, FAY)
    file = await watch.cases.file(guild_id=GUILD, case_id=case.id, actor_id=FAY)
    assert [voice.user_id for voice in file.voices] == [None]
    assert await watch.cases.give_name(guild_id=GUILD, case_id=case.id, user_id=CLEO)
    assert not await watch.cases.give_name(guild_id=GUILD, case_id=case.id, user_id=CLEO), "asked once"
    assert not await watch.cases.give_name(guild_id=GUILD, case_id=case.id, user_id=MO), "not theirs"
    file = await watch.cases.file(guild_id=GUILD, case_id=case.id, actor_id=FAY)
    assert [voice.user_id for voice in file.voices] == [CLEO]


@pytest.mark.parametrize(
    ("what", "tier"),
    [
        (Reason.DANGER, 3),
        (Reason.WORRIED, 2),
        (Reason.OTHER, 2),
        (Reason.METHODS, 1),
        (Reason.AGREEMENT, 0),
        (Urgency.MIGHT_ACT, 3),
        (Urgency.CALM, 2),
    ],
)
def test_how_soon_follows_from_what_was_chosen(what: Reason | Urgency, tier: int) -> None:
    assert what.tier == tier
