"""Reminders come once, in time, whatever happened before; one that could not come is told to someone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.calendar import Repeat
from bot.features.groups import GroupState
from bot.features.groups.store import set_state
from bot.features.meetings import Choice, Numbers
from bot.inbox.model import Kept
from bot.outbox import Lane
from bot.timers.store import next_at
from tests.features.meetings.house import GUILD, LEAD, House

# 19:00 in Berlin; the clocks go back on 25 October and forward on 28 March
TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def _pause(house: House, before: GroupState, after: GroupState) -> None:
    async with house.db.begin() as tx:
        await set_state(tx, house.group.id, before=before, after=after)


async def _told_to_lead(house: House) -> list[Kept]:
    return await house.inbox.all_of(guild_id=GUILD, user_id=LEAD)


async def test_a_day_and_an_hour_before(house: House) -> None:
    await house.schedule(starts="tue 19:00")
    await house.until(TUESDAY + 30 * DAY)
    assert house.reminded == [("2026-11-24:24h", TUESDAY - DAY), ("2026-11-24:1h", TUESDAY - HOUR)]


async def test_a_weekly_meeting_keeps_its_place_on_the_wall_when_the_clocks_change(house: House) -> None:
    await house.schedule(starts="2027-03-23 19:00", repeat=Repeat.WEEKLY, until="2027-04-06")
    await house.until(datetime(2027, 5, 1, tzinfo=UTC))
    assert [at for key, at in house.reminded if key.endswith(":1h")] == [
        datetime(2027, 3, 23, 17, 0, tzinfo=UTC),
        datetime(2027, 3, 30, 16, 0, tzinfo=UTC),
        datetime(2027, 4, 6, 16, 0, tzinfo=UTC),
    ]


async def test_of_reminders_that_are_all_late_only_the_latest_comes(house: House) -> None:
    await house.schedule(starts="tue 19:00")
    house.clock.now = TUESDAY - timedelta(minutes=20)
    house.start()
    await house.due()
    assert house.reminded == [("2026-11-24:1h", house.clock())]


async def test_a_late_boot_still_sends_the_one_that_is_due(house: House) -> None:
    await house.schedule(starts="tue 19:00")
    house.clock.now = TUESDAY - 5 * HOUR
    house.start()
    await house.until(TUESDAY)
    assert house.reminded == [("2026-11-24:24h", TUESDAY - 5 * HOUR), ("2026-11-24:1h", TUESDAY - HOUR)]


async def test_a_meeting_that_has_begun_is_not_spoken_of_and_the_desk_is_told(house: House) -> None:
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    house.clock.now = TUESDAY + timedelta(seconds=1)
    house.start()
    await house.due()
    assert house.reminded == []
    (told,) = house.of("meetings.undelivered")
    assert told.key.endswith(":2026-11-24:1h")
    await house.until(TUESDAY + 7 * DAY)
    assert [key for key, _ in house.reminded] == ["2026-12-01:24h", "2026-12-01:1h"]


async def test_after_a_month_away_the_desk_is_told_once(house: House) -> None:
    await house.schedule(starts="tue 19:00", repeat=Repeat.DAILY)
    house.clock.now = TUESDAY + 30 * DAY + HOUR
    house.start()
    await house.due()
    assert len(house.of("meetings.undelivered")) == 1


async def test_a_meeting_planned_at_short_notice_is_spoken_of_at_once(house: House) -> None:
    house.clock.now = TUESDAY - timedelta(minutes=30)
    await house.schedule(starts="today 19:00")
    await house.until(TUESDAY + DAY)
    assert house.reminded == [("2026-11-24:1h", TUESDAY - timedelta(minutes=30))]


async def test_a_weekly_meeting_with_a_long_notice_is_spoken_of_once_at_first(db, clock) -> None:
    house = House(db, clock, reminders=(timedelta(weeks=4),))
    await house.found()
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    await house.due()
    assert [key for key, _ in house.reminded] == ["2026-11-24:28d"]


async def test_without_reminders_nothing_is_posted_and_later_ones_still_can_be(db, clock) -> None:
    house = House(db, clock, reminders=())
    await house.found()
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    await house.until(TUESDAY + DAY)
    assert house.carried == []
    house.reminders = (HOUR,)
    house.start()
    await house.until(TUESDAY + 15 * DAY)
    assert house.reminded == [("2026-12-08:1h", TUESDAY + 14 * DAY - HOUR)]


async def test_seconds_and_weeks_are_lengths_as_good_as_hours(db, clock) -> None:
    house = House(db, clock, reminders=(timedelta(weeks=1), timedelta(seconds=90)))
    await house.found()
    await house.schedule(starts="2026-12-08 19:00")
    start = TUESDAY + 14 * DAY
    await house.until(start + DAY)
    assert house.reminded == [
        ("2026-12-08:7d", start - 7 * DAY),
        ("2026-12-08:90s", start - timedelta(seconds=90)),
    ]


async def test_a_paused_group_hears_nothing_and_goes_on_when_it_opens(house: House) -> None:
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    await _pause(house, GroupState.OPEN, GroupState.PAUSED)
    await house.until(TUESDAY + DAY)
    assert house.carried == []
    await _pause(house, GroupState.PAUSED, GroupState.OPEN)
    await house.until(TUESDAY + 7 * DAY)
    assert [key for key, _ in house.reminded] == ["2026-12-01:24h", "2026-12-01:1h"]


async def test_what_waits_for_a_paused_group_is_not_said(house: House) -> None:
    occasion = await house.schedule(starts="tue 19:00")
    assert await house.meetings.occasion(guild_id=GUILD, meeting_id=occasion.meeting.id, day=occasion.occurrence.day)
    await _pause(house, GroupState.OPEN, GroupState.PAUSED)
    assert not await house.meetings.occasion(
        guild_id=GUILD, meeting_id=occasion.meeting.id, day=occasion.occurrence.day
    )


async def test_an_archived_group_has_no_meetings_any_more(house: House) -> None:
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    async with house.db.begin() as tx:
        for announce in house.groups.archived:
            await announce(tx, house.group)
    await house.until(TUESDAY + 30 * DAY)
    assert house.carried == []
    assert await house.meetings.coming(guild_id=GUILD, group_id=house.group.id) == []


async def test_a_group_that_is_brought_back_has_its_meetings_again_and_makes_up_for_none(house: House) -> None:
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    await house.schedule(title="Once", starts="tue 12:00")
    await house.groups.archive.archive(guild_id=GUILD, group_id=house.group.id, actor_id=1)
    await house.until(TUESDAY + DAY)
    assert house.reminded == []
    await house.groups.archive.bring_back(guild_id=GUILD, group_id=house.group.id, actor_id=1)
    assert [one.meeting.title for one in await house.meetings.coming(guild_id=GUILD, group_id=house.group.id)] == [
        "Tuesday circle"
    ]
    await house.until(TUESDAY + 7 * DAY)
    assert [key for key, _ in house.reminded] == ["2026-12-01:24h", "2026-12-01:1h"]


@pytest.mark.parametrize("problem", ["forbidden", "missing", "refused"])
async def test_a_reminder_that_the_room_does_not_take_is_told_on_the_desk(house: House, problem: str) -> None:
    await house.schedule(starts="tue 19:00")
    house.refusing["meetings.reminder"] = problem
    await house.until(TUESDAY - DAY)
    assert len(house.of("meetings.undelivered")) == 1
    assert await _told_to_lead(house) == []


async def test_where_the_desk_is_gone_too_the_lead_is_told(house: House) -> None:
    occasion = await house.schedule(starts="tue 19:00")
    house.refusing |= {"meetings.reminder": "missing", "meetings.undelivered": "missing"}
    await house.until(TUESDAY - DAY)
    (word,) = await _told_to_lead(house)
    assert word.kind == "meetings.undelivered"
    assert word.params == {
        "meeting": occasion.meeting.id,
        "day": "2026-11-24",
        "before": "24h",
        "problem": "missing",
    }


async def test_a_group_whose_rooms_were_never_made_is_told_of_to_the_lead(house: House) -> None:
    house.refusing |= {"groups.room": "full", "groups.desk": "full"}
    house.group = await house.found_unfinished("Morning")
    await house.schedule(starts="tue 19:00")
    await house.until(TUESDAY - DAY)
    assert [word.params["problem"] for word in await _told_to_lead(house) if word.kind == "meetings.undelivered"] == [
        "missing"
    ]


async def test_a_reminder_that_discord_did_not_take_before_the_start_is_told(house: House) -> None:
    await house.schedule(starts="tue 19:00")
    house.clock.now = TUESDAY - HOUR
    await house.timers.start()
    await house.timers.settled()  # put, but Discord cannot be reached
    house.clock.now = TUESDAY + timedelta(minutes=5)
    await house.carry()
    assert house.reminded == []
    assert len(house.of("meetings.undelivered")) == 1


async def test_it_travels_in_the_routine_lane_and_ends_with_the_start(house: House) -> None:
    await house.schedule(starts="tue 19:00")
    house.clock.now = TUESDAY - HOUR
    await house.timers.start()
    await house.timers.settled()
    errands = await house.outbox.claim(busy=(), worst=Lane.BULK, limit=10)
    (reminder,) = [errand for errand in errands if errand.kind == "meetings.reminder"]
    assert (reminder.lane, reminder.channel_id, reminder.expires_at) == (Lane.ROUTINE, house.group.room_id, TUESDAY)


async def test_once_it_has_ended_it_is_kept_for_a_while_and_then_forgotten(house: House) -> None:
    occasion = await house.schedule(starts="tue 19:00")
    await house.until(occasion.ends_at)
    assert await house.meetings.coming(guild_id=GUILD, group_id=house.group.id) == []
    which = {"guild_id": GUILD, "meeting_id": occasion.meeting.id, "day": occasion.occurrence.day}
    assert await house.meetings.spoken_of(**which) is not None
    await house.until(occasion.ends_at + 61 * DAY)
    assert await house.meetings.spoken_of(**which) is None
    async with house.db.read() as tx:
        assert await next_at(tx) is None


async def test_what_was_answered_goes_with_an_archived_group_at_once_and_the_rest_later(house: House) -> None:
    occasion = await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    await house.join(1)
    which = {"guild_id": GUILD, "meeting_id": occasion.meeting.id, "day": occasion.occurrence.day}
    await house.meetings.answer(**which, group_id=house.group.id, user_id=1, choice=Choice.COMING)
    async with house.db.begin() as tx:
        for announce in house.groups.archived:
            await announce(tx, house.group)
    assert await house.meetings.numbers(**which) == Numbers()
    await house.until(house.clock() + 61 * DAY)
    assert await house.meetings.spoken_of(**which) is None
