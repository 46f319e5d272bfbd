"""`/checkin`: open, close, list, results, and the part that has a file of its own."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.checkins.cancelling import cancel_page
from bot.cogs.checkins.pages import list_page
from bot.cogs.checkins.past import READERS, newest_page, past_page
from bot.cogs.checkins.scheduling import Scheduling, rhythm_parts, template_choices
from bot.core.errors import NotFound
from bot.features.checkins.model import meant
from bot.features.groups import Group
from bot.ui.access import Access, Answers, choices_in_group, group_choices, group_of, requires, standing_of
from bot.ui.answer import answer, say, words_of
from bot.ui.pages import Page
from bot.ui.texts import channel, instant


async def templates_of_past(interaction: Interaction, group: Group) -> list[tuple[str, str]]:
    """Those of which a check-in has closed in this group, also if they are not asked any more."""
    past = interaction.client.services.checkins.past
    newest = await past.newest(guild_id=group.guild_id, group_id=group.id)
    return [(one.asked.title, one.asked.id) for one in newest]


past_choices = choices_in_group(READERS, templates_of_past)


class CheckinsCog(Scheduling, commands.GroupCog, name="checkins", group_name="checkin"):
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._checkins = bot.services.checkins

    @app_commands.command(name="open")
    @app_commands.autocomplete(template=template_choices, group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.LATER)
    async def open_one(
        self, interaction: Interaction, template: str, closes: str = "", group: str | None = None
    ) -> None:
        """Open an anonymous check-in in the group's room."""
        assert interaction.guild_id is not None
        about = group_of(interaction)
        checkin = await self._checkins.open(
            guild_id=interaction.guild_id,
            group_id=about.id,
            user_id=interaction.user.id,
            template=template,
            closes=closes,
        )
        closes_at = checkin.closes_at
        await say(
            interaction,
            "checkins.opened",
            title=checkin.asked.title,
            room=channel(about.room_id or 0),
            closes=instant(closes_at),
            relative=instant(closes_at, "R"),
        )

    @app_commands.command(name="close")
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.NOW)
    async def cancel(self, interaction: Interaction, group: str | None = None) -> None:
        """End the open check-in without results, once that is confirmed."""
        about = group_of(interaction)
        checkin = await self._checkins.open_in(guild_id=about.guild_id, group_id=about.id)
        if checkin is None:
            raise NotFound("checkins.none_open")
        await answer(interaction, cancel_page(words_of(interaction), checkin))

    @app_commands.command(name="list")
    @app_commands.autocomplete(group=group_choices(READERS))
    @requires(READERS, Answers.NOW)
    async def current(self, interaction: Interaction, group: str | None = None) -> None:
        """See whether a check-in is open, and which come round."""
        assert interaction.guild_id is not None
        which = {"guild_id": interaction.guild_id, "group_id": group_of(interaction).id}
        checkin, coming = await self._checkins.open_in(**which), await self._checkins.rhythms.of_group(**which)
        words, keeps = words_of(interaction), standing_of(interaction).facilitator
        page = list_page(words, checkin, tuple(self._checkins.templates.values()) if keeps else ())
        rhythms = rhythm_parts(words, coming, self._checkins.templates, ending=keeps)
        await answer(interaction, Page(*page.parts, *rhythms))

    @app_commands.command()
    @app_commands.autocomplete(template=past_choices, group=group_choices(READERS))
    @requires(READERS, Answers.NOW)
    async def results(self, interaction: Interaction, template: str = "", group: str | None = None) -> None:
        """Read again what past check-ins came to."""
        about, words = group_of(interaction), words_of(interaction)
        if template:
            stretch = await self._checkins.past.stretch(
                guild_id=about.guild_id, group_id=about.id, template=meant(template, self._checkins.templates)
            )
            await answer(interaction, past_page(words, about, stretch))
        else:
            newest = await self._checkins.past.newest(guild_id=about.guild_id, group_id=about.id)
            await answer(interaction, newest_page(words, about, newest))
