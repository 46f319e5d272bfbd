"""A person's screen in the demo shows what Discord lets that person see, and nothing that only the script knows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
import pytest

from bot.demo.eyes import Eyes
from bot.demo.people import Cast, Person, Stuck
from bot.demo.wording import plain
from bot.demo.world import World

NOW = datetime(2026, 3, 26, 17, tzinfo=UTC)


def closed_room(guild: Any, *let_in: Person) -> Any:
    seen = discord.PermissionOverwrite(view_channel=True, read_message_history=True)
    hidden = discord.PermissionOverwrite(view_channel=False)
    overwrites = {guild.default_role: hidden} | {person.actor: seen for person in let_in}
    return guild.create_text_channel("quiet", overwrites=overwrites)


def post(circle: World, channel: Any, words: str) -> int:
    backend = circle.env.backend
    return backend.create_message(channel.id, backend.bot_user.id, words).id


def test_a_room_is_on_the_screens_of_those_alone_who_may_see_it(circle: World, guild: Any, cast: Cast) -> None:
    post(circle, closed_room(guild, cast.facilitator), "For the few.")
    assert cast.facilitator.eyes.names(cast.facilitator.actor) == ["lobby", "quiet"]
    assert [seen.text for seen in cast.facilitator.sees("quiet")] == ["For the few."]
    assert cast.stranger.eyes.names(cast.stranger.actor) == ["lobby"]
    assert cast.stranger.sees("quiet") == []
    assert not cast.stranger.eyes.could_read(cast.stranger.actor, "quiet")
    with pytest.raises(Stuck, match="Viktor cannot see #quiet"):
        cast.stranger.room("quiet")


def test_a_room_that_is_taken_away_takes_its_messages_along(circle: World, guild: Any, cast: Cast) -> None:
    room = closed_room(guild, cast.facilitator)
    post(circle, room, "Still here?")
    circle.env.backend.delete_overwrite(room.id, cast.facilitator.id)
    assert cast.facilitator.sees("quiet") == []
    assert cast.facilitator.eyes.everything(cast.facilitator.actor) == []


def test_the_name_of_a_hidden_room_is_hidden_as_discord_hides_it(guild: Any, cast: Cast) -> None:
    room = closed_room(guild, cast.facilitator)
    words = f"Come to <#{room.id}>"
    assert plain(words, cast.facilitator, NOW) == "Come to #quiet"
    assert plain(words, cast.stranger, NOW) == "Come to #No Access"


async def test_a_private_answer_is_on_one_screen_alone(cast: Cast) -> None:
    answer = await cast.stranger.command("lobby", "privacy show")
    assert answer.text
    assert [seen.private for seen in answer.seen] == [True]
    assert [seen.text for seen in cast.stranger.sees("lobby")] == [answer.text]
    assert cast.admin.sees("lobby") == []


async def test_what_somebody_got_is_not_shown_once_they_cannot_read_it(circle: World, guild: Any, cast: Cast) -> None:
    room = closed_room(guild, cast.facilitator)
    answer = await cast.facilitator.command("quiet", "privacy show")
    assert cast.facilitator.again(answer).text
    circle.env.backend.delete_overwrite(room.id, cast.facilitator.id)
    assert cast.facilitator.again(answer).text == ""


def test_a_direct_message_is_on_one_screen_alone(circle: World, cast: Cast) -> None:
    post(circle, cast.lead.actor.user.dm_channel, "Between us.")
    assert [seen.text for seen in cast.lead.eyes.letters(cast.lead.actor)] == ["Between us."]
    assert cast.backup.eyes.letters(cast.backup.actor) == []


async def test_a_command_that_discord_hides_from_somebody_is_not_theirs_to_use(cast: Cast) -> None:
    with pytest.raises(Stuck, match=r"Viktor could not use /setup check"):
        await cast.stranger.command("lobby", "setup check")


def test_everyone_reads_a_time_on_their_own_clock(circle: World, guild: Any, cast: Cast) -> None:
    words = f"It starts <t:{int(datetime(2026, 3, 26, 18, tzinfo=UTC).timestamp())}:t>, <t:1774548000:R>."
    assert plain(words, cast.called("Emil"), NOW) == "It starts 19:00, in an hour."
    assert plain(words, cast.called("Bea"), NOW) == "It starts 14:00, in an hour."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("## A heading\n- **one** and *two*", "A heading\n• one and two"),
        (r"\*not slanted\* and 2*3*4", "*not slanted* and 2*3*4"),
        ("see `/group browse`, [here](https://example.org/x)", "see /group browse, here"),
        ("> said so", "▏ said so"),
        ("[bold]not markup of the terminal[/bold]", "[bold]not markup of the terminal[/bold]"),
    ],
)
def test_marks_are_shown_as_they_look(cast: Cast, written: str, read: str) -> None:
    assert plain(written, cast.stranger, NOW) == read


def test_people_are_shown_by_the_names_they_go_by(cast: Cast) -> None:
    assert plain(f"<@{cast.lead.id}> and <@1>", cast.stranger, NOW) == "@Ruth and @unknown user"


def test_eyes_belong_to_one_server(circle: World, guild: Any, cast: Cast) -> None:
    elsewhere = circle.guild("Elsewhere")
    elsewhere.create_text_channel("there")
    assert Eyes(circle.env, elsewhere).names(cast.stranger.actor) == []
