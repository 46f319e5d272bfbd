"""What is said about a meeting that takes place, and about one that nobody opens or closes."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.meetings.running import CloseButton, DebriefButton, FineButton, HereButton, StepOutButton
from bot.courier import DeleteWanted, EditWanted
from bot.features.groups import Group, Member
from bot.features.meetings import Occasion, OccasionState
from bot.features.meetings.running import AsideState
from bot.features.meetings.running.asides import CARD, CHANGED, GONE, UNSEEN
from bot.features.meetings.running.debriefs import ASKED, WANTED, listener
from bot.features.meetings.running.model import CLOSES_AFTER, named_in
from bot.features.meetings.running.running import CLOSER, OPENER
from bot.features.meetings.running.unattended import UNCLOSED, UNOPENED, UNOPENED_CARD
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.outbox.model import Params
from bot.ui.doors import help_door, talk_door
from bot.ui.duty import duties
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, instant, mention


class RunningPosts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._meetings = bot.services.meetings
        self._running = bot.services.meetings.running

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(OPENER, self.opener)
        courier.renders(CLOSER, self.closer)
        courier.renders(CARD, self.aside)
        courier.renders(CHANGED, self.aside_changed)
        courier.renders(GONE, self.aside_gone)
        courier.renders(UNCLOSED, self.unclosed)
        courier.renders(UNOPENED, self.unopened)
        courier.renders(UNOPENED_CARD, self.unopened_card)
        courier.renders(WANTED, self.wanted)
        courier.tells(UNSEEN, self.aside_unseen)
        courier.tells(UNOPENED_CARD, self.unopened_word)
        courier.tells(ASKED, self.asked)
        courier.tells(WANTED, self.wanted_word)

    # in the room

    async def opener(self, errand: Errand) -> Page | None:
        occasion = await self._occasion(errand.guild_id, errand.params, OccasionState.OPEN)
        if occasion is None:
            return None
        words, group = self._bot.words, occasion.group
        keepers = await self._running.keepers(occasion)
        named = Raw(", ".join(map(mention, keepers)))
        kept = "meetings.opener_keeper" if len(keepers) == 1 else "meetings.opener_keepers"
        which = (group.id, occasion.meeting.id, occasion.day.isoformat())
        return Page(
            words("meetings.opener", now=instant(self._bot.services.clock(), "t"), ends=instant(occasion.ends_at, "t")),
            *([words(kept, people=named)] if keepers else []),
            *duties(words, await self._people(group), inside=True),
            words("meetings.opener_before"),
            f"{self._bot.services.guidelines.short}\n{words('meetings.opener_buttons')}",
            words("meetings.opener_round"),
            Row(HereButton(*which), StepOutButton(*which), help_door(), talk_door(group.id)),
        )

    async def closer(self, errand: Errand) -> Page | None:
        occasion = await self._occasion(errand.guild_id, errand.params, OccasionState.CLOSING, OccasionState.CLOSED)
        if occasion is None:
            return None
        words, group = self._bot.words, occasion.group
        following = await self._running.next_start(guild_id=group.guild_id, group_id=group.id)
        when = () if following is None else (words("meetings.closer_next", when=instant(following)),)
        return Page(words("meetings.closer"), *when, Row(talk_door(group.id), help_door()))

    async def unopened(self, errand: Errand) -> Page | None:
        occasion = await self._occasion(errand.guild_id, errand.params, OccasionState.PLANNED)
        if occasion is None:
            return None
        return Page(self._bot.words("meetings.unopened"), Row(talk_door(occasion.group.id), help_door()))

    # on the desk

    async def aside(self, errand: Errand) -> Page | None:
        """Who stepped out: the one card that names a member, so that a facilitator can look after them."""
        found = await self._running.asides.get(errand.guild_id, int(str(errand.params["aside"])))
        if found is None:
            return None
        words, aside = self._bot.words, found[0]
        person = mention(aside.user_id)
        if aside.state is AsideState.BACK:
            return Page(words("meetings.aside_back", person=person))
        alone = aside.state is AsideState.ALONE
        return Page(
            words("meetings.aside_card", person=person),
            words("meetings.aside_alone" if alone else "meetings.aside_may"),
        )

    async def aside_changed(self, errand: Errand) -> EditWanted | None:
        page = await self.aside(errand)
        found = await self._running.asides.get(errand.guild_id, int(str(errand.params["aside"])))
        if page is None or found is None or found[1] is None:
            return None
        return EditWanted(channel_id=found[1][0], message_id=found[1][1], page=page)

    async def aside_gone(self, errand: Errand) -> DeleteWanted:
        assert errand.channel_id is not None
        return DeleteWanted(channel_id=errand.channel_id, message_id=int(str(errand.params["message"])))

    async def aside_unseen(self, word: Kept) -> Page | None:
        group_id = int(str(word.params["group"]))
        return Page(self._bot.words("meetings.aside_unseen"), Row(talk_door(group_id), help_door()))

    async def unclosed(self, errand: Errand) -> Page | None:
        occasion = await self._occasion(errand.guild_id, errand.params, OccasionState.OPEN)
        if occasion is None:
            return None
        told = self._bot.words(
            "meetings.unclosed",
            title=occasion.title,
            ended=instant(occasion.ends_at, "t"),
            closes=instant(occasion.ends_at + CLOSES_AFTER, "R"),
        )
        return Page(told, Row(CloseButton(occasion.group.id)))

    async def unopened_card(self, errand: Errand) -> Page | None:
        return await self._unopened(errand.guild_id, errand.params)

    async def unopened_word(self, word: Kept) -> Page | None:
        return await self._unopened(word.guild_id, word.params)

    async def _unopened(self, guild_id: int, params: Params) -> Page | None:
        """A call to those who can still open it."""
        occasion = await self._occasion(guild_id, params, OccasionState.PLANNED)
        if occasion is None or occasion.ends_at <= self._bot.services.clock():
            return None
        words, when = self._bot.words, instant(occasion.starts_at, "R")
        if params["to"] == "desk":
            people = tuple(member.user_id for member in await self._people(occasion.group) if member.facilitates)
            told = words("meetings.unopened_desk", people=_called(people), when=when)
            return Page(told, mentions=people)
        async with self._bot.services.db.read() as tx:
            server = await self._bot.services.setup.server(tx, guild_id)
        if server is None:
            return None
        called = (server.lead_id,)
        code = occasion.group.code
        return Page(words("meetings.unopened_lead", people=_called(called), code=code, when=when), mentions=called)

    # debriefs

    async def asked(self, word: Kept) -> Page | None:
        async with self._bot.services.db.read() as tx:
            server = await self._bot.services.setup.server(tx, word.guild_id)
        if server is None:
            return None
        group_id, lead = int(str(word.params["group"])), mention(listener(server, word.user_id))
        buttons = Row(DebriefButton(group_id, word.id), FineButton(group_id))
        return Page(self._bot.words("meetings.debrief", lead=lead), buttons)

    async def wanted(self, errand: Errand) -> Page | None:
        return await self._wanted(errand.guild_id, errand.params)

    async def wanted_word(self, word: Kept) -> Page | None:
        return await self._wanted(word.guild_id, word.params)

    async def _wanted(self, guild_id: int, params: Params) -> Page | None:
        async with self._bot.services.db.read() as tx:
            server = await self._bot.services.setup.server(tx, guild_id)
        if server is None:
            return None
        user_id = int(str(params["user"]))
        to = listener(server, user_id)
        told = self._bot.words("meetings.debrief_wanted", lead=mention(to), person=mention(user_id))
        return Page(told, mentions=(to,))

    async def _occasion(self, guild_id: int, params: Params, *states: OccasionState) -> Occasion | None:
        meeting_id, day = named_in(params)
        occasion = await self._meetings.occasion(guild_id=guild_id, meeting_id=meeting_id, day=day)
        return occasion if occasion is not None and occasion.state in states else None

    async def _people(self, group: Group) -> list[Member]:
        async with self._bot.services.db.read() as tx:
            return await self._bot.services.groups.members(tx, group.guild_id, group.id)


def _called(people: tuple[int, ...]) -> Raw:
    return Raw(" ".join(map(mention, people)))
