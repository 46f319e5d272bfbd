"""`/meeting calendar`: what is coming, as a file that other calendars read."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.features.groups import GroupState
from bot.features.meetings import Where
from bot.features.meetings.calendar import Labels, calendar_file
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, words_of
from bot.ui.pages import Document, Page
from bot.ui.texts import Words

MEMBERS = Access.MEMBER | Access.VISITOR | Access.FACILITATOR
FILE = "meetings.ics"


class CalendarCommand(commands.Cog):
    """A part of the cog of meetings."""

    _bot: Bot

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(MEMBERS))
    @requires(MEMBERS, Answers.LATER)
    async def calendar(
        self,
        interaction: Interaction,
        titles: bool = False,  # noqa: FBT001, FBT002  # an option that a person types
        group: str | None = None,
    ) -> None:
        """Get what is coming as a file for your own calendar."""
        assert interaction.guild_id is not None
        words, asked, services = words_of(interaction), group_of(interaction), self._bot.services
        coming = await services.meetings.coming(guild_id=interaction.guild_id, group_id=asked.id)
        meetings = [occasion.meeting for occasion in coming if occasion.group.state is not GroupState.PAUSED]
        written = calendar_file(meetings, _labels(words, titles=titles), services.clock())
        if written is None:
            why = "paused" if asked.state is GroupState.PAUSED else "empty"
            await answer(interaction, Page(words(f"meetings.calendar_{why}")))
            return
        seen = words("meetings.calendar_titles" if titles else "meetings.calendar_neutral")
        await answer(interaction, Page(words("meetings.calendar_intro"), Document(FILE, written), seen))


def _labels(words: Words, *, titles: bool) -> Labels:
    places = {where: words(f"meetings.calendar_{where}_label") for where in (Where.ROOM, Where.VOICE)}
    return Labels(meeting=words("meetings.calendar_summary_label"), places=places, titles=titles)
