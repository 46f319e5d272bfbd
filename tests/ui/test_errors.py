"""Whatever goes wrong, and wherever: the person is told privately, in words, and the log tells nothing about them."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from bot.cli.logs import CONSOLE, Discreet
from bot.ui.pages import Page, layout
from tests.simcord_bot import said, texts
from tests.ui.conftest import Theatre
from tests.ui.stage import SECRET, panel

REFUSED = "That can't be, refused. Try another."
CODE = re.compile(r"this code: ([0-9a-f]{8})")
EVERYWHERE = ["command", "slow command", "button", "slow button", "select", "form"]


async def fail(theatre: Theatre, where: str, how: str, *, typed: str = "") -> Any:
    """Have Ann do what fails in this place."""
    ann, channel = theatre.ann, theatre.channel
    match where:
        case "command":
            return await ann.slash(channel, "stage greet", name=how)
        case "slow command":
            return await ann.slash(channel, "stage slowly", name=how)
        case "form":
            shown = await ann.slash(channel, "stage form", number=1)
            return await ann.submit_modal(shown, {"note": typed, "choices": [how]})
        case _:
            shown = await ann.slash(channel, "stage panel")
            if where == "select":
                return await ann.select(shown.response, [how], custom_id="stage-pick:9")
            ids = [item.custom_id for row in panel() for item in row.items]
            what = f"stage-press:{'later' if where == 'slow button' else ''}{how}:"
            return await ann.click(shown.response, custom_id=next(one for one in ids if one.startswith(what)))


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log would show, as the command line sets it up."""
    return [Discreet(CONSOLE).format(record) for record in caplog.records]


@pytest.mark.parametrize("where", EVERYWHERE)
async def test_a_reason_that_concerns_the_person_is_told_to_them_alone(
    theatre: Theatre, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    result = await fail(theatre, where, "refused")
    assert REFUSED in said(result)
    assert result.ephemeral
    assert theatre.channel.last_message is None
    assert [line for line in log_lines(caplog) if "failed" in line] == []


@pytest.mark.parametrize("where", [place for place in EVERYWHERE if place != "slow button"])
async def test_what_nobody_expected_gives_the_person_a_code_and_the_log_only_that(
    theatre: Theatre, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    result = await fail(theatre, where, "broken", typed="my private words")
    assert result.ephemeral
    found = CODE.search(said(result))
    assert found, said(result)
    assert SECRET not in said(result)
    log = "\n".join(log_lines(caplog))
    assert f"code {found[1]}" in log
    assert "RuntimeError" in log
    assert "go_wrong" in log, "where it happened is in the log"
    for private in (SECRET, str(theatre.ann.id), "my private words"):
        assert private not in log


async def test_what_discord_refused_is_said_as_such(theatre: Theatre) -> None:
    result = await fail(theatre, "button", "forbidden")
    assert said(result) == theatre.texts["errors.discord_refused"]


@pytest.mark.parametrize("how", ["refused", "broken"])
async def test_what_was_typed_into_a_form_is_given_back(theatre: Theatre, how: str) -> None:
    result = await fail(theatre, "form", how, typed=f"First line\n\n  second *line* <@{theatre.ben.id}>")
    assert theatre.texts["errors.wrote"].split("\n")[0] in said(result)
    back = said(result).split(":\n")[-1]
    assert [line.removeprefix("> ") for line in back.split("\n")] == [
        "First line",
        "",
        f"second \\*line\\* \\<@\u200b{theatre.ben.id}>",
    ]


async def test_the_longest_that_can_be_typed_is_given_back_whole(theatre: Theatre) -> None:
    typed = "I have thought about this for a long time. " * 93
    result = await fail(theatre, "form", "refused", typed=typed[:4000])
    assert "".join(said(result).split()).count("Ihavethoughtaboutthisforalongtime.") == 93
    assert all(message.ephemeral for message in (result.response, *result.followups))


async def test_a_check_that_breaks_reaches_the_person(theatre: Theatre, caplog: pytest.LogCaptureFixture) -> None:
    result = await theatre.ann.slash(theatre.channel, "stage twisted", group=5)
    assert result.ephemeral
    found = CODE.search(said(result))
    assert found
    assert f"code {found[1]}" in "\n".join(log_lines(caplog))


async def test_a_check_that_refuses_says_what_the_command_is_for(theatre: Theatre) -> None:
    result = await theatre.ann.slash(theatre.channel, "stage members")
    assert said(result) == theatre.texts["errors.which_group"]
    assert result.ephemeral


async def test_a_button_that_is_not_for_them_says_so_before_anything_is_done(theatre: Theatre) -> None:
    shown = await theatre.ann.slash(theatre.channel, "stage panel")
    result = await theatre.ann.click(shown.response, custom_id="stage-members:8")
    assert said(result) == theatre.texts["errors.which_group"]
    assert result.ephemeral
    assert not result.deferred


async def test_an_autocomplete_that_breaks_offers_nothing_and_the_person_goes_on(
    theatre: Theatre, caplog: pytest.LogCaptureFixture
) -> None:
    choices = await theatre.ann.autocomplete(theatre.channel, "stage autocompleted", "group", SECRET)
    assert choices == []
    log = "\n".join(log_lines(caplog))
    assert "autocomplete failed" in log
    assert SECRET not in log
    result = await theatre.ann.slash(theatre.channel, "stage autocompleted", group="mine")
    assert said(result) == "Welcome, mine."


async def test_a_listener_that_breaks_is_logged_without_what_it_heard(
    theatre: Theatre, caplog: pytest.LogCaptureFixture
) -> None:
    made = theatre.guild.create_text_channel("trouble")
    await theatre.world.env.settle()
    log = "\n".join(log_lines(caplog))
    assert "on_guild_channel_create failed" in log
    assert "go_wrong" in log
    assert SECRET not in log
    assert str(made.id) not in log


async def test_an_error_after_the_answer_is_told_after_it(theatre: Theatre) -> None:
    result = await theatre.ann.slash(theatre.channel, "stage again")
    assert said(result).split("\n") == ["Welcome, you.", REFUSED]
    assert all(message.ephemeral for message in result.followups)


async def test_that_a_person_could_not_be_told_is_all_that_is_logged(
    theatre: Theatre, caplog: pytest.LogCaptureFixture
) -> None:
    theatre.world.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    await theatre.ann.slash(theatre.channel, "stage greet", name="refused")
    lines = [line for line in log_lines(caplog) if "could not be told" in line]
    assert len(lines) == 1
    assert "code 10062" in lines[0]


async def test_a_long_answer_comes_in_several_messages(theatre: Theatre) -> None:
    result = await theatre.ann.slash(theatre.channel, "stage pages")
    told = said(result)
    assert [f"{number}: " in told for number in range(5)] == [True] * 5
    messages = [result.response, *result.followups]
    assert len(messages) > 1
    assert all(message.ephemeral for message in messages)
    assert all(len("".join(texts(message.components))) <= 4000 for message in messages)


async def test_a_button_in_a_direct_message_says_where_it_works(theatre: Theatre) -> None:
    person = theatre.world.env.create_user("cleo")
    theatre.guild.add_member(person)
    user = await theatre.world.bot.fetch_user(person.id)
    message = await user.send(view=layout(Page("A panel", *panel()), theatre.world.bot.words))
    result = await person.click(message, custom_id="stage-press:ok:0")
    assert said(result) == theatre.texts["errors.not_here"]


async def test_a_command_that_discord_still_shows_and_the_bot_has_no_more_says_so(theatre: Theatre) -> None:
    theatre.world.bot.tree.remove_command("stage")
    result = await theatre.ann.slash(theatre.channel, "stage greet", name="Ann")
    assert said(result) == theatre.texts["errors.stale"]
    assert result.ephemeral
