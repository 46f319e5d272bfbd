"""A private answer to an interaction, whatever has been answered before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Any

import aiohttp
import discord
from discord import ui

from bot.ui.pages import Page, divide, layout
from bot.ui.texts import Words

TOLD = "told"
FURTHER = "further messages"
ALREADY_ANSWERED = 40060


def words_of(interaction: discord.Interaction[Any]) -> Words:
    return interaction.client.words


class Told(Enum):
    """What a person has before them after pressing something; Discord's receipt for it may have got lost."""

    NOTHING = auto()
    THINKING = auto()
    """That an answer is coming."""
    FORM = auto()
    """What they type into it comes as another interaction."""
    ANSWER = auto()


def so_far(interaction: discord.Interaction[Any]) -> Told:
    if TOLD in interaction.extras or not interaction.response.is_done():
        return interaction.extras.get(TOLD, Told.NOTHING)
    promised = interaction.response.type is discord.InteractionResponseType.deferred_channel_message
    return Told.THINKING if promised else Told.ANSWER


async def promise(interaction: discord.Interaction[Any]) -> None:
    """Say privately that the answer is coming."""
    await _once(lambda: interaction.response.defer(ephemeral=True, thinking=True))
    interaction.extras[TOLD] = Told.THINKING


async def answer(interaction: discord.Interaction[Any], page: Page) -> None:
    """Show ``page`` to this person alone: as the answer, in place of *thinking*, or after what was said before.

    What is too long for one message comes in several.
    """
    for one in divide(page):
        await _add(interaction, one)
        interaction.extras[TOLD] = Told.ANSWER


async def replace(interaction: discord.Interaction[Any], page: Page) -> None:
    """Put ``page`` in place of the private message whose button was pressed, or of the answer given so far.

    A message that others see is left alone, and the person is answered privately.
    """
    if _would_change_what_others_see(interaction):
        await answer(interaction, page)
        return
    first, *others = divide(page)
    view = layout(first, words_of(interaction))
    if so_far(interaction) is Told.NOTHING:
        await _once(lambda: interaction.response.edit_message(view=view, allowed_mentions=page.allowed_mentions))
    else:
        await _edit(interaction, view, first)
    interaction.extras[TOLD] = Told.ANSWER
    # what went on in further messages stands there once, however often the first is edited
    for one in others[interaction.extras.get(FURTHER, 0) :]:
        await _add(interaction, one)
    interaction.extras[FURTHER] = max(interaction.extras.get(FURTHER, 0), len(others))


async def open_form(interaction: discord.Interaction[Any], form: ui.Modal) -> None:
    """Show a form as the first answer."""
    await _once(lambda: interaction.response.send_modal(form))
    interaction.extras[TOLD] = Told.FORM


async def _add(interaction: discord.Interaction[Any], page: Page) -> None:
    view, mentions = layout(page, words_of(interaction)), page.allowed_mentions
    match so_far(interaction):
        case Told.NOTHING:
            await _once(
                lambda: interaction.response.send_message(
                    view=view, ephemeral=True, allowed_mentions=mentions, files=page.files
                )
            )
        case Told.THINKING:
            await _edit(interaction, view, page)
        case Told.FORM | Told.ANSWER:
            await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=mentions, files=page.files)


async def _edit(interaction: discord.Interaction[Any], view: ui.LayoutView, page: Page) -> None:
    async def edit() -> None:
        await interaction.edit_original_response(
            view=view, allowed_mentions=page.allowed_mentions, attachments=page.files
        )

    try:
        await edit()
    except aiohttp.ClientError:
        # the same twice is the same
        await edit()


async def _once(send: Callable[[], Awaitable[Any]]) -> None:
    """Give the one first answer. If its receipt gets lost it is given again, and Discord says whether it had come."""
    try:
        await send()
    except aiohttp.ClientError:
        try:
            await send()
        except discord.HTTPException as refused:
            if refused.code != ALREADY_ANSWERED:
                raise


def _would_change_what_others_see(interaction: discord.Interaction[Any]) -> bool:
    if interaction.message is None or interaction.message.flags.ephemeral:
        return False
    # an answer that was promised, or given, is this person's own, and stands beside the message
    return so_far(interaction) is Told.NOTHING


async def say(interaction: discord.Interaction[Any], key: str, **values: object) -> None:
    """Answer privately with one text."""
    await answer(interaction, Page(words_of(interaction)(key, **values)))
