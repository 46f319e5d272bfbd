"""Asking to join and being answered, also by two at once."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.errors import UserError
from bot.features.groups import Group, Member, Mode, Place, Reason
from bot.features.groups.model import Candidate, Plan
from bot.features.guidelines.posting import PIN
from bot.storage import Tx
from tests.features.groups.village import CLEO, FAY, GIL, GUILD, MO, Village


def plan_of(**options: object) -> Plan:
    return Plan(name="Evening", facilitators=(Candidate(user_id=FAY), Candidate(user_id=GIL)), **options)  # pyright: ignore[reportArgumentType]


async def refusal(village: Village, group: Group, user_id: int) -> str:
    with pytest.raises(UserError) as refused:
        await village.ask(group, user_id)
    return refused.value.key


async def test_who_is_welcomed_is_a_member_with_what_they_agreed_to_and_is_told(village: Village, clock) -> None:
    group = await village.found()
    joined: list[Member] = []

    async def remember(tx: Tx, member: Member) -> None:
        joined.append(member)

    village.groups.joined.append(remember)
    request = await village.ask(group, CLEO)
    asked_at = clock()
    clock.step(hours=5)
    member = await village.welcome(group, request)
    assert joined == [member]
    assert (member.consent_version, member.agreement_version, member.agreed_at) == ("c1", "v1", asked_at)
    assert await village.told(CLEO) == [], "the room is not open to them yet"
    await village.carry()
    assert await village.kinds_told(CLEO) == ["groups.welcomed"]
    assert await village.may_enter(group, CLEO)
    assert not await village.may_enter(group, CLEO, Place.DESK)


async def test_of_two_facilitators_at_once_one_lets_in_and_one_is_told(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO)
    outcomes = await asyncio.gather(
        village.welcome(group, request, by=FAY), village.welcome(group, request, by=GIL), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, UserError)]
    assert [error.key for error in refused] == ["groups.already_answered"]
    await village.carry()
    assert await village.kinds_told(CLEO) == ["groups.welcomed"]


async def test_welcome_and_not_now_at_once_leave_one_answer(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO)
    which = {"guild_id": GUILD, "group_id": group.id, "request_id": request}
    await asyncio.gather(
        village.requests.welcome(**which, actor_id=FAY),
        village.requests.decline(**which, actor_id=GIL, reason=Reason.SIZE),
        return_exceptions=True,
    )
    await village.carry()
    told = await village.kinds_told(CLEO)
    assert len(told) == 1
    assert await village.may_enter(group, CLEO) == (told == ["groups.welcomed"])


async def test_the_last_place_is_given_once(village: Village) -> None:
    group = await village.found(plan_of(capacity=1))
    first, second = await village.ask(group, CLEO), await village.ask(group, MO)
    outcomes = await asyncio.gather(
        village.welcome(group, first), village.welcome(group, second), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, UserError)]
    assert [error.key for error in refused] == ["groups.full_for_facilitator"]
    assert await village.may_enter(group, CLEO) != await village.may_enter(group, MO)


async def test_not_now_is_kind_private_and_not_for_ever(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO)
    await village.requests.decline(
        guild_id=GUILD, group_id=group.id, request_id=request, actor_id=FAY, reason=Reason.TIMING
    )
    await village.carry()
    (word,) = await village.told(CLEO)
    assert (word.kind, word.params["reason"]) == ("groups.declined", "timing")
    assert not await village.may_enter(group, CLEO)
    assert await village.ask(group, CLEO) != request


async def test_asking_twice_and_asking_as_a_member_change_nothing(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO)
    assert await refusal(village, group, CLEO) == "groups.already_asked"
    await village.welcome(group, request)
    assert await refusal(village, group, CLEO) == "groups.already_in"
    assert await refusal(village, group, FAY) == "groups.already_in"


async def test_who_takes_a_request_back_may_ask_again_and_nobody_lets_them_in_meanwhile(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO)
    await village.carry()
    which = {"guild_id": GUILD, "group_id": group.id, "user_id": CLEO}
    taken, let_in = await asyncio.gather(
        village.requests.take_back(**which), village.welcome(group, request), return_exceptions=True
    )
    (lost,) = [outcome for outcome in (taken, let_in) if isinstance(outcome, UserError)]
    assert lost.key in ("groups.already_answered", "groups.not_asked")
    with pytest.raises(UserError):
        await village.requests.take_back(**which)
    if taken is None:
        assert await village.ask(group, CLEO) != request


async def test_ten_presses_of_send_make_one_request(village: Village) -> None:
    group = await village.found()
    outcomes = await asyncio.gather(*(village.ask(group, CLEO) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(outcome, UserError) for outcome in outcomes) == 9
    assert village.kinds().count("groups.card") == 1


async def test_a_full_group_is_listed_as_full_and_can_be_asked(village: Village) -> None:
    group = await village.found(plan_of(capacity=1))
    (listing,) = await village.requests.listings(guild_id=GUILD, user_id=CLEO)
    assert not listing.full
    await village.join(group, MO)
    (listing,) = await village.requests.listings(guild_id=GUILD, user_id=CLEO)
    assert listing.full
    assert await village.ask(group, CLEO)


async def test_a_closed_group_takes_people_until_it_begins(village: Village, clock) -> None:
    group = await village.found(plan_of(mode=Mode.CLOSED, joins_until="24 November"))
    assert await village.ask(group, CLEO)
    clock.step(days=3)
    assert await refusal(village, group, MO) == "groups.closed_to_new"
    assert await village.requests.listings(guild_id=GUILD, user_id=MO) == []


async def test_a_window_opens_and_closes_by_the_days_of_the_servers_zone(village: Village, clock) -> None:
    group = await village.found(plan_of(mode=Mode.WINDOWS, joins_from="24 November", joins_until="25 November"))
    assert await refusal(village, group, CLEO) == "groups.outside_window"
    clock.step(days=1, hours=11, minutes=30)  # 23:30 UTC on the 23rd is half past midnight on the 24th in Berlin
    assert await village.ask(group, CLEO)
    clock.step(days=2)
    assert await refusal(village, group, MO) == "groups.outside_window"


async def test_a_group_that_is_being_made_or_is_not_there_cannot_be_asked(village: Village) -> None:
    village.refusing["groups.desk"] = "forbidden"
    group = await village.found()
    assert await refusal(village, group, CLEO) == "groups.not_open_yet"
    with pytest.raises(UserError) as refused:
        await village.requests.may_ask(guild_id=GUILD, group_id=group.id + 1, user_id=CLEO)
    assert refused.value.key == "groups.gone"
    with pytest.raises(UserError) as refused:
        await village.requests.may_ask(guild_id=GUILD + 1, group_id=group.id, user_id=CLEO)
    assert refused.value.key == "groups.gone", "another server's group is not there"


async def test_a_request_is_answered_through_its_own_group_only(village: Village) -> None:
    group = await village.found()
    other = await village.found(Plan(name="Other", facilitators=(Candidate(user_id=MO),)))
    request = await village.ask(group, CLEO)
    with pytest.raises(UserError) as refused:
        await village.welcome(other, request, by=MO)
    assert refused.value.key == "groups.request_gone"


async def test_the_tick_for_direct_messages_is_what_the_newest_form_says(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO, may_message=True)

    async def purposes() -> set[str]:
        async with village.db.read() as tx:
            return await village.inbox.purposes(tx, guild_id=GUILD, user_id=CLEO)

    assert await purposes() == {"joining"}
    await village.requests.decline(
        guild_id=GUILD, group_id=group.id, request_id=request, actor_id=FAY, reason=Reason.OTHER
    )
    await village.ask(group, CLEO, may_message=False)
    assert await purposes() == set()


async def test_a_card_that_cannot_be_posted_is_told_and_posted_once_it_can_be(village: Village) -> None:
    group = await village.found()
    village.refusing["groups.card"] = "forbidden"
    await village.ask(group, CLEO)
    assert await village.kinds_told(CLEO) == ["groups.card_failed"]
    assert [post.params["about"] for post in await village.told_in_safeguarding()] == ["groups.trouble_card"]
    village.refusing.clear()
    assert await village.setup.again(GUILD) == 1
    (card,) = [errand for errand in await village.carry() if errand.kind == "groups.card"]
    await village.welcome(group, int(str(card.params["request"])))
    assert await village.may_enter(group, CLEO)


async def test_access_that_discord_refuses_is_told_to_desk_and_member_and_mended(village: Village) -> None:
    group = await village.found()
    village.refusing["groups.access"] = "forbidden"
    await village.join(group, CLEO)
    assert await village.kinds_told(CLEO) == ["groups.access_failed"]
    (trouble,) = [errand for errand in village.carried if errand.kind == "groups.trouble"]
    assert (trouble.channel_id, trouble.params["about"], trouble.params["user"]) == (
        group.desk_id,
        "groups.trouble_access",
        CLEO,
    )
    village.refusing.clear()
    await village.setup.again(GUILD)
    await village.carry()
    assert await village.kinds_told(CLEO) == ["groups.access_failed", "groups.welcomed"]


async def test_the_listing_says_where_somebody_is_and_waits(village: Village) -> None:
    group = await village.found()
    (listing,) = await village.requests.listings(guild_id=GUILD, user_id=CLEO)
    assert (listing.inside, listing.asked) == (False, False)
    request = await village.ask(group, CLEO)
    (listing,) = await village.requests.listings(guild_id=GUILD, user_id=CLEO)
    assert (listing.inside, listing.asked) == (False, True)
    await village.welcome(group, request)
    (listing,) = await village.requests.listings(guild_id=GUILD, user_id=CLEO)
    assert (listing.inside, listing.asked) == (True, False)


async def pass_days(village: Village, days: float) -> list[str]:
    """Let time go by with what is due in it; gives the kinds of what was carried then, but for the daily look."""
    return [errand.kind for errand in await village.pass_time(days=days) if errand.kind != PIN]


async def test_a_request_that_nobody_answers_is_closed_with_a_kind_word(village: Village) -> None:
    group = await village.found()
    request = await village.ask(group, CLEO)
    assert await pass_days(village, 59.9) == []
    assert await village.told(CLEO) == []
    assert await pass_days(village, 0.2) == ["groups.answered_card"]
    assert await village.kinds_told(CLEO) == ["groups.unanswered"]
    with pytest.raises(UserError) as refused:
        await village.welcome(group, request)
    assert refused.value.key == "groups.already_answered"
    assert await village.ask(group, CLEO) != request


async def test_a_request_that_was_answered_is_left_as_it_is(village: Village) -> None:
    group = await village.found()
    await village.join(group, CLEO)
    assert await pass_days(village, 61) == []
    assert "groups.unanswered" not in await village.kinds_told(CLEO)
    assert await village.may_enter(group, CLEO)


async def test_a_card_that_was_refused_is_waited_for_no_more_once_nobody_asks(village: Village) -> None:
    group = await village.found()
    village.refusing["groups.card"] = "forbidden"
    await village.ask(group, CLEO)
    assert len((await village.setup.health(GUILD)).setbacks) == 1
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, CLEO)
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_a_new_member_is_told_once_though_their_access_is_looked_at_while_it_is_on_its_way(
    village: Village,
) -> None:
    group = await village.found()
    member = await village.welcome(group, await village.ask(group, CLEO))
    for _ in range(2):
        async with village.db.begin() as tx:
            await village.groups.rooms.look_again(tx, group, member)
        await village.carry()
    assert await village.kinds_told(CLEO) == ["groups.welcomed"]
