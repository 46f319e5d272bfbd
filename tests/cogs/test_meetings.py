"""Meetings as people do them: scheduling, being reminded, answering, and what each of them sees."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.ui.permissions import INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown

BEGINS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday, 13:00 in Berlin
TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Harbour]:
    """A group called Tuesday: fay facilitates, cleo and mo are in it."""
    async with running(sample_settings(tmp_path), begins=BEGINS) as world:
        harbour = Harbour(world, INVITE)
        await harbour.found("Tuesday")
        await harbour.join(harbour.cleo)
        await harbour.join(harbour.mo)
        yield harbour


def desk(at: Harbour) -> Any:
    return at.channel("tuesday-desk")


def room(at: Harbour) -> Any:
    return at.channel("tuesday")


async def propose(at: Harbour, **options: Any) -> Any:
    return await at.fay.slash(desk(at), "meeting schedule", **({"title": "Evening", "starts": "tue 19:00"} | options))


async def schedule(at: Harbour, **options: Any) -> Any:
    proposed = await propose(at, **options)
    return await at.fay.click(proposed.response, label="Schedule it")


async def until(at: Harbour, instant: datetime) -> None:
    # a second more, because the moved time and the loop's own drift apart by the time that things really take
    await at.world.pass_time((instant - at.world.now()).total_seconds() + 1)


def reminders(at: Harbour) -> list[Any]:
    return [message for message in room(at).history() if "Your meeting starts" in shown(message)]


def came(message: Any) -> datetime:
    """When a message was posted, to the second."""
    return (message.created_at + timedelta(milliseconds=500)).replace(microsecond=0)


def card(at: Harbour) -> str:
    (found,) = [shown(message) for message in desk(at).history() if "Just listening: " in shown(message)]
    return found


async def test_what_was_understood_is_read_back_before_anything_is_scheduled(at: Harbour) -> None:
    proposed = await propose(at, repeat="weekly", until="2027-03-30")
    assert proposed.ephemeral
    told = said(proposed)
    assert "Tuesday, 24 November 2026 at 19:00 (Europe/Berlin)" in told
    assert f"<t:{int(TUESDAY.timestamp())}:F>" in told
    assert "every week, until Tuesday, 30 March 2027" in told
    assert "No meeting is planned" in said(await at.cleo.slash(room(at), "meeting list"))
    done = await at.fay.click(proposed.response, label="Schedule it")
    assert done.ephemeral
    assert "is scheduled" in said(done)
    listed = await at.cleo.slash(room(at), "meeting list")
    assert listed.ephemeral
    assert f"<t:{int(TUESDAY.timestamp())}:F>" in said(listed)


async def test_a_change_of_the_clocks_is_pointed_out(at: Harbour) -> None:
    spring = said(await propose(at, starts="2027-03-28 02:30", repeat="daily"))
    assert "28 March 2027 at 03:30" in spring
    assert "02:30 is left out" in spring
    assert "it stays at 02:30" in spring
    assert "the first 02:30" in said(await propose(at, starts="2027-10-31 02:30"))


async def test_every_last_thursday_is_said_read_back_and_listed(at: Harbour) -> None:
    options = {"starts": "2026-12-31 19:00", "repeat": "monthly", "by": "weekday", "times": 8}
    refused = said(await propose(at, **options, until="2027-12-31"))
    assert "until" in refused and "times" in refused and "leave the other one out" in refused
    proposed = await propose(at, **options)
    rule = "It takes place every last Thursday of the month, 8 times, the last on Thursday, 29 July 2027."
    assert rule in said(proposed)
    assert "is scheduled" in said(await at.fay.click(proposed.response, label="Schedule it"))
    assert rule in said(await at.cleo.slash(room(at), "meeting list"))
    second = said(await propose(at, starts="2026-12-08 19:00", repeat="monthly", by="weekday"))
    assert "every second Tuesday of the month." in second
    by_date = said(await propose(at, starts="2027-01-31 19:00", repeat="monthly"))
    assert "every month on day 31, or on the last day of a month that has no day 31." in by_date


async def test_the_button_works_after_a_restart_and_a_second_press_schedules_nothing_more(at: Harbour) -> None:
    proposed = await propose(at)
    await at.world.restart()
    assert "is scheduled" in said(await at.fay.click(proposed.response, label="Schedule it"))
    await at.world.restart()
    assert "is scheduled" in said(await at.fay.click(proposed.response, label="Schedule it"))
    await until(at, TUESDAY)
    assert len(reminders(at)) == 2


async def test_reminders_come_at_their_time_and_say_nothing_about_anyone(at: Harbour) -> None:
    await schedule(at, title="Grief circle")
    await until(at, TUESDAY - DAY - HOUR / 60)
    assert reminders(at) == []
    await until(at, TUESDAY - DAY)
    await until(at, TUESDAY)
    first, second = reminders(at)
    assert [came(first), came(second)] == [TUESDAY - DAY, TUESDAY - HOUR]
    for message in (first, second):
        assert "Grief" not in shown(message)
        assert not re.search(r"<@|@everyone", shown(message))
    assert not any(at.called(at.people[name]) for name in ("cleo", "mo", "fay"))


async def test_answers_are_private_and_the_desk_sees_numbers(at: Harbour) -> None:
    await schedule(at)
    await until(at, TUESDAY - DAY)
    (reminder,) = reminders(at)
    assert "Coming: **0**. Just listening: **0**. Can't make it: **0**." in card(at)
    before = len(room(at).history())
    for person, label in ((at.cleo, "I'm coming"), (at.mo, "Can't make it"), (at.fay, "Just listening")):
        told = await person.click(reminder, label=label)
        assert told.ephemeral
        assert "not who" in said(told)
    assert "Coming: **1**. Just listening: **1**. Can't make it: **1**." in card(at)
    await at.mo.click(reminder, label="I'm coming")
    assert "Coming: **2**. Just listening: **1**. Can't make it: **0**." in card(at)
    assert len(room(at).history()) == before
    assert not any(at.people[name].mention in card(at) or name in card(at) for name in ("cleo", "mo", "fay"))


async def test_an_answer_counts_across_a_restart_and_with_the_next_reminder(at: Harbour) -> None:
    await schedule(at)
    await until(at, TUESDAY - DAY)
    await at.world.restart()
    await at.cleo.click(reminders(at)[0], label="I'm coming")
    await until(at, TUESDAY - HOUR)
    await at.cleo.click(reminders(at)[1], label="Just listening")
    assert "Coming: **0**. Just listening: **1**." in card(at)


async def test_once_it_is_over_an_answer_is_met_kindly(at: Harbour) -> None:
    await schedule(at)
    await until(at, TUESDAY + 2 * HOUR)
    told = await at.cleo.click(reminders(at)[0], label="I'm coming")
    assert told.ephemeral
    assert "This meeting is over" in said(told)


async def test_who_can_see_the_room_and_is_no_member_is_not_counted(at: Harbour) -> None:
    everything = at.guild.create_role("Everything", permissions=discord.Permissions(administrator=True))
    owner = at.guild.add_member(at.env.create_user("ann"), roles=[everything])
    await schedule(at)
    await until(at, TUESDAY - DAY)
    told = await owner.click(reminders(at)[0], label="I'm coming")
    assert told.ephemeral
    assert "This is for members" in said(told)
    assert "Coming: **0**" in card(at)


async def test_who_leaves_is_counted_no_more(at: Harbour) -> None:
    await schedule(at)
    await until(at, TUESDAY - DAY)
    await at.cleo.click(reminders(at)[0], label="I'm coming")
    await at.leave(at.cleo)
    assert "Coming: **0**" in card(at)


async def test_a_reminder_that_came_due_while_the_bot_was_down_comes_when_it_is_back(at: Harbour) -> None:
    await schedule(at)
    await at.world.stop_bot()
    at.env.backend.advance_clock((TUESDAY - HOUR / 2 - at.world.now()).total_seconds())
    await at.world.start_bot()
    (reminder,) = reminders(at)
    assert came(reminder) == TUESDAY - HOUR / 2


async def test_a_weekly_meeting_goes_on_through_restarts(at: Harbour) -> None:
    await schedule(at, repeat="weekly")
    for week in range(3):
        await until(at, TUESDAY + week * 7 * DAY)
        await at.world.restart()
    start = [TUESDAY + week * 7 * DAY for week in range(3)]
    assert [came(reminder) for reminder in reminders(at)] == [
        when for starts_at in start for when in (starts_at - DAY, starts_at - HOUR)
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"starts": "next week or so"}, "couldn't read “next week or so”"),
        ({"starts": "tue"}, "What time?"),
        ({"starts": "2026-11-01 19:00"}, "is in the past"),
        ({"starts": "2030-01-01 19:00"}, "more than two years"),
        ({"starts": "31 nov 19:00"}, "isn't in the calendar"),
        ({"starts": "wed 2026-11-24 19:00"}, "don't fit together"),
        ({"starts": "@everyone **19:00**"}, "couldn't read"),
        ({"zone": "Europe/Berln"}, "Europe/Berlin"),
        ({"zone": "qqqqqq"}, "big city nearby"),
        ({"until": "2027-01-01"}, "takes place once"),
        ({"until": "2026-11-01", "repeat": "weekly"}, "is in the past"),
        ({"title": " \u202e "}, "title"),
    ],
)
async def test_what_cannot_be_understood_is_told_with_what_to_type(
    at: Harbour, options: dict[str, str], told: str
) -> None:
    refused = await propose(at, **options)
    assert refused.ephemeral
    assert told in said(refused)
    assert "@everyone" not in said(refused)
    assert "No meeting is planned" in said(await at.fay.slash(desk(at), "meeting list"))


async def test_a_hostile_title_stays_words(at: Harbour) -> None:
    title = "@everyone <@&1> **x** [a](https://example.org) \u202eabc"
    await schedule(at, title=title)
    await until(at, TUESDAY - DAY)
    listed = said(await at.cleo.slash(room(at), "meeting list"))
    for text in (listed, card(at)):
        assert "@everyone" not in text
        assert r"\<@&1>" in text
        assert "**x**" not in text
        assert r"\[a]" in text
        assert "\u202e" not in text
    assert not at.called(at.cleo)


async def test_two_facilitators_at_once_make_one_meeting(at: Harbour) -> None:
    mine, other = await propose(at), await propose(at, title="The same evening", starts="24 nov 7pm")
    assert "is scheduled" in said(await at.fay.click(mine.response, label="Schedule it"))
    refused = await at.fay.click(other.response, label="Schedule it")
    assert "There is a meeting at that time already" in said(refused)


async def test_only_facilitators_schedule(at: Harbour) -> None:
    for person, channel in ((at.cleo, room(at)), (at.zoe, at.hall), (at.ada, at.hall)):
        refused = await person.slash(channel, "meeting schedule", title="Mine", starts="tue 19:00")
        assert refused.ephemeral
        assert "No meeting is planned" in said(await at.fay.slash(desk(at), "meeting list"))
    assert "group" in said(await at.fay.slash(at.hall, "meeting schedule", title="Ours", starts="tue 19:00"))
    code = await at.code()
    assert "Please check" in said(
        await at.fay.slash(at.hall, "meeting schedule", title="Ours", starts="tue 19:00", group=code)
    )


async def test_who_facilitates_no_more_cannot_confirm(at: Harbour) -> None:
    await at.found("Friday", co_facilitator=at.gil)
    async with at.world.services.db.read() as tx:
        (friday,) = [
            group for group in await at.world.services.groups.all_in(tx, at.guild.id) if group.name == "Friday"
        ]
    proposed = await at.gil.slash(at.hall, "meeting schedule", title="Ours", starts="fri 19:00", group=friday.code)
    left = await at.gil.slash(at.hall, "group leave", group=friday.code)
    await at.gil.click(left.response, label="Leave the group")
    refused = await at.gil.click(proposed.response, label="Schedule it")
    assert "This is for the facilitators" in said(refused)
    listed = await at.fay.slash(at.hall, "meeting list", group=friday.code)
    assert "No meeting is planned" in said(listed)


async def test_a_room_that_does_not_take_the_reminder_is_told_of_on_the_desk(at: Harbour) -> None:
    await schedule(at)
    at.env.inject_error("POST", f"/channels/{room(at).id}/messages", status=403, code=50013)
    await until(at, TUESDAY - DAY)
    assert reminders(at) == []
    (told,) = [text for text in at.messages("tuesday-desk") if "did not go out" in text]
    assert "isn't allowed to post" in told
    assert "tell the members in another way" in told


async def test_where_the_desk_takes_nothing_either_the_lead_is_told(at: Harbour) -> None:
    await schedule(at)
    for channel in (room(at), desk(at)):
        at.env.inject_error("POST", f"/channels/{channel.id}/messages", status=404, code=10003, times=5)
    await until(at, TUESDAY - DAY)
    told = await at.inbox(at.lea)
    assert "A reminder of **Tuesday** did not go out" in told
    assert "did not go out" not in await at.inbox(at.cleo)


async def test_a_reminder_outlives_a_discord_that_fails_for_a_while(at: Harbour) -> None:
    await schedule(at)
    at.env.inject_error("POST", f"/channels/{room(at).id}/messages", status=503, code=0, times=3)
    await until(at, TUESDAY - HOUR)
    assert len([reminder for reminder in reminders(at) if reminder.created_at < TUESDAY - 23 * HOUR]) == 1


async def test_the_zone_that_is_half_typed_is_offered(at: Harbour) -> None:
    offered = await at.fay.autocomplete(desk(at), "meeting schedule", "zone", "berl")
    assert "Europe/Berlin" in [choice["value"] for choice in offered]
