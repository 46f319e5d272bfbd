"""What people touch of the agreement: `/guidelines show` and `/guidelines post`, and the post itself."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.courier import DeleteWanted, PinWanted
from bot.features.guidelines.service import PIN, POST, REMOVE
from bot.outbox import Errand
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, say
from bot.ui.pages import Page
from bot.ui.texts import channel


class Posts:
    """Says what the agreement's posts and deeds are when they are carried."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._guidelines = bot.services.guidelines

    def register(self) -> None:
        self._bot.courier.renders(POST, self.post)
        self._bot.courier.renders(PIN, self.pin)
        self._bot.courier.renders(REMOVE, self.remove)

    async def post(self, errand: Errand) -> Page | None:
        posted = await self._guidelines.posted(errand.guild_id, _post_id(errand))
        return None if posted is None else Page(self._guidelines.agreement)

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


async def setup(bot: Bot) -> None:
    Posts(bot).register()
    await bot.add_cog(GuidelinesCog(bot))
