"""`/group`: create, browse, leave, access."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.groups.browsing import list_page
from bot.cogs.groups.founding import Founding
from bot.cogs.groups.inviting import Inviting
from bot.cogs.groups.keeping import Keeping
from bot.cogs.groups.leaving import confirm_page
from bot.cogs.groups.named import candidate
from bot.cogs.groups.naming import name_page
from bot.cogs.groups.readers import Readers
from bot.cogs.groups.stewarding import Stewarding
from bot.features.groups import GroupState, Mode
from bot.features.groups.model import ABOUT_LENGTH, NAME_LENGTH, Plan
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, words_of

Name = app_commands.Range[str, 1, NAME_LENGTH]
About = app_commands.Range[str, 0, ABOUT_LENGTH]
MEMBERS = Access.MEMBER | Access.VISITOR


class GroupsCog(Inviting, Keeping, Stewarding, commands.GroupCog, name="groups", group_name="group"):
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._groups = bot.services.groups
        self._founding = Founding(bot)
        self._readers = Readers(bot)

    async def cog_unload(self) -> None:
        await self._founding.close()

    @app_commands.command()
    @requires(Access.LEAD | Access.ADMIN, Answers.LATER)
    async def create(  # one argument for each option that a person types
        self,
        interaction: Interaction,
        name: Name,
        facilitator: discord.User,
        co_facilitator: discord.User | None = None,
        about: About = "",
        capacity: int | None = None,
        mode: Literal["open", "closed", "windows"] = "open",
        joins_from: str = "",
        joins_until: str = "",
        voice: bool = False,  # noqa: FBT001, FBT002  # an option that a person types
        facilitator_reports: bool = False,  # noqa: FBT001, FBT002  # as above
        co_facilitator_reports: bool = False,  # noqa: FBT001, FBT002  # as above
    ) -> None:
        """Make a group."""
        assert interaction.guild_id is not None
        named = ((facilitator, facilitator_reports), (co_facilitator, co_facilitator_reports))
        plan = Plan(
            name=name,
            facilitators=tuple(candidate(person, duty=reports) for person, reports in named if person),
            about=about,
            capacity=capacity,
            mode=Mode(mode),
            joins_from=joins_from,
            joins_until=joins_until,
            voice=voice,
        )
        group = await self._groups.create(guild_id=interaction.guild_id, actor_id=interaction.user.id, plan=plan)
        if group.state is GroupState.DRAFT:
            telling = self._groups.keeping.telling(group.name)
            await answer(interaction, name_page(words_of(interaction), group, telling))
            return
        await self._founding.follow(interaction, group)

    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def browse(self, interaction: Interaction) -> None:
        """See which groups take people."""
        assert interaction.guild_id is not None
        listings = await self._groups.requests.listings(guild_id=interaction.guild_id, user_id=interaction.user.id)
        await answer(interaction, list_page(words_of(interaction), listings, 0))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(MEMBERS))
    @requires(MEMBERS, Answers.NOW)
    async def leave(self, interaction: Interaction, group: str | None = None) -> None:
        """Leave a group."""
        assert interaction.guild_id is not None
        leaving = await self._groups.may_leave(
            guild_id=interaction.guild_id, group_id=group_of(interaction).id, user_id=interaction.user.id
        )
        await answer(interaction, confirm_page(words_of(interaction), leaving))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(MEMBERS))
    @requires(MEMBERS, Answers.LATER)
    async def access(self, interaction: Interaction, group: str | None = None) -> None:
        """See who can read a group's room."""
        await answer(interaction, await self._readers.page(interaction, group_of(interaction)))
