"""A lead who holds a meeting of a group: let in for it, out again after it, and never counted on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from bot.core.errors import UserError
from bot.features.groups import Role
from bot.features.groups.model import Member
from bot.features.meetings import store as meetings_store
from bot.storage import Database, Tx
from tests.conftest import StepClock
from tests.features.meetings.house import BACKUP, FACILITATOR, GUILD, LEAD
from tests.features.meetings.keeping import DAY, HOUR, MINUTE, TUESDAY, Keeping


@pytest.fixture
async def house(db: Database, clock: StepClock) -> AsyncGenerator[Keeping]:
    made = Keeping(db, clock)
    await made.found()
    yield made
    await made.empty()


async def test_a_change_of_how_it_is_called_or_how_long_it_lasts_leaves_it_held(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.covers(occasion, LEAD)
    async with house.db.begin() as tx:
        now = await house.now(occasion)
        change = replace(now.change, title="Another", minutes=180, revision=now.change.revision + 1)
        await house.meetings._course.plan(tx, await meetings_store.change(tx, now.meeting, change))
    await house.settle()
    assert await house.holding(occasion) == {LEAD}
    await house.until(TUESDAY + 3 * HOUR + 2 * HOUR)
    assert await house.role(LEAD) is Role.FACILITATOR, "until some hours after its end, which is later now"
    await house.until(TUESDAY + 6 * HOUR)
    assert await house.role(LEAD) is None


async def test_a_lead_who_covers_it_is_in_the_group_for_as_long_as_it_takes(house: Keeping) -> None:
    occasion = await house.weekly()
    left: list[int] = []

    async def note(_: Tx, member: Member) -> None:
        left.append(member.user_id)

    await house.until(TUESDAY - DAY)
    house.groups.left.append(note)
    for _ in range(2):
        await house.covers(occasion, BACKUP)
    await house.settle()
    assert house.opened_to(BACKUP) == {"room", "desk"}
    roll = await house.groups.watch.roll(GUILD)
    assert roll is not None
    declared = {member.user_id: member.role for _, members in roll.groups for member in members}
    assert declared[BACKUP] is Role.FACILITATOR, "what is declared is no drift"
    await house.until(TUESDAY + HOUR)
    assert house.asked() == [("backup", TUESDAY - DAY)]
    assert await house.role(BACKUP) is Role.FACILITATOR
    end = occasion.ends_at + 3 * HOUR
    await house.until(end - MINUTE)
    assert left == []
    house.start()
    house.groups.left.append(note)
    for _ in range(2):
        await house.until(end)
        house.start()
        await house.settle()
    assert left == [BACKUP]
    assert await house.role(BACKUP) is None
    assert house.of("groups.trouble") == [], "no group has lost a facilitator by that"


async def test_the_group_does_not_count_on_who_covers_a_meeting(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.covers(occasion, LEAD)
    which = {"guild_id": GUILD, "group_id": house.group.id}
    with pytest.raises(UserError, match=r"groups\.sole_facilitator"):
        await house.groups.leave(**which, user_id=FACILITATOR)
    await house.groups.leave(**which, user_id=LEAD)
    assert await house.holding(occasion) == set()
    await house.covers(occasion, LEAD)
    await house.groups.gone(guild_id=GUILD, user_id=LEAD)
    await house.carry()
    assert house.of("groups.trouble") == []
    await house.groups.gone(guild_id=GUILD, user_id=FACILITATOR)
    await house.carry()
    assert len(house.of("groups.trouble")) == 1, "the group has nobody any more"


async def test_nobody_more_than_needed_is_let_in(house: Keeping) -> None:
    occasion = await house.weekly()
    outcomes = await asyncio.gather(
        house.covers(occasion, LEAD), house.covers(occasion, BACKUP), return_exceptions=True
    )
    (refused,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, UserError)
    assert refused.key == "meetings.cover_taken"
    assert [await house.role(user_id) for user_id in (LEAD, BACKUP)].count(Role.FACILITATOR) == 1


async def test_who_comes_to_the_group_for_themselves_is_not_asked_to_lead_it(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(BACKUP)
    await house.until(TUESDAY - DAY)
    assert [task for task, _ in house.asked()] == ["lead"]
    with pytest.raises(UserError, match=r"meetings\.cover_inside"):
        await house.covers(occasion, BACKUP)
    assert await house.role(BACKUP) is Role.MEMBER


async def test_a_lead_who_facilitates_the_group_only_says_so(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(LEAD, Role.FACILITATOR)
    await house.there(occasion)
    await house.covers(occasion, LEAD)
    assert await house.holding(occasion) == {FACILITATOR, LEAD}
    await house.until(TUESDAY + DAY)
    assert await house.role(LEAD) is Role.FACILITATOR


async def test_who_looks_for_somebody_is_shown_and_the_asking_goes_on(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.until(TUESDAY - DAY)
    await house.looks(occasion, BACKUP)
    await house.settle()
    assert len(house.of("meetings.cover_shown")) >= 1
    assert (await house.meetings.cover.covered(await house.now(occasion))).looking == (BACKUP,)
    await house.until(TUESDAY - HOUR)
    assert [task for task, _ in house.asked()] == ["backup", "lead"]
    await house.groups.gone(guild_id=GUILD, user_id=BACKUP)
    await house.until(TUESDAY)
    assert await house.off(occasion)


async def test_a_meeting_that_is_off_lets_go_of_who_was_to_cover_it(house: Keeping) -> None:
    occasion = await house.weekly()
    for ends in ("called off", "taken back", "archived"):
        await house.covers(occasion, LEAD)
        assert await house.role(LEAD) is Role.FACILITATOR
        if ends == "taken back":
            await house.cannot(occasion, LEAD)
        elif ends == "archived":
            await house.groups.archive.archive(guild_id=GUILD, group_id=house.group.id, actor_id=FACILITATOR)
        else:
            async with house.db.begin() as tx:
                await house.meetings.changes.call_off(tx, await house.now(occasion), "other", actor_id=FACILITATOR)
        await house.settle()
        assert await house.role(LEAD) is None, ends
        if ends == "called off":
            coming = await house.meetings.coming(guild_id=GUILD, group_id=house.group.id)
            occasion = coming[0]


async def test_who_covers_two_meetings_stays_for_the_second(house: Keeping) -> None:
    first = await house.weekly()
    second = await house.schedule("Another", starts="tue 22:00")
    await house.covers(first, LEAD)
    await house.covers(second, LEAD)
    await house.until(first.ends_at + 3 * HOUR)
    assert await house.role(LEAD) is Role.FACILITATOR
    await house.until(second.ends_at + 3 * HOUR)
    assert await house.role(LEAD) is None
