"""The buttons of meetings: **Schedule it**, and the three answers under a reminder."""

from __future__ import annotations

from datetime import date

import discord

from bot.client import Interaction
from bot.features.meetings import Choice
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import Page
from bot.ui.texts import Words, channel, instant


class ScheduleButton(PersistentButton, template=r"meetings-schedule:(?P<group>\d+):(?P<meeting>\d+)"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "meetings.schedule_button"
    style = discord.ButtonStyle.success

    def __init__(self, group: int, meeting: int) -> None:
        super().__init__(f"meetings-schedule:{group}:{meeting}")
        self.group = group
        self.meeting = meeting

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        occasion = await interaction.client.services.meetings.schedule(
            guild_id=interaction.guild_id,
            group_id=self.group,
            meeting_id=self.meeting,
            user_id=interaction.user.id,
        )
        words, starts_at = words_of(interaction), occasion.starts_at
        told = words(
            "meetings.scheduled",
            title=occasion.title,
            when=instant(starts_at),
            relative=instant(starts_at, "R"),
        )
        room = occasion.group.room_id
        where = () if room is None else (words("meetings.scheduled_room", room=channel(room)),)
        await answer(interaction, Page(told, *where))


class AnswerButton(
    PersistentButton,
    template=r"meetings-answer:(?P<group>\d+):(?P<meeting>\d+):(?P<day>\d{4}-\d\d-\d\d):(?P<choice>coming|listening|away)",
):
    """What a member says about one time of a meeting. Nobody but them sees what it was."""

    access = Access.MEMBER | Access.VISITOR
    answers = Answers.LATER
    label = "meetings.coming_button"

    def __init__(self, group: int, meeting: int, day: str, choice: str) -> None:
        super().__init__(f"meetings-answer:{group}:{meeting}:{day}:{choice}")
        self.group = group
        self.meeting = meeting
        self.day = date.fromisoformat(day)
        self.choice = Choice(choice)

    def dress(self, words: Words) -> None:
        self.item.label = words(f"meetings.{self.choice}_button")

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        occasion = await interaction.client.services.meetings.answer(
            guild_id=interaction.guild_id,
            group_id=self.group,
            meeting_id=self.meeting,
            day=self.day,
            user_id=interaction.user.id,
            choice=self.choice,
        )
        words = words_of(interaction)
        told = words(f"meetings.answered_{self.choice}", when=instant(occasion.starts_at))
        await answer(interaction, Page(told, words("meetings.answer_private")))
