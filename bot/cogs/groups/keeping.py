"""`/group`: edit, people, remove, about, duty."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.groups.describing import Describing
from bot.cogs.groups.naming import name_page
from bot.cogs.groups.people import people_page, remove_page
from bot.features.groups import Mode
from bot.features.groups.model import ABOUT_LENGTH, NAME_LENGTH, Change
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, say, words_of

Name = app_commands.Range[str, 1, NAME_LENGTH]
About = app_commands.Range[str, 1, ABOUT_LENGTH]
EDITORS = Access.FACILITATOR | Access.LEAD
INSIDE = Access.MEMBER | Access.VISITOR


class Keeping(commands.Cog):
    _bot: Bot

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(EDITORS))
    @requires(EDITORS, Answers.LATER)
    async def edit(  # one argument for each option that a person types
        self,
        interaction: Interaction,
        name: Name | None = None,
        about: About | None = None,
        capacity: int | None = None,
        mode: Literal["open", "closed", "windows"] | None = None,
        joins_from: str | None = None,
        joins_until: str | None = None,
        voice: bool | None = None,  # noqa: FBT001  # an option that a person types
        group: str | None = None,
    ) -> None:
        """Change what a group is called, or how many it takes and when."""
        assert interaction.guild_id is not None
        change = Change(
            name=name,
            about=about,
            capacity=capacity,
            mode=Mode(mode) if mode else None,
            joins_from=joins_from,
            joins_until=joins_until,
            voice=voice,
        )
        edited_group, describing = group_of(interaction), Describing(self._bot)
        keeping = self._bot.services.groups.keeping
        edited = await keeping.edit(
            guild_id=interaction.guild_id, group_id=edited_group.id, actor_id=interaction.user.id, change=change
        )
        if change == Change():
            await answer(interaction, await describing.changeable(edited.after))
            return
        await answer(interaction, await describing.edited(edited))
        if name is not None and edited.after.pending_name:
            telling = keeping.telling(edited.after.pending_name)
            await answer(interaction, name_page(words_of(interaction), edited.after, telling))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.NOW)
    async def people(self, interaction: Interaction, group: str | None = None) -> None:
        """See who is in a group."""
        await answer(interaction, await people_page(interaction, group_of(interaction), 0))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.NOW)
    async def remove(self, interaction: Interaction, person: discord.User, group: str | None = None) -> None:
        """End somebody's place in a group."""
        assert interaction.guild_id is not None
        of = group_of(interaction)
        member = await self._bot.services.groups.keeping.may_remove(
            guild_id=interaction.guild_id, group_id=of.id, user_id=person.id, actor_id=interaction.user.id
        )
        await answer(interaction, remove_page(words_of(interaction), of, member))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(INSIDE))
    @requires(INSIDE, Answers.NOW)
    async def about(self, interaction: Interaction, group: str | None = None) -> None:
        """See what a group is, and who looks after it."""
        await answer(interaction, await Describing(self._bot).about(group_of(interaction)))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.LATER)
    async def duty(
        self,
        interaction: Interaction,
        reports: bool,  # noqa: FBT001  # an option that a person types
        group: str | None = None,
    ) -> None:
        """Say whether you have a legal duty to report some kinds of harm."""
        assert interaction.guild_id is not None
        kept = await self._bot.services.groups.keeping.set_duty(
            guild_id=interaction.guild_id,
            group_id=group_of(interaction).id,
            user_id=interaction.user.id,
            duty=reports,
        )
        await say(interaction, "groups.duty_on" if reports else "groups.duty_off", name=kept.name)
