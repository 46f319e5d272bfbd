"""`/meeting`: schedule, list, and the parts that have a file of their own."""

from __future__ import annotations

from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.meetings.absences import Noticing
from bot.cogs.meetings.calendar import CalendarCommand
from bot.cogs.meetings.changing import Changing
from bot.cogs.meetings.changing_pages import hold_rows
from bot.cogs.meetings.offering import start_choices
from bot.cogs.meetings.pages import list_page, understood_page
from bot.cogs.meetings.private import MEMBERS, Reminding
from bot.cogs.meetings.rounds import Circling
from bot.cogs.meetings.running import Running
from bot.cogs.meetings.where import Typed, as_meant, where_choices
from bot.cogs.meetings.zones import zone_choices
from bot.core.calendar import Repeat
from bot.features.meetings import By, Proposal
from bot.features.meetings.model import FEWEST_PLACES, LONGEST, MOST_PLACES, MOST_TIMES, SHORTEST, TITLE_LENGTH
from bot.ui.access import Access, Answers, group_choices, group_of, requires, standing_of
from bot.ui.answer import answer, words_of
from bot.ui.pages import Page

Title = app_commands.Range[str, 1, TITLE_LENGTH]
Minutes = app_commands.Range[int, SHORTEST, LONGEST]
Times = app_commands.Range[int, 1, MOST_TIMES]
MOST_CALLED_OFF = 5
Places = app_commands.Range[int, FEWEST_PLACES, MOST_PLACES]


class MeetingsCog(
    Changing,
    Running,
    Circling,
    CalendarCommand,
    Reminding,
    Noticing,
    commands.GroupCog,
    name="meetings",
    group_name="meeting",
):
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._meetings = bot.services.meetings

    @app_commands.command()
    @app_commands.autocomplete(
        group=group_choices(Access.FACILITATOR), zone=zone_choices, starts=start_choices, where=where_choices
    )
    @requires(Access.FACILITATOR, Answers.LATER)
    async def schedule(  # one argument for each option that a person types
        self,
        interaction: Interaction,
        title: Title,
        starts: str,
        minutes: Minutes | None = None,
        repeat: Literal["none", "daily", "weekly", "fortnightly", "monthly"] = "none",
        by: Literal["date", "weekday", "last"] | None = None,
        until: str = "",
        times: Times | None = None,
        zone: str = "",
        where: Typed = "",
        event: bool = False,  # noqa: FBT001, FBT002  # an option that a person types
        places: Places | None = None,
        group: str | None = None,
    ) -> None:
        """Schedule a meeting."""
        assert interaction.guild_id is not None
        proposal = Proposal(
            title=title,
            starts=starts,
            minutes=minutes,
            repeat=Repeat(repeat),
            by=None if by is None else By(by),
            until=until,
            times=times,
            zone=zone,
            where=as_meant(interaction, where),
            event=event,
            places=places,
        )
        occasion = await self._meetings.propose(
            guild_id=interaction.guild_id, group_id=group_of(interaction).id, proposal=proposal
        )
        await answer(interaction, understood_page(words_of(interaction), occasion))

    @app_commands.command(name="list")
    @app_commands.autocomplete(group=group_choices(MEMBERS))
    @requires(MEMBERS, Answers.NOW)
    async def coming(self, interaction: Interaction, group: str | None = None) -> None:
        """See which meetings are coming."""
        assert interaction.guild_id is not None
        which = {"guild_id": interaction.guild_id, "group_id": group_of(interaction).id}
        occasions = await self._meetings.coming(**which)
        called_off = (await self._meetings.changes.called_off(**which))[:MOST_CALLED_OFF]
        page = list_page(words_of(interaction), occasions, called_off)
        if standing_of(interaction).facilitator:
            page = Page(*page.parts, *hold_rows(words_of(interaction), called_off))
        await answer(interaction, page)
