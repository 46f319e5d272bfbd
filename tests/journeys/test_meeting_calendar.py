"""A meeting has its place, its event on Discord and its file for other calendars: as people live it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import vobject

from bot.ui.permissions import EVENTS, INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings

BEGINS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday, 13:00 in Berlin
LINK = "https://talk.example/a_b_c?d=*e*"
PRESSED = "https://talk.example/a_b_c?d=%2Ae%2A"
# SimCord has not heard that Discord asks for Create Events alone
ALLOWED = INVITE | EVENTS | discord.Permissions(manage_events=True)


async def schedule(at: Harbour, **options: Any) -> str:
    """Propose and confirm; gives what was read back."""
    typed = {"title": "Evening, with *tea*", "starts": "tue 19:00"} | options
    proposed = await at.fay.slash(at.channel("tuesday-desk"), "meeting schedule", **typed)
    done = await at.fay.click(proposed.response, label="Schedule it")
    assert "is scheduled" in said(done)
    return said(proposed)


async def file(at: Harbour, person: Any, **options: Any) -> tuple[str, str]:
    """What a person is told, and the file that they get."""
    given = await person.slash(at.channel("tuesday"), "meeting calendar", **options)
    assert given.ephemeral
    (attached,) = given.response.attachments
    assert attached.filename == "meetings.ics"
    return said(given), (await attached.read()).decode()


def event_starts(at: Harbour) -> list[datetime]:
    """When the events begin that Discord shows."""
    events = at.env.backend.get_guild(at.guild.id).scheduled_events.values()
    return [datetime.fromisoformat(str(event.scheduled_start_time)) for event in events]


async def test_a_place_an_event_and_a_file(tmp_path: Path) -> None:
    async with running(sample_settings(tmp_path), begins=BEGINS) as world:
        at = Harbour(world, ALLOWED)
        await at.found("Tuesday", voice=True)
        await at.join(at.cleo)
        desk, room = at.channel("tuesday-desk"), at.channel("tuesday")
        assert "nothing to put into a calendar" in said(await at.cleo.slash(room, "meeting calendar"))
        await places_are_offered_and_read_back(at)
        await the_event_follows(at)
        await the_file_says_when(at)
        asked = await at.fay.slash(desk, "group pause")
        await at.fay.click(asked.response, label="Begin the break")
        assert "takes a break" in said(await at.cleo.slash(room, "meeting calendar"))
        assert event_starts(at) == []


async def places_are_offered_and_read_back(at: Harbour) -> None:
    desk, room = at.channel("tuesday-desk"), at.channel("tuesday")
    offered = await at.fay.autocomplete(desk, "meeting schedule", "where", "the group's")
    assert [one["name"] for one in offered] == ["The group's room", "The group's voice room"]
    assert await at.fay.autocomplete(desk, "meeting schedule", "where", "https://") == []
    elsewhere = {"title": "Walk", "starts": "wed 19:00", "where": f"here: {LINK} @everyone"}
    refused = await at.fay.slash(desk, "meeting schedule", **elsewhere, event=True)
    assert "only for a meeting in the group's voice room" in said(refused)
    told = await schedule(at, **elsewhere)
    assert f"Where: here: {PRESSED} @\u200beveryone" in told
    listed = said(await at.cleo.slash(room, "meeting list"))
    assert PRESSED in listed
    await at.world.pass_time((datetime(2026, 11, 24, 18, 1, tzinfo=UTC) - at.world.now()).total_seconds())
    (reminder,) = [message for message in room.history() if "Your meeting" in str(message.components[0].to_dict())]
    assert "talk.example" not in str(reminder.components[0].to_dict())
    assert PRESSED in said(await at.cleo.click(reminder, label="I'm coming"))
    assert PRESSED in said(await at.cleo.click(reminder, label="Just listening"))
    assert PRESSED not in said(await at.cleo.click(reminder, label="Can't make it"))


async def the_event_follows(at: Harbour) -> None:
    told = await schedule(at, starts="fri 19:00", repeat="weekly", where="the group's voice room", event=True)
    assert "Discord shows an event" in told
    (first,) = at.env.backend.get_guild(at.guild.id).scheduled_events.values()
    assert first.name == "Meeting"
    assert "Evening" not in str(first.description) and "who is interested" in str(first.description)
    assert event_starts(at) == [datetime(2026, 11, 27, 18, tzinfo=UTC)]
    await at.world.restart()
    await at.world.pass_time((datetime(2026, 11, 27, 19, 31, tzinfo=UTC) - at.world.now()).total_seconds())
    assert event_starts(at) == [datetime(2026, 12, 4, 18, tzinfo=UTC)]


async def the_file_says_when(at: Harbour) -> None:
    told, text = await file(at, at.cleo)
    assert "doesn't change by itself" in told
    (event,) = vobject.readOne(text).vevent_list
    assert event.summary.value == "Meeting"
    assert event.dtstart.value.astimezone(UTC) == datetime(2026, 12, 4, 18, tzinfo=UTC)
    told, text = await file(at, at.fay, titles=True)
    assert "your phone can see them" in told
    assert "SUMMARY:Evening\\, with *tea*" in text
    assert "LOCATION:Discord\\, voice room" in text
    outside = await at.zoe.slash(at.hall, "meeting calendar", group=await at.code())
    assert not outside.response.attachments
