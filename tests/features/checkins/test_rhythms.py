"""Check-ins that open by themselves: when, how often, and what is said when they cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.errors import NotFound, UserError
from bot.features.checkins.rhythms import Rhythm
from bot.features.checkins.rhythms.store import rhythms as table
from bot.features.groups import Role
from tests.features.checkins.asked import HIGH, Asked
from tests.features.groups.village import FAY, GUILD, LEAD

NEWS = "groups.trouble"


async def schedule(asked: Asked, every: str = "4 weeks", *, template: str = "health", **typed: str) -> Rhythm | None:
    which = {"guild_id": GUILD, "group_id": asked.group.id, "user_id": FAY}
    return await asked.checkins.rhythms.schedule(**which, template=template, every=every, **typed)


async def coming(asked: Asked) -> dict[str, datetime | None]:
    found = await asked.checkins.rhythms.of_group(guild_id=GUILD, group_id=asked.group.id)
    return {rhythm.template: due_at for rhythm, due_at in found}


async def refused(doing: Any) -> str:
    with pytest.raises(UserError) as told:
        await doing
    return told.value.key


async def at(asked: Asked, instant: datetime) -> None:
    asked.clock.now = instant
    await asked.due()


async def over(asked: Asked) -> None:
    """The one that is open ends."""
    checkin = await asked.checkins.open_in(guild_id=GUILD, group_id=asked.group.id)
    assert checkin is not None
    await asked.end(checkin)


def about(asked: Asked) -> list[object]:
    return [errand.params["about"] for errand in asked.carried if errand.kind == NEWS]


async def test_it_opens_at_its_time_on_the_group_s_clocks_again_and_again(asked: Asked) -> None:
    rhythm = await schedule(asked, starts="2027-03-10 19:30", closes="2 days")
    assert rhythm is not None
    first = datetime(2027, 3, 10, 18, 30, tzinfo=UTC)
    assert await coming(asked) == {"health": first}
    await at(asked, first - timedelta(seconds=1))
    assert asked.posted("opened") == 0
    await at(asked, first)
    checkin = await asked.checkins.open_in(guild_id=GUILD, group_id=asked.group.id)
    assert checkin is not None
    assert checkin.closes_at == first + timedelta(days=2)
    await over(asked)
    summer = datetime(2027, 4, 7, 17, 30, tzinfo=UTC)
    assert await coming(asked) == {"health": summer}
    await at(asked, summer)
    assert asked.posted("opened") == 2
    assert about(asked) == []


async def test_without_a_time_it_begins_on_the_next_evening_on_which_it_may(asked: Asked) -> None:
    await schedule(asked)
    assert await coming(asked) == {"health": datetime(2026, 11, 22, 18, tzinfo=UTC)}
    await asked.end(await asked.open(template="health"))
    await schedule(asked)
    assert await coming(asked) == {"health": datetime(2026, 12, 20, 18, tzinfo=UTC)}
    assert await refused(schedule(asked, starts="2026-12-19 19:00")) == "checkins.not_yet"


@pytest.mark.parametrize(
    ("template", "every", "why"),
    [
        ("health", "3 weeks", "checkins.every_too_often"),
        ("health", "meeting", "checkins.every_too_often"),
        ("climate", "6 days", "checkins.every_too_often"),
        ("health", "now and then", "checkins.every_unclear"),
        ("health", "monthly", "checkins.every_unclear"),
        ("climate", "daily", "checkins.every_too_often"),
        ("health", "30 h", "checkins.every_unclear"),
        ("health", "0 days", "checkins.every_unclear"),
        ("health", "53 weeks", "checkins.every_range"),
        ("health", "99999999999 weeks", "checkins.every_unclear"),
        ("none", "4 weeks", "checkins.no_template"),
        ("health", "never", "checkins.no_rhythm"),
    ],
)
async def test_what_cannot_be_is_explained(asked: Asked, template: str, every: str, why: str) -> None:
    assert await refused(schedule(asked, every, template=template)) == why
    assert await coming(asked) == {}


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("weekly", 7),
        ("Every week", 7),
        ("a week", 7),
        ("every 2 weeks", 14),
        ("fortnightly", 14),
        ("every fortnight", 14),
        ("every other week", 14),
        ("two weeks", 14),
        ("After each meeting", None),
        ("each meeting", None),
    ],
)
async def test_how_often_is_read_as_people_say_it(asked: Asked, every: str, days: int | None) -> None:
    rhythm = await schedule(asked, every, template="climate")
    assert rhythm is not None
    assert rhythm.days == days
    assert await schedule(asked, "Never: end it", template="climate") is None


async def test_what_follows_a_meeting_stays_open_for_a_length_of_time(asked: Asked) -> None:
    for closes in ("tue 7pm", "19:00"):
        told = await refused(schedule(asked, "meeting", template="climate", closes=closes))
        assert told == "checkins.closes_length"
    assert await coming(asked) == {}
    rhythm = await schedule(asked, "meeting", template="climate", closes="90 min")
    assert rhythm is not None
    assert rhythm.lasts == timedelta(minutes=90)


async def test_it_cannot_still_be_open_when_the_next_is_due_nor_have_a_time_after_meetings(asked: Asked) -> None:
    assert await refused(schedule(asked, "7 days", template="climate", closes="7 days")) == "checkins.closes_after_next"
    assert await refused(schedule(asked, "meeting", template="climate", starts="tue 7pm")) == (
        "checkins.starts_with_meeting"
    )


async def test_it_opens_once_though_the_process_starts_again_in_between(asked: Asked) -> None:
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    asked.clock.now = first
    await asked.again()
    await asked.due()
    await asked.again()
    await asked.due()
    assert asked.posted("opened") == 1


@pytest.mark.parametrize(("late", "opened"), [(timedelta(hours=20), 1), (timedelta(hours=25), 0)])
async def test_late_within_a_day_it_still_opens_and_later_it_waits_for_its_next_time(
    asked: Asked, late: timedelta, opened: int
) -> None:
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    await at(asked, first + late)
    assert asked.posted("opened") == opened
    assert await coming(asked) == {"health": first + timedelta(weeks=4)}
    assert about(asked) == []


async def test_too_few_are_told_of_once_and_never_in_the_room(asked: Asked) -> None:
    for user_id in asked.people[:2]:
        await asked.part(user_id)
    await schedule(asked, "1 week", template="two")
    for _ in range(3):
        due_at = (await coming(asked))["two"]
        assert due_at is not None
        await at(asked, due_at)
    assert asked.posted("opened") == 0
    assert about(asked) == ["checkins.put_off_few"]
    assert asked.files == []
    await asked.bring(60_000)
    await at(asked, due_at + timedelta(weeks=1))
    assert asked.posted("opened") == 1
    await over(asked)
    await asked.part(60_000)
    await at(asked, due_at + timedelta(weeks=2))
    assert about(asked) == ["checkins.put_off_few"] * 2, "it had been well in between"


async def test_while_another_is_open_it_is_tried_each_day(asked: Asked) -> None:
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    asked.clock.now = first - timedelta(hours=1)
    await asked.open("47 h")
    await at(asked, first)
    await at(asked, first + timedelta(days=1))
    assert about(asked) == ["checkins.put_off_open"]
    await at(asked, first + timedelta(days=2))
    assert asked.posted("opened") == 2
    assert await coming(asked) == {"health": first + timedelta(days=2, weeks=4)}


async def test_it_is_put_off_to_the_day_from_which_it_may_be(asked: Asked) -> None:
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    by_hand = await asked.open(template="health")
    await at(asked, first)
    await asked.end(by_hand)
    assert about(asked) == ["checkins.put_off_open"]
    await at(asked, first + timedelta(days=1))
    assert about(asked) == ["checkins.put_off_open", "checkins.put_off_soon"]
    assert await coming(asked) == {"health": first + timedelta(weeks=4)}


async def test_where_almost_the_same_people_would_be_asked_it_waits_until_nobody_can_compare(asked: Asked) -> None:
    await schedule(asked, "1 week", template="two")
    first = (await coming(asked))["two"]
    assert first is not None
    await at(asked, first)
    checkin = await asked.checkins.open_in(guild_id=GUILD, group_id=asked.group.id)
    assert checkin is not None
    for user_id in asked.people[:6]:
        await asked.answer(checkin, user_id, HIGH, HIGH)
    await asked.end(checkin)
    await asked.part(asked.people[6])
    await at(asked, first + timedelta(weeks=1))
    assert about(asked) == ["checkins.put_off_changed"]
    await at(asked, first + timedelta(days=13))
    assert asked.posted("opened") == 1
    await at(asked, first + timedelta(days=14))
    assert asked.posted("opened") == 2


async def test_on_a_break_nothing_is_said_and_it_comes_when_that_is_over(asked: Asked) -> None:
    which = {"guild_id": GUILD, "group_id": asked.group.id}
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    await asked.groups.breaks.begin(**which, actor_id=FAY, until=None)
    for day in range(3):
        await at(asked, first + timedelta(days=day))
    await asked.groups.breaks.end(**which, actor_id=FAY)
    assert (asked.posted("opened"), about(asked)) == (0, [])
    await at(asked, first + timedelta(days=3))
    assert asked.posted("opened") == 1


async def test_without_a_room_it_waits_without_failing_and_comes_once_there_is_one(asked: Asked) -> None:
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    async with asked.db.begin() as tx:
        await tx.execute(sa.text("UPDATE groups SET room_id = NULL"))
    await at(asked, first)
    assert await asked.timers.failing() == []
    async with asked.db.begin() as tx:
        await tx.execute(sa.text("UPDATE groups SET room_id = :room"), [{"room": asked.group.room_id}])
    await at(asked, first + timedelta(days=1))
    assert asked.posted("opened") == 1


async def test_an_archived_group_is_asked_nothing_until_it_is_brought_back(asked: Asked) -> None:
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    await announce(asked, asked.groups.archived)
    await at(asked, first + timedelta(days=2))
    assert asked.posted("opened") == 0
    await announce(asked, asked.groups.restored)
    await at(asked, first + timedelta(weeks=4))
    assert asked.posted("opened") == 1
    await announce(asked, asked.groups.ended)
    async with asked.db.read() as tx:
        assert await tx.scalar(sa.select(sa.func.count()).select_from(table)) == 0


async def announce(asked: Asked, to: list[Any]) -> None:
    async with asked.db.begin() as tx:
        for tell in to:
            await tell(tx, asked.group)


async def test_it_goes_on_when_the_one_who_set_it_is_gone(asked: Asked) -> None:
    await asked.bring(70_000, Role.FACILITATOR)
    await schedule(asked)
    await asked.groups.leave(guild_id=GUILD, group_id=asked.group.id, user_id=FAY)
    first = (await coming(asked))["health"]
    assert first is not None
    await at(asked, first)
    assert asked.posted("opened") == 1


async def test_it_can_be_changed_and_ended_and_what_is_open_stays_open(asked: Asked) -> None:
    await schedule(asked)
    await schedule(asked, "5 weeks", starts="2027-01-01 12:00")
    assert await coming(asked) == {"health": datetime(2027, 1, 1, 11, tzinfo=UTC)}
    await at(asked, datetime(2027, 1, 1, 11, tzinfo=UTC))
    assert await schedule(asked, "NEVER ") is None
    assert await asked.checkins.open_in(guild_id=GUILD, group_id=asked.group.id) is not None
    await over(asked)
    await at(asked, datetime(2028, 1, 1, 11, tzinfo=UTC))
    assert asked.posted("opened") == 1
    with pytest.raises(NotFound):
        await asked.checkins.rhythms.end(guild_id=GUILD, group_id=asked.group.id, user_id=LEAD, template="health")


async def test_only_one_follows_a_meeting_and_it_stays_open_as_long_as_was_said(asked: Asked) -> None:
    await schedule(asked, "4 weeks")
    await schedule(asked, "meeting", template="two")
    rhythm = await schedule(asked, "meeting", template="climate", closes="90 min")
    assert rhythm is not None
    assert await coming(asked) == {"health": datetime(2026, 11, 22, 18, tzinfo=UTC), "climate": None}
    async with asked.db.begin() as tx:
        await tx.lock("group", asked.group.id)
        assert await asked.checkins.rhythms.after_meeting(tx, asked.group) == "climate"
        checkin = await asked.checkins.open_after(tx, asked.group, "climate", FAY)
    assert checkin.closes_at == asked.clock() + timedelta(minutes=90)


async def test_after_the_zone_of_the_group_has_changed_it_opens_at_the_same_time_there(asked: Asked) -> None:
    await schedule(asked, starts="2027-03-10 19:30")
    async with asked.db.begin() as tx:
        await tx.execute(sa.text("UPDATE groups SET zone = 'America/New_York'"))
    await at(asked, datetime(2027, 3, 10, 18, 30, tzinfo=UTC))
    assert asked.posted("opened") == 0
    await at(asked, datetime(2027, 3, 11, 0, 30, tzinfo=UTC))
    assert asked.posted("opened") == 1


async def test_questions_that_are_gone_are_said_once(asked: Asked) -> None:
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    del asked.checkins.templates["health"]
    for week in (0, 4, 8):
        await at(asked, first + timedelta(weeks=week))
    assert about(asked) == ["checkins.put_off_template"]


async def test_no_place_for_answers_is_said_once_and_leaves_nothing(asked: Asked) -> None:
    await schedule(asked)
    first = (await coming(asked))["health"]
    assert first is not None
    asked.folder.parent.mkdir(parents=True)
    asked.folder.write_text("a file in the way")
    await at(asked, first)
    await at(asked, first + timedelta(days=1))
    assert about(asked) == ["checkins.put_off_place"]
    asked.folder.unlink()
    await at(asked, first + timedelta(days=2))
    assert asked.posted("opened") == 1
    assert len(asked.files) == 2
