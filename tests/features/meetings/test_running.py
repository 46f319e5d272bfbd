"""A meeting that takes place: opening it, who is there, and closing it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.audit.store import audit
from bot.core.errors import NotFound, UserError
from bot.features.groups import Group, Role
from bot.features.meetings import Choice, Occasion, OccasionState
from bot.features.meetings.running import store
from bot.inbox.store import inbox
from bot.outbox.store import outbox
from bot.storage import Tx, metadata
from tests.features.meetings.house import FACILITATOR, GUILD, LEAD, House

ANN, BEN, GIL = 911_000_911, 912_000_912, 913_000_913


def which(occasion: Occasion) -> dict[str, Any]:
    ids = {"guild_id": GUILD, "group_id": occasion.group.id, "meeting_id": occasion.meeting.id}
    return {**ids, "day": occasion.day}


async def arrive(house: House, occasion: Occasion, *people: int) -> list[bool]:
    return [await house.meetings.running.arrive(**which(occasion), user_id=user_id) for user_id in people]


async def headcount(house: House, occasion: Occasion) -> int | None:
    async with house.db.read() as tx:
        return await store.headcount(tx, GUILD, occasion.meeting.id, occasion.day)


async def actions(house: House) -> list[tuple[str, dict[str, Any]]]:
    async with house.db.read() as tx:
        rows = await tx.all(sa.select(audit).where(audit.c.action.startswith("meetings.")).order_by(audit.c.at))
        return [(row["action"], row["detail"]) for row in rows]


async def states(house: House, occasion: Occasion) -> str:
    return (await house.now(occasion)).state


async def test_who_is_there_is_known_while_the_meeting_is_open_and_not_a_moment_longer(house: House) -> None:
    occasion = await house.tonight()
    running, heard = house.meetings.running, list[tuple[str, list[int]]]()

    async def closed(tx: Tx, closing: Occasion) -> None:
        heard.append((closing.state, await running.here(tx, closing)))

    async def arrived(tx: Tx, at: Occasion, user_id: int) -> None:
        heard.append(("arrived", [user_id]))

    running.closed.append(closed)
    running.arrived.append(arrived)
    assert await arrive(house, occasion, ANN) == [False], "it is not open yet"
    await house.open()
    assert await arrive(house, occasion, ANN, BEN, ANN) == [True, True, True]
    await house.close()
    assert heard[:2] == [("arrived", [ANN]), ("arrived", [BEN])]
    assert [(state, sorted(people)) for state, people in heard[2:]] == [("closing", sorted([FACILITATOR, ANN, BEN]))]
    async with house.db.read() as tx:
        assert await running.here(tx, await house.now(occasion)) == []
    assert await headcount(house, occasion) == 3
    assert await arrive(house, occasion, ANN) == [False]


async def test_opener_and_closer_are_posted_once_whatever_is_pressed_and_however_often(house: House) -> None:
    occasion = await house.tonight()
    results = await asyncio.gather(*(house.open() for _ in range(4)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, UserError)]
    assert [error.key for error in refused] == ["meetings.open_already"] * 3
    # the process ends before anything was posted
    house.start()
    await house.due()
    assert [carried.kind for carried in house.carried] == ["meetings.opener"]
    assert await states(house, occasion) == "open"
    results = await asyncio.gather(*(house.close() for _ in range(4)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, UserError)]
    assert [error.key for error in refused] == ["meetings.none_open"] * 3
    assert await states(house, occasion) == "closing"
    house.start()
    await house.due()
    assert [carried.kind for carried in house.carried] == ["meetings.opener", "meetings.closer"]
    assert await states(house, occasion) == "closed"
    with pytest.raises(NotFound, match=r"meetings\.none_to_start"):
        await house.open()


async def test_it_can_be_opened_from_an_hour_before_its_start_until_its_end(house: House) -> None:
    occasion = await house.schedule(starts="2026-12-01 19:00")
    running, group_id = house.meetings.running, house.group.id
    for at, openable in (
        (occasion.starts_at - timedelta(minutes=61), False),
        (occasion.starts_at - timedelta(minutes=60), True),
        (occasion.ends_at - timedelta(seconds=1), True),
        (occasion.ends_at, False),
    ):
        house.clock.now = at
        found = await running.openable(guild_id=GUILD, group_id=group_id)
        assert [one.day for one in found] == ([occasion.day] if openable else [])
        if not openable:
            with pytest.raises(NotFound) as error:
                await house.open()
            assert error.value.values == {"minutes": 60}


async def test_of_several_the_one_that_was_chosen_is_opened_and_else_the_first(house: House) -> None:
    first = await house.schedule("First", starts="2026-12-01 19:00")
    second = await house.schedule("Second", starts="2026-12-01 19:30")
    house.clock.now = first.starts_at
    running, chosen = house.meetings.running, (second.meeting.id, second.day)
    begun = {"guild_id": GUILD, "group_id": house.group.id, "user_id": FACILITATOR, "alone": True}
    assert (await running.start(**begun, which=chosen)).occasion.title == "Second"
    with pytest.raises(UserError) as error:
        await running.start(**begun, which=(first.meeting.id, first.day))
    assert (error.value.key, error.value.values) == ("meetings.open_already", {"title": "Second"})
    await house.close()
    assert (await house.open()).occasion.title == "First"


async def test_who_would_be_alone_is_asked_first_and_it_is_kept_that_they_were(house: House) -> None:
    await house.join(GIL, Role.FACILITATOR)
    occasion = await house.tonight(repeat="weekly")
    assert not (await house.open(alone=False)).opened
    assert await states(house, occasion) == "planned"
    assert (await house.open(alone=True)).occasion.change.single_facilitator
    assert await house.meetings.running.keepers(await house.now(occasion)) == [FACILITATOR]
    await house.close()

    second = occasion.meeting.timetable.on(occasion.day + timedelta(days=7))
    assert second is not None
    answered = {**which(occasion), "day": second.day, "group_id": house.group.id}
    await house.meetings.answer(**answered, user_id=GIL, choice=Choice.COMING)
    await house.until(second.starts_at)
    opening = await house.open(alone=False)
    assert opening.opened and not opening.occasion.change.single_facilitator
    assert await house.meetings.running.keepers(opening.occasion) == [FACILITATOR, GIL]
    opened = [detail for action, detail in await actions(house) if action == "meetings.opened"]
    assert opened == [{"single_facilitator": True}, {"single_facilitator": False}]


async def test_more_than_twelve_are_better_off_in_two_rooms(house: House) -> None:
    occasion = await house.schedule(starts="2026-12-01 19:00")
    said = [Choice.COMING] * 10 + [Choice.LISTENING] * 2 + [Choice.AWAY] * 5
    for user_id, choice in enumerate(said, 2000):
        await house.join(user_id)
        answered = {**which(occasion), "group_id": house.group.id, "user_id": user_id}
        await house.meetings.answer(**answered, choice=choice)
    house.clock.now = occasion.starts_at
    asked = await house.open(alone=False)
    assert (asked.people, asked.many) == (12, False)
    await house.join(2100)
    await house.meetings.answer(**which(occasion), user_id=2100, choice=Choice.COMING)
    opening = await house.open()
    assert (opening.people, opening.many) == (13, True)


async def test_an_opener_that_discord_refuses_is_told_of_and_tried_again_by_the_same_press(house: House) -> None:
    occasion = await house.tonight()
    house.refusing["meetings.opener"] = "forbidden"
    await house.open()
    await house.carry()
    assert [carried.kind for carried in house.carried] == ["groups.trouble"]
    assert await states(house, occasion) == "open"
    assert (await house.open()).again
    with pytest.raises(UserError, match="open_already"):
        await house.open()
    await house.carry()
    assert len(house.of("groups.trouble")) == 2
    house.refusing.clear()
    house.start()
    assert (await house.open()).again
    await house.carry()
    assert len(house.of("meetings.opener")) == 1
    with pytest.raises(UserError, match="open_already"):
        await house.open()


async def test_a_closer_that_discord_refuses_is_told_of_and_tried_again_by_the_same_press(house: House) -> None:
    occasion = await house.tonight()
    await house.open()
    house.refusing["meetings.closer"] = "forbidden"
    await house.close()
    await house.carry()
    assert len(house.of("groups.trouble")) == 1
    assert await states(house, occasion) == "closing"
    house.refusing.clear()
    assert (await house.close()).again
    await house.carry()
    assert len(house.of("meetings.closer")) == 1
    assert await states(house, occasion) == "closed"
    assert await headcount(house, occasion) == 1, "it was counted when it was closed"


async def test_a_facilitator_may_say_how_many_came(house: House) -> None:
    occasion = await house.tonight()
    await house.open()
    await arrive(house, occasion, ANN)
    await house.close(people=9)
    assert await headcount(house, occasion) == 9


async def test_one_that_is_closed_before_its_start_is_over_for_everything(house: House) -> None:
    house.opening = True
    house.start()
    occasion = await house.schedule(starts="2026-12-01 19:00", repeat="weekly")
    await house.until(occasion.starts_at - timedelta(minutes=30))
    await house.open()
    await house.close()
    following = await house.meetings.running.next_start(guild_id=GUILD, group_id=house.group.id)
    assert following == occasion.starts_at + timedelta(days=7)
    (coming,) = await house.meetings.coming(guild_id=GUILD, group_id=house.group.id)
    assert coming.starts_at == following
    await house.until(occasion.ends_at + timedelta(hours=3))
    assert {carried.kind for carried in house.carried} & {"meetings.unopened", "meetings.unclosed"} == set()
    assert len(house.of("meetings.closer")) == 1


@pytest.mark.parametrize("how", ["archive", "pause"])
async def test_a_group_that_stops_has_no_open_meeting_and_nobody_in_it(house: House, how: str) -> None:
    occasion = await house.tonight(repeat="weekly")
    closed: list[int] = []

    async def heard(tx: Tx, closing: Occasion) -> None:
        closed.append(len(await house.meetings.running.here(tx, closing)))

    house.meetings.running.closed.append(heard)
    await house.open()
    await arrive(house, occasion, ANN)
    acting: dict[str, Any] = {"guild_id": GUILD, "group_id": house.group.id, "actor_id": LEAD}
    if how == "archive":
        await house.groups.archive.archive(**acting)
    else:
        await house.groups.breaks.begin(**acting, until=None)
    await house.carry()
    assert closed == [2]
    assert not house.of("meetings.closer")
    async with house.db.read() as tx:
        assert await tx.scalar(sa.select(sa.func.count()).select_from(store.here)) == 0
        assert await store.in_state(tx, GUILD, house.group.id, OccasionState.OPEN) == []
    assert await headcount(house, occasion) == 2


async def test_a_meeting_cancelled_as_a_whole_while_it_is_open_is_closed(house: House) -> None:
    occasion = await house.tonight(repeat="weekly")
    await house.open()
    async with house.db.begin() as tx:
        now = await house.now(occasion)
        await house.meetings._course.unplan(tx, now.meeting, now.meeting.state.CANCELLED)  # pyright: ignore[reportPrivateUsage]
    assert await headcount(house, occasion) == 1


async def test_who_leaves_the_group_meanwhile_is_not_there_any_more(house: House) -> None:
    occasion = await house.tonight()
    await house.join(ANN)
    await house.open()
    await arrive(house, occasion, ANN)
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=ANN)
    await house.close()
    assert await headcount(house, occasion) == 1


async def test_a_check_in_follows_if_one_can_and_the_meeting_is_closed_if_not(house: House) -> None:
    await house.tonight(repeat="daily")
    asked: list[tuple[str, int]] = []

    async def ask(tx: Tx, group: Group, template: str, user_id: int) -> None:
        if template == "too_few":
            raise UserError("checkins.too_few", fewest=5, people=2)
        asked.append((template, user_id))

    house.meetings.running.afterwards.append(ask)
    for said, outcome in (
        ({}, (False, None)),
        ({"checkin": "none"}, (False, None)),
        ({"checkin": "climate"}, (True, None)),
        ({"checkin": "too_few"}, (False, "checkins.too_few")),
    ):
        await house.open()
        closing = await house.close(**said)
        assert (closing.asked, closing.refused and closing.refused.key) == outcome
        assert closing.occasion.state is OccasionState.CLOSING
        await house.until(house.clock.now + timedelta(days=1))
    assert asked == [("climate", FACILITATOR)]


async def test_facilitators_who_were_there_are_asked_how_they_are_and_their_answer_is_not_kept(house: House) -> None:
    for user_id in (GIL, GIL + 1):
        await house.join(user_id, Role.FACILITATOR)
    await house.join(ANN)
    occasion = await house.tonight()
    await house.open()
    await arrive(house, occasion, ANN, GIL)
    await house.close()
    async with house.db.read() as tx:
        rows = await tx.all(sa.select(inbox).where(inbox.c.kind == "meetings.debrief"))
        asked = {house.db.vault.open_id(row["user"], GUILD) for row in rows}
        before = await tx.scalar(sa.select(sa.func.count()).select_from(audit))
    assert asked == {FACILITATOR, GIL}
    await house.carry()
    wanted = {"guild_id": GUILD, "group_id": house.group.id, "user_id": GIL, "asked": rows[0]["id"]}
    assert [await house.meetings.running.debriefs.want(**wanted) for _ in range(2)] == [LEAD, LEAD]
    await house.carry()
    assert len(house.of("meetings.debrief_wanted")) == 1
    house.refusing["meetings.debrief_wanted"] = "forbidden"
    of_lead = {**wanted, "user_id": LEAD, "asked": rows[1]["id"]}
    assert await house.meetings.running.debriefs.want(**of_lead) == 903
    await house.carry()
    async with house.db.read() as tx:
        row = await tx.first(sa.select(inbox).where(inbox.c.kind == "meetings.debrief_wanted"))
        assert row is not None and house.db.vault.open_id(row["user"], GUILD) == 903
        assert await tx.scalar(sa.select(sa.func.count()).select_from(audit)) == before


async def test_after_the_close_nothing_says_who_was_there(house: House) -> None:
    for user_id in (ANN, BEN):
        await house.join(user_id)
    occasion = await house.tonight()
    await house.open()
    await house.carry()
    await arrive(house, occasion, ANN, BEN)
    for user_id in (ANN, BEN):
        await house.meetings.running.asides.step_out(**which(occasion), user_id=user_id)
    await house.carry()
    await house.close()
    await house.carry()
    assert len(house.of("meetings.aside_gone")) == 2, "the cards that named them are taken down"
    sealed = {house.db.vault.seal_id(user_id, GUILD) for user_id in (ANN, BEN)}
    named: list[str] = []
    async with house.db.read() as tx:
        for table in metadata.sorted_tables:
            rows = await tx.all(sa.select(table))
            named += [
                table.name for row in rows if sealed & {value for value in row.values() if isinstance(value, bytes)}
            ]
        for row in await tx.all(sa.select(outbox)):
            params = json.loads(tx.vault.open(row["sealed"], "outbox", row["key"]))["params"]
            assert not {ANN, BEN} & set(params.values())
        assert [row for row in await tx.all(sa.select(audit)) if str(ANN) in str(row["detail"])] == []
    assert set(named) <= {"groups_members", "groups_places"}
