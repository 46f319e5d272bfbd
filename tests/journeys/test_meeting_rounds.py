"""An evening's circle round as people live it: called gently, speaking or passing, unseen, across a restart."""

from __future__ import annotations

import re
from typing import Any

from bot.features.meetings import Change, OccasionState
from bot.features.meetings import store as meetings_store
from tests.harbour import Harbour, Opens, harbour
from tests.simcord_bot import said, shown

__all__ = ["harbour"]

PLACES = ("cleo", "mo", "zoe")


async def open_meeting(at: Harbour) -> None:
    """A meeting is open, with its opener in the room, and everybody has pressed **I'm here**."""
    desk, services = at.channel("tuesday-desk"), at.world.services
    proposed = await at.fay.slash(desk, "meeting schedule", title="Evening", starts="tomorrow 19:00")
    await at.fay.click(proposed.response, label="Schedule it")
    (occasion,) = await services.meetings.coming(guild_id=at.guild.id, group_id=await group_id(at))
    await at.world.pass_time((occasion.starts_at - at.world.now()).total_seconds() + 1)
    async with services.db.begin() as tx:
        opened = Change(day=occasion.day, state=OccasionState.OPEN, opened_at=at.world.now())
        meeting = await meetings_store.change(tx, occasion.meeting, opened)
        place = {"channel_id": 1, "message_id": 2, "ends_at": occasion.ends_at}
        await meetings_store.put_post(tx, meeting, occasion.day, "meetings.opener", **place)
    for name in PLACES:
        where = {"guild_id": at.guild.id, "meeting_id": occasion.meeting.id, "day": occasion.day}
        await services.meetings.running.arrive(**where, user_id=at.people[name].id)


async def group_id(at: Harbour) -> int:
    async with at.world.services.db.read() as tx:
        return (await at.world.services.groups.all_in(tx, at.guild.id))[0].id


def one(at: Harbour, channel: str, words: str) -> Any:
    """The only message there that says this."""
    (found,) = [message for message in at.channel(channel).history() if words in shown(message)]
    return found


def room(at: Harbour) -> Any:
    return one(at, "tuesday", "Each of us gets a turn")


def panel(at: Harbour) -> Any:
    return one(at, "tuesday-desk", "**Round 1**")


def called(at: Harbour) -> str:
    """Who is called in the room now: nobody else is named there."""
    call = shown(one(at, "tuesday", "it's your turn, if you like."))
    named = {name for name in PLACES if str(at.people[name].id) in "".join(at.messages("tuesday"))}
    (name,) = named
    assert re.fullmatch(r"<@\d+>, it's your turn, if you like\.\nSpeak\nPass", call)
    assert f"Now it's the turn of <@{at.people[name].id}>." in shown(room(at))
    return name


async def test_a_round_from_the_first_to_the_last(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        for name in PLACES:
            await at.join(at.people[name])
        desk = at.channel("tuesday-desk")
        assert "while a meeting is open" in said(await at.fay.slash(desk, "meeting round"))
        await open_meeting(at)
        assert "for the facilitators" in said(await at.cleo.slash(at.channel("tuesday"), "meeting round"))

        begun = await at.fay.slash(desk, "meeting round", seconds=60)
        assert begun.ephemeral
        assert "The round has begun" in said(begun)
        first = called(at)
        assert "Turn 1 of at most 3" in shown(panel(at))
        assert not re.search(r"<@", shown(panel(at)))
        assert "<t:" not in "".join(at.messages("tuesday")[-2:]), "only facilitators see the time"
        second, third = await waiting(at, first)

        seen = at.messages("tuesday"), at.messages("tuesday-desk"), edits(at)
        passed = await at.people[second].click(room(at), label="Pass")
        assert passed.ephemeral
        assert "nobody is told" in said(passed)
        assert (at.messages("tuesday"), at.messages("tuesday-desk"), edits(at)) == seen, "nobody can see it"
        assert "At most 2 people are before you" in said(await at.people[third].click(room(at), label="Speak"))

        speaking = await at.people[first].click(room(at), label="Speak")
        assert "Take your time" in said(speaking)
        await at.world.pass_time(61)
        assert "The time for this turn is over" in shown(panel(at))
        assert "no need to stop" in said(speaking), "a private word, as the interaction is still open"
        assert called(at) == first, "nobody is cut off"
        await at.world.restart()
        done = await at.people[first].click(speaking.response, label="I'm done")
        assert called(at) == third
        assert "Turn 2 of at most 3" in shown(panel(at))

        stale = panel(at)
        await at.fay.click(stale, label="Pause")
        assert "five-minute pause" in at.messages("tuesday")[-1]
        assert not any(str(at.people[name].id) in "".join(at.messages("tuesday")) for name in PLACES)
        await at.world.restart()
        await at.fay.click(panel(at), label="Go on")
        assert called(at) == third
        assert "The round goes on." in said(await at.fay.click(panel(at), label="Next"))
        assert "had gone on already" in said(await at.fay.click(stale, label="Next"))
        assert called(at) == third, "who was silent is called once more"
        asked = await at.people[third].click(one(at, "tuesday", "it's your turn"), label="Pass")
        assert said(asked) == said(done), "the same words"

        over = one(at, "tuesday", "The round is over.")
        assert "<@" not in "".join(at.messages("tuesday")), "nobody stays named"
        assert "Speak" not in shown(over)
        assert "The round is over." in at.messages("tuesday-desk")[-1]
        assert "nothing left to press" in said(await at.people[first].click(speaking.response, label="I'm done"))
        assert not at.called(at.people[second])
        assert at.called(at.people[first]) and at.called(at.people[third])


async def waiting(at: Harbour, first: str) -> list[str]:
    """The two who are still to come, in their order, as each is told."""
    told = {name: said(await at.people[name].click(room(at), label="Speak")) for name in PLACES if name != first}
    assert all("You will have your turn" in words for words in told.values())
    return sorted(told, key=lambda name: "At most 2" in told[name])


def edits(at: Harbour) -> list[object]:
    room_and_desk = (at.channel("tuesday"), at.channel("tuesday-desk"))
    return [message.edited_at for channel in room_and_desk for message in channel.history()]
