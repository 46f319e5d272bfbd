"""The waiting list, and a place that is kept for somebody: what they are told, and how anybody says no."""

from __future__ import annotations

from bot.client import Bot, Interaction
from bot.cogs.groups.asking import TakeButton
from bot.features.groups.model import Group
from bot.features.groups.places.model import Expected
from bot.features.groups.places.places import INVITED, OFFERED, WAITING
from bot.inbox.model import Kept, State
from bot.ui.access import Access, Answers
from bot.ui.answer import say
from bot.ui.components import GroupButton
from bot.ui.pages import Page, Row
from bot.ui.texts import instant


class Offers:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        self._bot.courier.tells(WAITING, self.waiting)
        self._bot.courier.tells(OFFERED, self.offered)
        self._bot.courier.tells(INVITED, self.offered)

    async def waiting(self, word: Kept) -> Page | None:
        """They are on the list, as long as they are. A direct message names no group."""
        group, expected = await self._expected(word)
        if group is None or expected is None or expected.offered:
            return None
        if word.state is State.SENT:
            return Page(self._bot.words("groups.waiting_message"))
        return Page(self._bot.words("groups.waiting", name=group.name), Row(LeaveListButton(group.id)))

    async def offered(self, word: Kept) -> Page | None:
        """A place is kept for them, as long as it is."""
        group, expected = await self._expected(word)
        if group is None or expected is None or expected.offer_ends_at is None:
            return None
        until = instant(expected.offer_ends_at)
        if word.state is State.SENT:
            return Page(self._bot.words("groups.offered_message", until=until))
        buttons = Row(TakeButton(group.id), DeclineButton(group.id))
        return Page(self._bot.words(word.kind, name=group.name, until=until), buttons)

    async def _expected(self, word: Kept) -> tuple[Group | None, Expected | None]:
        group_id, groups = int(str(word.params["group"])), self._bot.services.groups
        async with self._bot.services.db.read() as tx:
            group = await groups.group(tx, word.guild_id, group_id)
            expected = await groups.places.expected(tx, word.guild_id, group_id, word.user_id)
        same = expected is not None and expected.id == word.params["place"]
        return group, expected if same else None


class DeclineButton(GroupButton, named="groups-decline"):
    access = Access.ANYONE
    answers = Answers.LATER
    label = "groups.no_thanks_button"

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.groups.places.give_up(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id, offered=True
        )
        await say(interaction, "groups.offer_declined")


class LeaveListButton(GroupButton, named="groups-unlist"):
    access = Access.ANYONE
    answers = Answers.LATER
    label = "groups.leave_list_button"

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.groups.places.give_up(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id, offered=False
        )
        await say(interaction, "groups.list_left")


class TakeBackButton(GroupButton, named="groups-takeback"):
    access = Access.ANYONE
    answers = Answers.LATER
    label = "groups.take_back_button"

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.groups.requests.take_back(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id
        )
        await say(interaction, "groups.taken_back")
