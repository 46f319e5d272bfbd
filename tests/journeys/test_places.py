"""Visiting a group, waiting for a place in one and being invited, as each person does it and sees it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ui.permissions import INVITE
from tests.harbour import Harbour, answers
from tests.simcord_bot import running, said, sample_settings, shown

BEGINS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
END = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)  # of a meeting at 19:00 in Berlin
HOSTILE = "@everyone **bold** [x](https://evil.invalid) <@1>"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Harbour]:
    async with running(sample_settings(tmp_path), begins=BEGINS) as world:
        yield Harbour(world, INVITE)


async def until(at: Harbour, instant: datetime) -> None:
    await at.world.pass_time((instant - at.world.now()).total_seconds() + 1)


async def press(person: Any, shown_to_them: Any, label: str) -> Any:
    result = await person.click(shown_to_them, label=label)
    assert result.ephemeral
    return result


async def come(at: Harbour, person: Any, page: Any, label: str, **filled: Any) -> Any:
    """Press, read the agreement, go on and send the form, with a restart between any two of these."""
    agreement = await press(person, page, label)
    assert "What is said here stays here" in said(agreement)
    await at.world.restart()
    form = await person.click(agreement.response, label="Go on")
    await at.world.restart()
    return await person.submit_modal(form, answers(**filled))


async def inbox(at: Harbour, person: Any) -> Any:
    return await person.slash(at.hall, "inbox")


async def put_off(at: Harbour, person: Any, **filled: Any) -> None:
    await at.ask(person, **filled)
    await at.world.pass_time(3600)
    assert "on the waiting list" in said(await at.fay.click(at.card(), label="Offer a place later"))


async def test_somebody_visits_first_is_asked_after_the_meeting_and_stays(at: Harbour) -> None:
    await at.found("Tuesday")
    desk = at.channel("tuesday-desk")
    proposed = await at.fay.slash(desk, "meeting schedule", title="Evening", starts="tue 19:00", repeat="weekly")
    await at.fay.click(proposed.response, label="Schedule it")

    listed = await at.cleo.slash(at.hall, "group browse")
    asked = await come(at, at.cleo, listed.response, "Visit first", note="just looking")
    assert "Thank you" in said(asked)
    assert "would like to visit first" in shown(at.card())
    assert "a visitor now" in said(await at.fay.click(at.card(), label="Welcome in"))
    assert at.sees(at.cleo)
    welcome = said(await inbox(at, at.cleo))
    for words in ("Welcome to **Tuesday**", "Next meeting:", "visit 2 meetings", "Stay"):
        assert words in welcome

    await until(at, END)
    word = await inbox(at, at.cleo)
    assert "You have visited a meeting of **Tuesday**" in said(word)
    assert "before you decide: 1" in said(word)
    assert "Tuesday" in said(await press(at.cleo, word.response, "Look at other groups"))
    assert "Nobody is told" in said(await press(at.cleo, word.response, "Leave the group"))
    assert at.sees(at.cleo), "leaving has a second step"
    await at.world.restart()
    assert "You are a member of **Tuesday** now" in said(await press(at.cleo, word.response, "Stay"))
    assert "already" in said(await press(at.cleo, word.response, "Stay"))
    await until(at, END + timedelta(days=30))
    assert at.sees(at.cleo)
    assert "You have visited" not in said(await inbox(at, at.cleo))
    assert [text for text in at.messages("tuesday-desk") if "stay" in text.lower()] == []


async def test_a_visitor_who_says_nothing_is_let_go_kindly_and_forgotten(at: Harbour) -> None:
    await at.found("Tuesday")
    listed = await at.cleo.slash(at.hall, "group browse")
    await come(at, at.cleo, listed.response, "Visit first", message=True)
    await at.world.pass_time(3600)
    await at.fay.click(at.card(), label="Welcome in")
    assert at.sees(at.cleo)
    await at.world.restart()
    await at.world.pass_time(21 * 24 * 3600)
    assert not at.sees(at.cleo)
    assert "Your visit to a group has come to its end" in at.direct_messages("cleo")[-1]
    assert "uesday" not in "".join(at.direct_messages("cleo"))
    assert at.cleo.mention not in "".join(at.messages("tuesday-desk"))
    listed = await at.cleo.slash(at.hall, "group browse")
    assert "Visit first" in said(listed)


async def test_who_waits_is_offered_the_place_that_another_did_not_take(at: Harbour) -> None:
    await at.found("Tuesday", capacity=1)
    await at.join(at.zoe)
    assert "It is full just now" in said(await at.mo.slash(at.hall, "group browse"))
    await put_off(at, at.mo)
    await put_off(at, at.cleo, message=True, note="something of mine")
    assert "something of mine" not in "".join(at.messages("tuesday-desk"))
    assert "Leave the waiting list" in said(await at.mo.slash(at.hall, "group browse"))

    await at.leave(at.zoe)
    await at.world.restart()
    await at.world.pass_time(48 * 3600 + 60)
    missed = said(await inbox(at, at.mo))
    assert "The time to take it is over" in missed
    assert "Take the place" not in missed
    message = at.direct_messages("cleo")[-1]
    assert "there is a place for you" in message
    assert "uesday" not in message

    page = await at.cleo.slash(at.hall, "group browse")
    assert "A place is kept for you" in said(page)
    taken = await come(at, at.cleo, page.response, "Take the place")
    assert "You are in **Tuesday** now" in said(taken)
    assert at.sees(at.cleo)
    assert not at.sees(at.mo)
    assert "nothing to leave" in said(await press(at.cleo, page.response, "No, thank you")), "it was taken"
    assert at.sees(at.cleo)
    assert len(at.messages("tuesday-desk")) == 3, "the three cards, and nothing else"


async def test_later_is_now_while_a_place_is_free_and_a_closed_group_opens_only_by_a_second_press(at: Harbour) -> None:
    await at.found("Tuesday", capacity=1, mode="closed", joins_until="24 November")
    await at.ask(at.mo)
    await at.world.pass_time(3600)
    assert "offered to them now" in said(await at.fay.click(at.card(), label="Offer a place later"))
    page = await inbox(at, at.mo)
    assert "there is a place for you in **Tuesday**" in said(page)
    assert "waiting list" not in said(page)
    assert "You are in **Tuesday** now" in said(await come(at, at.mo, page.response, "Take the place"))
    await at.leave(at.mo)

    await at.ask(at.cleo)
    await at.world.pass_time(5 * 24 * 3600)
    assert "You have asked to join" in said(await at.cleo.slash(at.hall, "group browse"))
    doubted = await at.fay.click(at.card(), label="Welcome in")
    assert "takes no new people today" in said(doubted)
    assert not at.sees(at.cleo)
    await at.world.restart()
    assert "Done." in said(await press(at.fay, doubted.response, "Welcome in anyway"))
    assert at.sees(at.cleo)


async def test_somebody_invited_comes_into_a_closed_group_whatever_its_name(at: Harbour) -> None:
    await at.found(HOSTILE, mode="closed", joins_until="24 November")
    desk = next(name for name in at.guild.channels if name.endswith("-desk"))
    room = desk.removesuffix("-desk")
    await at.world.pass_time(5 * 24 * 3600)
    assert "No group takes new people" in said(await at.cleo.slash(at.hall, "group browse"))
    robot = at.guild.add_member(at.env.create_user("robot", bot=True))
    for person, answer in ((robot, "can't be in a group"), (at.fay, "in the group already")):
        assert answer in said(await at.fay.slash(at.channel(desk), "group invite", person=person))
    for person in (at.cleo, at.mo):
        done = said(await at.fay.slash(at.channel(desk), "group invite", person=person))
        assert "Done. A place in" in done
    assert at.messages("hall") == []
    assert at.direct_messages("cleo") == at.direct_messages("mo") == []
    assert not at.called(at.cleo)

    word = await inbox(at, at.cleo)
    for text in (said(word), done, said(await at.mo.slash(at.hall, "group browse"))):
        assert "A place" in text
        assert "@everyone" not in text
        assert "**bold**" not in text
        assert "<@1>" not in text.replace("\\<", "")
    assert "isn't kept" in said(await press(at.mo, (await inbox(at, at.mo)).response, "No, thank you"))
    await come(at, at.cleo, word.response, "Take the place")
    assert at.sees(at.cleo, room)
    assert not at.sees(at.mo, room)
