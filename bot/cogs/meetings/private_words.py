"""What is said to one person about a meeting: that it starts, that they have a place, why they find it in the inbox."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.meetings.buttons import answer_button
from bot.features.meetings import Choice
from bot.features.meetings.answers.answering import PLACE
from bot.features.meetings.private.reminding import CLOSED, PRIVATE
from bot.inbox import State
from bot.inbox.model import Kept
from bot.ui.pages import Page, Row
from bot.ui.texts import instant


class PrivateWords:
    """What is said to one person; by direct message it names no group and no title."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._meetings = bot.services.meetings

    def register(self) -> None:
        courier = self._bot.courier
        courier.tells(PRIVATE, self.reminder)
        courier.tells(CLOSED, self.closed)
        courier.tells(PLACE, self.place)

    async def reminder(self, word: Kept) -> Page | None:
        occasions = await self._meetings.private.said(guild_id=word.guild_id, params=word.params)
        if not occasions:
            return None
        starts = [
            self._bot.words("meetings.private_reminder", relative_time=instant(one.starts_at, "R")) for one in occasions
        ]
        return Page(*starts, self._bot.words("meetings.private_how"))

    async def closed(self, word: Kept) -> Page | None:
        return Page(self._bot.words("meetings.private_closed"))

    async def place(self, word: Kept) -> Page | None:
        occasion = await self._meetings.answering.place(
            guild_id=word.guild_id, user_id=word.user_id, params=word.params
        )
        if occasion is None:
            return None
        words, relative = self._bot.words, instant(occasion.starts_at, "R")
        if word.state is State.SENT:
            return Page(words("meetings.place_free_message", relative_time=relative))
        told = words("meetings.place_free", title=occasion.title, when=instant(occasion.starts_at), relative=relative)
        return Page(told, Row(answer_button(occasion, Choice.AWAY)))
