"""`/meeting`: move, skip, cancel, edit."""

from __future__ import annotations

from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.meetings.changing_pages import preview_page
from bot.cogs.meetings.offering import group_of_meeting, meeting_choices, move_choices, pointed_at
from bot.cogs.meetings.where import Typed as Place
from bot.cogs.meetings.where import as_meant, where_choices
from bot.features.meetings.changes import Reason
from bot.features.meetings.changes.model import Doing, Typed, Which
from bot.features.meetings.changes.wishes import MOST_PLACES
from bot.features.meetings.model import LONGEST, SHORTEST, TITLE_LENGTH
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, words_of

FACILITATORS = group_choices(Access.FACILITATOR)

Times = Literal["one", "following"]
Why = Literal["facilitator", "few", "holiday", "other"]
Title = app_commands.Range[str, 1, TITLE_LENGTH]
Minutes = app_commands.Range[int, SHORTEST, LONGEST]
Places = app_commands.Range[int, 1, MOST_PLACES]


class Changing(commands.Cog):
    """What `/meeting` can do with a meeting that is planned. Each reads back what it would do, and asks."""

    _bot: Bot

    @app_commands.command()
    @app_commands.autocomplete(meeting=meeting_choices, to=move_choices, group=FACILITATORS)
    @requires(Access.FACILITATOR, Answers.LATER, about=group_of_meeting)
    async def move(
        self, interaction: Interaction, meeting: str, to: str, which: Times = "one", group: str | None = None
    ) -> None:
        """Have a meeting start at another time."""
        pointed = pointed_at(meeting)
        typed = Typed(doing=Doing.MOVE, meeting_id=pointed.meeting_id, day=pointed.day, which=Which(which), to=to)
        await self._ask(interaction, typed)

    @app_commands.command()
    @app_commands.autocomplete(meeting=meeting_choices, group=FACILITATORS)
    @requires(Access.FACILITATOR, Answers.LATER, about=group_of_meeting)
    async def skip(
        self, interaction: Interaction, meeting: str, reason: Why | None = None, group: str | None = None
    ) -> None:
        """Leave one time of a meeting out."""
        pointed = pointed_at(meeting)
        why = None if reason is None else Reason(reason)
        await self._ask(
            interaction, Typed(doing=Doing.SKIP, meeting_id=pointed.meeting_id, day=pointed.day, reason=why)
        )

    @app_commands.command()
    @app_commands.autocomplete(meeting=meeting_choices, group=FACILITATORS)
    @requires(Access.FACILITATOR, Answers.LATER, about=group_of_meeting)
    async def cancel(
        self, interaction: Interaction, meeting: str, reason: Why, which: Times = "one", group: str | None = None
    ) -> None:
        """Call a meeting off, once or for good."""
        pointed = pointed_at(meeting)
        typed = Typed(
            doing=Doing.CANCEL,
            meeting_id=pointed.meeting_id,
            day=pointed.day,
            which=Which(which),
            reason=Reason(reason),
        )
        await self._ask(interaction, typed)

    @app_commands.command()
    @app_commands.autocomplete(meeting=meeting_choices, where=where_choices, group=FACILITATORS)
    @requires(Access.FACILITATOR, Answers.LATER, about=group_of_meeting)
    async def edit(  # one argument for each option that a person types
        self,
        interaction: Interaction,
        meeting: str,
        which: Times = "one",
        title: Title | None = None,
        minutes: Minutes | None = None,
        where: Place = "",
        places: Places | None = None,
        group: str | None = None,
    ) -> None:
        """Change what a meeting is called, how long it is, or where."""
        pointed = pointed_at(meeting)
        typed = Typed(
            doing=Doing.EDIT,
            meeting_id=pointed.meeting_id,
            day=pointed.day,
            which=Which(which),
            title=title,
            minutes=minutes,
            where=as_meant(interaction, where),
            places=places,
        )
        await self._ask(interaction, typed)

    async def _ask(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        preview = await self._bot.services.meetings.changes.propose(
            guild_id=interaction.guild_id, group_id=group_of(interaction).id, typed=typed
        )
        await answer(interaction, preview_page(words_of(interaction), preview))
