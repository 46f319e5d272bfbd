"""Looking around and asking to join: the list, the agreement in full, and the form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.client import Interaction
from bot.cogs.groups.duty import duties
from bot.core.errors import UserError
from bot.features.groups.model import NOTE_LENGTH, Asking, Listing, version_of
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, replace, words_of
from bot.ui.components import PersistentButton, PersistentModal, Typed
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words

ON_A_PAGE = 5
TICKS = ("consent", "agreement")


def list_page(words: Words, listings: Sequence[Listing], start: int) -> Page:
    """Up to five groups from ``start``, each with what this person may do about it."""
    shown = listings[start : start + ON_A_PAGE]
    if not shown:
        return Page(words("groups.none_open"))
    parts: list[str | Row] = [words("groups.browse_intro")]
    for listing in shown:
        parts.append(_entry(words, listing))
        if not (listing.inside or listing.asked):
            parts.append(Row(AskButton(listing.group.id)))
    if len(listings) > start + ON_A_PAGE:
        parts.append(Row(MoreButton(start + ON_A_PAGE)))
    return Page(*parts)


def _entry(words: Words, listing: Listing) -> str:
    group = listing.group
    entry = words("groups.listing", name=group.name)
    about = words("groups.listing_about", about=group.about) if group.about else ""
    known = "groups.listing_inside" if listing.inside else "groups.listing_asked" if listing.asked else ""
    return "\n".join(part for part in (entry, about, words(known) if known else "") if part)


def consent_of(interaction: Interaction) -> Raw:
    """The consent statement, in the name of the organisation that runs the groups."""
    organisation = interaction.client.services.settings.organisation.name
    return words_of(interaction)("groups.consent_statement", organisation=organisation)


class MoreButton(PersistentButton, template=r"groups-more:(?P<start>\d+)"):
    access = Access.ANYONE
    answers = Answers.NOW
    label = "groups.more_button"

    def __init__(self, start: int) -> None:
        super().__init__(f"groups-more:{start}")
        self.start = start

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        requests = interaction.client.services.groups.requests
        listings = await requests.listings(guild_id=interaction.guild_id, user_id=interaction.user.id)
        await replace(interaction, list_page(words_of(interaction), listings, self.start))


class AskButton(PersistentButton, template=r"groups-ask:(?P<group>\d+)"):
    access = Access.ANYONE
    answers = Answers.NOW
    label = "groups.ask_button"
    style = discord.ButtonStyle.primary

    def __init__(self, group: int) -> None:
        super().__init__(f"groups-ask:{group}")
        self.group = group

    async def press(self, interaction: Interaction) -> None:
        """Show the agreement in full, before anything is asked."""
        assert interaction.guild_id is not None
        services, words = interaction.client.services, words_of(interaction)
        group = await services.groups.requests.may_ask(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id
        )
        agreement = await services.guidelines.current(guild_id=interaction.guild_id, group_id=self.group)
        go_on = Row(GoOnButton(self.group, _mark(agreement.version)))
        async with services.db.read() as tx:
            members = await services.groups.members(tx, interaction.guild_id, self.group)
        intro = words("groups.agreement_intro", name=group.name)
        await answer(interaction, Page(intro, agreement.words, *duties(words, members, inside=False), go_on))


class GoOnButton(PersistentButton, template=r"groups-goon:(?P<group>\d+):(?P<agreement>v\w+)"):
    access = Access.ANYONE
    answers = Answers.FORM
    label = "groups.go_on_button"
    style = discord.ButtonStyle.primary

    def __init__(self, group: int, agreement: str) -> None:
        """``agreement``: the version of what was shown above the button, after a ``v``."""
        super().__init__(f"groups-goon:{group}:{agreement}")
        self.group = group
        self.agreement = agreement

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        services = interaction.client.services
        which = {"guild_id": interaction.guild_id, "group_id": self.group}
        await services.guidelines.same_version(**which, version=self.agreement[1:])
        await services.groups.requests.may_ask(**which, user_id=interaction.user.id)
        consent = consent_of(interaction)
        await AskForm(self.group, self.agreement, _mark(version_of(consent)), statement=consent).open(interaction)


class AskForm(PersistentModal):
    template = re.compile(r"groups-asking:(?P<group>\d+):(?P<agreement>v\w+):(?P<consent>v\w+)")
    access = Access.ANYONE
    title = "groups.ask_title"

    def __init__(self, group: int, agreement: str, consent: str, *, statement: str = "") -> None:
        super().__init__(f"groups-asking:{group}:{agreement}:{consent}")
        self.group = group
        self.agreement = agreement
        self.consent = consent
        self._statement = statement

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        ticks = [discord.CheckboxGroupOption(label=words(f"groups.tick_{tick}_option"), value=tick) for tick in TICKS]
        message = discord.CheckboxGroupOption(label=words("groups.may_message_option"), value="message")
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
            ui.Label[Any](
                text=words("groups.note_label"),
                description=words("groups.note_hint"),
                component=ui.TextInput[Any](
                    custom_id="note", style=discord.TextStyle.paragraph, required=False, max_length=NOTE_LENGTH
                ),
            ),
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
        )
        group = await services.groups.requests.ask(guild_id=interaction.guild_id, asking=asking)
        how = words("groups.answer_by_message" if may_message else "groups.answer_in_inbox")
        await answer(interaction, Page(words("groups.asked", name=group.name), how))


def _mark(version: str) -> str:
    # a version of digits alone would be read as a number
    return f"v{version}"
