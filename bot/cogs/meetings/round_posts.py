"""What the posts and deeds of a round say when they are carried, and the word to a speaker whose time is up."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.meetings.rounds import DoneButton, PassButton, SpeakButton, panel_page
from bot.courier import DeleteWanted, EditWanted
from bot.features.meetings.rounds import Round
from bot.features.meetings.rounds.rounds import TURN_OVER
from bot.features.meetings.rounds.showing import (
    BREATHER,
    CALL,
    CALL_GONE,
    PANEL,
    PANEL_SHOWN,
    ROUND,
    ROUND_SHOWN,
    breather_key,
    call_key,
)
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.outbox.model import Params
from bot.ui.pages import Page, Row
from bot.ui.texts import mention


class RoundPosts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._rounds = bot.services.meetings.rounds

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(ROUND, self.round)
        courier.renders(ROUND_SHOWN, self.round_shown)
        courier.renders(CALL, self.call)
        courier.renders(CALL_GONE, self.call_gone)
        courier.renders(BREATHER, self.breather)
        courier.renders(PANEL, self.panel)
        courier.renders(PANEL_SHOWN, self.panel_shown)
        courier.tells(TURN_OVER, self.turn_over)

    async def round(self, errand: Errand) -> Page | None:
        circle = await self._round(errand.guild_id, errand.params)
        if circle is None:
            return self._if_tried(errand)
        return self._page(circle)

    def _if_tried(self, errand: Errand) -> Page | None:
        """Where it is not known whether an attempt arrived, it has to be looked for, though there is nothing to say any
        more: it may name somebody, and once it is found it is edited or deleted.
        """
        return None if errand.tried_at is None else Page(self._bot.words("meetings.round_moved"))

    async def round_shown(self, errand: Errand) -> EditWanted | None:
        """The message in the room as the round is by now; once it is over, nobody is named in it."""
        place = await self._rounds.message(_round_id(errand.params))
        circle = await self._round(errand.guild_id, errand.params)
        page = Page(self._bot.words("meetings.round_is_over")) if circle is None else self._page(circle)
        return None if place is None else EditWanted(channel_id=place[0], message_id=place[1], page=page)

    def _page(self, circle: Round) -> Page:
        words, seat = self._bot.words, circle.at_turn
        buttons = Row(SpeakButton(circle.group_id, circle.id), PassButton(circle.group_id, circle.id))
        if circle.turn_ends_at is None or seat is None:
            return Page(words("meetings.round_intro"), words("meetings.round_is_paused"), buttons)
        # who comes next is not shown: if they passed before it was their turn, everybody would see it
        return Page(words("meetings.round_intro"), words("meetings.round_now", who=mention(seat.user_id)), buttons)

    async def call(self, errand: Errand) -> Page | None:
        """The one message that calls somebody: only who is at turn, safe on a lock screen, deleted after the turn."""
        circle = await self._round(errand.guild_id, errand.params)
        seat = None if circle is None else circle.at_turn
        if circle is None or seat is None or circle.turn_ends_at is None or call_key(circle) != errand.key:
            return self._if_tried(errand)
        called = self._bot.words("meetings.round_call", who=mention(seat.user_id))
        buttons = Row(SpeakButton(circle.group_id, circle.id), PassButton(circle.group_id, circle.id))
        return Page(called, buttons, mentions=(seat.user_id,))

    async def call_gone(self, errand: Errand) -> DeleteWanted | None:
        place = await self._rounds.posted(str(errand.params["call"]))
        return None if place is None else DeleteWanted(channel_id=place[0], message_id=place[1])

    async def breather(self, errand: Errand) -> Page | None:
        circle = await self._round(errand.guild_id, errand.params)
        if circle is None or circle.turn_ends_at is not None or breather_key(circle) != errand.key:
            return None
        return Page(self._bot.words("meetings.round_breather"))

    async def panel(self, errand: Errand) -> Page | None:
        circle = await self._round(errand.guild_id, errand.params)
        return None if circle is None else panel_page(self._bot.words, circle, self._bot.services.clock())

    async def panel_shown(self, errand: Errand) -> EditWanted | None:
        place = await self._rounds.panel(_round_id(errand.params))
        page = await self.panel(errand) or Page(self._bot.words("meetings.round_panel_over"))
        return None if place is None else EditWanted(channel_id=place[0], message_id=place[1], page=page)

    async def turn_over(self, word: Kept) -> Page | None:
        """Said only while it is still their turn."""
        circle, turn = await self._round(word.guild_id, word.params), int(str(word.params["turn"]))
        seat = None if circle is None else circle.at_turn
        if circle is None or seat is None or circle.turn != turn or seat.user_id != word.user_id:
            return None
        return Page(self._bot.words("meetings.round_time_over"), Row(DoneButton(circle.group_id, circle.id, turn)))

    async def _round(self, guild_id: int, params: Params) -> Round | None:
        return await self._rounds.look(guild_id=guild_id, round_id=_round_id(params))


def _round_id(params: Params) -> int:
    return int(str(params["round"]))
