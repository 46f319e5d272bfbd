"""What is said when a meeting changes: in the room, to each who had answered, and in what was posted before."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.client import Bot
from bot.cogs.meetings.buttons import answer_row
from bot.cogs.meetings.change_buttons import HoldButton
from bot.cogs.meetings.covering import cover_parts
from bot.cogs.meetings.pages import card_page
from bot.courier import EditWanted
from bot.features.groups import Group
from bot.features.meetings import MeetingState, Occasion, OccasionState
from bot.features.meetings.changes import Told
from bot.features.meetings.changes.telling import CHANGED, NOTICE, STANDING
from bot.inbox.model import Kept, State
from bot.outbox import Errand
from bot.outbox.model import Params
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Page, Row
from bot.ui.texts import instant


class Telling:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._meetings = bot.services.meetings

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(NOTICE, self.notice)
        courier.renders(STANDING, self.standing)
        courier.tells(CHANGED, self.word)

    async def notice(self, errand: Errand) -> Page | None:
        """Neutral, because it can show on a lock screen: no title, no name, nobody called.

        Of a change that was followed by another nothing is said: the other has a notice of its own.
        """
        group = await self._group(errand.guild_id, errand.params)
        if group is None or group.archived:
            return None
        told = Told(str(errand.params["told"]))
        if told is Told.ENDED:
            return Page(*await self._gone(errand.params, group, "meetings.notice_ended"), *_doors(group))
        occasion = await self._as_told(errand.guild_id, errand.params)
        if occasion is None:
            return None
        if told is Told.CANCELLED:
            return Page(*await self._gone(errand.params, group, "meetings.notice_cancelled"), *_doors(group))
        when, ends = instant(occasion.starts_at), instant(occasion.ends_at, "t")
        return Page(self._bot.words(f"meetings.notice_{told}", was=_was(errand.params), when=when, ends=ends))

    async def word(self, word: Kept) -> Page | None:
        """What has become of a meeting that somebody had answered about. A direct message names no group."""
        group = await self._group(word.guild_id, word.params)
        if group is None or group.archived:
            return None
        told = Told(str(word.params["told"]))
        occasion = None if told is Told.ENDED else await self._as_told(word.guild_id, word.params)
        if told is not Told.ENDED and occasion is None:
            return None
        if occasion is None or told is Told.CANCELLED:
            gone = await self._gone(word.params, group, f"meetings.word_{told}")
            return Page(*self._of_group(word, group), *gone, *_help(word))
        when, ends = instant(occasion.starts_at), instant(occasion.ends_at, "t")
        text = self._bot.words(f"meetings.word_{told}", was=_was(word.params), when=when, ends=ends)
        if word.state is State.SENT:
            return Page(text)
        return Page(*self._of_group(word, group), text, answer_row(occasion))

    async def standing(self, errand: Errand) -> EditWanted | None:
        """What was posted about a time of a meeting, with what is so of it now, and nothing to press."""
        params = errand.params
        occasion = await self._spoken_of(errand.guild_id, params)
        words = self._bot.words
        if occasion is None or occasion.called_off:
            page = Page(words("meetings.stands_not"))
            if occasion is not None and params["card"]:
                page = self._card_off(occasion)
        elif not params["card"]:
            page = Page(words("meetings.stands", when=instant(occasion.starts_at)))
        else:
            numbers = await self._meetings.numbers(
                guild_id=errand.guild_id, meeting_id=occasion.meeting.id, day=occasion.day
            )
            page = card_page(words, occasion, numbers, *await cover_parts(self._bot, occasion))
        return EditWanted(channel_id=int(str(params["channel"])), message_id=int(str(params["message"])), page=page)

    def _card_off(self, occasion: Occasion) -> Page:
        """What stands on the desk in place of the numbers; a time that is called off alone can be held after all."""
        told = self._bot.words("meetings.card_off", title=occasion.title, when=instant(occasion.starts_at))
        if occasion.state is not OccasionState.CANCELLED or occasion.starts_at <= self._bot.services.clock():
            return Page(told)
        return Page(told, Row(HoldButton(occasion.group.id, occasion.meeting.id, occasion.day.isoformat())))

    def _of_group(self, word: Kept, group: Group) -> list[str]:
        if word.state is State.SENT:
            return []
        return [self._bot.words("meetings.word_group", name=group.name)]

    async def _gone(self, params: Params, group: Group, key: str) -> list[str]:
        """That a meeting does not take place, why in general words, and when the next one is."""
        words = self._bot.words
        parts: list[str] = [words(key, was=_was(params))]
        if params["reason"]:
            parts.append(words(f"meetings.why_{params['reason']}"))
        now = self._bot.services.clock()
        coming = await self._meetings.coming(guild_id=group.guild_id, group_id=group.id)
        ahead = [occasion for occasion in coming if occasion.starts_at > now]
        if ahead:
            parts.append(words("meetings.notice_next", when=instant(ahead[0].starts_at)))
        return parts

    async def _as_told(self, guild_id: int, params: Params) -> Occasion | None:
        """That time, if nothing was changed of it since."""
        occasion = await self._spoken_of(guild_id, params)
        if occasion is None or occasion.revision != params["revision"]:
            return None
        return None if occasion.meeting.state is MeetingState.CANCELLED else occasion

    async def _spoken_of(self, guild_id: int, params: Params) -> Occasion | None:
        day = date.fromisoformat(str(params["day"]))
        return await self._meetings.spoken_of(guild_id=guild_id, meeting_id=int(str(params["meeting"])), day=day)

    async def _group(self, guild_id: int, params: Params) -> Group | None:
        async with self._bot.services.db.read() as tx:
            return await self._bot.services.groups.group(tx, guild_id, int(str(params["group"])))


def _was(params: Params) -> str:
    return instant(datetime.fromtimestamp(int(str(params["was"])), UTC))


def _doors(group: Group) -> list[Row]:
    return [Row(talk_door(group.id), help_door())]


def _help(word: Kept) -> list[Row]:
    """In a direct message a button of ours would find no server."""
    return [] if word.state is State.SENT else [Row(help_door())]
