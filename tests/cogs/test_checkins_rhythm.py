"""A check-in that opens by itself, as a facilitator has it, and how it is ended."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.ui.permissions import INVITE
from tests.cogs.test_checkins import A_DAY, COGS, LATEST, Circle
from tests.simcord_bot import running, said, sample_settings

A_WEEK = 7 * A_DAY


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Circle]:
    async with running(sample_settings(tmp_path), extensions=COGS) as world:
        circle = Circle(world, INVITE)
        await circle.seat()
        yield circle


async def test_a_facilitator_has_one_open_by_itself_sees_when_and_ends_it(at: Circle) -> None:
    desk, member = at.channel("tuesday-desk"), at.members[0]
    asked = {"template": "meeting_climate", "every": "2 weeks"}
    assert "for the facilitators" in said(await member.slash(at.room, "checkin schedule", **asked))
    offered = await at.fay.autocomplete(desk, "checkin schedule", "every", "2")
    assert "2 weeks" in [choice["value"] for choice in offered]
    offered = await at.fay.autocomplete(desk, "checkin schedule", "starts", "tue")
    assert any(choice["value"].endswith(" 19:00") and "Berlin" in choice["name"] for choice in offered)
    assert await member.autocomplete(at.room, "checkin schedule", "starts", "tue") == []
    told = await at.fay.slash(desk, "checkin schedule", **asked, closes="3 h")
    assert told.ephemeral
    assert "opens by itself" in said(told)
    assert "every 2 weeks" in said(told)
    assert at.posts("Closes") == []

    listed = await member.slash(at.room, "checkin list")
    assert "every 2 weeks" in said(listed)
    assert "End: " not in said(listed)

    await at.world.pass_time(A_DAY)
    assert len(at.posts("Closes")) == 1
    await at.world.pass_time(3 * 3600 + LATEST)
    await at.world.restart()
    await at.world.pass_time(2 * A_WEEK)
    assert len(at.posts("Closes")) == 2

    listed = await at.fay.slash(desk, "checkin list")
    assert "open by itself in this group any more" in said(
        await at.fay.click(listed.response, label="End: How was the meeting?")
    )
    assert "isn't set to open" in said(await at.fay.click(listed.response, label="End: How was the meeting?"))
    assert "every 2 weeks" not in said(await at.fay.slash(desk, "checkin list"))
    await at.world.pass_time(2 * A_WEEK + A_DAY)
    assert len(at.posts("Closes")) == 2


async def test_why_it_did_not_open_is_said_on_the_desk_and_not_in_the_room(at: Circle) -> None:
    desk = at.channel("tuesday-desk")
    told = await at.fay.slash(desk, "checkin schedule", template="meeting_climate", every="meeting")
    assert "after each meeting" in said(told)
    assert "after each meeting" in said(await at.fay.slash(desk, "checkin list"))
    await at.open(closes="15 min")
    await at.world.pass_time(15 * 60 + LATEST)
    again = await at.fay.slash(desk, "checkin open", template="meeting_climate")
    assert re.search(r"opened last on <t:\d+:F>. It can be opened again from <t:\d+:F>", said(again))
    await at.fay.slash(desk, "checkin schedule", template="meeting_climate", every="2 weeks")
    for member in at.members[:2]:
        await at.leave(member)
    before = len(at.room.history())
    await at.world.pass_time(2 * A_WEEK)
    assert any("too few people could be asked" in message for message in at.messages("tuesday-desk"))
    assert len(at.room.history()) == before
