"""Words to people who asked, and to those who keep a group, when no interaction of theirs is open."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.client import Bot
from bot.cogs.groups.closing import BringBackButton
from bot.features.groups import Group, Place
from bot.features.groups.closing.archive import NEWS_ARCHIVED
from bot.features.groups.departures import PLACE_ENDED, REQUEST_ENDED
from bot.features.groups.desk import TROUBLE
from bot.features.groups.requests import DECLINED, UNANSWERED
from bot.features.groups.rooms import WELCOMED
from bot.inbox.model import Kept, State
from bot.outbox import Errand
from bot.outbox.model import Params
from bot.ui.pages import Link, Page, Row
from bot.ui.texts import Raw, mention

FAILED = ("groups.access_failed", "groups.leaving_failed", "groups.card_failed")


class Telling:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(TROUBLE, self.trouble_post)
        courier.tells(TROUBLE, self.trouble_word)
        courier.tells(WELCOMED, self.welcomed)
        courier.tells(DECLINED, self.declined)
        for kind in (*FAILED, UNANSWERED, PLACE_ENDED, REQUEST_ENDED):
            courier.tells(kind, self.about_group)

    async def welcomed(self, word: Kept) -> Page | None:
        """The door is open. A direct message names no group: it can show on a lock screen."""
        group = await self._group(word.guild_id, word.params)
        if group is None or group.room_id is None or not await self._inside(group, word.user_id):
            return None
        words = self._bot.words
        address = f"https://discord.com/channels/{word.guild_id}/{group.room_id}"
        door: Link = ui.Button[Any](style=discord.ButtonStyle.link, label=words("groups.door_button"), url=address)
        if word.state is State.SENT:
            return Page(words("groups.welcomed_message"), Row(door))
        names = Raw(", ".join([mention(user_id) for user_id in await self._facilitators(group)]))
        return Page(words("groups.welcome", group_name=group.name, facilitator_names=names), Row(door))

    async def declined(self, word: Kept) -> Page | None:
        group = await self._group(word.guild_id, word.params)
        words = self._bot.words
        reason = words(f"groups.declined_{word.params['reason']}")
        if group is None or word.state is State.SENT:
            return Page(words("groups.declined_message", reason=reason))
        return Page(words("groups.declined", name=group.name, reason=reason))

    async def about_group(self, word: Kept) -> Page | None:
        group = await self._group(word.guild_id, word.params)
        if group is None or word.state is State.SENT:
            return Page(self._bot.words(f"{word.kind}_message"))
        return Page(self._bot.words(word.kind, name=group.name))

    async def trouble_post(self, errand: Errand) -> Page | None:
        """On the desk: what could not be done, for whom, why, and what to do about it."""
        return await self._trouble(errand.guild_id, errand.params)

    async def trouble_word(self, word: Kept) -> Page | None:
        """To the lead, where the desk cannot be reached."""
        return await self._trouble(word.guild_id, word.params)

    async def _trouble(self, guild_id: int, params: Params) -> Page | None:
        group = await self._group(guild_id, params)
        if group is None:
            return None
        words = self._bot.words
        if params["problem"] is None:
            return await self._news(group, str(params["about"]))
        person = Raw(mention(int(str(params["user"])))) if params["user"] else words("groups.somebody")
        why = words(f"setup.problem_{params['problem']}")
        return Page(
            words("groups.trouble_intro", name=group.name),
            words(str(params["about"]), person=person),
            why,
            words("groups.trouble_mend"),
        )

    async def _news(self, group: Group, about: str) -> Page:
        """What the lead is to know, though nothing went wrong."""
        people = Raw(", ".join([mention(user_id) for user_id in await self._facilitators(group)]) or "-")
        told = self._bot.words(about, people=people)
        back = (Row(BringBackButton(group.id)),) if about == NEWS_ARCHIVED else ()
        return Page(self._bot.words("groups.notice_intro", name=group.name), told, *back)

    async def _group(self, guild_id: int, params: Params) -> Group | None:
        async with self._bot.services.db.read() as tx:
            return await self._bot.services.groups.group(tx, guild_id, int(str(params["group"])))

    async def _inside(self, group: Group, user_id: int) -> bool:
        entry = await self._bot.services.groups.entry(
            guild_id=group.guild_id, group_id=group.id, user_id=user_id, place=Place.ROOM
        )
        return entry is not None and entry.role is not None

    async def _facilitators(self, group: Group) -> list[int]:
        async with self._bot.services.db.read() as tx:
            members = await self._bot.services.groups.members(tx, group.guild_id, group.id)
        return [member.user_id for member in members if member.facilitates]
