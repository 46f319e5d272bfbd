"""The buttons of meetings: **Schedule it**, and the three answers under a reminder."""

from __future__ import annotations

from datetime import UTC, date, datetime

import discord

from bot.client import Interaction
from bot.cogs.meetings.private import RemindButton
from bot.cogs.meetings.where import where_words
from bot.features.meetings import Answered, Choice, Occasion, Outcome
from bot.ui.access import Access, Answers, standing_of
from bot.ui.answer import answer, words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, channel, instant

START = ":t"


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
    template=(
        r"meetings-answer:(?P<group>\d+):(?P<meeting>\d+):(?P<day>\d{4}-\d\d-\d\d)"
        r":(?P<choice>coming|listening|away)(?P<start>(?::t\d+)?)"
    ),
):
    """What a member says about one time of a meeting. Nobody but them sees what it was.

    ``start`` tells a button under what was posted before that time was moved from one that says how it is now.
    """

    access = Access.MEMBER | Access.VISITOR
    answers = Answers.LATER
    label = "meetings.coming_button"

    def __init__(self, group: int, meeting: int, day: str, choice: str, start: str = "") -> None:
        """``start``: as it is written in the custom id, where it may be left out."""
        super().__init__(f"meetings-answer:{group}:{meeting}:{day}:{choice}{start}")
        seconds = start.removeprefix(START)
        self.start = datetime.fromtimestamp(int(seconds), UTC) if seconds else None
        self.group = group
        self.meeting = meeting
        self.day = date.fromisoformat(day)
        self.choice = Choice(choice)

    def dress(self, words: Words) -> None:
        self.item.label = words(f"meetings.{self.choice}_button")

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        answered = await interaction.client.services.meetings.answer(
            guild_id=interaction.guild_id,
            group_id=self.group,
            meeting_id=self.meeting,
            day=self.day,
            user_id=interaction.user.id,
            choice=self.choice,
            told=self.start,
        )
        words, private = words_of(interaction), "meetings.answer_private"
        if interaction.client.services.meetings.cover.wanted and standing_of(interaction).facilitator:
            private = "meetings.answer_facilitator"
        await answer(interaction, _answered_page(words, answered, self.choice, words(private)))


def answer_button(occasion: Occasion, choice: Choice) -> AnswerButton:
    start = f"{START}{int(occasion.starts_at.timestamp())}"
    return AnswerButton(occasion.group.id, occasion.meeting.id, occasion.day.isoformat(), choice, start)


def answer_row(occasion: Occasion) -> Row:
    """The three answers to one time of a meeting as it is now."""
    return Row(*(answer_button(occasion, choice) for choice in Choice))


def _answered_page(words: Words, answered: Answered, choice: Choice, private: str) -> Page:
    """``private``: who gets to know of the answer."""
    occasion = answered.occasion
    when = {"when": instant(occasion.starts_at)}
    relative = {"relative": instant(occasion.starts_at, "R")}
    remind = Row(RemindButton(occasion.group.id))
    match answered.outcome:
        case Outcome.KEPT if choice is Choice.AWAY:
            return Page(words("meetings.answered_away", **when), private)
        case Outcome.KEPT:
            kept, where = words(f"meetings.answered_{choice}", **when), where_words(words, occasion)
            return Page(kept, where, private, remind)
        case Outcome.WAITING:
            return Page(words("meetings.answered_waiting", **when), remind)
        case Outcome.MOVED:
            return Page(words("meetings.answered_moved", **when, **relative), answer_row(occasion))
        case Outcome.CALLED_OFF:
            return Page(words("meetings.answered_called_off"), *_next(words, answered))


def _next(words: Words, answered: Answered) -> list[str]:
    at = answered.next_at
    if at is None:
        return []
    return [words("meetings.answered_next", when=instant(at), relative=instant(at, "R"))]
