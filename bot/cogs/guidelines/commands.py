"""`/guidelines`: show, edit, post, remind."""

from __future__ import annotations

from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.guidelines.editing import open_form, preview_page
from bot.core.errors import NotFound
from bot.features.groups import Group, GroupState
from bot.ui.access import Access, Answers, choices_among, group_choices, group_of, requires
from bot.ui.answer import answer, say, words_of
from bot.ui.pages import Page
from bot.ui.texts import instant


async def open_to(interaction: Interaction) -> list[Group]:
    """Groups that can be asked to join, since who asks reads the agreement first, and those the person is in."""
    assert interaction.guild_id is not None
    services, guild_id, user_id = interaction.client.services, interaction.guild_id, interaction.user.id
    listings = await services.groups.requests.listings(guild_id=guild_id, user_id=user_id)
    async with services.db.read() as tx:
        inside = await services.groups.runnable(tx, guild_id, user_id, facilitating=False, every=False)
    found: dict[int, Group] = {group.id: group for group in (*(listing.group for listing in listings), *inside)}
    return sorted(found.values(), key=lambda group: group.name.casefold())


class GuidelinesCog(commands.GroupCog, name="guidelines", group_name="guidelines"):
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._guidelines = bot.services.guidelines

    @app_commands.command()
    @app_commands.autocomplete(group=choices_among(open_to))
    @requires(Access.ANYONE, Answers.NOW)
    async def show(self, interaction: Interaction, group: str | None = None) -> None:
        """Read the agreement of a group, else the one that holds in all of them."""
        assert interaction.guild_id is not None
        about = await self._readable(interaction, group)
        if about is None:
            await answer(interaction, Page(self._guidelines.house))
            return
        which = {"guild_id": interaction.guild_id, "group_id": about.id}
        agreement = await self._guidelines.current(**which)
        accepted = await self._guidelines.asking.accepted(**which, user_id=interaction.user.id)
        words = words_of(interaction)
        parts: list[str] = [words("guidelines.show_intro", name=about.name), agreement.words]
        if accepted is not None:
            newer = "guidelines.accepted_before" if accepted.asked else "guidelines.accepted_earlier"
            told = "guidelines.accepted" if accepted.current else newer
            parts.append(words(told, when=instant(accepted.at), version=accepted.version))
        await answer(interaction, Page(*parts))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.FORM)
    async def edit(self, interaction: Interaction, group: str | None = None) -> None:
        """Word the group's own points."""
        await open_form(interaction, group_of(interaction).id)

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.LATER)
    async def post(self, interaction: Interaction, group: str | None = None) -> None:
        """Look at the agreement beside the posted one, and post it."""
        assert interaction.guild_id is not None
        preview = await self._guidelines.preview(guild_id=interaction.guild_id, group_id=group_of(interaction).id)
        await answer(interaction, preview_page(words_of(interaction), preview))

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.LATER)
    async def remind(
        self,
        interaction: Interaction,
        every: Literal["never", "4 weeks", "8 weeks", "12 weeks"],
        group: str | None = None,
    ) -> None:
        """Remind the group of its agreement every few weeks."""
        assert interaction.guild_id is not None
        weeks = 0 if every == "never" else int(every.split()[0])
        following = await self._guidelines.reminding.every(
            guild_id=interaction.guild_id, group_id=group_of(interaction).id, weeks=weeks
        )
        if following is None:
            await say(interaction, "guidelines.remind_never")
        else:
            await say(interaction, "guidelines.remind_next", when=instant(following), weeks=weeks)

    async def _readable(self, interaction: Interaction, code: str | None) -> Group | None:
        """The group that was named, if its agreement is open to this person, else the one whose channel this is."""
        assert interaction.guild_id is not None
        groups = self._bot.services.groups
        if code is not None:
            named = next((group for group in await open_to(interaction) if group.code == code), None)
            if named is None:
                raise NotFound("guidelines.not_to_read")
            return named
        async with self._bot.services.db.read() as tx:
            here = await groups.standing(
                tx, interaction.guild_id, interaction.user.id, channel_id=interaction.channel_id
            )
        return None if here.group is None or here.group.state is GroupState.ARCHIVED else here.group
