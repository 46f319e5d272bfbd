"""People act, a bare bot answers: every kind of act, and what Discord or its client would not let through."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.wire import Permission, Wire
from tests.wire.barebot import BareBot, running
from tests.wire.conftest import Harbour
from tests.wire.world import COMPONENTS_V2


class Note(discord.ui.Modal, title="A note"):
    """One field of each kind that the wire fills in."""

    words: discord.ui.Label[Any] = discord.ui.Label(text="Words", component=discord.ui.TextInput(max_length=20))
    kind: discord.ui.Label[Any] = discord.ui.Label(
        text="Kind",
        component=discord.ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Small", value="s"),
                discord.RadioGroupOption(label="Big", value="b"),
            ]
        ),
    )
    ticks: discord.ui.Label[Any] = discord.ui.Label(
        text="I agree",
        component=discord.ui.CheckboxGroup(options=[discord.CheckboxGroupOption(label="Yes", value="y")]),
    )
    quiet: discord.ui.Label[Any] = discord.ui.Label(text="Quietly", component=discord.ui.Checkbox())
    about: discord.ui.Label[Any] = discord.ui.Label(text="About", component=discord.ui.UserSelect(required=False))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        values: list[Any] = []
        for label in (self.words, self.kind, self.ticks, self.quiet, self.about):
            part: Any = label.component
            values.append(part.values if hasattr(part, "values") else part.value)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content=f"{values[:4]} {[str(each) for each in values[4]]}")


class Panel(discord.ui.LayoutView):
    """A layout with a button that opens a form, one that edits, a link, a dead one, and a menu."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Any] = discord.ui.Container(discord.ui.TextDisplay("Welcome"), id=987_654_321)
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        for label, callback in (("Write", self.write), ("Edit", self.change)):
            button: discord.ui.Button[Any] = discord.ui.Button(label=label)
            button.callback = callback
            row.add_item(button)
        row.add_item(discord.ui.Button(label="Dead", disabled=True, custom_id="dead"))
        row.add_item(discord.ui.Button(label="Read", url="https://example.org"))
        self.menu: discord.ui.Select[Any] = discord.ui.Select(placeholder="Pick one")
        self.menu.add_option(label="First", value="1")
        self.menu.add_option(label="Second", value="2")
        self.menu.callback = self.picked
        menus: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        menus.add_item(self.menu)
        box.add_item(row).add_item(menus)
        self.add_item(box)

    async def write(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(Note())

    async def change(self, interaction: discord.Interaction[Any]) -> None:
        view: discord.ui.LayoutView = discord.ui.LayoutView()
        view.add_item(discord.ui.TextDisplay("Changed"))
        await interaction.response.edit_message(view=view)

    async def picked(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"picked {self.menu.values}", ephemeral=True)


@app_commands.command()
async def panel(interaction: discord.Interaction[Any]) -> None:
    """Show the panel."""
    await interaction.response.send_message(view=Panel())


@app_commands.command()
async def whisper(interaction: discord.Interaction[Any], words: app_commands.Range[str, 1, 10], times: int = 1) -> None:
    """Say it to the one who asked, then once more."""
    await interaction.response.send_message(words * times, ephemeral=True)
    await interaction.followup.send("and again", ephemeral=True)


@whisper.autocomplete("words")
async def completed(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{current}{end}", value=f"{current}{end}") for end in ("a", "b")]


@app_commands.command()
async def many(interaction: discord.Interaction[Any], words: str) -> None:
    """Offer more than Discord shows."""


@many.autocomplete("words")
async def too_many(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=str(number), value=str(number)) for number in range(26)]


@app_commands.command()
async def meet(
    interaction: discord.Interaction[Any], who: discord.Member, where: discord.TextChannel, as_: discord.Role
) -> None:
    """Take a person, a channel and a role."""
    await interaction.response.send_message(f"{who.name} {where.name} {as_.name}")


@app_commands.command()
async def twice(interaction: discord.Interaction[Any]) -> None:
    """Answer, then answer again by hand."""
    await interaction.response.send_message("first")
    route = discord.http.Route(
        "POST",
        "/interactions/{webhook_id}/{webhook_token}/callback",
        webhook_id=interaction.id,
        webhook_token=interaction.token,
    )
    try:
        await interaction.client.http.request(route, json={"type": 4, "data": {"content": "second"}})
    except discord.HTTPException as refused:
        await interaction.followup.send(str(refused.code))


@app_commands.command()
async def late(interaction: discord.Interaction[Any]) -> None:
    """Take too long."""
    await asyncio.sleep(0.3)
    try:
        await interaction.response.send_message("too late")
    except discord.NotFound as refused:
        interaction.client.refused = refused.code


@app_commands.context_menu(name="Flag")
async def flag(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    await interaction.response.send_message(f"flagged: {message.content}", ephemeral=True)


@app_commands.command()
@app_commands.default_permissions(manage_guild=True)
async def setup(interaction: discord.Interaction[Any]) -> None:
    """For admins."""
    await interaction.response.send_message("set up")


@pytest.fixture
async def bot(wire: Wire, harbour: Harbour) -> Any:
    bare = BareBot()
    for command in (panel, whisper, many, meet, twice, late, flag, setup):
        bare.tree.add_command(command)
    async with running(bare, wire):
        yield bare


@pytest.mark.usefixtures("bot")
class TestActs:
    async def test_a_command_is_answered_in_the_channel(self, wire: Wire, harbour: Harbour) -> None:
        shown = await harbour.bo.slash(harbour.general, "panel")
        assert shown.text == "Welcome"
        assert wire.messages(harbour.general) == [shown.message]
        assert shown.message is not None
        assert shown.message.flags & COMPONENTS_V2
        assert shown.message.marks == [987_654_321]
        assert shown.message.buttons == ["Write", "Edit", "Dead", "Read"]

    async def test_what_is_picked_arrives_resolved(self, wire: Wire, harbour: Harbour) -> None:
        role = wire.add_role(harbour.guild, "keepers")
        met = await harbour.bo.slash(harbour.general, "meet", who=harbour.ana, where=harbour.general, as_=role)
        assert met.text == "ana general keepers"

    async def test_a_private_answer_is_seen_by_one(self, wire: Wire, harbour: Harbour) -> None:
        heard = await harbour.bo.slash(harbour.general, "whisper", words="hey", times=2)
        await wire.wait_for(lambda: heard.followups)
        assert heard.text == "heyhey\nand again"
        assert wire.messages(harbour.general) == []
        assert [message.text for message in harbour.bo.sees(harbour.general)] == ["heyhey", "and again"]
        assert harbour.ana.sees(harbour.general) == []

    async def test_autocomplete_offers_what_the_bot_knows(self, harbour: Harbour) -> None:
        assert await harbour.bo.autocomplete(harbour.general, "whisper", "words", "x") == ["xa", "xb"]

    async def test_a_form_is_filled_in_by_label(self, harbour: Harbour) -> None:
        shown = await harbour.bo.slash(harbour.general, "panel")
        form = await harbour.bo.click(shown, "Write")
        values = {"Words": "dear all", "Kind": "Big", "I agree": ["Yes"], "Quietly": True, "About": harbour.ana}
        sent = await harbour.bo.submit(form, values)
        assert sent.text == "['dear all', 'b', ['y'], True] ['ana']"
        assert sent.message is not None
        assert sent.message.ephemeral
        assert not sent.message.loading

    async def test_a_form_is_not_sent_half_filled(self, harbour: Harbour) -> None:
        form = await harbour.bo.click(await harbour.bo.slash(harbour.general, "panel"), "Write")
        full = {"Words": "dear all", "Kind": "Big", "I agree": ["Yes"]}
        for wrong, complaint in (
            ({"Words": ""}, "a text is required"),
            ({"Words": "x" * 21}, "21 characters"),
            ({"I agree": []}, "0 chosen"),
            ({"Kind": None}, "one option is required"),
            ({"Kind": "Huge"}, "not among"),
            ({"Colour": "red"}, "no field"),
        ):
            with pytest.raises(AssertionError, match=complaint):
                await harbour.bo.submit(form, full | wrong)
        with pytest.raises(AssertionError, match="someone else's screen"):
            await harbour.ana.submit(form, full)

    async def test_a_press_can_change_the_message(self, wire: Wire, harbour: Harbour) -> None:
        shown = await harbour.bo.slash(harbour.general, "panel")
        await harbour.ana.click(shown, "Edit")
        assert [message.text for message in wire.messages(harbour.general)] == ["Changed"]
        with pytest.raises(AssertionError, match="0 match 'Edit'"):
            await harbour.ana.click(shown, "Edit")

    async def test_a_menu_is_chosen_from(self, harbour: Harbour) -> None:
        shown = await harbour.bo.slash(harbour.general, "panel")
        assert (await harbour.bo.choose(shown, "Pick one", "Second")).text == "picked ['2']"
        with pytest.raises(AssertionError, match="not all among"):
            await harbour.bo.choose(shown, "Pick one", "Third")

    async def test_a_message_menu_carries_the_text(self, harbour: Harbour) -> None:
        said = await harbour.ana.send(harbour.general, "something sharp")
        assert (await harbour.bo.context_menu(said, "Flag")).text == "flagged: something sharp"

    async def test_the_client_does_not_let_through_what_it_does_not_offer(self, wire: Wire, harbour: Harbour) -> None:
        bo, general = harbour.bo, harbour.general
        shown = await bo.slash(general, "panel")
        for act, complaint in (
            (bo.slash(general, "nothing"), "not offered"),
            (bo.slash(general, "setup"), "not offered"),
            (bo.slash(general, "whisper"), "required and not given"),
            (bo.slash(general, "whisper", words=5), "another type"),
            (bo.slash(general, "whisper", words="x" * 11), "11 characters"),
            (bo.slash(general, "whisper", words="x", colour="red"), "no option"),
            (bo.slash(general, "meet", who="bo", where=general, as_=bo), "is picked"),
            (bo.click(shown, "Dead"), "disabled"),
            (bo.click(shown, "Read"), "is a link"),
            (bo.autocomplete(general, "whisper", "times"), "does not autocomplete"),
        ):
            with pytest.raises(AssertionError, match=complaint):
                await act
        assert (await harbour.ana.slash(general, "setup")).text == "set up"
        wire.set_overwrite(general, bo, deny=Permission.VIEW_CHANNEL)
        with pytest.raises(AssertionError, match="cannot see"):
            await bo.slash(general, "panel")
        with pytest.raises(AssertionError, match="cannot see this message"):
            await bo.click(shown, "Write")

    async def test_in_a_direct_conversation_commands_work_too(self, wire: Wire, harbour: Harbour) -> None:
        assert (await harbour.bo.slash(wire.direct(harbour.bo), "panel")).text == "Welcome"


async def test_an_interaction_is_answered_once(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    asked = await harbour.bo.slash(harbour.general, "twice")
    await wire.wait_for(lambda: asked.followups)
    assert asked.text == "first\n40060"


async def test_after_its_time_an_interaction_is_unknown(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    wire.answer_within = 0.1
    with pytest.raises(AssertionError, match="did not respond"):
        await harbour.bo.slash(harbour.general, "late")
    await wire.wait_for(lambda: wire.asked("POST", "/interactions/*/*/callback"))
    await wire.settle()
    assert vars(bot)["refused"] == 10062


async def test_more_than_25_choices_are_refused(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    if wire.schema:
        wire.expect_violation("data.choices")
    wire.answer_within = 0.2
    with pytest.raises(AssertionError, match="did not respond"):
        await harbour.bo.autocomplete(harbour.general, "many", "words")
    assert [each.status for each in wire.asked("POST", "/interactions/*/*/callback")] == [400]


async def test_a_token_dies(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    shown = await harbour.bo.slash(harbour.general, "panel")
    wire.token_life = 0.0
    webhook = discord.Webhook.partial(wire.world.bot.id, shown.token, client=bot)
    with pytest.raises(discord.HTTPException) as caught:
        await webhook.send("hello?")
    assert (caught.value.status, caught.value.code) == (401, 50027)


async def test_a_bot_that_is_gone_answers_nobody(wire: Wire, harbour: Harbour) -> None:
    bare = BareBot()
    bare.tree.add_command(panel)
    async with running(bare, wire):
        pass
    wire.answer_within = 0.05
    with pytest.raises(AssertionError, match="did not respond"):
        await harbour.bo.slash(harbour.general, "panel")
