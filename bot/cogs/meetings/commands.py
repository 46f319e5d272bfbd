"""`/meeting`: schedule, list."""

from __future__ import annotations

from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.meetings.pages import list_page, understood_page
from bot.core.calendar import Repeat
from bot.core.zones import zones_like
from bot.features.meetings import By, Proposal
from bot.features.meetings.model import LONGEST, MOST_TIMES, SHORTEST, TITLE_LENGTH
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, words_of

Title = app_commands.Range[str, 1, TITLE_LENGTH]
Minutes = app_commands.Range[int, SHORTEST, LONGEST]
Times = app_commands.Range[int, 1, MOST_TIMES]
MEMBERS = Access.MEMBER | Access.VISITOR
MOST_CHOICES = 25


async def zone_choices(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=zone, value=zone) for zone in zones_like(typed, MOST_CHOICES)]


class MeetingsCog(commands.GroupCog, name="meetings", group_name="meeting"):
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
