"""The card by which facilitators answer a request to join: **Welcome in**, **Not now**."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import discord
from discord import ui

from bot.client import Bot, Interaction
from bot.courier import EditWanted
from bot.features.groups import Reason, RequestState
from bot.features.groups.requests import ANSWERED_CARD, CARD
from bot.outbox import Errand
from bot.ui.access import Access, Answers
from bot.ui.answer import say
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
        buttons = Row(WelcomeButton(group.id, request.id), NotNowButton(group.id, request.id))
        return Page(words("groups.card", person=mention(request.user_id), name=group.name), note, buttons)

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
        assert interaction.guild is not None
        requests = interaction.client.services.groups.requests
        which = {"guild_id": interaction.guild.id, "group_id": self.group, "request_id": self.request}
        asked = await requests.open_request(**which)
        if not await is_here(interaction.guild, asked.user_id):
            await requests.close(**which)
            await say(interaction, "groups.person_gone")
            return
        await requests.welcome(**which, actor_id=interaction.user.id)
        await say(interaction, "groups.let_in", person=mention(asked.user_id))


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


async def is_here(guild: discord.Guild, user_id: int) -> bool:
    """Whether this person is in the server now."""
    with suppress(discord.NotFound):
        await guild.fetch_member(user_id)
        return True
    return False
