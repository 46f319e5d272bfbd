"""A group's own points: the form, the preview beside what is posted, and the buttons that post it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.client import Interaction
from bot.features.guidelines.model import POINTS_LENGTH, Preview
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, say, words_of
from bot.ui.components import GroupButton, PersistentButton, PersistentModal, Typed
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, channel


def preview_page(words: Words, preview: Preview, *, stale: bool = False) -> Page:
    """The agreement as it would be posted, below it what differs from the posted one, and what can be done."""
    parts: list[str] = [words("guidelines.preview_stale")] if stale else []
    parts += [words("guidelines.preview_intro", room=channel(preview.group.room_id or 0)), preview.agreement.words]
    parts.append("\n".join(_difference(words, preview)))
    if preview.left_out:
        parts.append(words("guidelines.left_out"))
    stamp = (preview.group.id, f"v{preview.agreement.version}", preview.number)
    post = PostButton(*stamp) if preview.changes or not preview.posted else PostAgainButton(*stamp)
    return Page(*parts, Row(post, EditButton(preview.group.id)))


def _difference(words: Words, preview: Preview) -> list[str]:
    if not preview.posted:
        told: list[str] = [words("guidelines.preview_nothing")]
    elif not preview.changes:
        told = [words("guidelines.preview_same")]
    else:
        told = [words("guidelines.preview_changes")]
    for change in preview.changes:
        told.append(
            words("guidelines.line_added" if change.added else "guidelines.line_removed", line=Raw(change.line))
        )
    if preview.asks:
        return [*told, words("guidelines.preview_asks")]
    return [*told, words("guidelines.preview_asks_nobody")] if preview.changes else told


class PostButton(PersistentButton, template=r"guidelines-post:(?P<group>\d+):(?P<agreement>v\w+):(?P<number>\d+)"):
    """It posts what stands above it and nothing else, whatever has happened since."""

    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "guidelines.post_button"
    style = discord.ButtonStyle.success
    named = "guidelines-post"

    def __init__(self, group: int, agreement: str, number: int) -> None:
        """``agreement``: the version of what is shown, after a ``v``; ``number``: of the newest posting by then."""
        super().__init__(f"{self.named}:{group}:{agreement}:{number}")
        self.group = group
        self.agreement = agreement
        self.number = number

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        preview, posting = await interaction.client.services.guidelines.post(
            guild_id=interaction.guild_id,
            group_id=self.group,
            user_id=interaction.user.id,
            version=self.agreement[1:],
            number=self.number,
        )
        if posting:
            await say(interaction, "guidelines.posting", channel=channel(preview.group.room_id or 0))
        else:
            await answer(interaction, preview_page(words_of(interaction), preview, stale=True))


class PostAgainButton(PostButton, template=r"guidelines-again:(?P<group>\d+):(?P<agreement>v\w+):(?P<number>\d+)"):
    """The same for one that does not differ, because the posted one was lost among others, or deleted."""

    label = "guidelines.post_again_button"
    style = discord.ButtonStyle.secondary
    named = "guidelines-again"


class EditButton(GroupButton, named="guidelines-edit"):
    access = Access.FACILITATOR
    answers = Answers.FORM
    label = "guidelines.edit_button"

    async def press(self, interaction: Interaction) -> None:
        await open_form(interaction, self.group)


async def open_form(interaction: Interaction, group_id: int) -> None:
    """With what was last typed, else with the points that hold."""
    assert interaction.guild_id is not None
    own = await interaction.client.services.guidelines.own(guild_id=interaction.guild_id, group_id=group_id)
    await EditForm(group_id, points=own.points if own.draft is None else own.draft).open(interaction)


class EditForm(PersistentModal):
    template = re.compile(r"guidelines-points:(?P<group>\d+)")
    access = Access.FACILITATOR
    title = "guidelines.points_title"

    def __init__(self, group: int, *, points: str = "") -> None:
        super().__init__(f"guidelines-points:{group}")
        self.group = group
        self._points = points

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        typed = ui.TextInput[Any](
            custom_id="points",
            style=discord.TextStyle.paragraph,
            placeholder=words("guidelines.points_placeholder"),
            default=self._points or None,
            max_length=POINTS_LENGTH,
            required=False,
        )
        hint = words("guidelines.points_hint")
        return [ui.Label[Any](text=words("guidelines.points_label"), description=hint, component=typed)]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        preview = await interaction.client.services.guidelines.edit(
            guild_id=interaction.guild_id, group_id=self.group, typed=typed.text("points")
        )
        await answer(interaction, preview_page(words_of(interaction), preview))
