"""What the posts and deeds of meetings say when they are carried, and the word to the lead if one cannot be."""

from __future__ import annotations

from datetime import date

from bot.client import Bot
from bot.cogs.meetings.buttons import answer_row
from bot.cogs.meetings.covering import cover_parts
from bot.cogs.meetings.pages import card_page
from bot.cogs.meetings.private import RemindButton
from bot.courier import EditWanted
from bot.features.meetings import Occasion
from bot.features.meetings.reminders import CARD, COUNTED, REMINDER, UNDELIVERED, reminder_key
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.outbox.model import Params
from bot.ui.pages import Page, Row
from bot.ui.texts import channel, instant


class Posts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._meetings = bot.services.meetings

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(REMINDER, self.reminder)
        courier.renders(CARD, self.card)
        courier.renders(COUNTED, self.counted)
        courier.renders(UNDELIVERED, self.undelivered)
        courier.tells(UNDELIVERED, self.undelivered_word)

    async def reminder(self, errand: Errand) -> Page | None:
        """Neutral, because it can show on a lock screen: no title, no name, nobody called."""
        occasion = await self._occasion(errand)
        # of a reminder that was overtaken by a change, the new one speaks
        if occasion is None or errand.key != reminder_key(occasion, str(errand.params["before"])):
            return None
        text = self._bot.words("meetings.reminder", relative_time=instant(occasion.starts_at, "R"))
        return Page(text, answer_row(occasion), Row(RemindButton(occasion.group.id)))

    async def card(self, errand: Errand) -> Page | None:
        """The numbers, for the facilitators; none once the meeting has ended and the answers are gone."""
        occasion = await self._occasion(errand)
        if occasion is None or occasion.ends_at <= self._bot.services.clock():
            return None
        numbers = await self._meetings.numbers(
            guild_id=errand.guild_id, meeting_id=occasion.meeting.id, day=occasion.day
        )
        return card_page(self._bot.words, occasion, numbers, *await cover_parts(self._bot, occasion))

    async def counted(self, errand: Errand) -> EditWanted | None:
        """The card with what the numbers are by now."""
        page = await self.card(errand)
        place = await self._meetings.card(
            guild_id=errand.guild_id, meeting_id=_meeting_id(errand.params), day=_day(errand.params)
        )
        if page is None or place is None:
            return None
        return EditWanted(channel_id=place[0], message_id=place[1], page=page)

    async def undelivered(self, errand: Errand) -> Page | None:
        return await self._undelivered(errand.guild_id, errand.params)

    async def undelivered_word(self, word: Kept) -> Page | None:
        return await self._undelivered(word.guild_id, word.params)

    async def _undelivered(self, guild_id: int, params: Params) -> Page | None:
        """Which reminder did not go out, why, and what to do about it."""
        occasion = await self._meetings.spoken_of(guild_id=guild_id, meeting_id=_meeting_id(params), day=_day(params))
        if occasion is None:
            return None
        words, group = self._bot.words, occasion.group
        told = words("meetings.undelivered", title=occasion.title, name=group.name, when=instant(occasion.starts_at))
        why = f"meetings.undelivered_{params['problem']}"
        room = channel(group.room_id) if group.room_id is not None else words("meetings.the_room")
        reason = words(why if words.has(why) else "meetings.undelivered_refused", room=room)
        if occasion.starts_at <= self._bot.services.clock():
            return Page(told, reason)
        return Page(told, reason, words("meetings.undelivered_ask"))

    async def _occasion(self, errand: Errand) -> Occasion | None:
        return await self._meetings.occasion(
            guild_id=errand.guild_id, meeting_id=_meeting_id(errand.params), day=_day(errand.params)
        )


def _meeting_id(params: Params) -> int:
    return int(str(params["meeting"]))


def _day(params: Params) -> date:
    return date.fromisoformat(str(params["day"]))
