"""**Flag to facilitators**, in the menu of any message. Nothing visible in the channel changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands, ui

from bot.client import Bot, Interaction
from bot.cogs.cases.places import chosen_group, where_label
from bot.features.cases import Evidence, Reason, Source
from bot.features.cases.model import NOTE_LENGTH, Flagged, Places, Raised
from bot.ui.access import Access, Answers, requires
from bot.ui.answer import answer, words_of
from bot.ui.components import PersistentModal, Typed
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words

NAME = "Flag to facilitators"


def flag_menu() -> app_commands.ContextMenu:
    return app_commands.ContextMenu(name=NAME, callback=flag)


@requires(Access.ANYONE, Answers.FORM)
async def flag(interaction: discord.Interaction[Bot], message: discord.Message) -> None:
    """Ask why. What the menu handed over stays in memory until the form comes back."""
    assert interaction.guild_id is not None
    services, words = interaction.client.services, words_of(interaction)
    places = await services.cases.places(
        guild_id=interaction.guild_id, user_id=interaction.user.id, channel_id=message.channel.id
    )
    if interaction.client.user is not None and message.author.id == interaction.client.user.id:
        group = places.here.id if places.here else 0
        await answer(interaction, Page(words("cases.bot_message"), Row(help_door(), talk_door(group))))
        return
    token = services.cases.handed.keep(Evidence(words=message.content, attachments=len(message.attachments)))
    person = not message.author.bot and message.webhook_id is None
    author = message.author.id if person else 0
    await FlagForm(message.channel.id, message.id, author, token, places=places).open(interaction)


class FlagForm(PersistentModal):
    template = re.compile(r"cases-flag:(?P<channel>\d+):(?P<message>\d+):(?P<author>\d+):(?P<token>k\w+)")
    access = Access.ANYONE
    title = "cases.flag_title"

    def __init__(self, channel: int, message: int, author: int, token: str, *, places: Places | None = None) -> None:
        """``author``: 0 where it is not a person; ``token``: what was handed over is found by it, until a restart."""
        super().__init__(f"cases-flag:{channel}:{message}:{author}:{token}")
        self.flagged = Flagged(channel_id=channel, message_id=message, author_id=author or None)
        self.token = token
        self._places = places

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        options = [
            discord.RadioGroupOption(label=words(f"cases.reason_{reason}_option"), value=reason) for reason in Reason
        ]
        return [
            ui.Label[Any](
                text=words("cases.reason_label"), component=ui.RadioGroup[Any](custom_id="reason", options=options)
            ),
            ui.Label[Any](
                text=words("cases.flag_note_label"),
                description=words("cases.flag_note_hint"),
                component=ui.TextInput[Any](
                    custom_id="note", style=discord.TextStyle.paragraph, required=False, max_length=NOTE_LENGTH
                ),
            ),
            *where_label(words, self._places),
        ]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        cases, words = interaction.client.services.cases, words_of(interaction)
        reason = Reason(typed.text("reason"))
        raised = Raised(
            guild_id=interaction.guild_id,
            reporter_id=interaction.user.id,
            source=Source.FLAG,
            tier=reason.tier,
            group_id=chosen_group(typed),
            flagged=self.flagged,
            reason=reason,
            note=typed.text("note"),
            evidence=cases.handed.take(self.token),
        )
        case = await cases.bring(raised)
        own = self.flagged.author_id == interaction.user.id
        received = words(
            "cases.talk_received" if own else "cases.flag_received",
            who=words(f"cases.who_{case.at}"),
            coverage_line=Raw(words("resources.coverage_none")),
        )
        await answer(interaction, Page(received, Row(help_door())))
