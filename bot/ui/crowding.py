"""Discord takes 500 channels in a server: said while there is still room."""

from __future__ import annotations

import discord

from bot.ui.texts import Words

MOST = 500
MANY = 450


def crowded(words: Words, guild: discord.Guild | None) -> list[str]:
    """One line about how many channels there are; none while they are not many."""
    count = 0 if guild is None else len(guild.channels)
    return [words("setup.crowded", count=count, most=MOST)] if count >= MANY else []
