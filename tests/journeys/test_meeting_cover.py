"""Who will be there for a meeting, as all who have to do with it see that; and a note to one who was away."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ui.permissions import INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown

BEGINS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday, 13:00 in Berlin
TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Harbour]:
    """A group called Tuesday: fay facilitates, cleo and mo are in it; and who holds a meeting says so beforehand."""
    settings = sample_settings(tmp_path)
    settings = replace(settings, meetings=replace(settings.meetings, confirm=True, opening=False, checkin=""))
    async with running(settings, begins=BEGINS) as world:
        harbour = Harbour(world, INVITE)
        await harbour.found("Tuesday")
        await harbour.join(harbour.cleo)
        await harbour.join(harbour.mo)
        yield harbour


async def until(at: Harbour, instant: datetime) -> None:
    # a second more, because the moved time and the loop's own drift apart by the time that things really take
    await at.world.pass_time((instant - at.world.now()).total_seconds() + 1)


async def schedule(at: Harbour) -> None:
    desk = at.channel("tuesday-desk")
    proposed = await at.fay.slash(desk, "meeting schedule", title="Grief circle", starts="tue 19:00", repeat="weekly")
    await at.fay.click(proposed.response, label="Schedule it")


def posts(at: Harbour, channel: str, words: str) -> list[Any]:
    return [message for message in at.channel(channel).history() if words in shown(message)]


def only(at: Harbour, channel: str, words: str) -> Any:
    (found,) = posts(at, channel, words)
    return found


async def test_nobody_comes_to_a_meeting_that_nobody_holds(at: Harbour) -> None:
    await schedule(at)
    await until(at, TUESDAY - DAY - HOUR)
    card = only(at, "tuesday-desk", "Just listening: ")
    assert "No facilitator has said yet that they will be there." in shown(card)
    assert "Thank you. You will be there" in said(await at.fay.click(card, label="I'll be there"))
    assert f"Will be there: <@{at.fay.id}>" in shown(only(at, "tuesday-desk", "Just listening: "))
    assert "others are asked" in said(await at.fay.click(card, label="I can't"))
    await at.world.restart()
    await until(at, TUESDAY - DAY)
    asked = only(at, "safeguarding", "could you help?")
    assert at.called(at.ben) and not at.called(at.lea), "one at a time"
    assert not {"Grief", "uesday"} & set(shown(asked).split()), "it can show on a lock screen"
    assert "please say whether you will be there" in await at.inbox(at.fay)
    looks = await at.ben.click(asked, label="I'll find someone")
    assert "Thank you for looking" in said(looks)
    assert f"Looking for somebody who can be there: <@{at.ben.id}>" in shown(
        only(at, "tuesday-desk", "Just listening: ")
    )
    await until(at, TUESDAY - 2 * HOUR)
    assert at.called(at.lea)
    newest = posts(at, "safeguarding", "could you help?")[-1]
    await at.world.restart()
    assert not at.sees(at.lea)
    done = said(await at.lea.click(newest, label="I'll be there"))
    assert "being opened for you" in done
    assert at.sees(at.lea) and at.sees(at.lea, "tuesday-desk")
    assert len(posts(at, "safeguarding", "somebody will be there. Thank you.")) == 2
    people = said(await at.fay.slash(at.channel("tuesday-desk"), "group people"))
    assert "for one meeting that they hold, until" in people
    assert f"<@{at.lea.id}>" in said(await at.cleo.slash(at.channel("tuesday"), "group access"))
    await until(at, TUESDAY + HOUR)
    assert posts(at, "tuesday", "There is no meeting") == []
    await until(at, TUESDAY + 90 * MINUTE + 3 * HOUR)
    assert not at.sees(at.lea) and not at.sees(at.lea, "tuesday-desk")
    await until(at, TUESDAY + WEEK - 31 * MINUTE)
    assert posts(at, "tuesday", "There is no meeting") == []
    await until(at, TUESDAY + WEEK - 30 * MINUTE)
    assert "a meeting is never left without one" in shown(only(at, "tuesday", "There is no meeting"))
    assert "has been called off" in shown(only(at, "tuesday-desk", "nobody had said that they would be there"))
    assert "has been called off" in shown(only(at, "safeguarding", "Its members are being told"))


async def test_somebody_who_wished_for_it_is_sent_a_note_by_a_press_and_can_stop_it(at: Harbour) -> None:
    await schedule(at)
    room, desk = at.channel("tuesday"), at.channel("tuesday-desk")
    told = said(await at.cleo.slash(room, "meeting notice", wish="on"))
    assert "but not which" in told and "waits for you" in told
    assert "direct message" in said(await at.mo.slash(room, "meeting notice", wish="on", message="yes"))
    assert "for members" in said(await at.fay.slash(room, "meeting notice", wish="on"))
    await at.join(at.zoe)
    for week in (0, 1):
        await until(at, TUESDAY + week * WEEK - 3 * HOUR)
        await at.fay.click(posts(at, "tuesday-desk", "I'll be there")[-1], label="I'll be there")
        reminder = posts(at, "tuesday", "Your meeting starts")[-1]
        holds = said(await at.fay.click(reminder, label="I'm coming"))
        assert "other facilitators see that you will be there" in holds and "not who" not in holds
        assert "not who" in said(await at.mo.click(reminder, label="Just listening"))
        await until(at, TUESDAY + week * WEEK)
        begun = await at.fay.slash(desk, "meeting start")
        await at.fay.click(begun.response, label="Start on my own")
        await at.zoe.click(posts(at, "tuesday", "I'm here")[-1], label="I'm here")
        await at.fay.slash(desk, "meeting close")
        await at.world.restart()
    cards = posts(at, "tuesday-desk", "hasn't been here for a while")
    assert len(cards) == 2
    for card in cards:
        assert "The note is on its way" in said(await at.fay.click(card, label="Send the note"))
    assert len(posts(at, "tuesday-desk", "Nothing is left to do here")) == 2
    note = await at.cleo.slash(at.hall, "group browse")
    assert "we haven't seen you at **Tuesday** for a bit" in said(note)
    assert "notes any more" in said(await at.cleo.click(note.followups[-1], label="Don't check in on me"))
    (message,) = at.users["mo"].dm_channel.history()
    assert "uesday" not in shown(message) and "we haven't seen you for a bit" in shown(message)
    assert "notes any more" in said(await at.users["mo"].click(message, label="Don't check in on me"))
    assert "Don't check in on me" not in "".join(at.messages("tuesday"))
