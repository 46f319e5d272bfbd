"""A meeting is moved, left out, held after all and ended, and everybody gets to know it, as people do it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ui.permissions import INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown

BEGINS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday, 13:00 in Berlin
TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Harbour]:
    """A group called Tuesday: fay facilitates, cleo is in it."""
    async with running(sample_settings(tmp_path), begins=BEGINS) as world:
        harbour = Harbour(world, INVITE)
        await harbour.found("Tuesday")
        await harbour.join(harbour.cleo)
        yield harbour


def desk(at: Harbour) -> Any:
    return at.channel("tuesday-desk")


def room(at: Harbour) -> Any:
    return at.channel("tuesday")


def last(channel: Any, words: str) -> Any:
    return next(message for message in reversed(channel.history()) if words in shown(message))


def stamp(instant: datetime) -> str:
    return f"<t:{int(instant.timestamp())}:F>"


async def until(at: Harbour, instant: datetime) -> None:
    await at.world.pass_time((instant - at.world.now()).total_seconds() + 1)


async def chosen(at: Harbour, command: str) -> Any:
    """The nearest meeting, as it is offered: its name and its value."""
    offered = await at.fay.autocomplete(desk(at), f"meeting {command}", "meeting", "")
    return offered[0]


async def plan(at: Harbour) -> Any:
    """A weekly meeting to which cleo says that she comes; gives the reminder."""
    starts = await at.fay.autocomplete(desk(at), "meeting schedule", "starts", "tue 7", title="Grief circle")
    assert starts[0]["name"] == "Tue 24 Nov 2026, 19:00 (Europe/Berlin)"
    planned = await at.fay.slash(
        desk(at), "meeting schedule", title="Grief circle", starts=starts[0]["value"], repeat="weekly"
    )
    await at.fay.click(planned.response, label="Schedule it")
    await until(at, TUESDAY - DAY)
    reminder = last(room(at), "Your meeting starts")
    await at.cleo.click(reminder, label="I'm coming")
    return reminder


async def refuse_and_end(at: Harbour, meeting: Any) -> None:
    """What cannot be, and who may not; then longer from the next one on, and then no more of them."""
    refused = await at.fay.slash(desk(at), "meeting move", meeting="the next one", to="wed")
    assert "choose the meeting from the list" in said(refused)
    refused = await at.cleo.slash(room(at), "meeting cancel", meeting=meeting["value"], reason="few")
    assert "facilitator" in said(refused).casefold()
    assert await at.cleo.autocomplete(room(at), "meeting cancel", "meeting", "") == []

    quiet = said(await at.fay.slash(at.hall, "meeting edit", meeting=meeting["value"], title="Evening"))
    assert "Nobody has answered" in quiet and "The room" not in quiet, "there is nothing in it for the room"

    # from outside the group's channels
    asked = await at.fay.slash(at.hall, "meeting edit", meeting=meeting["value"], which="following", minutes=120)
    assert "It will last 120 minutes" in said(asked) and "The room gets a short notice" in said(asked)
    assert "is changed" in said(await at.fay.click(asked.response, label="Change it"))
    asked = await at.fay.slash(
        at.hall, "meeting cancel", meeting=meeting["value"], reason="facilitator", which="following"
    )
    assert "none of those that would follow" in said(asked)
    await at.fay.click(asked.response, label="Cancel it")
    assert "does not come round again" in shown(last(room(at), "does not come round again"))
    assert "No meeting is planned" in said(await at.cleo.slash(room(at), "meeting list"))


async def test_a_meeting_changes_and_everybody_gets_to_know_it(at: Harbour) -> None:
    reminder = await plan(at)

    # moved, across a restart
    meeting = await chosen(at, "move")
    assert meeting["name"] == "Grief circle, Tue 24 Nov, 19:00"
    offered = await at.fay.autocomplete(desk(at), "meeting move", "to", "wed", meeting=meeting["value"])
    assert offered[0]["name"] == "Wed 25 Nov 2026, 19:00 (Europe/Berlin)"
    asked = await at.fay.slash(desk(at), "meeting move", meeting=meeting["value"], to="wed 8pm")
    assert asked.ephemeral
    for told in ("Nothing has changed yet", "Wednesday, 25 November 2026 at 20:00", "One person has answered"):
        assert told in said(asked)
    assert "cleo" not in said(asked) and at.cleo.mention not in said(asked)
    await at.world.restart()
    assert "Done." in said(await at.fay.click(asked.response, label="Move it"))
    assert "done already" in said(await at.fay.click(asked.response, label="Move it"))
    moved = TUESDAY + DAY + HOUR
    notice = last(room(at), "has been moved")
    assert stamp(moved) in shown(notice) and "Grief" not in shown(notice)
    edited = last(room(at), "This meeting has changed")
    assert edited.id == reminder.id and "I'm coming" not in shown(edited)
    assert stamp(moved) in shown(last(desk(at), "Coming: **1**"))
    word = await at.cleo.slash(room(at), "inbox")
    assert "has been moved" in said(word) and stamp(moved) in said(word)

    # left out, and an old button pressed
    meeting = await chosen(at, "skip")
    assert meeting["name"] == "Grief circle, Wed 25 Nov, 20:00"
    asked = await at.fay.slash(desk(at), "meeting skip", meeting=meeting["value"], reason="holiday")
    done = await at.fay.click(asked.response, label="Leave it out")
    assert "does not take place" in said(done)
    notice = last(room(at), "There is no meeting")
    for told in ("holiday", "The next meeting", stamp(TUESDAY + 7 * DAY), "Get help now"):
        assert told in shown(notice)
    assert "Grief" not in shown(notice)
    assert "was called off" in said(await at.cleo.click(word.response, label="I'm coming"))
    listed = said(await at.cleo.slash(room(at), "meeting list"))
    assert f"no meeting {stamp(moved)}" in listed and stamp(TUESDAY + 7 * DAY) in listed
    assert "Hold it after all" not in listed

    # held after all, from the desk
    held = await at.fay.click(last(desk(at), "called off"), label="Hold it after all")
    assert "takes place after all" in said(held)
    assert "takes place after all" in shown(last(room(at), "after all"))
    assert f"Moved from {stamp(TUESDAY)}" in said(await at.cleo.slash(room(at), "meeting list"))

    await refuse_and_end(at, meeting)
