"""By what a group is kept, walked in a state in which it can be done: done for those it is for, and for nobody else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.core.calendar import Repeat, Schedule
from bot.core.ids import new_id
from bot.features.groups.closing.store import archive, begin_break
from bot.features.groups.keeping.store import set_details
from bot.features.groups.store import end_membership
from bot.features.meetings import Change, Meeting, MeetingState, OccasionState
from bot.features.meetings import store as meetings_store
from bot.features.meetings.absence import Spell
from bot.features.meetings.absence import store as absence_store
from bot.features.meetings.cover import store as cover_store
from bot.storage import Tx
from bot.ui.access import Access
from bot.ui.errors import reason_of, report
from tests.walk import HELD, Town, Way, town, ways

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMANDS = ("about", "archive", "duty", "edit", "handover", "pause", "people", "remove")
MEETING = ("close", "start")
MODULES = ("groups.closing", "groups.naming", "groups.people", "guidelines", "meetings.running")
NOT_WHILE_LED = {"/group handover": Access.LEAD}
"""What a lead may do for a group that nobody facilitates."""

BACK = "BringBackButton"

HOLDING = {
    f"bot.cogs.meetings.{name}"
    for name in ("covering.CoverButton", "covering.LeadCoverButton", "absences.AbsenceButton")
}
"""What is said about holding a meeting, and decided about a note."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Town]:
    async with town(tmp_path_factory.mktemp("kept")) as made:
        yield made


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Why somebody was told that it could not be done, each time."""
    told: list[str] = []

    async def noted(interaction: Any, error: BaseException, **more: Any) -> None:
        told.append(repr(reason_of(error)))
        await report(interaction, error, **more)

    for place in ("bot.ui.components.report", "bot.client.report"):
        monkeypatch.setattr(place, noted)
    return told


def kept_by(here: Town) -> Sequence[Way]:
    names = {f"/group {name}" for name in COMMANDS} | {f"/guidelines {name}" for name in ("edit", "post", "remind")}
    names |= HOLDING | {f"/meeting {name}" for name in MEETING}
    theirs = tuple(f"bot.cogs.{module}." for module in MODULES)
    return [way for way in ways(here.world.bot) if way.name in names or way.name.startswith(theirs)]


async def prepare(here: Town, way: Way, *, ended: bool) -> dict[str, object]:
    """The group as it must be for that, and what its custom id then says."""
    services, name = here.world.services, way.name.rpartition(".")[2]
    which = {"guild_id": here.guild.id, "group_id": here.here.id}
    await here.seat()
    more = await expect(here) if way.name in HOLDING else {}
    async with services.db.begin() as tx:
        parts = await prepare_meeting(here, tx, opened="start" not in way.name.casefold())
        if ended or name == BACK:
            await archive(tx, here.here.id, here.world.now())
        elif name == "ResumeButton":
            await begin_break(tx, here.here.id, None)
        pending = "Cancer" if name in ("UseNameButton", "OtherNameButton", "OtherNameForm") else ""
        await set_details(tx, replace(here.here, pending_name=pending))
        member = await services.groups.member(tx, here.guild.id, here.here.id, here.people["member"].id)
    assert member is not None
    parts |= {"member": member.id, **more}
    if not ended and name in ("AgreeButton", "PostButton", "PostAgainButton"):
        preview = await services.guidelines.preview(**which)
        parts |= {"agreement": f"v{preview.agreement.version}", "number": preview.number}
    return parts


async def expect(here: Town) -> dict[str, object]:
    """Nobody holds a meeting, no lead is in the group, and there is a member about whom a note is to be decided."""
    services, which = here.world.services, {"guild_id": here.guild.id, "group_id": here.here.id}
    await services.meetings.absence.wish(**which, user_id=here.people["member"].id, message=False)
    async with services.db.begin() as tx:
        (notice,) = await absence_store.of_group(tx, *which.values())
        await absence_store.change(tx, replace(notice, spell=Spell.ASKED))
        for meeting in await meetings_store.planned(tx, *which.values()):
            await cover_store.clear(tx, meeting)
        for name in ("lead", "backup lead"):
            member = await services.groups.member(tx, *which.values(), here.people[name].id)
            if member is not None:
                await end_membership(tx, member.id, here.world.now())
    return {"notice": notice.id}


async def prepare_meeting(here: Town, tx: Tx, *, opened: bool) -> dict[str, object]:
    """A meeting that could be opened now, or is open; and what a custom id says of it."""
    guild_id, starts = here.guild.id, here.world.now() + timedelta(minutes=10)
    planned = await meetings_store.planned(tx, guild_id, here.here.id)
    schedule = Schedule(day=starts.date(), time=starts.time().replace(microsecond=0), zone="UTC", repeat=Repeat.DAILY)
    meeting = (
        planned[0]
        if planned
        else Meeting(
            id=new_id(),
            guild_id=guild_id,
            group_id=here.here.id,
            title="Circle",
            schedule=schedule,
            minutes=90,
            state=MeetingState.PLANNED,
        )
    )
    if not planned:
        await meetings_store.add(tx, meeting, here.world.now())
    # there may be others, from before the group was archived and brought back
    for one in planned:
        meeting = await meetings_store.unchange(tx, one, list(one.changes))
    day = meeting.schedule.day
    if opened:
        await meetings_store.change(tx, meeting, Change(day=day, state=OccasionState.OPEN))
    return {"meeting": meeting.id, "day": day}


async def succeeded(here: Town, refusals: list[str], *, ended: bool = False) -> dict[tuple[str, str], bool]:
    outcomes: dict[tuple[str, str], bool] = {}
    for way in kept_by(here):
        for name in HELD:
            parts = await prepare(here, way, ended=ended)
            refusals.clear()
            result = await here.act(name, way, parts)
            outcomes[way.name, name] = result is not None and not refusals
    return outcomes


async def test_it_is_done_for_those_it_is_for_and_for_nobody_else(here: Town, refusals: list[str]) -> None:
    open_to = {way.name: way.gate.access & ~NOT_WHILE_LED.get(way.name, Access(0)) for way in kept_by(here) if way.gate}
    assert len(open_to) > 20
    outcomes = await succeeded(here, refusals)
    wrong = {which: done for which, done in outcomes.items() if done != bool(open_to[which[0]] & HELD[which[1]])}
    assert wrong == {}


async def test_of_a_group_that_has_ended_nothing_is_left_but_to_bring_it_back(here: Town, refusals: list[str]) -> None:
    outcomes = await succeeded(here, refusals, ended=True)
    done = {which for which, is_done in outcomes.items() if is_done}
    keepers = ("facilitator", "lead", "backup lead")
    assert done == {(f"bot.cogs.groups.closing.{BACK}", name) for name in keepers}
