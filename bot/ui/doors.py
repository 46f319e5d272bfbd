"""Buttons that lead to another feature: shown on one cog's page, answered by the cog that owns their custom id."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.ui.texts import Words

HELP = "resources-help"
TALK = "cases-talk"


class Door(ui.DynamicItem[ui.Button[Any]], template=r".+"):
    """A button by custom id alone. It is only ever shown: the class registered for that id answers it."""

    def __init__(self, custom_id: str, *, label: str, style: discord.ButtonStyle) -> None:
        """``label``: the key of its words."""
        super().__init__(ui.Button[Any](custom_id=custom_id, label=label, style=style))
        self._label = label

    def dress(self, words: Words) -> None:
        self.item.label = words(self._label)


def help_door() -> Door:
    """**Get help now**: works for anyone, and leaves no trace."""
    return Door(HELP, label="resources.help_button", style=discord.ButtonStyle.danger)


def talk_door(group_id: int) -> Door:
    """**Talk to a facilitator** of this group."""
    return Door(f"{TALK}:{group_id}", label="cases.talk_button", style=discord.ButtonStyle.primary)
