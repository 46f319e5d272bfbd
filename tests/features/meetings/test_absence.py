"""Notes to those who wish to be asked after: only for them, once for each time of being away, and only by a press."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import NotAllowed, UserError
from bot.features.groups import Role
from bot.features.meetings import Choice, Occasion
from bot.features.meetings.absence import Notice, Spell
from bot.features.meetings.absence.store import notices
from bot.inbox.model import Kept
from bot.storage import metadata
from tests.features.meetings.house import FACILITATOR, GUILD, House

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin; now it is Sunday
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
ANN, BO, MO, ZOE = (911_000_111_222_333_440 + number for number in range(4))


@pytest.fixture
async def circle(house: House) -> Occasion:
    """A group that meets on Tuesdays, with three members, of whom Ann wishes to be asked after."""
    for user_id in (ANN, BO, MO):
        await house.join(user_id)
    await wish(house, ANN)
    return await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)


async def wish(house: House, user_id: int, *, message: bool = False) -> None:
    await house.meetings.absence.wish(guild_id=GUILD, group_id=house.group.id, user_id=user_id, message=message)


async def stop(house: House, user_id: int) -> None:
    await house.meetings.absence.stop(guild_id=GUILD, group_id=house.group.id, user_id=user_id)


async def meet(
    house: House, circle: Occasion, week: int, *people: int, late: bool = False, away: Iterable[int] = ()
) -> None:
    """The meeting of that week takes place with these people, and is closed: in time, or after its end."""
    day = circle.day + week * WEEK
    which: dict[str, Any] = {"guild_id": GUILD, "meeting_id": circle.meeting.id, "day": day}
    group = {"group_id": house.group.id}
    await house.until(TUESDAY + week * WEEK)
    for user_id in away:
        await house.meetings.answer(**which, **group, user_id=user_id, choice=Choice.AWAY)
    meeting = (circle.meeting.id, day)
    await house.meetings.running.start(guild_id=GUILD, **group, user_id=FACILITATOR, which=meeting, alone=True)
    for user_id in people:
        await house.meetings.running.arrive(**which, **group, user_id=user_id)
    await house.until(TUESDAY + week * WEEK + (2 * HOUR if late else HOUR))
    await house.meetings.running.close(guild_id=GUILD, **group, user_id=FACILITATOR)
    await house.until(house.clock())


def cards(house: House) -> int:
    return len(house.of("meetings.absence_card"))


async def notice_of(house: House, user_id: int) -> Notice:
    async with house.db.read() as tx:
        sealed = tx.vault.seal_id(user_id, GUILD)
        row = await tx.first(sa.select(notices.c.id).where(notices.c.user == sealed, notices.c.guild_id == GUILD))
    assert row is not None
    found = await house.meetings.absence.get(guild_id=GUILD, notice_id=row["id"])
    assert found is not None
    return found


async def decide(house: House, notice: Notice, *, send: bool = True) -> None:
    absence = house.meetings.absence
    which = {"guild_id": GUILD, "group_id": house.group.id, "notice_id": notice.id, "actor_id": FACILITATOR}
    await (absence.send if send else absence.decline)(**which)
    await house.carry()


async def notes(house: House, user_id: int) -> list[Kept]:
    words = await house.inbox.all_of(guild_id=GUILD, user_id=user_id)
    return [word for word in words if word.kind == "meetings.absence_note"]


async def test_after_two_missed_in_a_row_facilitators_are_asked_once_and_a_press_sends_one_note(
    house: House, circle: Occasion
) -> None:
    await meet(house, circle, 0, BO)
    assert cards(house) == 0
    house.start()
    await meet(house, circle, 1, BO)
    assert cards(house) == 1
    assert await notes(house, ANN) == [], "the bot sends none by itself"
    notice = await notice_of(house, ANN)
    outcomes = await asyncio.gather(decide(house, notice), decide(house, notice), return_exceptions=True)
    (refused,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, UserError)
    assert refused.key == "meetings.absence_gone"
    (note,) = await notes(house, ANN)
    assert note.purpose == "away"
    assert set(note.params) == {"group", "notice"}, "nothing of how many or when"
    await meet(house, circle, 2, BO)
    await meet(house, circle, 3, BO)
    assert cards(house) == 1, "once for each time of being away"
    await meet(house, circle, 4, ANN, BO)
    assert (await notice_of(house, ANN)).missed == 0
    await meet(house, circle, 5, BO)
    await meet(house, circle, 6, BO)
    assert cards(house) == 2
    await decide(house, await notice_of(house, ANN), send=False)
    assert len(await notes(house, ANN)) == 1
    assert (await notice_of(house, ANN)).spell is Spell.SETTLED
    assert len(house.of("meetings.absence_settled")) == 2


async def test_whoever_said_that_they_cannot_come_is_not_missed_nor_was_there(house: House, circle: Occasion) -> None:
    await meet(house, circle, 0, BO)
    await meet(house, circle, 1, BO, away=[ANN])
    await meet(house, circle, 2, BO, away=[ANN], late=True)
    assert (await notice_of(house, ANN)).missed == 1
    assert cards(house) == 0
    await meet(house, circle, 3, BO)
    assert cards(house) == 1, "two that were missed with one between that was not"


async def test_what_did_not_take_place_is_missed_by_nobody(house: House, circle: Occasion) -> None:
    await house.until(TUESDAY + WEEK - HOUR)  # nobody opened the first
    groups, which = house.groups, {"guild_id": GUILD, "group_id": house.group.id, "actor_id": FACILITATOR}
    async with house.db.begin() as tx:
        second = await house.meetings._course.occasion(tx, GUILD, circle.meeting.id, circle.day + WEEK)
        assert second is not None
        await house.meetings.changes.call_off(tx, second, "holiday", actor_id=FACILITATOR)
    await house.until(TUESDAY + 2 * WEEK - HOUR)
    await groups.breaks.begin(**which, until=None)
    await house.until(TUESDAY + 3 * WEEK - HOUR)
    await groups.breaks.end(**which)
    await meet(house, circle, 3)
    assert (await notice_of(house, ANN)).missed == 0, "where nobody says they are there, nobody is known to be away"


async def test_it_is_for_members_who_wish_it_and_from_then_on(house: House, circle: Occasion) -> None:
    with pytest.raises(UserError, match=r"meetings\.notice_facilitator"):
        await wish(house, FACILITATOR)
    await house.join(ZOE, Role.VISITOR)
    with pytest.raises(NotAllowed):
        await wish(house, ZOE)
    await house.until(TUESDAY + timedelta(minutes=1))
    await wish(house, MO)
    await meet(house, circle, 0, BO)
    assert (await notice_of(house, MO)).missed == 0, "they wished it when the meeting had begun"
    await meet(house, circle, 1, BO)
    assert cards(house) == 1
    assert [(await notice_of(house, user_id)).missed for user_id in (ANN, MO)] == [2, 1]
    await wish(house, ANN)
    assert (await notice_of(house, ANN)).missed == 2, "to wish it again changes nothing"


async def test_whoever_stops_it_or_leaves_is_forgotten_and_asked_after_no_more(house: House, circle: Occasion) -> None:
    await wish(house, MO)
    for week in (0, 1):
        await meet(house, circle, week, BO)
    assert cards(house) == 2
    ann, mo = await notice_of(house, ANN), await notice_of(house, MO)
    await stop(house, ANN)
    await stop(house, ANN)
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=MO)
    await house.carry()
    for notice in (ann, mo):
        with pytest.raises(UserError, match=r"meetings\.absence_gone"):
            await decide(house, notice)
        assert await house.meetings.absence.get(guild_id=GUILD, notice_id=notice.id) is None
    assert len(house.of("meetings.absence_settled")) == 2, "and the cards name nobody any more"


async def test_a_desk_that_takes_nothing_is_told_of_once_and_tried_again(house: House, circle: Occasion) -> None:
    house.refusing["meetings.absence_card"] = "forbidden"
    for week in (0, 1, 2):
        await meet(house, circle, week, BO)
    assert len(house.of("groups.trouble")) == 1
    house.refusing.clear()
    async with house.db.begin() as tx:
        await house.groups.setbacks.put_again(tx, GUILD)
    await house.carry()
    assert cards(house) == 1
    await decide(house, await notice_of(house, ANN))
    assert len(house.of("meetings.absence_settled")) == 1


async def test_a_message_is_sent_only_to_those_who_allowed_it(house: House, circle: Occasion) -> None:
    await wish(house, MO, message=True)
    for week in (0, 1):
        await meet(house, circle, week, BO)
    async with house.db.read() as tx:
        allowed = [await house.inbox.purposes(tx, guild_id=GUILD, user_id=user_id) for user_id in (ANN, MO)]
    assert allowed == [set(), {"away"}]


async def test_from_everything_that_is_kept_nobody_can_tell_who_attended(house: House, circle: Occasion) -> None:
    """Somebody holds the whole database and the key, between two meetings."""
    await wish(house, MO)
    await meet(house, circle, 0, ANN, BO)
    await meet(house, circle, 1, ANN)
    await house.until(house.clock() + timedelta(days=1))
    found: dict[str, set[int]] = {}
    for table in metadata.sorted_tables:
        people = [column.name for column in table.columns if column.info.get("person")]
        async with house.db.read() as tx:
            for row in await tx.all(sa.select(table)):
                plain = " ".join(str(value) for value in row.values())
                assert not any(str(user_id) in plain for user_id in (ANN, BO, MO)), f"{table.name} is not sealed"
                for name in people:
                    if row[name] is not None:
                        found.setdefault(table.name, set()).add(tx.vault.open_id(row[name], GUILD))
    assert {name for name, people in found.items() if people & {ANN, BO, MO}} == {"groups_members", "meetings_notices"}
    assert found["meetings_notices"] == {ANN, MO}, "of Bo, who wished for nothing, nothing"
    assert found["groups_members"] >= {ANN, BO, MO}
    days = [column.name for column in notices.columns if "day" in column.name or "meeting" in column.name]
    assert days == [], "of which meetings is not kept"
    keys = [carried.key for carried in house.carried if "absence" in carried.key]
    assert not any(str(circle.meeting.id) in key or "2026-" in key for key in keys)
