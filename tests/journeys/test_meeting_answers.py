"""An evening that is nearly full: being reminded privately, waiting for a place and getting one, and stopping it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.core.reading import WallTime
from bot.features.meetings import Change, OccasionState
from bot.features.meetings import store as meetings_store
from bot.ui.permissions import INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown

BEGINS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday, 13:00 in Berlin
TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def until(at: Harbour, instant: datetime) -> None:
    await at.world.pass_time((instant - at.world.now()).total_seconds() + 1)


def reminder(at: Harbour) -> Any:
    return next(one for one in at.channel("tuesday").history() if "Your meeting starts" in shown(one))


def card(at: Harbour) -> str:
    return next(shown(one) for one in at.channel("tuesday-desk").history() if "Just listening: " in shown(one))


async def change(at: Harbour, **what: Any) -> None:
    """What a facilitator changes of this one time."""
    (planned,) = await at.world.services.meetings.coming(guild_id=at.guild.id, group_id=await group_id(at))
    async with at.world.services.db.begin() as tx:
        changed = Change(day=planned.day, revision=planned.revision + 1, **what)
        meeting = await meetings_store.change(tx, planned.meeting, changed)
        await at.world.services.meetings._course.plan(tx, meeting)


async def group_id(at: Harbour) -> int:
    async with at.world.services.db.read() as tx:
        return (await at.world.services.groups.all_in(tx, at.guild.id))[0].id


async def planned(at: Harbour) -> None:
    desk = at.channel("tuesday-desk")
    options = {"title": "Grief evening", "starts": "tue 19:00", "repeat": "weekly", "places": 2}
    proposed = await at.fay.slash(desk, "meeting schedule", **options)
    assert "There are 2 places" in said(proposed)
    await at.fay.click(proposed.response, label="Schedule it")


async def asked_for_in_words(at: Harbour) -> None:
    room = at.channel("tuesday")
    # mo asks for it in words, and is told what was understood
    chosen = await at.mo.slash(
        room, "meeting remind", before="90 min", quiet_from="5pm", quiet_until="08:00", zone="Europe/London"
    )
    assert chosen.ephemeral
    assert "1 hour 30 minutes" in said(chosen)
    assert "17:00 to 08:00 (Europe/London)" in said(chosen)
    assert f"<t:{int((TUESDAY - 90 * MINUTE).timestamp())}:F>" in said(chosen)
    refused = await at.mo.slash(room, "meeting remind", before="soon")
    assert "couldn't read “soon”" in said(refused)


async def answered(at: Harbour) -> None:
    await until(at, TUESDAY - DAY)
    first = await at.cleo.click(reminder(at), label="I'm coming")
    assert "not who" in said(first)
    # cleo asks for it under the answer, with one press, also after a restart
    await at.world.restart()
    pressed = await at.cleo.click(first.response, label="Remind me privately")
    assert pressed.ephemeral
    assert "1 hour before each meeting of **Tuesday**" in said(pressed)
    assert "no quiet hours" in said(pressed)
    assert "I'm coming" not in said(await at.mo.click(reminder(at), label="Just listening"))
    waits = await at.zoe.click(reminder(at), label="I'm coming")
    assert waits.ephemeral
    assert "on the waiting list" in said(waits)
    assert "Coming: **1**. Just listening: **1**. Can't make it: **0**. Waiting for a place: **1**." in card(at)


async def a_place_becomes_free(at: Harbour) -> None:
    room = at.channel("tuesday")
    before = len(room.history())
    # a place becomes free, and zoe, who has allowed no message, finds it in the inbox, and only she
    await at.mo.click(reminder(at), label="Can't make it")
    await until(at, at.world.now() + 20 * MINUTE)
    assert "A place has become free" not in await at.inbox(at.mo)
    told = await at.zoe.slash(at.hall, "inbox")
    assert "A place has become free for you: **Grief evening**" in said(told)
    assert "Waiting for a place: **0**" in card(at)
    assert len(room.history()) == before, "nothing of it is said in the room"


async def reminded(at: Harbour) -> None:
    # messages go to those who asked, and give nothing away
    await until(at, TUESDAY)
    for name, instant in (("cleo", TUESDAY - HOUR), ("mo", TUESDAY - 90 * MINUTE)):
        (message,) = at.users[name].dm_channel.history()
        assert abs(message.created_at - instant) < 5 * timedelta(seconds=1)
        assert f"Your meeting starts <t:{int(TUESDAY.timestamp())}:R>" in shown(message)
        assert "Grief" not in shown(message) and "Tuesday" not in shown(message)
    assert at.zoe.id not in at.env.backend.dm_channels


async def taken_back_and_closed(at: Harbour) -> None:
    # what is kept is shown and can be taken back; closed messages are said once
    shown_to_cleo = await at.cleo.slash(at.hall, "privacy show")
    assert "meetings of your groups" in said(shown_to_cleo)
    await at.cleo.click(shown_to_cleo.response, label="Stop messages about meetings of your groups")
    await until(at, TUESDAY + 6 * DAY + 12 * HOUR)
    for _ in range(3):
        at.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    at.env.inject_error("POST", f"/channels/{at.users['mo'].dm_channel.id}/messages", status=403, code=50007)
    await until(at, TUESDAY + 7 * DAY - 30 * MINUTE)
    assert len(at.users["cleo"].dm_channel.history()) == 1
    assert "Your meeting starts" in said(await at.cleo.slash(at.hall, "inbox"))
    closed = said(await at.mo.slash(at.hall, "inbox"))
    assert "Your meeting starts" in closed
    assert closed.count("Your direct messages are closed") == 1


async def moved_and_called_off(at: Harbour) -> None:
    room = at.channel("tuesday")
    # an old button says what is so now
    old = reminder(at)
    await until(at, TUESDAY + 13 * DAY + HOUR)
    newest = [one for one in room.history() if "Your meeting starts" in shown(one)][-1]
    assert newest.id != old.id
    (planned,) = await at.world.services.meetings.coming(guild_id=at.guild.id, group_id=await group_id(at))
    await change(at, moved=WallTime(day=planned.day, time=time(20)))
    moved = await at.cleo.click(newest, label="I'm coming")
    assert moved.ephemeral
    assert f"<t:{int((TUESDAY + 14 * DAY + HOUR).timestamp())}:F>" in said(moved)
    assert "See you" in said(await at.cleo.click(moved.response, label="I'm coming"))
    await change(at, state=OccasionState.CANCELLED)
    off = await at.mo.click(newest, label="I'm coming")
    assert "called off" in said(off)
    assert f"<t:{int((TUESDAY + 21 * DAY).timestamp())}:F>" in said(off)


async def stopped(at: Harbour) -> None:
    room = at.channel("tuesday")
    # and it is stopped with one press, or with off
    again = await at.mo.slash(room, "meeting remind")
    assert "17:00 to 08:00" in said(again), "what was chosen is shown, and stays"
    assert "Done." in said(await at.mo.click(again.response, label="Stop reminding me"))
    assert "Done." in said(await at.cleo.slash(room, "meeting remind", off=True))
    assert "not reminded" in said(await at.cleo.slash(room, "meeting remind", off=True))
    assert "your meetings" not in said(await at.cleo.slash(at.hall, "privacy show"))


async def test_an_evening_that_is_nearly_full(tmp_path: Path) -> None:
    async with running(sample_settings(tmp_path), begins=BEGINS) as world:
        at = Harbour(world, INVITE)
        await at.found("Tuesday")
        for person in (at.cleo, at.mo, at.zoe):
            await at.join(person)
        await planned(at)
        await asked_for_in_words(at)
        await answered(at)
        await a_place_becomes_free(at)
        await reminded(at)
        await taken_back_and_closed(at)
        await moved_and_called_off(at)
        await stopped(at)
