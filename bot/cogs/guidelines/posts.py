"""What the posts and deeds of the agreement say when they are carried, and the word to one whose place has ended."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.client import Bot
from bot.cogs.guidelines.agreeing import AgreeButton
from bot.cogs.guidelines.editing import EditButton, PostAgainButton
from bot.core.errors import NotFound
from bot.courier import DeleteWanted, EditWanted, PinWanted
from bot.features.guidelines.asking import CARD, COUNTED, ENDED
from bot.features.guidelines.posting import LONG, NOTICE, PIN, POST, REMOVE
from bot.features.guidelines.reminding import REMINDER
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Link, Page, Row
from bot.ui.texts import instant


class Posts:
    """Says what the agreement's posts and deeds are when they are carried."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._guidelines = bot.services.guidelines

    def register(self) -> None:
        self._bot.courier.renders(POST, self.post)
        self._bot.courier.renders(PIN, self.pin)
        self._bot.courier.renders(REMOVE, self.remove)
        self._bot.courier.renders(CARD, self.card)
        self._bot.courier.renders(COUNTED, self.counted)
        self._bot.courier.renders(NOTICE, self.notice)
        self._bot.courier.renders(REMINDER, self.reminder)
        self._bot.courier.tells(ENDED, self.ended)

    async def post(self, errand: Errand) -> Page | None:
        posted = await self._guidelines.posted(errand.guild_id, _post_id(errand))
        if posted is None:
            return None
        doors = (talk_door(posted.group_id), help_door())
        agreement = posted.words or self._guidelines.house
        if posted.agree_by is None:
            return Page(agreement, Row(*doors))
        changed = self._bot.words("guidelines.changed", by=instant(posted.agree_by, "D"))
        agree = AgreeButton(posted.group_id, f"v{posted.version}")
        return Page(changed, agreement, Row(agree, *doors))

    async def pin(self, errand: Errand) -> PinWanted | None:
        posted = await self._guidelines.posted(errand.guild_id, _post_id(errand))
        if posted is None or posted.message_id is None:
            return None
        standing = bool(errand.params.get("standing"))
        return PinWanted(channel_id=posted.channel_id, message_id=posted.message_id, standing=standing)

    async def remove(self, errand: Errand) -> DeleteWanted | None:
        posted = await self._guidelines.posted(errand.guild_id, _post_id(errand))
        if posted is None or posted.message_id is None:
            return None
        return DeleteWanted(channel_id=posted.channel_id, message_id=posted.message_id)

    async def card(self, errand: Errand) -> Page | None:
        """How many have agreed, for the desk."""
        numbers = await self._guidelines.asking.numbers(guild_id=errand.guild_id, group_id=_group_id(errand))
        if numbers is None:
            return None
        by = instant(numbers.agree_by, "D")
        return Page(self._bot.words("guidelines.card", agreed=numbers.agreed, members=numbers.members, by=by))

    async def counted(self, errand: Errand) -> EditWanted | None:
        page = await self.card(errand)
        place = await self._guidelines.asking.card(guild_id=errand.guild_id, group_id=_group_id(errand))
        if page is None or place is None:
            return None
        return EditWanted(channel_id=place[0], message_id=place[1], page=page)

    async def notice(self, errand: Errand) -> Page | None:
        """To the facilitators: what is wrong with the posted agreement, and the button that mends it."""
        group_id, about = _group_id(errand), str(errand.params["about"])
        try:
            preview = await self._guidelines.preview(guild_id=errand.guild_id, group_id=group_id)
        except NotFound:
            return None
        if not (preview.left_out if about == LONG else not preview.posted):
            return None
        again = PostAgainButton(group_id, f"v{preview.agreement.version}", preview.number)
        return Page(
            self._bot.words(f"guidelines.trouble_{about}"), Row(EditButton(group_id) if about == LONG else again)
        )

    async def reminder(self, errand: Errand) -> Page:
        """The short form, with the way to the whole."""
        standing = await self._guidelines.standing(errand.guild_id, _group_id(errand))
        doors: list[Any] = [talk_door(_group_id(errand)), help_door()]
        if standing is not None:
            address = f"https://discord.com/channels/{errand.guild_id}/{standing.channel_id}/{standing.message_id}"
            label = self._bot.words("guidelines.whole_button")
            whole: Link = ui.Button[Any](style=discord.ButtonStyle.link, label=label, url=address)
            doors.insert(0, whole)
        return Page(self._bot.words("guidelines.reminder"), self._guidelines.short, Row(*doors))

    async def ended(self, word: Kept) -> Page | None:
        async with self._bot.services.db.read() as tx:
            group = await self._bot.services.groups.group(tx, word.guild_id, int(str(word.params["group"])))
        return None if group is None else Page(self._bot.words("guidelines.ended", name=group.name))


def _post_id(errand: Errand) -> int:
    return int(str(errand.params["post"]))


def _group_id(errand: Errand) -> int:
    return int(str(errand.params["group"]))
