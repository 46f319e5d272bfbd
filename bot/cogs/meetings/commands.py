"""`/meeting`: schedule, list; what else there is of it is mixed in."""

from __future__ import annotations

from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.meetings.pages import list_page, understood_page
from bot.cogs.meetings.private import MEMBERS, Reminding
from bot.cogs.meetings.zones import zone_choices
from bot.core.calendar import Repeat
from bot.features.meetings import By, Proposal
from bot.features.meetings.model import FEWEST_PLACES, LONGEST, MOST_PLACES, MOST_TIMES, SHORTEST, TITLE_LENGTH
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, words_of

Title = app_commands.Range[str, 1, TITLE_LENGTH]
Minutes = app_commands.Range[int, SHORTEST, LONGEST]
Times = app_commands.Range[int, 1, MOST_TIMES]
Places = app_commands.Range[int, FEWEST_PLACES, MOST_PLACES]


class MeetingsCog(Reminding, commands.GroupCog, name="meetings", group_name="meeting"):
    def __init__(self, bot: Bot) -> None:
        self._meetings = bot.services.meetings

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR), zone=zone_choices)
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
        occasions = await self._meetings.coming(guild_id=interaction.guild_id, group_id=group_of(interaction).id)
        await answer(interaction, list_page(words_of(interaction), occasions))
