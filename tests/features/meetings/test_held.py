"""When a group has last met, for those who ask it something once a meeting."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.features.meetings.changes.model import Doing, Typed
from tests.features.meetings.house import FACILITATOR, GUILD, House


async def last_met(house: House) -> datetime | None:
    async with house.db.read() as tx:
        return await house.meetings.held.last_met(tx, house.group)


async def test_a_group_that_has_only_planned_a_meeting_has_not_met(house: House) -> None:
    assert await last_met(house) is None
    occasion = await house.schedule(starts="2026-12-01 19:00")
    await house.until(occasion.starts_at - timedelta(seconds=1))
    assert await last_met(house) is None


async def test_it_has_met_from_the_start_on_though_nobody_opens_it_here(house: House) -> None:
    occasion = await house.tonight(repeat="weekly")
    for instant in (occasion.starts_at, occasion.starts_at + timedelta(days=3)):
        await house.until(instant)
        assert await last_met(house) == occasion.starts_at
    await house.until(occasion.starts_at + timedelta(days=7, minutes=5))
    assert await last_met(house) == occasion.starts_at + timedelta(days=7)


async def test_one_that_is_opened_early_is_one_meeting(house: House) -> None:
    occasion = await house.schedule(starts="2026-12-01 19:00")
    await house.until(occasion.starts_at - timedelta(minutes=20))
    await house.open()
    early = house.clock.now
    assert await last_met(house) == early
    await house.close()
    await house.until(occasion.ends_at + timedelta(days=1))
    assert await last_met(house) == early


async def test_what_is_called_off_is_not_held_and_that_stays_known(house: House) -> None:
    occasion = await house.tonight(repeat="weekly")
    await house.until(occasion.starts_at + timedelta(days=1))
    following = occasion.starts_at + timedelta(days=7)
    typed = Typed(doing=Doing.SKIP, meeting_id=occasion.meeting.id, day=following.date())
    preview = await house.meetings.changes.propose(guild_id=GUILD, group_id=house.group.id, typed=typed)
    await house.meetings.changes.confirm(
        guild_id=GUILD, group_id=house.group.id, draft_id=preview.draft_id, actor_id=FACILITATOR
    )
    await house.until(following + timedelta(days=4))
    assert await last_met(house) == occasion.starts_at


async def test_in_a_break_nobody_meets(house: House) -> None:
    occasion = await house.tonight(repeat="weekly")
    await house.until(occasion.starts_at + timedelta(days=1))
    which = {"guild_id": GUILD, "group_id": house.group.id, "actor_id": FACILITATOR}
    await house.groups.breaks.begin(**which, until=None)
    await house.until(occasion.starts_at + timedelta(days=9))
    await house.groups.breaks.end(**which)
    assert await last_met(house) == occasion.starts_at
