"""Breaks and the archive: what is asked first, and what is said in the room, on the desk and to each one."""

from __future__ import annotations

from datetime import date

import discord

from bot.client import Bot, Interaction
from bot.courier import RoomGoneWanted
from bot.features.groups import Group, GroupState
from bot.features.groups.closing.archive import ARCHIVED_CARD, BACK, ENDED, ROOM_GONE
from bot.features.groups.closing.breaks import BREAK_BEGINS, BREAK_OVER
from bot.features.groups.model import ARCHIVE_LASTS
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.ui.access import Access, Answers
from bot.ui.answer import say
from bot.ui.components import GroupButton, PersistentButton
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, channel, day_words, instant

KEEPERS = Access.FACILITATOR | Access.LEAD
NO_DAY = "open"
"""In a custom id: no last day is set."""


def break_page(words: Words, group: Group, until: date | None) -> Page:
    """What a break is, before it begins."""
    length = words("groups.break_until", day=day_words(words, until)) if until else words("groups.break_open")
    button = BreakButton(group.id, until.isoformat() if until else NO_DAY)
    return Page(words("groups.break_confirm", name=group.name), length, Row(button))


def resume_page(words: Words, group: Group) -> Page:
    return Page(words("groups.break_confirm_over", name=group.name), Row(ResumeButton(group.id)))


def archive_page(words: Words, group: Group) -> Page:
    return Page(words("groups.archive_confirm", name=group.name), Row(ArchiveButton(group.id)))


class BreakButton(PersistentButton, template=r"groups-break:(?P<group>\d+):(?P<day>open|\d{4}-\d{2}-\d{2})"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "groups.break_button"

    def __init__(self, group: int, day: str) -> None:
        """``day``: the last of the break, if one is set."""
        super().__init__(f"groups-break:{group}:{day}")
        self.group = group
        self.day = day

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.groups.breaks.begin(
            guild_id=interaction.guild_id,
            group_id=self.group,
            actor_id=interaction.user.id,
            until=None if self.day == NO_DAY else date.fromisoformat(self.day),
        )
        await say(interaction, "groups.break_begun", name=group.name)


class ResumeButton(GroupButton, named="groups-resume"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "groups.resume_button"

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.groups.breaks.end(
            guild_id=interaction.guild_id, group_id=self.group, actor_id=interaction.user.id
        )
        await say(interaction, "groups.break_ended", name=group.name)


class ArchiveButton(GroupButton, named="groups-archive"):
    access = KEEPERS
    answers = Answers.LATER
    label = "groups.archive_button"
    style = discord.ButtonStyle.danger

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.groups.archive.archive(
            guild_id=interaction.guild_id, group_id=self.group, actor_id=interaction.user.id
        )
        await say(interaction, "groups.archived", name=group.name)


class BringBackButton(GroupButton, named="groups-bringback"):
    access = KEEPERS
    answers = Answers.LATER
    label = "groups.bring_back_button"
    ended = True

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.groups.archive.bring_back(
            guild_id=interaction.guild_id, group_id=self.group, actor_id=interaction.user.id
        )
        await say(interaction, "groups.brought_back", name=group.name)


class Closing:
    """Says what the posts, deeds and words of breaks and archives are when they are carried."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(BREAK_BEGINS, self.break_begins)
        courier.renders(BREAK_OVER, self.break_over)
        courier.renders(ARCHIVED_CARD, self.archived_card)
        courier.renders(ROOM_GONE, self.room_gone)
        courier.tells(ENDED, self.ended)
        courier.tells(BACK, self.back)

    async def break_begins(self, errand: Errand) -> Page | None:
        """Neutral, because it can show on a lock screen."""
        group = await self._group(errand)
        if group is None or group.state is not GroupState.PAUSED:
            return None
        words, until = self._bot.words, group.paused_until
        length = words("groups.break_until", day=day_words(words, until)) if until else words("groups.break_open")
        return Page(words("groups.break_begins"), length, Row(talk_door(group.id), help_door()))

    async def break_over(self, errand: Errand) -> Page | None:
        group = await self._group(errand)
        if group is None or group.state is not GroupState.OPEN:
            return None
        words, doors = self._bot.words, Row(talk_door(group.id), help_door())
        coming = await self._bot.services.meetings.coming(guild_id=group.guild_id, group_id=group.id)
        if not coming:
            return Page(words("groups.break_over"), doors)
        return Page(words("groups.break_over"), words("groups.break_next", when=instant(coming[0].starts_at)), doors)

    async def archived_card(self, errand: Errand) -> Page | None:
        group = await self._group(errand)
        if group is None or group.archived_from is None or group.archived_at is None:
            return None
        until = instant(group.archived_at + ARCHIVE_LASTS)
        return Page(self._bot.words("groups.archived_card", until=until), Row(BringBackButton(group.id)))

    async def room_gone(self, errand: Errand) -> RoomGoneWanted | None:
        group = await self._group(errand)
        if group is None or not group.archived or group.archived_from is not None or errand.channel_id is None:
            return None
        return RoomGoneWanted(channel_id=errand.channel_id)

    async def ended(self, word: Kept) -> Page | None:
        group = await self._group(word)
        if group is None or not group.archived:
            return None
        return Page(self._bot.words("groups.ended", name=group.name), Row(help_door()))

    async def back(self, word: Kept) -> Page | None:
        group = await self._group(word)
        if group is None or group.archived or group.room_id is None:
            return None
        return Page(self._bot.words("groups.back", name=group.name, room=channel(group.room_id)))

    async def _group(self, about: Errand | Kept) -> Group | None:
        async with self._bot.services.db.read() as tx:
            return await self._bot.services.groups.group(tx, about.guild_id, int(str(about.params["group"])))
