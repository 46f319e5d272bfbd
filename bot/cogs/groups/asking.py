"""Looking around and asking to join: the list, the agreement in full, and the form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.client import Interaction
from bot.core.errors import UserError
from bot.features.groups import Group
from bot.features.groups.model import NOTE_LENGTH, Asking, Wish, version_of
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, words_of
from bot.ui.components import GroupButton, PersistentButton, PersistentModal, Typed
from bot.ui.duty import duties
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words

TICKS = ("consent", "agreement")
INTROS = {
    Wish.JOIN: "groups.agreement_intro",
    Wish.VISIT: "groups.agreement_intro_visit",
    Wish.TAKE: "groups.agreement_intro_take",
}
TITLES = {Wish.JOIN: "groups.ask_title", Wish.VISIT: "groups.visit_title", Wish.TAKE: "groups.take_title"}


def consent_of(interaction: Interaction) -> Raw:
    """The consent statement, in the name of the organisation that runs the groups."""
    organisation = interaction.client.services.settings.organisation.name
    return words_of(interaction)("groups.consent_statement", organisation=organisation)


async def may_come(interaction: Interaction, group_id: int, wish: Wish) -> Group:
    """The group, if this person may ask for what they wish. Raises ``UserError`` with the reason if not."""
    assert interaction.guild_id is not None
    groups = interaction.client.services.groups
    may = groups.places.may_take if wish is Wish.TAKE else groups.requests.may_ask
    return await may(guild_id=interaction.guild_id, group_id=group_id, user_id=interaction.user.id)


async def show_agreement(interaction: Interaction, group_id: int, wish: Wish) -> None:
    """Show the agreement in full, before anything is asked."""
    group = await may_come(interaction, group_id, wish)
    services, words = interaction.client.services, words_of(interaction)
    agreement = await services.guidelines.current(guild_id=group.guild_id, group_id=group_id)
    async with services.db.read() as tx:
        members = await services.groups.members(tx, group.guild_id, group_id)
    intro = words(INTROS[wish], name=group.name)
    go_on = Row(GoOnButton(group_id, wish, _mark(agreement.version)))
    await answer(interaction, Page(intro, agreement.words, *duties(words, members, inside=False), go_on))


class AskButton(GroupButton, named="groups-ask"):
    access = Access.ANYONE
    answers = Answers.NOW
    label = "groups.ask_button"
    style = discord.ButtonStyle.primary

    async def press(self, interaction: Interaction) -> None:
        await show_agreement(interaction, self.group, Wish.JOIN)


class VisitButton(GroupButton, named="groups-visit"):
    access = Access.ANYONE
    answers = Answers.NOW
    label = "groups.visit_button"

    async def press(self, interaction: Interaction) -> None:
        await show_agreement(interaction, self.group, Wish.VISIT)


class TakeButton(GroupButton, named="groups-take"):
    access = Access.ANYONE
    answers = Answers.NOW
    label = "groups.take_button"
    style = discord.ButtonStyle.success

    async def press(self, interaction: Interaction) -> None:
        await show_agreement(interaction, self.group, Wish.TAKE)


class GoOnButton(
    PersistentButton, template=r"groups-goon:(?P<group>\d+):(?P<wish>join|visit|take):(?P<agreement>v\w+)"
):
    access = Access.ANYONE
    answers = Answers.FORM
    label = "groups.go_on_button"
    style = discord.ButtonStyle.primary

    def __init__(self, group: int, wish: str, agreement: str) -> None:
        """``agreement``: the version of what was shown above the button, after a ``v``."""
        super().__init__(f"groups-goon:{group}:{wish}:{agreement}")
        self.group = group
        self.wish = Wish(wish)
        self.agreement = agreement

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.guidelines.same_version(
            guild_id=interaction.guild_id, group_id=self.group, version=self.agreement[1:]
        )
        await may_come(interaction, self.group, self.wish)
        consent = consent_of(interaction)
        mark = _mark(version_of(consent))
        await AskForm(self.group, self.wish, self.agreement, mark, statement=consent).open(interaction)


class AskForm(PersistentModal):
    template = re.compile(
        r"groups-asking:(?P<group>\d+):(?P<wish>join|visit|take):(?P<agreement>v\w+):(?P<consent>v\w+)"
    )
    access = Access.ANYONE

    def __init__(self, group: int, wish: str, agreement: str, consent: str, *, statement: str = "") -> None:
        super().__init__(f"groups-asking:{group}:{wish}:{agreement}:{consent}")
        self.group = group
        self.wish = Wish(wish)
        self.agreement = agreement
        self.consent = consent
        self.title = TITLES[self.wish]
        self._statement = statement

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        ticks = [discord.CheckboxGroupOption(label=words(f"groups.tick_{tick}_option"), value=tick) for tick in TICKS]
        message = discord.CheckboxGroupOption(label=words("groups.may_message_option"), value="message")
        note = ui.Label[Any](
            text=words("groups.note_label"),
            description=words("groups.note_hint"),
            component=ui.TextInput[Any](
                custom_id="note", style=discord.TextStyle.paragraph, required=False, max_length=NOTE_LENGTH
            ),
        )
        return [
            ui.TextDisplay[Any](self._statement),
            ui.Label[Any](
                text=words("groups.ticks_label"),
                component=ui.CheckboxGroup[Any](
                    custom_id="ticks", options=ticks, min_values=len(TICKS), max_values=len(TICKS)
                ),
            ),
            ui.Label[Any](
                text=words("groups.may_message_label"),
                description=words("groups.may_message_hint"),
                component=ui.CheckboxGroup[Any](
                    custom_id="message", options=[message], required=False, min_values=0, max_values=1
                ),
            ),
            # who takes a place that is kept for them has nothing to ask any more
            *(() if self.wish is Wish.TAKE else (note,)),
        ]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        services, words = interaction.client.services, words_of(interaction)
        await services.guidelines.same_version(
            guild_id=interaction.guild_id, group_id=self.group, version=self.agreement[1:]
        )
        if self.consent != _mark(version_of(consent_of(interaction))):
            raise UserError("groups.consent_changed")
        if not set(TICKS) <= set(typed.chosen("ticks")):
            raise UserError("groups.both_ticks")
        may_message = bool(typed.chosen("message"))
        asking = Asking(
            user_id=interaction.user.id,
            group_id=self.group,
            note=typed.text("note"),
            consent_version=self.consent[1:],
            agreement_version=self.agreement[1:],
            may_message=may_message,
            wish=self.wish,
        )
        if self.wish is Wish.TAKE:
            group = await services.groups.places.take(guild_id=interaction.guild_id, asking=asking)
            await answer(interaction, Page(words("groups.taken", name=group.name)))
            return
        group = await services.groups.requests.ask(guild_id=interaction.guild_id, asking=asking)
        how = words("groups.answer_by_message" if may_message else "groups.answer_in_inbox")
        await answer(interaction, Page(words("groups.asked", name=group.name), how))


def _mark(version: str) -> str:
    # a version of digits alone would be read as a number
    return f"v{version}"
