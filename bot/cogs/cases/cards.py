"""The cards by which people are called for a case, and the words to those who cannot be called by one.

A card says that something is to be seen to and how soon. It can show on a lock screen, so it holds nothing of what was
written, nobody's name but theirs who are called, and the group by its code.
"""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.client import Bot
from bot.cogs.cases.seeing import message_link, taking
from bot.courier import EditWanted
from bot.features.cases import CaseState, Rung
from bot.features.cases.ladder import CALLED, CARD, NUDGE, OLD, STATUS, UNREACHED
from bot.features.cases.model import View
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.ui.doors import help_door
from bot.ui.pages import Link, Page, Row
from bot.ui.texts import Raw, Words, instant, mention


class Cards:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(CARD, self.card)
        courier.renders(STATUS, self.status)
        courier.renders(OLD, self.old)
        courier.renders(NUDGE, self.nudge)
        courier.tells(CALLED, self.called)
        courier.tells(UNREACHED, self.unreached)

    async def card(self, errand: Errand) -> Page | None:
        """A new message, for the people of this rung and nobody else."""
        view = await self._view(errand.guild_id, errand.params["case"])
        if view is None or not view.case.open:
            return None
        words, rung = self._bot.words, Rung(str(errand.params["rung"]))
        people = view.reach.people(rung)
        if rung is Rung.LEAD and errand.params["again"]:
            people = (view.reach.server.lead_id, view.reach.server.backup_id)
        notes = [words(f"cases.card_{what}") for what in ("late", "again") if errand.params[what]]
        called = words("cases.card_for", people=Raw(" ".join(map(mention, people))))
        return Page(called, *card_parts(words, view, notes=notes), mentions=people)

    async def status(self, errand: Errand) -> EditWanted | None:
        """How it stands now, on a card that was posted before."""
        view = await self._view(errand.guild_id, errand.params["case"])
        channel_id = errand.channel_id
        if view is None or channel_id is None or channel_id not in view.case.cards:
            return None
        words = self._bot.words
        group = view.reach.group
        if group is not None and channel_id == group.desk_id and Rung.DESK not in view.reach.rungs:
            # somebody at this desk has turned out to be concerned: it is not for this desk any more
            page = Page(words("cases.card_gone"))
            return EditWanted(channel_id=channel_id, message_id=view.case.cards[channel_id], page=page)
        passed_on = view.case.open and channel_id == view.reach.channel(Rung.DESK) and view.case.at is not Rung.DESK
        notes = [words("cases.card_passed_on"), *self._lead_card(view)] if passed_on else []
        return EditWanted(
            channel_id=channel_id,
            message_id=view.case.cards[channel_id],
            page=Page(*card_parts(words, view, notes=notes)),
        )

    async def old(self, errand: Errand) -> EditWanted | None:
        """A card that was not answered points to the one that came after it in its channel."""
        view = await self._view(errand.guild_id, errand.params["case"])
        channel_id = errand.channel_id
        if view is None or channel_id is None or channel_id not in view.case.cards:
            return None
        address = _address(errand.guild_id, channel_id, view.case.cards[channel_id])
        page = Page(self._bot.words("cases.card_old", address=address))
        return EditWanted(channel_id=channel_id, message_id=int(str(errand.params["message"])), page=page)

    async def nudge(self, errand: Errand) -> Page | None:
        view = await self._view(errand.guild_id, errand.params["case"])
        if view is None or not view.case.open:
            return None
        words = self._bot.words
        address = f"https://discord.com/channels/{errand.guild_id}"
        door: Link = ui.Button[Any](
            style=discord.ButtonStyle.link, label=words("cases.open_server_button"), url=address
        )
        return Page(words("cases.nudge"), Row(door))

    async def called(self, word: Kept) -> Page | None:
        """The card for one person alone, past every channel."""
        view = await self._view(word.guild_id, word.params["case"])
        if view is None or view.case.state is CaseState.CLOSED or not view.reach.may_hold(word.user_id):
            return None
        return Page(*card_parts(self._bot.words, view))

    async def unreached(self, word: Kept) -> Page | None:
        """The truth, while it is one: nobody has come."""
        view = await self._view(word.guild_id, word.params["case"])
        if view is None or not view.case.open:
            return None
        return Page(self._bot.words("cases.unreached"), Row(help_door()))

    def _lead_card(self, view: View) -> list[Raw]:
        channel_id = view.reach.channel(Rung.LEAD)
        if channel_id is None or channel_id not in view.case.cards:
            return []
        address = _address(view.case.guild_id, channel_id, view.case.cards[channel_id])
        return [self._bot.words("cases.card_link", address=address)]

    async def _view(self, guild_id: int, case_id: object) -> View | None:
        return await self._bot.services.cases.view(guild_id, int(str(case_id)))


def card_parts(words: Words, view: View, *, notes: list[Raw] | None = None) -> list[str | Row]:
    case, group = view.case, view.reach.group
    parts: list[str | Row] = [
        words(
            "cases.card",
            tier=words(f"cases.tier_{case.tier}"),
            group=group.code if group else words("cases.no_group"),
            source=words(f"cases.source_{case.source}"),
            opened=instant(case.opened_at, "R"),
        ),
        *(notes or []),
    ]
    if view.raised_by > 1:
        parts.append(words("cases.card_many", count=view.raised_by))
    parts.append(_state(words, view))
    rows = taking(case)
    link = None if case.state is CaseState.CLOSED else _way(words, view)
    return [*parts, *rows, *([Row(link)] if link else [])]


def _state(words: Words, view: View) -> str:
    case = view.case
    if case.closed_at is not None and case.outcome is not None:
        outcome = words(f"cases.outcome_{case.outcome}_option")
        return words("cases.card_closed", when=instant(case.closed_at, "R"), outcome=outcome)
    if case.acknowledged_at is not None:
        person = words("cases.somebody") if view.holder_id is None else mention(view.holder_id)
        return words("cases.card_taken", person=person, when=instant(case.acknowledged_at, "R"))
    said = [words("cases.card_named")] if view.named else []
    said += [words("cases.card_prompt")] if case.message_id is not None else []
    said.append(words("cases.card_take"))
    if case.due_at is not None:
        said.append(words("cases.card_next", when=instant(case.due_at, "R")))
    return "\n".join(said)


def _way(words: Words, view: View) -> Link | None:
    """To the message, or to the room of a group of which somebody would like to talk."""
    group = view.reach.group
    if view.case.message_id is not None or group is None or group.room_id is None:
        return message_link(view.case, words)
    address = f"https://discord.com/channels/{group.guild_id}/{group.room_id}"
    return ui.Button[Any](style=discord.ButtonStyle.link, label=words("cases.open_room_button"), url=address)


def _address(guild_id: int, channel_id: int, message_id: int) -> Raw:
    return Raw(f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}")
