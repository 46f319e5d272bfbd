"""A private answer to an interaction, whatever has been answered before."""

from __future__ import annotations

from typing import Any

import discord

from bot.ui.pages import Page, divide, layout
from bot.ui.texts import Words


def words_of(interaction: discord.Interaction[Any]) -> Words:
    return interaction.client.words


async def answer(interaction: discord.Interaction[Any], page: Page) -> None:
    """Show ``page`` to this person alone: as the answer, in place of *thinking*, or after what was said before.

    What is too long for one message comes in several.
    """
    for one in divide(page):
        view = layout(one, words_of(interaction))
        if interaction.response.is_done():
            await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=one.allowed_mentions)
        else:
            await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=one.allowed_mentions)


async def replace(interaction: discord.Interaction[Any], page: Page) -> None:
    """Put ``page`` in place of the private message whose button was pressed, or of the answer given so far.

    A message that others see is left alone, and the person is answered privately.
    """
    if _would_change_what_others_see(interaction):
        await answer(interaction, page)
        return
    view = layout(page, words_of(interaction))
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view, allowed_mentions=page.allowed_mentions)
    else:
        await interaction.response.edit_message(view=view, allowed_mentions=page.allowed_mentions)


def _would_change_what_others_see(interaction: discord.Interaction[Any]) -> bool:
    if interaction.message is None or interaction.message.flags.ephemeral:
        return False
    # an answer that was promised, or given, is this person's own, and stands beside the message
    own = (discord.InteractionResponseType.deferred_channel_message, discord.InteractionResponseType.channel_message)
    return interaction.response.type not in own


async def say(interaction: discord.Interaction[Any], key: str, **values: object) -> None:
    """Answer privately with one text."""
    await answer(interaction, Page(words_of(interaction)(key, **values)))
