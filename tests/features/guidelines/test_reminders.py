"""Reminders of the agreement: on the group's own clocks, once each, and not when they would be noise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.errors import UserError
from bot.features.groups import Group
from bot.features.groups.model import GroupState
from bot.outbox import Errand
from tests.features.groups.village import GUILD, Village
from tests.features.guidelines.test_asking import settle
from tests.features.guidelines.test_guidelines import post
from tests.features.guidelines.test_looking_after import becomes

BERLIN = ZoneInfo("Europe/Berlin")


async def remind(village: Village, group: Group, weeks: int) -> datetime | None:
    return await village.guidelines.reminding.every(guild_id=GUILD, group_id=group.id, weeks=weeks)


async def until(village: Village, instant: datetime) -> list[Errand]:
    """Let time pass; gives the reminders that came by then."""
    village.carried.clear()
    village.clock.now = instant
    await settle(village)
    return [errand for errand in village.carried if errand.kind == "guidelines.reminder"]


async def test_it_comes_at_ten_on_the_groups_clocks_whatever_they_are_changed_to(village: Village) -> None:
    """The clocks there go forward on 28 March 2027, between the fourth and the fifth."""
    group = await village.found()
    coming = await remind(village, group, 4)
    assert coming is not None
    assert coming.astimezone(BERLIN) == datetime(2026, 12, 20, 10, tzinfo=BERLIN)
    came: list[datetime] = []
    for number in range(5):
        due = coming.astimezone(BERLIN) + timedelta(weeks=4 * number)
        assert await until(village, due.astimezone(UTC) - timedelta(seconds=1)) == []
        (reminder,) = await until(village, due.astimezone(UTC))
        assert reminder.channel_id == group.room_id
        assert await until(village, due.astimezone(UTC) + timedelta(seconds=1)) == []
        came.append(due)
    assert {one.hour for one in came} == {10}
    assert len({one.utcoffset() for one in came}) == 2


async def test_a_restart_changes_nothing_and_never_is_never(village: Village) -> None:
    group = await village.found()
    coming = await remind(village, group, 8)
    assert coming is not None
    village.start()
    assert len(await until(village, coming)) == 1
    assert await remind(village, group, 0) is None
    assert await until(village, coming + timedelta(weeks=30)) == []


async def test_none_comes_within_three_days_of_a_posting(village: Village) -> None:
    group = await village.found()
    coming = await remind(village, group, 4)
    assert coming is not None
    await until(village, coming - timedelta(days=2))
    await post(village, group)
    await village.carry()
    assert await until(village, coming) == []
    assert len(await until(village, coming + timedelta(weeks=4))) == 1


async def test_a_break_has_none_and_the_rhythm_goes_on_after_it(village: Village) -> None:
    group = await village.found()
    coming = await remind(village, group, 4)
    assert coming is not None
    await becomes(village, group, GroupState.OPEN, GroupState.PAUSED)
    assert await until(village, coming) == []
    await becomes(village, group, GroupState.PAUSED, GroupState.OPEN)
    assert len(await until(village, coming + timedelta(weeks=4))) == 1


async def test_an_archive_has_none_and_restoring_begins_the_rhythm_anew(village: Village) -> None:
    group = await village.found()
    coming = await remind(village, group, 4)
    assert coming is not None
    await becomes(village, group, GroupState.OPEN, GroupState.ARCHIVED)
    assert await until(village, coming) == []
    with pytest.raises(UserError, match="no_room"):
        await remind(village, group, 4)
    await becomes(village, group, GroupState.ARCHIVED, GroupState.OPEN)
    async with village.db.begin() as tx:
        for announce in village.groups.restored:
            await announce(tx, group)
    assert len(await until(village, village.clock() + timedelta(weeks=4))) == 1


async def test_one_that_is_a_day_late_is_not_sent_and_of_several_missed_none(village: Village) -> None:
    group = await village.found()
    coming = await remind(village, group, 4)
    assert coming is not None
    assert await until(village, coming + timedelta(weeks=9)) == []
    assert len(await until(village, coming + timedelta(weeks=12))) == 1


async def test_one_that_is_refused_is_told_on_the_desk(village: Village) -> None:
    group = await village.found()
    coming = await remind(village, group, 4)
    assert coming is not None
    village.refusing["guidelines.reminder"] = "forbidden"
    await until(village, coming)
    (told,) = [errand for errand in village.carried if errand.kind == "groups.trouble"]
    assert (told.channel_id, told.params["about"]) == (group.desk_id, "guidelines.trouble_reminder")
