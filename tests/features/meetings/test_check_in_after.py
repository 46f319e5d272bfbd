"""The check-in after a meeting: with the close or not at all, in the bot as it is put together."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import UserError
from bot.core.ids import new_id
from bot.features.groups import Group, Member, MemberState, Role
from bot.features.groups.model import Candidate, Plan
from bot.features.groups.store import put_member
from bot.features.meetings import Proposal
from bot.services import Services
from bot.storage import Tx
from tests.conftest import StepClock
from tests.features.privacy.full_house import open_house, pass_time, settings_on
from tests.features.setup.test_presence import FAY, GUILD, LEAD, carry, set_up


@pytest.fixture
async def services(database_url: str, tmp_path: Path, clock: StepClock) -> AsyncGenerator[Services]:
    async with open_house(settings_on(database_url, tmp_path), clock) as opened:
        yield opened


async def evening(services: Services, clock: StepClock, members: int) -> dict[str, Any]:
    """A meeting that is open, in a group of so many members; gives who can close it."""
    await set_up(services, GUILD)
    await carry(services)
    plan = Plan(name="Evening", facilitators=(Candidate(user_id=FAY),))
    group = await services.groups.create(guild_id=GUILD, actor_id=LEAD, plan=plan)
    await carry(services)
    async with services.db.begin() as tx:
        for number in range(members):
            await put_member(tx, member_of(group, 40_000 + number, clock))
    which: dict[str, Any] = {"guild_id": GUILD, "group_id": group.id, "user_id": FAY}
    await meet(services, clock, which)
    return which


async def meet(services: Services, clock: StepClock, which: dict[str, Any]) -> None:
    """A meeting is planned and opened."""
    starts = f"{clock() + timedelta(minutes=30):%Y-%m-%d %H:%M}"
    there = {"guild_id": which["guild_id"], "group_id": which["group_id"]}
    proposed = await services.meetings.propose(**there, proposal=Proposal(title="Circle", starts=starts))
    await services.meetings.schedule(**which, meeting_id=proposed.meeting.id)
    await services.meetings.running.start(**which, alone=True)
    await carry(services)


def member_of(group: Group, user_id: int, clock: StepClock) -> Member:
    return Member(
        id=new_id(),
        guild_id=GUILD,
        group_id=group.id,
        user_id=user_id,
        role=Role.MEMBER,
        state=MemberState.ACTIVE,
        joined_at=clock(),
        left_at=None,
        consent_version="c1",
        agreement_version="v1",
        agreed_at=clock(),
    )


def posted(kinds: list[Any]) -> list[str]:
    return [errand.kind for errand in kinds if errand.kind in ("meetings.closer", "checkins.opened")]


async def test_the_one_that_the_operator_named_is_opened_after_the_closer(services: Services, clock: StepClock) -> None:
    which = await evening(services, clock, members=7)
    closing = await services.meetings.running.close(**which)
    assert (closing.asked, closing.refused) == (True, None)
    assert posted(await carry(services)) == ["meetings.closer", "checkins.opened"]
    opened = await services.checkins.open_in(guild_id=GUILD, group_id=which["group_id"])
    assert opened is not None and opened.asked.id == "meeting_climate"
    await services.checkins.may_answer(guild_id=GUILD, group_id=which["group_id"], checkin_id=opened.id, user_id=40_000)


async def test_too_few_are_not_asked_and_the_facilitator_is_told_why(services: Services, clock: StepClock) -> None:
    which = await evening(services, clock, members=3)
    closing = await services.meetings.running.close(**which)
    assert closing.refused is not None and closing.refused.key == "checkins.too_few"
    assert posted(await carry(services)) == ["meetings.closer"]


async def test_a_close_that_is_not_kept_opens_no_check_in_and_the_next_press_does_both(
    services: Services, clock: StepClock
) -> None:
    which = await evening(services, clock, members=7)

    async def stop(tx: Tx, group: Group, template: str, user_id: int) -> None:
        raise ConnectionError

    services.meetings.running.afterwards.append(stop)
    with pytest.raises(ConnectionError):
        await services.meetings.running.close(**which)
    assert posted(await carry(services)) == []
    assert await services.checkins.open_in(guild_id=GUILD, group_id=which["group_id"]) is None
    services.meetings.running.afterwards.remove(stop)
    assert (await services.meetings.running.close(**which)).asked
    assert posted(await carry(services)) == ["meetings.closer", "checkins.opened"]
    assert len(list(services.settings.checkins_dir.iterdir())) == 2


async def test_what_follows_the_meetings_of_a_group_by_its_own_wish_comes_before_the_operators_choice(
    services: Services, clock: StepClock
) -> None:
    which = await evening(services, clock, members=7)
    own = replace(services.checkins.templates["meeting_climate"], id="own", title="Our own")
    services.checkins.templates["own"] = own
    await services.checkins.rhythms.schedule(**which, template="own", every="meeting", closes="3 h")
    assert (await services.meetings.running.close(**which)).asked
    opened = await services.checkins.open_in(guild_id=GUILD, group_id=which["group_id"])
    assert opened is not None
    assert (opened.asked.id, opened.closes_at) == ("own", clock() + timedelta(hours=3))


async def test_once_a_meeting_means_from_one_meeting_to_the_next(services: Services, clock: StepClock) -> None:
    which = await evening(services, clock, members=7)
    shipped = services.checkins.templates["meeting_climate"]
    services.checkins.templates["meeting_climate"] = replace(shipped, apart=None)
    assert (await services.meetings.running.close(**which)).asked
    await pass_time(services, clock, days=10)
    await carry(services)
    asking = services.checkins.open(**which, template="meeting_climate")
    with pytest.raises(UserError, match="once_a_meeting"):
        await asking
    await meet(services, clock, which)
    assert (await services.meetings.running.close(**which)).asked
