"""Who will be there to hold a meeting: its buttons, what the desk sees of it, and the asking of those who could."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import discord

from bot.client import Bot, Interaction
from bot.courier import EditWanted
from bot.features.groups import Group, Server
from bot.features.meetings import Occasion, OccasionState
from bot.features.meetings.cover import Covered
from bot.features.meetings.cover.asking import AGAIN, ASKED, SHOWN, UNCOVERED
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.outbox.model import Params
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, channel, instant, mention

_OF_ONE_TIME = r"(?P<group>\d+):(?P<meeting>\d+):(?P<day>\d{4}-\d\d-\d\d)"
THERE, CANNOT, LOOKING = "there", "cannot", "looking"


class CoverButton(PersistentButton, template=rf"meetings-cover:{_OF_ONE_TIME}:(?P<what>there|cannot)"):
    """A facilitator says whether they will be there."""

    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "meetings.cover_there_button"

    def __init__(self, group: int, meeting: int, day: str, what: str) -> None:
        super().__init__(f"meetings-cover:{group}:{meeting}:{day}:{what}")
        self.group = group
        self.meeting = meeting
        self.day = date.fromisoformat(day)
        self.what = what

    def dress(self, words: Words) -> None:
        self.item.label = words(f"meetings.cover_{self.what}_button")
        self.item.style = discord.ButtonStyle.success if self.what == THERE else discord.ButtonStyle.secondary

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        cover = interaction.client.services.meetings.cover
        change, told = (cover.confirm, "thanks") if self.what == THERE else (cover.take_back, "back")
        occasion = await change(
            guild_id=interaction.guild_id,
            group_id=self.group,
            meeting_id=self.meeting,
            day=self.day,
            user_id=interaction.user.id,
        )
        await say(interaction, f"meetings.cover_{told}", when=instant(occasion.starts_at))


class LeadCoverButton(PersistentButton, template=rf"meetings-lead:{_OF_ONE_TIME}:(?P<what>there|looking)"):
    """A lead says that they hold a meeting which nobody else does, or that they look for somebody."""

    access = Access.LEAD
    answers = Answers.LATER
    label = "meetings.cover_there_button"

    def __init__(self, group: int, meeting: int, day: str, what: str) -> None:
        super().__init__(f"meetings-lead:{group}:{meeting}:{day}:{what}")
        self.group = group
        self.meeting = meeting
        self.day = date.fromisoformat(day)
        self.what = what

    def dress(self, words: Words) -> None:
        self.item.label = words(f"meetings.cover_{self.what}_button")
        self.item.style = discord.ButtonStyle.success if self.what == THERE else discord.ButtonStyle.secondary

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        cover = interaction.client.services.meetings.cover
        occasion = await (cover.stand_in if self.what == THERE else cover.look_for)(
            guild_id=interaction.guild_id,
            group_id=self.group,
            meeting_id=self.meeting,
            day=self.day,
            user_id=interaction.user.id,
        )
        if self.what == LOOKING:
            await say(interaction, "meetings.cover_looks")
        else:
            await answer(interaction, await _welcome(interaction, occasion))


async def _welcome(interaction: Interaction, occasion: Occasion) -> Page:
    """What somebody should know who holds a meeting: the more, if they are let into the group for it."""
    services, words, group = interaction.client.services, words_of(interaction), occasion.group
    async with services.db.read() as tx:
        member = await services.groups.member(tx, group.guild_id, group.id, interaction.user.id)
    when = instant(occasion.starts_at)
    if member is None or member.cover_until is None or group.room_id is None or group.desk_id is None:
        return Page(words("meetings.cover_thanks", when=when))
    until, room, desk = instant(member.cover_until), channel(group.room_id), channel(group.desk_id)
    return Page(words("meetings.cover_stands_in", when=when, until=until, room=room, desk=desk))


async def cover_parts(bot: Bot, occasion: Occasion) -> list[str | Row]:
    """What the desk's card says of who will be there; facilitators alone see it."""
    cover, words = bot.services.meetings.cover, bot.words
    if not cover.wanted or occasion.state is not OccasionState.PLANNED:
        return []
    covered = await cover.covered(occasion)
    there = words("meetings.cover_people", people=_people(covered.there)) if covered.there else None
    buttons = (CoverButton(*_which(occasion), what) for what in (THERE, CANNOT))
    return [there or words("meetings.cover_nobody"), *_looking(words, covered), Row(*buttons)]


class Covering:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._meetings = bot.services.meetings

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(ASKED, self.asked)
        courier.renders(SHOWN, self.shown)
        courier.renders(UNCOVERED, self.uncovered)
        courier.tells(ASKED, self.asked_word)
        courier.tells(AGAIN, self.again)
        courier.tells(UNCOVERED, self.uncovered_word)

    async def asked(self, errand: Errand) -> Page | None:
        """A new message for one lead alone. It can show on a lock screen, and gives the group by its code."""
        occasion = await self._ahead(errand.guild_id, errand.params)
        server = await self._server(errand.guild_id)
        if occasion is None or server is None:
            return None
        covered = await self._meetings.cover.covered(occasion)
        if covered.there:
            return None
        person_id = _asked(server, errand.params)
        called = self._bot.words("meetings.cover_for", person=mention(person_id))
        return Page(called, *self._question(occasion, covered), mentions=(person_id,))

    async def shown(self, errand: Errand) -> EditWanted | None:
        """How it stands now, on what was posted to ask a lead."""
        params = errand.params
        place = {"channel_id": int(str(params["channel"])), "message_id": int(str(params["message"]))}
        return EditWanted(**place, page=await self._stands(errand.guild_id, params))

    async def _stands(self, guild_id: int, params: Params) -> Page:
        words, occasion = self._bot.words, await self._ahead(guild_id, params)
        server = await self._server(guild_id)
        if occasion is None or server is None:
            return Page(words("meetings.cover_asked_over"))
        covered = await self._meetings.cover.covered(occasion)
        if not covered.there:
            called = words("meetings.cover_for", person=mention(_asked(server, params)))
            return Page(called, *self._question(occasion, covered))
        people = words("meetings.cover_people", people=_people(covered.there))
        code, when = occasion.group.code, instant(occasion.starts_at)
        return Page(words("meetings.cover_asked_covered", code=code, when=when, people=people))

    async def asked_word(self, word: Kept) -> Page | None:
        """The same to a lead alone, where their channel could not be written to."""
        occasion = await self._ahead(word.guild_id, word.params)
        covered = None if occasion is None else await self._meetings.cover.covered(occasion)
        if occasion is None or covered is None or covered.there:
            return None
        return Page(*self._question(occasion, covered))

    def _question(self, occasion: Occasion, covered: Covered) -> list[str | Row]:
        words, starts_at = self._bot.words, occasion.starts_at
        when, relative = instant(starts_at), instant(starts_at, "R")
        asked = words("meetings.cover_asked", code=occasion.group.code, when=when, relative=relative)
        buttons = (LeadCoverButton(*_which(occasion), what) for what in (THERE, LOOKING))
        return [asked, *_looking(words, covered), Row(*buttons)]

    async def again(self, word: Kept) -> Page | None:
        """To a facilitator who has not said yet whether they will be there."""
        occasion = await self._ahead(word.guild_id, word.params)
        if occasion is None or not await self._facilitates(occasion.group, word.user_id):
            return None
        if word.user_id in (await self._meetings.cover.covered(occasion)).there:
            return None
        words, starts_at = self._bot.words, occasion.starts_at
        when, relative = instant(starts_at), instant(starts_at, "R")
        buttons = (CoverButton(*_which(occasion), what) for what in (THERE, CANNOT))
        return Page(
            words("meetings.cover_again", name=occasion.group.name, when=when, relative=relative), Row(*buttons)
        )

    async def uncovered(self, errand: Errand) -> Page | None:
        occasion = await self._called_off(errand.guild_id, errand.params)
        server = await self._server(errand.guild_id)
        if occasion is None or server is None:
            return None
        words = self._bot.words
        if errand.params["place"] == "desk":
            return Page(words("meetings.uncovered", title=occasion.title, when=instant(occasion.starts_at)))
        people = (server.lead_id, server.backup_id)
        called = words("meetings.uncovered_for", people=_people(people))
        return Page(called, self._told_lead(occasion), mentions=people)

    async def uncovered_word(self, word: Kept) -> Page | None:
        occasion = await self._called_off(word.guild_id, word.params)
        return None if occasion is None else Page(self._told_lead(occasion))

    def _told_lead(self, occasion: Occasion) -> Raw:
        code, when = occasion.group.code, instant(occasion.starts_at)
        return self._bot.words("meetings.uncovered_lead", code=code, when=when)

    async def _ahead(self, guild_id: int, params: Params) -> Occasion | None:
        """The time that this is about, if it still begins then, and has not begun."""
        occasion = await self._meetings.occasion(guild_id=guild_id, meeting_id=_id(params), day=_day(params))
        begun = occasion is None or occasion.starts_at <= self._bot.services.clock()
        if occasion is None or begun or occasion.state is not OccasionState.PLANNED:
            return None
        return occasion if occasion.starts_at == _starts(params) else None

    async def _called_off(self, guild_id: int, params: Params) -> Occasion | None:
        occasion = await self._meetings.spoken_of(guild_id=guild_id, meeting_id=_id(params), day=_day(params))
        return occasion if occasion is not None and occasion.state is OccasionState.CANCELLED else None

    async def _server(self, guild_id: int) -> Server | None:
        async with self._bot.services.db.read() as tx:
            return await self._bot.services.setup.server(tx, guild_id)

    async def _facilitates(self, group: Group, user_id: int) -> bool:
        async with self._bot.services.db.read() as tx:
            member = await self._bot.services.groups.member(tx, group.guild_id, group.id, user_id)
        return member is not None and member.facilitates


def _which(occasion: Occasion) -> tuple[int, int, str]:
    return occasion.group.id, occasion.meeting.id, occasion.day.isoformat()


def _asked(server: Server, params: Params) -> int:
    return server.lead_id if params["task"] == "lead" else server.backup_id


def _people(user_ids: Sequence[int]) -> Raw:
    return Raw(", ".join(map(mention, user_ids)))


def _looking(words: Words, covered: Covered) -> list[str]:
    return [words("meetings.cover_looking", people=_people(covered.looking))] if covered.looking else []


def _id(params: Params) -> int:
    return int(str(params["meeting"]))


def _day(params: Params) -> date:
    return date.fromisoformat(str(params["day"]))


def _starts(params: Params) -> datetime:
    return datetime.fromtimestamp(int(str(params["starts"])), UTC)
