"""Which time of a meeting has an event on Discord, when that is looked at anew, and who hears if it cannot be so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import UserError
from bot.core.reading import WallTime
from bot.features.groups import Group, Place
from bot.features.groups.model import Candidate, Plan
from bot.features.groups.store import set_channel
from bot.features.meetings import Change, Occasion, OccasionState, Where, store
from bot.features.meetings import Place as MeetingPlace
from bot.features.meetings.events.store import events as events_table
from bot.storage import Database
from tests.conftest import StepClock
from tests.features.meetings.house import FACILITATOR, GUILD, LEAD, House

TUESDAY, NEXT_TUESDAY = date(2026, 11, 24), date(2026, 12, 1)


@pytest.fixture
async def house(db: Database, clock: StepClock) -> House:
    """A group with a voice channel."""
    made = House(db, clock)
    plan = Plan(name="Evening", facilitators=(Candidate(user_id=FACILITATOR),), voice=True)
    group = await made.groups.create(guild_id=GUILD, actor_id=LEAD, plan=plan)
    await made.carry()
    made.carried.clear()
    made.group = await made.read(group.id)
    assert made.group.voice_id is not None
    return made


async def schedule(house: House, **typed: object) -> Occasion:
    return await house.schedule(
        **({"starts": "2026-11-24 19:00", "repeat": Repeat.WEEKLY, "where": "voice", "event": True} | typed)
    )


async def shown(house: House, occasion: Occasion) -> date | None:
    """The day of the time that the event should be about."""
    found = await house.meetings.events.next(guild_id=GUILD, meeting_id=occasion.meeting.id)
    return found and found.day


async def change(house: House, occasion: Occasion, *changes: Change, **meeting: object) -> None:
    """What others change of a meeting, and the planning that they do then."""
    async with house.db.begin() as tx:
        found = await store.get(tx, GUILD, occasion.meeting.id)
        assert found is not None
        found = replace(found, **meeting)  # pyright: ignore[reportArgumentType]
        await store.rewrite(tx, found)
        for one in changes:
            found = await store.change(tx, found, one)
        await house.meetings._course.plan(tx, found)
    await house.carry()


def looked_at(house: House) -> int:
    """How often the event was looked at since this was last asked."""
    count = len(house.of("meetings.event"))
    house.carried.clear()
    return count


async def expected(house: House) -> int:
    async with house.db.read() as tx:
        return int(await tx.scalar(sa.select(sa.func.count()).select_from(events_table)))


async def test_the_next_time_has_an_event_and_then_the_one_after_it(house: House) -> None:
    occasion = await schedule(house, times=2)
    await house.carry()
    assert looked_at(house) == 1
    assert await shown(house, occasion) == TUESDAY
    await house.until(occasion.ends_at - timedelta(minutes=1))
    assert looked_at(house) == 0
    assert await shown(house, occasion) == TUESDAY, "while it goes on"
    await house.until(occasion.ends_at)
    assert looked_at(house) == 1
    assert await shown(house, occasion) == NEXT_TUESDAY
    house.start()
    await house.until(occasion.ends_at + timedelta(days=8))
    assert looked_at(house) == 1
    assert await shown(house, occasion) is None
    assert await expected(house) == 0, "nothing is left to look after"
    assert not await house.meetings.events.used(GUILD)


async def test_a_meeting_without_one_costs_nothing(house: House) -> None:
    occasion = await schedule(house, event=False)
    await house.until(occasion.ends_at + timedelta(days=8))
    assert looked_at(house) == 0
    assert not await house.meetings.events.used(GUILD)


async def test_it_follows_what_is_changed(house: House) -> None:
    occasion = await schedule(house)
    await house.carry()
    moved = Change(day=TUESDAY, moved=WallTime(day=date(2026, 11, 25), time=time(18)), minutes=30, revision=1)
    await change(house, occasion, moved)
    found = await house.meetings.events.next(guild_id=GUILD, meeting_id=occasion.meeting.id)
    assert found is not None
    assert (found.starts_at, found.minutes) == (datetime(2026, 11, 25, 17, tzinfo=UTC), 30)
    await change(house, occasion, Change(day=TUESDAY, state=OccasionState.CANCELLED, revision=2))
    assert await shown(house, occasion) == NEXT_TUESDAY
    elsewhere = MeetingPlace(where=Where.ELSEWHERE, words="the park")
    await change(house, occasion, Change(day=NEXT_TUESDAY, place=elsewhere))
    assert await shown(house, occasion) is None, "that time alone is elsewhere"
    await change(house, occasion, Change(day=NEXT_TUESDAY))
    assert await shown(house, occasion) == NEXT_TUESDAY
    looked_at(house)
    await change(house, occasion, event=False)
    assert looked_at(house) == 1, "what was there has to go"
    assert await shown(house, occasion) is None
    assert await expected(house) == 0
    await change(house, occasion, event=False)
    assert looked_at(house) == 0


async def test_a_break_and_an_archived_group_have_none(house: House) -> None:
    occasion = await schedule(house)
    await house.carry()
    which = {"guild_id": GUILD, "group_id": house.group.id}
    looked_at(house)
    await house.groups.breaks.begin(**which, actor_id=FACILITATOR, until=None)
    await house.carry()
    assert looked_at(house) > 0
    assert await shown(house, occasion) is None
    await house.groups.breaks.end(**which, actor_id=FACILITATOR)
    await house.carry()
    assert looked_at(house) > 0
    assert await shown(house, occasion) == TUESDAY
    await house.groups.archive.archive(**which, actor_id=FACILITATOR)
    await house.carry()
    assert looked_at(house) > 0
    assert await shown(house, occasion) is None
    await house.groups.archive.bring_back(**which, actor_id=LEAD)
    await house.carry()
    assert looked_at(house) > 0
    assert await shown(house, occasion) == TUESDAY


async def test_a_voice_channel_that_is_made_again_gets_the_event(house: House) -> None:
    occasion = await schedule(house)
    await house.carry()
    async with house.db.begin() as tx:
        await set_channel(tx, house.group.id, Place.VOICE, None)
    assert await shown(house, occasion) is None
    looked_at(house)
    async with house.db.begin() as tx:
        await house.groups.rooms.make_again(tx, await _group(house), Place.VOICE)
    await house.carry()
    assert looked_at(house) > 0
    found = await house.meetings.events.next(guild_id=GUILD, meeting_id=occasion.meeting.id)
    assert found is not None
    assert found.group.voice_id not in (None, house.group.voice_id)


async def _group(house: House) -> Group:
    return await house.read(house.group.id)


async def test_the_desk_is_told_once_and_a_check_tries_it_again(house: House) -> None:
    house.refusing["meetings.event"] = "forbidden"
    occasion = await schedule(house)
    await house.carry()
    await change(house, occasion, Change(day=TUESDAY, minutes=30))
    house.start()
    await house.until(occasion.ends_at + timedelta(minutes=1))
    assert len(house.of("groups.trouble")) == 1
    async with house.db.read() as tx:
        (waiting,) = await house.groups.setbacks.of(tx, GUILD)
    assert (waiting.kind, waiting.problem) == ("meetings.event", "forbidden")
    house.refusing.clear()
    async with house.db.begin() as tx:
        assert await house.groups.setbacks.put_again(tx, GUILD) == 1
    looked_at(house)
    await house.carry()
    assert looked_at(house) == 1
    async with house.db.read() as tx:
        assert await house.groups.setbacks.of(tx, GUILD) == []
    assert await shown(house, occasion) == NEXT_TUESDAY


async def test_where_is_read_as_people_type_it(house: House) -> None:
    cases = {
        "": MeetingPlace(),
        " Room ": MeetingPlace(),
        "VOICE": MeetingPlace(where=Where.VOICE),
        "https://talk.example/a_b": MeetingPlace(where=Where.ELSEWHERE, words="https://talk.example/a_b"),
        "The\nboathouse \u202e": MeetingPlace(where=Where.ELSEWHERE, words="The boathouse"),
    }
    for typed, place in cases.items():
        occasion = await house.propose(starts="2026-11-24 19:00", where=typed)
        async with house.db.read() as tx:
            kept = await store.get(tx, GUILD, occasion.meeting.id)
        assert kept is not None
        assert (occasion.place, kept.place, kept.event) == (place, place, False)
    with pytest.raises(UserError, match="where_long"):
        await house.propose(starts="2026-11-24 19:00", where="x" * 201)
    with pytest.raises(UserError, match="event_without_voice"):
        await house.propose(starts="2026-11-24 19:00", where="the park", event=True)


async def test_without_a_voice_channel_nothing_takes_place_in_it(house: House) -> None:
    await house.found("Morning")
    with pytest.raises(UserError, match="where_no_voice"):
        await house.propose(starts="2026-11-24 19:00", where="voice")


async def test_an_event_that_could_not_be_removed_is_remembered_when_the_meeting_is_not(house: House) -> None:
    occasion = await schedule(house, repeat=Repeat.NONE)
    await house.carry()
    house.refusing["meetings.event"] = "forbidden"
    await house.until(occasion.ends_at + timedelta(days=61))
    async with house.db.read() as tx:
        assert await store.get(tx, GUILD, occasion.meeting.id) is None
    assert await expected(house) == 1
    house.refusing.clear()
    async with house.db.begin() as tx:
        assert await house.groups.setbacks.put_again(tx, GUILD) == 1
    await house.carry()
    assert await expected(house) == 0
