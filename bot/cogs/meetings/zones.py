"""Zones of time, offered to who types one."""

from __future__ import annotations

from discord import app_commands

from bot.client import Interaction
from bot.core.zones import zones_like

MOST_CHOICES = 25


async def zone_choices(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=zone, value=zone) for zone in zones_like(typed, MOST_CHOICES)]
