"""An evening of a group, as its people live it: from the opener to the closer, and one that nobody opens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ui.permissions import INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown, texts

BEGINS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Harbour]:
    """A group called Tuesday, which fay and gil facilitate, with cleo and mo in it, that meets every week."""
    async with running(sample_settings(tmp_path), begins=BEGINS) as world:
        harbour = Harbour(world, INVITE)
        await harbour.found("Tuesday", co_facilitator=harbour.gil, voice=True)
        await harbour.join(harbour.cleo)
        await harbour.join(harbour.mo)
        desk = harbour.channel("tuesday-desk")
        await harbour.gil.slash(desk, "group duty", reports=True)
        proposed = await harbour.fay.slash(
            desk, "meeting schedule", title="Grief circle", starts="tue 19:00", repeat="weekly"
        )
        await harbour.fay.click(proposed.response, label="Schedule it")
        yield harbour


async def until(at: Harbour, instant: datetime) -> None:
    await at.world.pass_time((instant - at.world.now()).total_seconds() + 1)


def posted(at: Harbour, channel: str, words: str) -> list[Any]:
    return [message for message in at.channel(channel).history() if words in shown(message)]


def stamp(instant: datetime, style: str = "F") -> str:
    return f"<t:{int(instant.timestamp())}:{style}>"


async def test_an_evening_from_the_opener_to_the_closer(at: Harbour) -> None:
    opener = await opened(at)
    await lived_through(at, opener)
    question = await closed(at)
    late = await at.cleo.click(opener, label="I'm here")
    assert "No meeting is open here" in said(late) and "Get help now" in said(late)
    assert "No meeting is open here" in said(await at.mo.click(opener, label="Step out"))
    assert not any(at.called(at.people[name]) for name in ("cleo", "mo", "fay", "gil", "lea"))

    await at.world.restart()
    assert "only the safeguarding leads can read" in said(await at.fay.click(question, label="I'd like a debrief"))
    (wanted,) = posted(at, "safeguarding", "would like a debrief")
    assert at.fay.mention in shown(wanted)
    assert at.called(at.lea) and not at.called(at.ben)


async def opened(at: Harbour) -> Any:
    """A facilitator opens the meeting on her own; gives the opener."""
    desk, room = at.channel("tuesday-desk"), at.channel("tuesday")
    assert "No meeting of this group can be opened now" in said(await at.fay.slash(desk, "meeting start"))
    await until(at, TUESDAY - 30 * MINUTE)
    (offered,) = await at.fay.autocomplete(desk, "meeting start", "meeting", "grief")
    assert offered["name"] == "Grief circle, Tuesday, 24 November 2026, 19:00"
    assert await at.cleo.autocomplete(room, "meeting start", "meeting", "") == []
    assert "is for" in said(await at.cleo.slash(room, "meeting start"))
    alone = await at.fay.slash(desk, "meeting start", meeting=offered["value"])
    assert "You would be the only facilitator" in said(alone)
    assert posted(at, "tuesday", "Welcome, everyone") == []
    await at.world.restart()
    assert "The opener is being posted" in said(await at.fay.click(alone.response, label="Start on my own"))
    assert "is open already" in said(await at.gil.slash(desk, "meeting start"))

    (opener,) = posted(at, "tuesday", "Welcome, everyone")
    text = shown(opener)
    assert f"We'll finish by {stamp(TUESDAY + 90 * MINUTE, 't')}" in text
    assert f"{at.fay.mention} is here to keep things fair" in text
    assert "legal duty" in text and at.gil.mention in text
    assert "We share our own experience and leave out advice." in text
    assert "Grief" not in text
    labels = ["I'm here", "Step out", "Get help now", "Talk to a facilitator"]
    assert text.splitlines()[-4:] == labels
    return opener


async def lived_through(at: Harbour, opener: Any) -> None:
    """One is there, and one steps out and comes back."""
    room = at.channel("tuesday")
    await at.world.restart()
    before = len(room.history())
    for _ in range(2):
        thanked = await at.cleo.click(opener, label="I'm here")
        assert thanked.ephemeral and "called in turn" in said(thanked)
    out = await at.mo.click(opener, label="Step out")
    assert out.ephemeral and "Take your time. A facilitator will see this and may check in." in said(out)
    (card,) = posted(at, "tuesday-desk", "stepped out of the meeting")
    assert at.mo.mention in shown(card) and "check in with them" in shown(card)
    await at.world.restart()
    quiet = await at.mo.click(out.response, label="Please don't check in on me")
    assert "left alone" in said(quiet)
    (card,) = posted(at, "tuesday-desk", "stepped out of the meeting")
    assert "nobody checks in on them" in shown(card)
    assert "Good to have you back" in said(await at.mo.click(quiet.response, label="I'm back"))
    assert len(posted(at, "tuesday-desk", "had stepped out and is back")) == 1
    assert len(room.history()) == before, "nothing of it is seen by the others"


async def closed(at: Harbour) -> Any:
    """It is closed, and said how many there were; gives the question that she is asked."""
    desk = at.channel("tuesday-desk")
    await until(at, TUESDAY + 85 * MINUTE)
    closing = await at.fay.slash(desk, "meeting close", people=6)
    assert closing.ephemeral
    told = said(closing)
    assert "Who was there has been forgotten" in told
    assert "No check-in was opened." in told and "6" in told
    # below the answer, or the next time if it was not there yet
    asked = closing if "How are *you* after that?" in told else await at.fay.slash(at.hall, "inbox")
    assert "How are *you* after that?" in said(asked) and at.lea.mention in said(asked)
    assert "nothing to close" in said(await at.gil.slash(desk, "meeting close"))
    (closer,) = posted(at, "tuesday", "That's our time")
    assert f"Next meeting: {stamp(TUESDAY + timedelta(days=7))}" in shown(closer)
    assert posted(at, "tuesday-desk", "stepped out") == [], "who was there is taken off the desk"
    shown_to_her = [one for one in (asked.response, *asked.followups) if one is not None]
    (question,) = [one for one in shown_to_her if any("How are" in text for text in texts(one.components))]
    return question


async def test_an_evening_that_nobody_opens_and_one_that_nobody_closes(at: Harbour) -> None:
    await until(at, TUESDAY + 10 * MINUTE)
    (sorry,) = posted(at, "tuesday", "nobody has opened this meeting yet")
    assert shown(sorry).splitlines()[-2:] == ["Talk to a facilitator", "Get help now"]
    (card,) = posted(at, "tuesday-desk", "nobody has opened it")
    assert at.fay.mention in shown(card) and at.gil.mention in shown(card)
    assert "Grief" not in shown(card), "it calls people, and shows on their lock screens"
    (lead,) = posted(at, "safeguarding", "nobody has opened it")
    assert "Grief" not in shown(lead)
    assert all(at.called(at.people[name]) for name in ("fay", "gil", "lea"))
    assert not any(at.called(at.people[name]) for name in ("cleo", "mo", "ben"))

    await at.world.restart()
    alone = await at.gil.slash(at.channel("tuesday-desk"), "meeting start")
    await at.gil.click(alone.response, label="Start on my own")
    await until(at, TUESDAY + 106 * MINUTE)
    (reminder,) = posted(at, "tuesday-desk", "is still open")
    await at.world.restart()
    closed = await at.fay.click(reminder, label="Close it")
    assert "is closed" in said(closed)
    await until(at, TUESDAY + timedelta(hours=5))
    assert len(posted(at, "tuesday", "That's our time")) == 1
    assert len(posted(at, "tuesday", "nobody has opened this meeting yet")) == 1
    waiting = await at.gil.slash(at.hall, "inbox")
    assert "How are *you* after that?" in said(waiting)
    assert "look after yourself" in said(await at.gil.click(waiting.response, label="I'm OK"))
    assert posted(at, "safeguarding", "debrief") == []
