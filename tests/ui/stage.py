"""Throwaway commands, buttons and forms in which everything that can go wrong does, and the words they use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.core.errors import UserError
from bot.ui.access import Access, Answers, group_choices, requires
from bot.ui.answer import answer, replace, say, words_of
from bot.ui.components import PersistentButton, PersistentModal, PersistentSelect, Typed
from bot.ui.pages import Page, Row

TEXTS = {
    "stage.welcome": "Welcome, {name}.",
    "stage.refused": "That can't be, {name}. Try another.",
    "stage.heard": "You wrote: {text} and chose: {choices}",
    "stage.pressed": "You pressed {number}.",
    "stage.press_button": "Press {number}",
    "stage.pick_placeholder": "Pick one",
    "stage.form_title": "A form",
    "stage.note_label": "A note",
    "stage.choices_label": "Choices",
    "commands.stage": "Things that go wrong",
    **{
        f"commands.stage_{name}": "A thing"
        for name in ("greet", "panel", "slowly", "form", "members", "twisted", "again", "autocompleted", "pages")
    },
    "commands.stage_greet__name": "A name",
    "commands.stage_slowly__name": "A name",
    "commands.stage_form__number": "A number",
    "commands.stage_twisted__group": "Not what the gate expects",
    "commands.stage_autocompleted__group": "A group",
}

SECRET = "what nobody else may read"


def go_wrong(how: str, user_id: int) -> None:
    """Fail as ``how`` says; the words of what is unexpected hold an id, and what somebody typed."""
    if how == "refused":
        raise UserError("stage.refused", name=how)
    if how == "broken":
        raise RuntimeError(f"{SECRET} of {user_id}")
    if how == "forbidden":
        raise discord.Forbidden(_Answer(), {"code": 50013, "message": "Missing Permissions"})


class _Answer:
    """As much of an answer over the network as the library's exceptions read."""

    status = 403
    reason = "Forbidden"


class StageCog(commands.GroupCog, group_name="stage"):
    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def greet(self, interaction: Interaction, name: str) -> None:
        go_wrong(name, interaction.user.id)
        await say(interaction, "stage.welcome", name=name)

    @app_commands.command()
    @requires(Access.ANYONE, Answers.LATER)
    async def slowly(self, interaction: Interaction, name: str) -> None:
        go_wrong(name, interaction.user.id)
        async with interaction.client.services.db.begin():
            pass
        await say(interaction, "stage.welcome", name=name)

    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def again(self, interaction: Interaction) -> None:
        """Fail after the answer was given."""
        await say(interaction, "stage.welcome", name="you")
        go_wrong("refused", interaction.user.id)

    @app_commands.command()
    @requires(Access.MEMBER, Answers.NOW)
    async def members(self, interaction: Interaction) -> None:
        await say(interaction, "stage.welcome", name="member")

    @app_commands.command()
    @requires(Access.MEMBER, Answers.NOW)
    async def twisted(self, interaction: Interaction, group: int) -> None:
        """Ask the gate for a group that is a number, which it cannot read."""
        await say(interaction, "stage.welcome", name="nobody")

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices("no access at all"))  # pyright: ignore[reportArgumentType]
    @requires(Access.ANYONE, Answers.NOW)
    async def autocompleted(self, interaction: Interaction, group: str) -> None:
        await say(interaction, "stage.welcome", name=group)

    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def panel(self, interaction: Interaction) -> None:
        """Show one of each kind of button, for everybody to press."""
        assert isinstance(interaction.channel, discord.TextChannel)
        await answer(interaction, Page("A panel", *panel()))

    @app_commands.command()
    @requires(Access.ANYONE, Answers.FORM)
    async def form(self, interaction: Interaction, number: int) -> None:
        await StageForm(number).open(interaction)

    @app_commands.command()
    @requires(Access.ANYONE, Answers.LATER)
    async def pages(self, interaction: Interaction) -> None:
        """Say more than one message holds."""
        await answer(
            interaction, Page(*(f"{number}: " + "word " * 500 for number in range(5)), Row(PressButton("ok", 1)))
        )

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: Any) -> None:
        if channel.name == "trouble":
            go_wrong("broken", channel.id)


def panel() -> list[Row]:
    return [
        Row(
            *(PressButton(what, number) for number, what in enumerate(("ok", "refused", "broken", "forbidden", "edit")))
        ),
        Row(
            PressButton("later", 5),
            PressButton("laterrefused", 6),
            FormButton(7),
            MembersButton(8),
            PressButton("lateredit", 10),
        ),
        Row(PickSelect(9, [discord.SelectOption(label=value) for value in ("ok", "refused", "broken")])),
    ]


class PressButton(PersistentButton, template=r"stage-press:(?P<what>[a-z]+):(?P<number>\d+)"):
    access = Access.ANYONE
    answers = Answers.NOW
    label = "stage.press_button"

    def __init__(self, what: str, number: int) -> None:
        super().__init__(f"stage-press:{what}:{number}", number=number)
        self.what = what
        self.number = number

    async def press(self, interaction: Interaction) -> None:
        if self.what.startswith("later"):
            await interaction.response.defer(ephemeral=True, thinking=True)
        go_wrong(self.what.removeprefix("later"), interaction.user.id)
        told = Page(words_of(interaction)("stage.pressed", number=self.number))
        await (replace if self.what.endswith("edit") else answer)(interaction, told)


class MembersButton(PersistentButton, template=r"stage-members:(?P<number>\d+)"):
    access = Access.MEMBER
    answers = Answers.LATER
    label = "stage.press_button"

    def __init__(self, number: int) -> None:
        super().__init__(f"stage-members:{number}", number=number)

    async def press(self, interaction: Interaction) -> None:
        await say(interaction, "stage.welcome", name="member")


class FormButton(PersistentButton, template=r"stage-open:(?P<number>\d+)"):
    access = Access.ANYONE
    answers = Answers.FORM
    label = "stage.press_button"

    def __init__(self, number: int) -> None:
        super().__init__(f"stage-open:{number}", number=number)
        self.number = number

    async def press(self, interaction: Interaction) -> None:
        await StageForm(self.number).open(interaction)


class PickSelect(PersistentSelect, template=r"stage-pick:(?P<number>\d+)"):
    access = Access.ANYONE
    answers = Answers.NOW
    placeholder = "stage.pick_placeholder"

    def __init__(self, number: int, options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(f"stage-pick:{number}", options)

    async def choose(self, interaction: Interaction, value: str) -> None:
        go_wrong(value, interaction.user.id)
        await say(interaction, "stage.welcome", name=value)


class StageForm(PersistentModal):
    template = re.compile(r"stage-form:(?P<number>\d+)")
    access = Access.ANYONE
    title = "stage.form_title"

    def __init__(self, number: int) -> None:
        super().__init__(f"stage-form:{number}")
        self.number = number

    def fields(self, words: Any) -> Sequence[ui.Item[Any]]:
        options = [
            discord.CheckboxGroupOption(label=value, value=value) for value in ("one", "two", "refused", "broken")
        ]
        return [
            ui.Label(
                text=words("stage.note_label"),
                component=ui.TextInput[Any](custom_id="note", style=discord.TextStyle.paragraph, required=False),
            ),
            ui.Label(
                text=words("stage.choices_label"),
                component=ui.CheckboxGroup[Any](custom_id="choices", options=options, required=False, max_values=4),
            ),
        ]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        for choice in typed.chosen("choices"):
            go_wrong(choice, interaction.user.id)
        choices = ", ".join(typed.chosen("choices"))
        await say(interaction, "stage.heard", text=f"{self.number}/{typed.text('note')}", choices=choices)


async def setup(bot: Bot) -> None:
    bot.add_components(PressButton, MembersButton, FormButton, PickSelect)
    bot.add_forms(StageForm)
    await bot.add_cog(StageCog())
