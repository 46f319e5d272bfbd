"""Words to people who asked, and to those who keep a group, when no interaction of theirs is open."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.client import Bot
from bot.cogs.groups.browsing import LookButton
from bot.cogs.groups.closing import BringBackButton
from bot.cogs.groups.leaving import GoButton
from bot.cogs.groups.visiting import StayButton
from bot.features.groups import Group, Member, Place, Role
from bot.features.groups.closing.archive import NEWS_ARCHIVED
from bot.features.groups.departures import PLACE_ENDED, REQUEST_ENDED
from bot.features.groups.desk import TROUBLE
from bot.features.groups.places.places import CLOSED, OFFER_OVER, WAITING_OVER
from bot.features.groups.places.visits import OVER, VISITED
from bot.features.groups.requests import DECLINED, UNANSWERED
from bot.features.groups.rooms import WELCOMED
from bot.inbox.model import Kept, State
from bot.outbox import Errand
from bot.outbox.model import Params
from bot.ui.duty import duties
from bot.ui.pages import Link, Page, Row
from bot.ui.texts import Raw, instant, mention

FAILED = ("groups.access_failed", "groups.leaving_failed", "groups.card_failed")
PLAIN = (UNANSWERED, PLACE_ENDED, REQUEST_ENDED, OFFER_OVER, WAITING_OVER, CLOSED, OVER)
"""What there is nothing to do about."""


class Telling:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(TROUBLE, self.trouble_post)
        courier.tells(TROUBLE, self.trouble_word)
        courier.tells(WELCOMED, self.welcomed)
        courier.tells(DECLINED, self.declined)
        courier.tells(VISITED, self.visited)
        for kind in (*FAILED, *PLAIN):
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
        people = await self._people(group)
        names = _facilitators(people)
        visit = [member for member in people if member.user_id == word.user_id and member.role is Role.VISITOR]
        return Page(
            words("groups.welcome", group_name=group.name, facilitator_names=names),
            *await self._next_meeting(group),
            *duties(words, people, inside=True),
            *(words("groups.welcome_visit", visits=self._bot.services.groups.visits.most) for _ in visit),
            Row(door, *(StayButton(group.id) for _ in visit)),
        )

    async def _next_meeting(self, group: Group) -> list[str]:
        coming = await self._bot.services.meetings.coming(guild_id=group.guild_id, group_id=group.id)
        return [
            self._bot.words("groups.welcome_meets", when=instant(first.starts_at), minutes=first.meeting.minutes)
            for first in coming[:1]
        ]

    async def visited(self, word: Kept) -> Page | None:
        """Whether this is the right group for them, asked after each meeting; an older question is not asked again."""
        group = await self._group(word.guild_id, word.params)
        visits = self._bot.services.groups.visits
        visitor = None if group is None else await visits.visitor(group, word.user_id)
        if group is None or visitor is None or visitor.visit_ends_at is None:
            return None
        if visitor.visits != word.params["visits"]:
            return None
        words, until = self._bot.words, instant(visitor.visit_ends_at)
        if word.state is State.SENT:
            return Page(words("groups.visited_message", until=until))
        left = visits.most - visitor.visits
        how = words("groups.visits_left", count=left) if left > 0 else words("groups.visits_used")
        buttons = Row(StayButton(group.id), LookButton(), GoButton(group.id))
        return Page(
            words("groups.visited", name=group.name), words("groups.visited_until", how=how, until=until), buttons
        )

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
        told = self._bot.words(about, people=_facilitators(await self._people(group)))
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

    async def _people(self, group: Group) -> list[Member]:
        async with self._bot.services.db.read() as tx:
            return await self._bot.services.groups.members(tx, group.guild_id, group.id)


def _facilitators(people: list[Member]) -> Raw:
    return Raw(", ".join(mention(member.user_id) for member in people if member.facilitates) or "-")
