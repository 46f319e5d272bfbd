"""The card by which facilitators answer a request: **Welcome in**, **Not now**, **Offer a place later**."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import discord
from discord import ui

from bot.client import Bot, Interaction
from bot.courier import EditWanted
from bot.features.groups import Reason, Request, RequestState
from bot.features.groups.requests import ANSWERED_CARD, CARD
from bot.outbox import Errand
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton, PersistentModal, Typed
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, mention


class Cards:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        self._bot.courier.renders(CARD, self.card)
        self._bot.courier.renders(ANSWERED_CARD, self.answered)

    async def card(self, errand: Errand) -> Page | None:
        """The request for the facilitators; it shows who asks and calls nobody."""
        found = await self._bot.services.groups.requests.card(errand.guild_id, int(str(errand.params["request"])))
        if found is None or found[0].state is not RequestState.ASKED:
            return None
        request, group = found
        words = self._bot.words
        note = words("groups.card_note", note=request.note) if request.note else words("groups.card_no_note")
        visit = (words("groups.card_visit"),) if request.visit else ()
        which = (group.id, request.id)
        buttons = Row(WelcomeButton(*which), NotNowButton(*which), LaterButton(*which))
        asks = words("groups.card", person=mention(request.user_id), name=group.name)
        return Page(asks, *visit, note, buttons)

    async def answered(self, errand: Errand) -> EditWanted:
        """The card once it is answered: how, and not by whom. Of somebody who is to be forgotten it says nothing."""
        found = await self._bot.services.groups.requests.card(errand.guild_id, int(str(errand.params["request"])))
        assert errand.channel_id is not None
        if found is None or errand.params["erased"]:
            outcome = self._bot.words("groups.card_erased")
        else:
            outcome = self._outcome(found[0].state, found[0].user_id)
        return EditWanted(channel_id=errand.channel_id, message_id=int(str(errand.params["card"])), page=Page(outcome))

    def _outcome(self, state: RequestState, user_id: int) -> str:
        return self._bot.words(f"groups.card_{state}", person=mention(user_id))


class WelcomeButton(PersistentButton, template=r"groups-welcome:(?P<group>\d+):(?P<request>\d+)"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "groups.welcome_in_button"
    style = discord.ButtonStyle.success

    def __init__(self, group: int, request: int) -> None:
        super().__init__(f"groups-welcome:{group}:{request}")
        self.group = group
        self.request = request

    async def press(self, interaction: Interaction) -> None:
        """Let them in; a group that is full by its own measure, or closed to new people, only by a second press."""
        assert interaction.guild_id is not None
        crowd = await interaction.client.services.groups.requests.crowd(
            guild_id=interaction.guild_id, group_id=self.group
        )
        if crowd.packed or not (crowd.full or crowd.closed):
            await welcome(interaction, self.group, self.request, anyway=False)
            return
        words = words_of(interaction)
        warning = (
            words("groups.full_for_facilitator", taken=crowd.taken, capacity=crowd.capacity)
            if crowd.full
            else words("groups.closed_for_facilitator")
        )
        await answer(interaction, Page(warning, Row(WelcomeAnywayButton(self.group, self.request))))


class WelcomeAnywayButton(PersistentButton, template=r"groups-anyway:(?P<group>\d+):(?P<request>\d+)"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "groups.welcome_anyway_button"
    style = discord.ButtonStyle.success

    def __init__(self, group: int, request: int) -> None:
        super().__init__(f"groups-anyway:{group}:{request}")
        self.group = group
        self.request = request

    async def press(self, interaction: Interaction) -> None:
        await welcome(interaction, self.group, self.request, anyway=True)


class LaterButton(PersistentButton, template=r"groups-later:(?P<group>\d+):(?P<request>\d+)"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "groups.later_button"

    def __init__(self, group: int, request: int) -> None:
        super().__init__(f"groups-later:{group}:{request}")
        self.group = group
        self.request = request

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        asked = await still_here(interaction, self.group, self.request)
        if asked is None:
            return
        done = await interaction.client.services.groups.requests.put_off(
            guild_id=interaction.guild_id,
            group_id=self.group,
            request_id=self.request,
            actor_id=interaction.user.id,
        )
        if done.offered:
            await say(interaction, "groups.later_offered")
        else:
            await say(interaction, "groups.later_done", count=done.waiting)


class NotNowButton(PersistentButton, template=r"groups-notnow:(?P<group>\d+):(?P<request>\d+)"):
    access = Access.FACILITATOR
    answers = Answers.FORM
    label = "groups.not_now_button"

    def __init__(self, group: int, request: int) -> None:
        super().__init__(f"groups-notnow:{group}:{request}")
        self.group = group
        self.request = request

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        requests = interaction.client.services.groups.requests
        await requests.open_request(guild_id=interaction.guild_id, group_id=self.group, request_id=self.request)
        await NotNowForm(self.group, self.request).open(interaction)


class NotNowForm(PersistentModal):
    template = re.compile(r"groups-notnow-form:(?P<group>\d+):(?P<request>\d+)")
    access = Access.FACILITATOR
    title = "groups.not_now_title"

    def __init__(self, group: int, request: int) -> None:
        super().__init__(f"groups-notnow-form:{group}:{request}")
        self.group = group
        self.request = request

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        options = [
            discord.RadioGroupOption(label=words(f"groups.reason_{reason}_option"), value=reason) for reason in Reason
        ]
        choice = ui.RadioGroup[Any](custom_id="reason", options=options)
        return [
            ui.TextDisplay[Any](words("groups.not_now_intro")),
            ui.Label[Any](text=words("groups.reason_label"), component=choice),
        ]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.groups.requests.decline(
            guild_id=interaction.guild_id,
            group_id=self.group,
            request_id=self.request,
            actor_id=interaction.user.id,
            reason=Reason(typed.text("reason")),
        )
        await say(interaction, "groups.declined_done")


async def still_here(interaction: Interaction, group_id: int, request_id: int) -> Request | None:
    """The request that is to be answered; None if who asked has left the server, and the facilitator was told."""
    assert interaction.guild is not None
    requests = interaction.client.services.groups.requests
    which = {"guild_id": interaction.guild.id, "group_id": group_id, "request_id": request_id}
    asked = await requests.open_request(**which)
    if await is_here(interaction.guild, asked.user_id):
        return asked
    await requests.close(**which)
    await say(interaction, "groups.person_gone")
    return None


async def welcome(interaction: Interaction, group_id: int, request_id: int, *, anyway: bool) -> None:
    """Let the person in who asked. ``anyway``: the facilitator knows that the group is full."""
    assert interaction.guild_id is not None
    asked = await still_here(interaction, group_id, request_id)
    if asked is None:
        return
    await interaction.client.services.groups.requests.welcome(
        guild_id=interaction.guild_id,
        group_id=group_id,
        request_id=request_id,
        actor_id=interaction.user.id,
        anyway=anyway,
    )
    done = "groups.let_in_visitor" if asked.visit else "groups.let_in"
    await say(interaction, done, person=mention(asked.user_id))


async def is_here(guild: discord.Guild, user_id: int) -> bool:
    """Whether this person is in the server now."""
    with suppress(discord.NotFound):
        await guild.fetch_member(user_id)
        return True
    return False
