"""Meetings that nobody opens, and meetings that nobody closes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.features.meetings import Change, Occasion, OccasionState
from bot.features.meetings import store as meetings_store
from bot.features.meetings.running import store
from bot.inbox.store import inbox
from tests.features.meetings.house import GUILD, LEAD, House

MINUTE = timedelta(minutes=1)
SPOKEN = ("meetings.unopened", "meetings.unopened_card", "meetings.unclosed", "meetings.opener", "meetings.closer")


def said(house: House) -> list[tuple[str, datetime]]:
    return [(one.kind.removeprefix("meetings."), one.at) for one in house.carried if one.kind in SPOKEN]


async def people_left(house: House) -> int:
    async with house.db.read() as tx:
        return int(await tx.scalar(sa.select(sa.func.count()).select_from(store.here)))


@pytest.fixture
async def watched(house: House) -> House:
    house.opening = True
    house.start()
    return house


@pytest.mark.parametrize("repeat", ["none", "weekly"])
async def test_nobody_closes_it_so_they_are_reminded_and_then_it_closes(house: House, repeat: str) -> None:
    occasion = await house.tonight(repeat=repeat)
    await house.open()
    which = {"group_id": occasion.group.id, "meeting_id": occasion.meeting.id, "day": occasion.day}
    await house.meetings.running.arrive(guild_id=GUILD, **which, user_id=911)
    await house.until(occasion.ends_at + 5 * MINUTE)
    house.start()
    await house.until(occasion.ends_at + timedelta(hours=5))
    assert said(house) == [
        ("opener", occasion.starts_at),
        ("unclosed", occasion.ends_at + 15 * MINUTE),
        ("closer", occasion.ends_at + 60 * MINUTE),
    ]
    assert (await house.now(occasion)).state == "closed"
    assert await people_left(house) == 0
    async with house.db.read() as tx:
        assert await store.headcount(tx, GUILD, occasion.meeting.id, occasion.day) == 2


async def test_who_closes_it_late_is_not_reminded_again(house: House) -> None:
    occasion = await house.tonight()
    await house.open()
    await house.until(occasion.ends_at + 20 * MINUTE)
    await house.close()
    await house.until(occasion.ends_at + timedelta(hours=5))
    assert [kind for kind, _ in said(house)] == ["opener", "unclosed", "closer"]


@pytest.mark.parametrize(
    ("away", "kinds"), [(20 * MINUTE, ["unclosed"]), (70 * MINUTE, ["closer"]), (timedelta(days=3), [])]
)
async def test_if_the_bot_was_away_what_still_makes_sense_is_done(
    house: House, away: timedelta, kinds: list[str]
) -> None:
    occasion = await house.tonight(repeat="weekly")
    await house.open()
    await house.carry()
    house.carried.clear()
    house.clock.now = occasion.ends_at + away
    house.start()
    await house.due()
    assert [kind for kind, _ in said(house)] == kinds
    assert (await people_left(house) == 0) == (away > timedelta(hours=1))


async def test_the_desk_that_cannot_be_reminded_is_told_of_to_the_lead(house: House) -> None:
    occasion = await house.tonight()
    await house.open()
    house.refusing["meetings.unclosed"] = "forbidden"
    await house.until(occasion.ends_at + 30 * MINUTE)
    assert len(house.of("groups.trouble")) == 1


async def test_nobody_opens_it_so_room_desk_and_lead_are_told_once(watched: House) -> None:
    occasion = await watched.tonight()
    await watched.until(occasion.starts_at + 10 * MINUTE - timedelta(seconds=1))
    assert said(watched) == []
    watched.start()
    await watched.until(occasion.ends_at + timedelta(hours=3))
    at = occasion.starts_at + 10 * MINUTE
    assert sorted(said(watched)) == [("unopened", at), ("unopened_card", at), ("unopened_card", at)]
    assert len({one.key for one in watched.carried}) == 3


async def test_of_one_that_is_open_or_has_been_it_is_not_said(watched: House) -> None:
    occasion = await watched.tonight(repeat="daily")
    await watched.open()
    await watched.until(occasion.starts_at + 20 * MINUTE)
    await watched.close()
    await watched.carry()
    assert [kind for kind, _ in said(watched)] == ["opener", "closer"]


@pytest.mark.parametrize("late", [30 * MINUTE, 91 * MINUTE])
async def test_once_the_meeting_would_be_over_nobody_is_told_that_it_was_not_opened(
    watched: House, late: timedelta
) -> None:
    occasion = await watched.tonight(minutes=90)
    watched.clock.now = occasion.starts_at + late
    watched.start()
    await watched.due()
    assert len(said(watched)) == (3 if late < timedelta(minutes=90) else 0)


async def test_it_is_not_said_of_a_group_on_a_break_nor_where_the_operator_does_not_want_it(
    watched: House, house: House
) -> None:
    occasion = await watched.tonight(repeat="daily")
    await watched.groups.breaks.begin(guild_id=GUILD, group_id=watched.group.id, actor_id=LEAD, until=None)
    await watched.until(occasion.starts_at + 20 * MINUTE)
    assert said(watched) == []
    await watched.groups.breaks.end(guild_id=GUILD, group_id=watched.group.id, actor_id=LEAD)
    house.opening = False
    house.start()
    await house.until(occasion.starts_at + timedelta(days=1, hours=1))
    assert said(house) == []


async def test_what_discord_refuses_of_it_reaches_somebody(watched: House) -> None:
    occasion = await watched.tonight()
    watched.refusing = {"meetings.unopened": "forbidden", "meetings.unopened_card": "forbidden"}
    await watched.until(occasion.starts_at + 11 * MINUTE)
    assert len(watched.of("groups.trouble")) == 1, "the desk, that the room does not know"
    async with watched.db.read() as tx:
        (row,) = await tx.all(sa.select(inbox).where(inbox.c.kind == "meetings.unopened_card"))
        assert tx.vault.open_id(row["user"], GUILD) == LEAD


async def test_a_meeting_called_off_is_not_one_that_nobody_opened(watched: House) -> None:
    occasion: Occasion = await watched.schedule(starts="2026-12-01 19:00", repeat="weekly")
    async with watched.db.begin() as tx:
        await meetings_store.change(tx, occasion.meeting, Change(day=occasion.day, state=OccasionState.CANCELLED))
    await watched.until(occasion.ends_at)
    assert said(watched) == []
