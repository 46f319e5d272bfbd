"""The buttons of changes: the one that makes a change that was read back, and **Hold it after all**."""

from __future__ import annotations

from datetime import date

import discord

from bot.client import Interaction
from bot.features.meetings.changes.model import Doing, Preview, Which
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, instant


class ChangeButton(
    PersistentButton,
    template=r"meetings-change:(?P<group>\d+):(?P<draft>\d+):(?P<doing>move|skip|cancel|edit)",
):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "meetings.move_button"
    style = discord.ButtonStyle.primary

    def __init__(self, group: int, draft: int, doing: str) -> None:
        super().__init__(f"meetings-change:{group}:{draft}:{doing}")
        self.group = group
        self.draft = draft
        self.doing = Doing(doing)

    def dress(self, words: Words) -> None:
        self.item.label = words(f"meetings.{self.doing}_button")

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        done = await interaction.client.services.meetings.changes.confirm(
            guild_id=interaction.guild_id, group_id=self.group, draft_id=self.draft, actor_id=interaction.user.id
        )
        if done is None:
            await say(interaction, "meetings.change_done_before")
        else:
            await answer(interaction, done_page(words_of(interaction), done))


class HoldButton(PersistentButton, template=r"meetings-hold:(?P<group>\d+):(?P<meeting>\d+):(?P<day>\d{4}-\d\d-\d\d)"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "meetings.hold_button"

    def __init__(self, group: int, meeting: int, day: str) -> None:
        super().__init__(f"meetings-hold:{group}:{meeting}:{day}")
        self.group = group
        self.meeting = meeting
        self.day = date.fromisoformat(day)

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        occasion = await interaction.client.services.meetings.changes.hold(
            guild_id=interaction.guild_id,
            group_id=self.group,
            meeting_id=self.meeting,
            day=self.day,
            actor_id=interaction.user.id,
        )
        await say(interaction, "meetings.held", title=occasion.title, when=instant(occasion.starts_at))


def done_page(words: Words, preview: Preview) -> Page:
    """What has become of it; what was called off alone can be held after all."""
    before, now, wish = preview.before, preview.now, preview.wish
    if now is not None:
        return Page(words(f"meetings.done_{wish.doing}", title=now.title, when=instant(now.starts_at)))
    if wish.which is Which.FOLLOWING:
        return Page(words("meetings.done_ended", title=before.title, when=instant(before.starts_at)))
    told = words("meetings.done_off", title=before.title, when=instant(before.starts_at))
    return Page(told, Row(HoldButton(before.group.id, before.meeting.id, before.day.isoformat())))
