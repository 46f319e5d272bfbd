"""By what a group is kept, walked in a state in which it can be done: done for those it is for, and for nobody else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from bot.core.calendar import Repeat, Schedule
from bot.core.ids import new_id
from bot.features.checkins.rhythms import Rhythm
from bot.features.checkins.rhythms import store as rhythms_store
from bot.features.groups.closing.store import archive, begin_break
from bot.features.groups.keeping.store import set_details
from bot.features.groups.store import end_membership
from bot.features.meetings import Change, Meeting, MeetingState, OccasionState, Proposal
from bot.features.meetings import store as meetings_store
from bot.features.meetings.absence import Spell
from bot.features.meetings.absence import store as absence_store
from bot.features.meetings.changes.model import Doing, Typed
from bot.features.meetings.cover import store as cover_store
from bot.features.meetings.rounds import Round
from bot.features.meetings.rounds import store as rounds_store
from bot.storage import Tx
from bot.ui.access import Access
from bot.ui.errors import reason_of, report
from tests.walk import HELD, Town, Way, town, ways

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMANDS = ("about", "archive", "duty", "edit", "handover", "pause", "people", "remove")
CHANGES = ("move", "skip", "cancel", "edit")
MEETING = ("close", "remind", "round", "start")
MODULES = (
    *("checkins.scheduling", "groups.closing", "groups.naming", "groups.people", "guidelines"),
    *("meetings.change_buttons", "meetings.private", "meetings.rounds", "meetings.running"),
)
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
    names |= HOLDING | {"/checkin schedule"} | {f"/meeting {name}" for name in (*CHANGES, *MEETING)}
    theirs = tuple(f"bot.cogs.{module}." for module in MODULES)
    return [way for way in ways(here.world.bot) if way.name in names or way.name.startswith(theirs)]


async def plan_meeting(here: Town, name: str) -> dict[str, object]:
    """A meeting that is ahead, and what is asked or so of it."""
    services, which = here.world.services, {"guild_id": here.guild.id, "group_id": here.here.id}
    draft = await services.meetings.propose(**which, proposal=Proposal(title="Circle", starts="in 3 days 12:00"))
    meeting_id, day = draft.meeting.id, draft.day
    await services.meetings.schedule(**which, meeting_id=meeting_id, user_id=1)
    here.meeting = f"{meeting_id}:{day}"
    parts: dict[str, object] = {"meeting": meeting_id, "day": day.isoformat()}
    if name in ("ChangeButton", "HoldButton"):
        skip = Typed(doing=Doing.SKIP, meeting_id=meeting_id, day=day)
        preview = await services.meetings.changes.propose(**which, typed=skip)
        parts |= {"draft": preview.draft_id, "doing": "skip"}
        if name == "HoldButton":
            await services.meetings.changes.confirm(**which, draft_id=preview.draft_id, actor_id=1)
    return parts


async def prepare(here: Town, way: Way, *, ended: bool) -> dict[str, object]:
    """The group as it must be for that, and what its custom id then says."""
    services, name = here.world.services, way.name.rpartition(".")[2]
    which = {"guild_id": here.guild.id, "group_id": here.here.id}
    await here.seat()
    parts: dict[str, object] = {}
    if way.name.startswith(("/meeting", "bot.cogs.meetings.")):
        await end_meetings(here)
        ahead = way.name.split()[-1] in CHANGES or "change_buttons" in way.name or way.name in HOLDING
        parts = await (plan_meeting(here, name) if ahead else prepare_meeting(here, way))
        parts |= await expect(here) if way.name in HOLDING else {}
    async with services.db.begin() as tx:
        if ended or name == BACK:
            await archive(tx, here.here.id, here.world.now())
        elif name == "ResumeButton":
            await begin_break(tx, here.here.id, None)
        pending = "Cancer" if name in ("UseNameButton", "OtherNameButton", "OtherNameForm") else ""
        await set_details(tx, replace(here.here, pending_name=pending))
        member = await services.groups.member(tx, here.guild.id, here.here.id, here.people["member"].id)
        if name == "EndRhythmButton":
            await rhythms_store.put(tx, Rhythm(**which, template="meeting_climate"))
            parts["named"] = "meeting_climate"
    assert member is not None
    parts |= {"member": member.id}
    if not ended and name in ("AgreeButton", "PostButton", "PostAgainButton"):
        preview = await services.guidelines.preview(**which)
        parts |= {"agreement": f"v{preview.agreement.version}", "number": preview.number}
    return parts


async def end_meetings(here: Town) -> None:
    """Of the meetings that others were tried on none is left, also of those before the group was archived."""
    async with here.world.services.db.begin() as tx:
        for one in await meetings_store.planned(tx, here.guild.id, here.here.id):
            planned, over = MeetingState.PLANNED, MeetingState.OVER
            await meetings_store.unchange(tx, one, list(one.changes))
            await meetings_store.move(tx, here.guild.id, one.id, before=planned, after=over)


async def prepare_meeting(here: Town, way: Way) -> dict[str, object]:
    """A meeting that could be opened now, or is open; and what a custom id says of it."""
    starts = here.world.now() + timedelta(minutes=10)
    schedule = Schedule(day=starts.date(), time=starts.time().replace(microsecond=0), zone="UTC", repeat=Repeat.DAILY)
    meeting = Meeting(
        id=new_id(),
        guild_id=here.guild.id,
        group_id=here.here.id,
        title="Circle",
        schedule=schedule,
        minutes=90,
        state=MeetingState.PLANNED,
    )
    async with here.world.services.db.begin() as tx:
        await meetings_store.add(tx, meeting, here.world.now())
        if "start" not in way.name.casefold():
            await meetings_store.change(tx, meeting, Change(day=schedule.day, state=OccasionState.OPEN))
        circle_id = await prepare_round(here, tx, meeting, schedule.day)
    return {"meeting": meeting.id, "day": schedule.day, "turn": 1, "circle": circle_id}


async def prepare_round(here: Town, tx: Tx, meeting: Meeting, day: date) -> int:
    """A round goes on, in which everybody is who may be in the group; its id."""
    now, which = here.world.now(), {"guild_id": here.guild.id, "group_id": here.here.id}
    await rounds_store.forget(tx, here.guild.id, meeting.id, day)
    circle = Round(
        **which, id=new_id(), meeting_id=meeting.id, day=day, number=1, seconds=60, ends_at=now + timedelta(days=1)
    )
    people = [here.people[name].id for name in ("facilitator", "member", "visitor")]
    await rounds_store.save(tx, circle.begin(people, now, Random()))
    return circle.id


async def expect(here: Town) -> dict[str, object]:
    """The meeting is one that nobody holds yet, and a member about whom a note is to be decided."""
    services, which = here.world.services, {"guild_id": here.guild.id, "group_id": here.here.id}
    (occasion,) = await services.meetings.coming(**which)
    await services.meetings.absence.wish(**which, user_id=here.people["member"].id, message=False)
    async with services.db.begin() as tx:
        await cover_store.clear(tx, occasion.meeting)
        (notice,) = await absence_store.of_group(tx, *which.values())
        await absence_store.change(tx, replace(notice, spell=Spell.ASKED))
        for name in ("lead", "backup lead"):
            member = await services.groups.member(tx, *which.values(), here.people[name].id)
            if member is not None:
                await end_membership(tx, member.id, here.world.now())
    return {"notice": notice.id}


async def succeeded(
    here: Town, refusals: list[str], *, ended: bool = False, names: Iterable[str] = tuple(HELD)
) -> dict[tuple[str, str], bool]:
    outcomes: dict[tuple[str, str], bool] = {}
    for way in kept_by(here):
        for name in names:
            parts = await prepare(here, way, ended=ended)
            refusals.clear()
            result = await here.act(name, way, parts)
            outcomes[way.name, name] = result is not None and not refusals
    return outcomes


async def test_it_is_done_for_those_it_is_for_and_for_nobody_else(here: Town, refusals: list[str], size: str) -> None:
    open_to = {way.name: way.gate.access & ~NOT_WHILE_LED.get(way.name, Access(0)) for way in kept_by(here) if way.gate}
    assert len(open_to) > 20
    names = ("stranger", "visitor", "member", "facilitator", "lead") if size == "ci" else tuple(HELD)
    outcomes = await succeeded(here, refusals, names=names)
    wrong = {which: done for which, done in outcomes.items() if done != bool(open_to[which[0]] & HELD[which[1]])}
    assert wrong == {}


async def test_of_a_group_that_has_ended_nothing_is_left_but_to_bring_it_back(
    here: Town, refusals: list[str], size: str
) -> None:
    keepers = ("facilitator", "lead") if size == "ci" else ("facilitator", "lead", "backup lead")
    names = (*keepers, "member") if size == "ci" else tuple(HELD)
    outcomes = await succeeded(here, refusals, ended=True, names=names)
    done = {which for which, is_done in outcomes.items() if is_done}
    assert done == {(f"bot.cogs.groups.closing.{BACK}", name) for name in keepers}
