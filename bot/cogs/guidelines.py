"""What people touch of the agreement: reading it, posting it, agreeing to one that has changed."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.courier import DeleteWanted, EditWanted, PinWanted
from bot.features.guidelines.asking import CARD, COUNTED, ENDED
from bot.features.guidelines.service import PIN, POST, REMOVE
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, say
from bot.ui.components import PersistentButton
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Page, Row
from bot.ui.texts import channel, instant


class AgreeButton(PersistentButton, template=r"guidelines-agree:(?P<group>\d+):(?P<agreement>v\w+)"):
    """For a changed agreement only: who asks to join agrees in the asking."""

    access = Access.MEMBER | Access.VISITOR
    answers = Answers.LATER
    label = "guidelines.agree_button"
    style = discord.ButtonStyle.success

    def __init__(self, group: int, agreement: str) -> None:
        """``agreement``: the version of what is shown above the button, after a ``v``."""
        super().__init__(f"guidelines-agree:{group}:{agreement}")
        self.group = group
        self.agreement = agreement

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.guidelines.asking.agree(
            guild_id=interaction.guild_id,
            group_id=self.group,
            user_id=interaction.user.id,
            version=self.agreement[1:],
        )
        await say(interaction, "guidelines.agreed", room=channel(group.room_id or 0))


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
        self._bot.courier.tells(ENDED, self.ended)

    async def post(self, errand: Errand) -> Page | None:
        posted = await self._guidelines.posted(errand.guild_id, _post_id(errand))
        if posted is None:
            return None
        doors = (talk_door(posted.group_id), help_door())
        if posted.agree_by is None:
            return Page(self._guidelines.agreement, Row(*doors))
        changed = self._bot.words("guidelines.changed", by=instant(posted.agree_by, "D"))
        agree = AgreeButton(posted.group_id, f"v{self._guidelines.version}")
        return Page(changed, self._guidelines.agreement, Row(agree, *doors))

    async def pin(self, errand: Errand) -> PinWanted | None:
        posted = await self._guidelines.posted(errand.guild_id, _post_id(errand))
        if posted is None or posted.message_id is None:
            return None
        return PinWanted(channel_id=posted.channel_id, message_id=posted.message_id)

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

    async def ended(self, word: Kept) -> Page | None:
        async with self._bot.services.db.read() as tx:
            group = await self._bot.services.groups.group(tx, word.guild_id, int(str(word.params["group"])))
        return None if group is None else Page(self._bot.words("guidelines.ended", name=group.name))


class GuidelinesCog(commands.GroupCog, name="guidelines", group_name="guidelines"):
    def __init__(self, bot: Bot) -> None:
        self._guidelines = bot.services.guidelines

    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def show(self, interaction: Interaction) -> None:
        """Read the group agreement."""
        await answer(interaction, Page(self._guidelines.agreement))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.LATER)
    async def post(self, interaction: Interaction, group: str | None = None) -> None:
        """Post and pin the agreement anew."""
        assert interaction.guild_id is not None
        posting = await self._guidelines.post(guild_id=interaction.guild_id, group_id=group_of(interaction).id)
        await say(interaction, "guidelines.posting", channel=channel(posting.room_id or 0))


def _post_id(errand: Errand) -> int:
    return int(str(errand.params["post"]))


def _group_id(errand: Errand) -> int:
    return int(str(errand.params["group"]))


async def setup(bot: Bot) -> None:
    bot.add_components(AgreeButton)
    Posts(bot).register()
    await bot.services.guidelines.asking.begin()
    await bot.add_cog(GuidelinesCog(bot))
