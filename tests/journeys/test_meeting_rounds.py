"""An evening's circle round as people live it: called gently, speaking or passing, unseen, across a restart."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.cogs.meetings.round_posts import RoundPosts
from bot.features.meetings.rounds.showing import CALL
from bot.outbox import Errand, Lane, What
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
    alone = await at.fay.slash(desk, "meeting start")
    await at.fay.click(alone.response, label="Start on my own")
    for name in PLACES:
        await at.people[name].click(one(at, "tuesday", "I'm here"), label="I'm here")


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
    (name,) = {name for name in PLACES if str(at.people[name].id) in "".join(talk(at))}
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
        assert "going on already" in said(await at.fay.slash(desk, "meeting round"))
        await at.fay.click(room(at), label="Pass")
        first = called(at)
        assert re.search(r"Turn \d of at most 4\.", shown(panel(at)))
        assert "<@" not in shown(panel(at))
        assert not any("<t:" in words for words in talk(at)), "only facilitators see the time"

        second, third = await one_passes_unseen(at, first)
        done = await the_first_takes_their_time(at, first)
        assert called(at) == third
        await a_pause_and_a_silence(at, third, begun.response)
        asked = await at.people[third].click(one(at, "tuesday", "it's your turn"), label="Pass")
        assert said(asked) == said(done), "the same words"

        assert "Speak" not in shown(one(at, "tuesday", "The round is over."))
        assert not any(str(at.people[name].id) in words for name in PLACES for words in talk(at)), "nobody stays named"
        assert "The round is over." in at.messages("tuesday-desk")[-1]
        assert "nothing left to press" in said(await at.fay.click(begun.response, label="Pause"))
        await a_call_that_may_have_arrived_is_looked_for(at)
        assert not at.called(at.people[second])
        assert at.called(at.people[first])
        assert at.called(at.people[third])


async def one_passes_unseen(at: Harbour, first: str) -> list[str]:
    """Of the two who are still to come the nearer passes; gives both."""
    told = await waiting(at, first)
    second, third = sorted(told, key=lambda name: before(told[name]))
    seen = at.messages("tuesday"), at.messages("tuesday-desk"), edits(at)
    passed = await at.people[second].click(room(at), label="Pass")
    assert passed.ephemeral
    assert "nobody is told" in said(passed)
    assert (at.messages("tuesday"), at.messages("tuesday-desk"), edits(at)) == seen, "nobody can see it"
    assert said(await at.people[third].click(room(at), label="Speak")) == told[third], "they are counted as before"
    return [second, third]


async def the_first_takes_their_time(at: Harbour, first: str) -> Any:
    speaking = await at.people[first].click(room(at), label="Speak")
    assert "Take your time" in said(speaking)
    await at.world.pass_time(61)
    assert "The time for this turn is over" in shown(panel(at))
    assert "no need to stop" in said(speaking), "a private word, as the interaction is still open"
    assert called(at) == first, "nobody is cut off"
    await at.world.restart()
    return await at.people[first].click(speaking.response, label="I'm done")


async def a_pause_and_a_silence(at: Harbour, at_turn: str, old: Any) -> None:
    await at.fay.click(panel(at), label="Pause")
    assert "five-minute pause" in at.messages("tuesday")[-1]
    assert not any(str(at.people[name].id) in words for name in PLACES for words in talk(at))
    await at.world.restart()
    await at.fay.click(panel(at), label="Go on")
    assert called(at) == at_turn
    assert "had gone on already" in said(await at.fay.click(old, label="Next"))
    assert "The round goes on." in said(await at.fay.click(panel(at), label="Next"))
    assert called(at) == at_turn, "who was silent is called once more"


async def a_call_that_may_have_arrived_is_looked_for(at: Harbour) -> None:
    """It would name somebody for ever, if the process ended at that moment; if it had not arrived, it names nobody."""
    posts, params = RoundPosts(at.world.bot), {"group": await group_id(at), "round": 1}
    made = {"seq": 1, "guild_id": at.guild.id, "what": What.POST, "lane": Lane.PROMPT, "channel_id": 1, "user_id": None}
    lost = Errand(
        **made, key="k", kind=CALL, params=params, mark=1, revision=1, attempts=1, tried_at=at.world.now()
    )  # fmt: skip
    for render in (posts.call, posts.round):
        page = await render(lost)
        assert page is not None
        assert page.parts == ("The round goes on.",)
        assert page.mentions == ()
        assert await render(replace(lost, tried_at=None)) is None


def talk(at: Harbour) -> list[str]:
    """What was posted about the round."""
    others = ("Your meeting starts", "I'm here")
    return [words for words in at.messages("tuesday") if not any(other in words for other in others)]


async def waiting(at: Harbour, first: str) -> dict[str, str]:
    """What the two are told who are still to come."""
    told = {name: said(await at.people[name].click(room(at), label="Speak")) for name in PLACES if name != first}
    assert all("You will have your turn" in words for words in told.values())
    return told


def before(words: str) -> int:
    """How many at most are before somebody."""
    number = re.search(r"At most (one|\d) pe", words)
    assert number is not None
    return 1 if number[1] == "one" else int(number[1])


def edits(at: Harbour) -> list[object]:
    room_and_desk = (at.channel("tuesday"), at.channel("tuesday-desk"))
    return [message.edited_at for channel in room_and_desk for message in channel.history()]
