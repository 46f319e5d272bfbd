"""**Talk to a facilitator** and `/support`: asking for somebody, with or without a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.client import Interaction
from bot.cogs.cases.places import chosen_group, where_label
from bot.core.errors import UserError
from bot.features.cases import About, Case, Source, Urgency
from bot.features.cases.model import NOTE_LENGTH, Flagged, Places, Raised
from bot.ui.access import Access, Answers, requires
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton, PersistentModal, Typed
from bot.ui.doors import TALK, help_door
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words

LINK = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(?P<guild>\d+)/(?P<channel>\d+)/(?P<message>\d+)")
WITH_NAME = "with"


class Support(commands.Cog):
    @app_commands.command(name="support")
    @requires(Access.ANYONE, Answers.FORM)
    async def support(self, interaction: Interaction, message: str | None = None) -> None:
        channel_id, message_id = (0, 0) if message is None else _linked(interaction, message)
        await open_form(interaction, channel_id=channel_id, message_id=message_id)


class TalkButton(PersistentButton, template=TALK + r":(?P<about>\d+)"):
    access = Access.ANYONE
    answers = Answers.FORM
    label = "cases.talk_button"
    style = discord.ButtonStyle.primary

    def __init__(self, about: int) -> None:
        """``about``: the group whose facilitators are meant; 0 where the person chooses."""
        super().__init__(f"{TALK}:{about}")
        self.about = about

    async def press(self, interaction: Interaction) -> None:
        await open_form(interaction, group_id=self.about)


class NameButton(PersistentButton, template=r"cases-name:(?P<case>\d+)"):
    access = Access.ANYONE
    answers = Answers.LATER
    label = "cases.name_button"

    def __init__(self, case: int) -> None:
        super().__init__(f"cases-name:{case}")
        self.case = case

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        given = await interaction.client.services.cases.give_name(
            guild_id=interaction.guild_id, case_id=self.case, user_id=interaction.user.id
        )
        await say(interaction, "cases.named" if given else "cases.named_already")


class TalkForm(PersistentModal):
    template = re.compile(r"cases-talking:(?P<group_of_room>\d+):(?P<channel>\d+):(?P<message>\d+)")
    access = Access.ANYONE
    title = "cases.talk_title"

    def __init__(self, group_of_room: int, channel: int, message: int, *, places: Places | None = None) -> None:
        """All 0 where there is none; ``channel`` and ``message`` are of a message that was pointed to."""
        super().__init__(f"cases-talking:{group_of_room}:{channel}:{message}")
        self.group_of_room = group_of_room
        self.channel = channel
        self.message = message
        self._places = places

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        where = where_label(words, self._places)
        return [
            *(where or [ui.TextDisplay[Any](words("cases.talk_intro"))]),
            _radio(words, "urgency", list(Urgency)),
            _radio(words, "name", [WITH_NAME, "without"], hint="cases.name_hint"),
            _radio(words, "about", list(About), hint="cases.about_hint"),
            ui.Label[Any](
                text=words("cases.note_label"),
                component=ui.TextInput[Any](
                    custom_id="note", style=discord.TextStyle.paragraph, required=False, max_length=NOTE_LENGTH
                ),
            ),
        ]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        urgency, named = Urgency(typed.text("urgency")), typed.text("name") == WITH_NAME
        flagged = await self._flagged(interaction) if self.message else None
        raised = Raised(
            guild_id=interaction.guild_id,
            reporter_id=interaction.user.id,
            source=Source.FLAG if flagged else Source.TALK,
            tier=urgency.tier,
            group_id=self.group_of_room or chosen_group(typed),
            flagged=flagged,
            about=About(typed.text("about")),
            named=named,
            note=typed.text("note"),
        )
        case = await interaction.client.services.cases.bring(raised)
        await answer(interaction, _received(words_of(interaction), case, urgency, named=named))

    async def _flagged(self, interaction: Interaction) -> Flagged:
        author_id = await _author(interaction, self.channel, self.message)
        return Flagged(channel_id=self.channel, message_id=self.message, author_id=author_id)


async def open_form(interaction: Interaction, *, group_id: int = 0, channel_id: int = 0, message_id: int = 0) -> None:
    """``group_id``: whose facilitators are meant, if that is known."""
    assert interaction.guild_id is not None
    places = None
    if not group_id:
        places = await interaction.client.services.cases.places(
            guild_id=interaction.guild_id,
            user_id=interaction.user.id,
            channel_id=channel_id or interaction.channel_id,
        )
        group_id = places.here.id if places.here else 0
    await TalkForm(group_id, channel_id, message_id, places=places).open(interaction)


def _radio(words: Words, field: str, values: Sequence[str], *, hint: str | None = None) -> ui.Label[Any]:
    options = [discord.RadioGroupOption(label=words(f"cases.{field}_{value}_option"), value=value) for value in values]
    return ui.Label[Any](
        text=words(f"cases.{field}_label"),
        description=words(hint) if hint else None,
        component=ui.RadioGroup[Any](custom_id=field, options=options),
    )


def _received(words: Words, case: Case, urgency: Urgency, *, named: bool) -> Page:
    """What was done with it, and where help is: that first, for somebody who might act on thoughts of suicide."""
    coverage, who = Raw(words("resources.coverage_none")), words(f"cases.who_{case.at}")
    received = words("cases.talk_received", who=who, coverage_line=coverage)
    if urgency is not Urgency.MIGHT_ACT:
        return Page(received, *(() if named else (words("cases.nameless"),)), Row(help_door()))
    first = (words("cases.help_first"), Row(help_door()), received)
    return Page(*first) if named else Page(*first, words("cases.ask_name"), Row(NameButton(case.id)))


def _linked(interaction: Interaction, link: str) -> tuple[int, int]:
    found = LINK.fullmatch(link.strip().strip("<>"))
    if found is None or int(found["guild"]) != interaction.guild_id:
        raise UserError("cases.link_wrong")
    return int(found["channel"]), int(found["message"])


async def _author(interaction: Interaction, channel_id: int, message_id: int) -> int | None:
    """Whose message that is, so that they are not asked about themselves. Nothing else of it is looked at."""
    assert interaction.guild is not None
    if interaction.guild.get_channel_or_thread(channel_id) is None:
        return None
    with suppress(discord.HTTPException):
        message = await interaction.client.http.get_message(channel_id, message_id)
        return None if message["author"].get("bot") else int(message["author"]["id"])
    return None
