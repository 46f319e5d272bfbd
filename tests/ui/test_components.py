"""Buttons, selects and forms outlive the process, and never mix up two people."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.ui.pages import Page, layout
from tests.simcord_bot import said, shown, texts
from tests.ui.conftest import Theatre
from tests.ui.stage import panel


async def post_panel(theatre: Theatre) -> Any:
    """A message with every button, for everybody to press."""
    channel = theatre.world.bot.get_channel(theatre.channel.id)
    page = Page("A panel", *panel())
    return await channel.send(view=layout(page, theatre.world.bot.words))


async def test_a_button_pressed_after_a_restart_answers(theatre: Theatre) -> None:
    message = await post_panel(theatre)
    await theatre.world.restart()
    message = theatre.channel.last_message
    result = await theatre.ann.click(message, custom_id="stage-press:ok:0")
    assert said(result) == "You pressed 0."
    assert result.ephemeral


async def test_a_select_used_after_a_restart_answers(theatre: Theatre) -> None:
    await post_panel(theatre)
    await theatre.world.restart()
    result = await theatre.ben.select(theatre.channel.last_message, ["ok"], custom_id="stage-pick:9")
    assert said(result) == "Welcome, ok."


async def test_a_form_opened_before_a_restart_and_sent_after_it_is_not_lost(theatre: Theatre) -> None:
    opened = await theatre.ann.slash(theatre.channel, "stage form", number=42)
    await theatre.world.restart()
    result = await theatre.ann.submit_modal(opened, {"note": "hello", "choices": ["one", "two"]})
    assert said(result) == "You wrote: 42/hello and chose: one, two"
    assert result.ephemeral


async def test_a_form_opened_by_a_button_after_a_restart_works(theatre: Theatre) -> None:
    await post_panel(theatre)
    await theatre.world.restart()
    opened = await theatre.ann.click(theatre.channel.last_message, custom_id="stage-open:7")
    assert opened.modal is not None
    result = await theatre.ann.submit_modal(opened, {"note": "hello"})
    assert said(result) == "You wrote: 7/hello and chose: "


async def test_two_people_with_the_same_form_each_send_their_own(theatre: Theatre) -> None:
    anns = await theatre.ann.slash(theatre.channel, "stage form", number=1)
    bens = await theatre.ben.slash(theatre.channel, "stage form", number=1)
    from_ann = await theatre.ann.submit_modal(anns, {"note": "I am Ann"})
    from_ben = await theatre.ben.submit_modal(bens, {"note": "I am Ben"})
    assert "I am Ann" in said(from_ann)
    assert "I am Ben" in said(from_ben)


async def test_one_person_may_send_the_same_form_again(theatre: Theatre) -> None:
    for text in ("first", "second"):
        opened = await theatre.ann.slash(theatre.channel, "stage form", number=1)
        result = await theatre.ann.submit_modal(opened, {"note": text})
        assert said(result).startswith(f"You wrote: 1/{text}")


async def test_buttons_go_on_answering_after_private_messages_with_buttons_have_timed_out(theatre: Theatre) -> None:
    message = await post_panel(theatre)
    await theatre.ann.slash(theatre.channel, "stage panel")
    await theatre.world.pass_time(16 * 60)
    result = await theatre.ben.click(message, custom_id="stage-press:ok:0")
    assert said(result) == "You pressed 0."


async def test_a_press_can_change_the_message_it_was_on(theatre: Theatre) -> None:
    opened = await theatre.ann.slash(theatre.channel, "stage panel")
    await theatre.ann.click(opened.response, custom_id="stage-press:edit:4")
    assert texts(opened.response.components) == ["You pressed 4."]


@pytest.mark.parametrize(
    "custom_id",
    [
        "stage-press:ok:0:more",
        "stage-press:OK:0",
        "stage-press:ok:\u0661x",
        "stage-press:ok:",
        "stage-press:ok:0\n",
        "x" * 100,
        "stage-form:1",
        "\U0001f600",
    ],
)
async def test_a_component_with_an_odd_id_is_left_alone(
    theatre: Theatre, custom_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel = theatre.world.bot.get_channel(theatre.channel.id)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(custom_id=custom_id, label="odd"))
    view.stop()
    message = await channel.send(view=view)
    result = await theatre.ann.click(message, label="odd")
    assert not result.acknowledged
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("custom_id", ["stage-form:x", "stage-form:1:2", "nothing-of-ours", "stage-press:ok:0"])
async def test_what_was_typed_into_a_form_that_nobody_knows_any_more_is_given_back(
    theatre: Theatre, custom_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    opened = await theatre.ann.slash(theatre.channel, "stage form", number=1)
    # as a release that called it otherwise would have sent it
    opened._interaction.modal["custom_id"] = custom_id
    result = await theatre.ann.submit_modal(opened, {"note": "hello"})
    assert result.ephemeral
    assert said(result).startswith(theatre.texts["errors.stale_form"])
    assert said(result).endswith("> hello")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_press_never_changes_a_message_that_others_see(theatre: Theatre) -> None:
    message = await post_panel(theatre)
    result = await theatre.ann.click(message, custom_id="stage-press:edit:4")
    assert said(result) == "You pressed 4."
    assert result.ephemeral
    assert "A panel" in shown(theatre.channel.last_message)


async def test_an_answer_that_was_promised_beside_a_public_message_is_filled_in(theatre: Theatre) -> None:
    message = await post_panel(theatre)
    result = await theatre.ann.click(message, custom_id="stage-press:lateredit:10")
    assert said(result) == "You pressed 10."
    assert result.ephemeral
    assert result.followups == []
    assert "A panel" in shown(theatre.channel.last_message)
