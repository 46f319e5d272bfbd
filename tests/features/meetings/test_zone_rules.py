"""New rules of time zones: what is ahead is planned anew, and nothing is said twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from tzdata import IANA_VERSION

from bot.core.calendar import Repeat
from bot.features.meetings import store as meetings_store
from bot.features.meetings.changes.store import rules
from bot.timers.store import timers
from tests.conftest import StepClock
from tests.features.meetings.house import House
from tests.features.privacy.full_house import open_house, settings_on

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


async def test_new_rules_of_zones_plan_what_is_ahead_anew_and_say_nothing_twice(house: House) -> None:
    await house.meetings.zones.begin("2026a")
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    await house.until(TUESDAY - 3 * HOUR)
    async with house.db.begin() as tx:
        wrong = {"due_at": TUESDAY + HOUR, "next_try_at": TUESDAY + HOUR}
        await tx.execute(sa.update(timers).where(timers.c.kind == "meetings.next").values(wrong))
    house.start()
    await house.meetings.zones.begin("2026a")
    await house.due()
    assert [key for key, _ in house.reminded] == ["2026-11-24:24h"]
    await house.meetings.zones.begin("2026b")
    await house.until(TUESDAY + WEEK)
    assert house.reminded == [
        ("2026-11-24:24h", TUESDAY - DAY),
        ("2026-11-24:1h", TUESDAY - HOUR),
        ("2026-12-01:24h", TUESDAY + WEEK - DAY),
        ("2026-12-01:1h", TUESDAY + WEEK - HOUR),
    ]


async def test_what_was_answered_is_kept_until_the_end_that_new_rules_give(house: House) -> None:
    await house.meetings.zones.begin("2026a")
    occasion = await house.schedule(starts="tue 19:00")
    await house.until(TUESDAY - 3 * HOUR)
    async with house.db.begin() as tx:
        early = occasion.ends_at - 3 * HOUR  # as it was before the rules were changed
        await tx.execute(sa.update(meetings_store.posts).values(ends_at=early))
    await house.meetings.zones.begin("2026b")
    await house.until(TUESDAY + HOUR / 2)
    card = {"guild_id": occasion.meeting.guild_id, "meeting_id": occasion.meeting.id, "day": occasion.day}
    assert await house.meetings.card(**card) is not None


async def test_a_start_remembers_by_which_rules_of_zones_it_plans(
    database_url: str, tmp_path: Path, clock: StepClock
) -> None:
    async with open_house(settings_on(database_url, tmp_path), clock) as services, services.db.read() as tx:
        assert await rules(tx) == IANA_VERSION
