"""What is offered while somebody types, whatever the command: starts as they would be understood."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, time
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.core.reading import WallTime, offers
from bot.features.groups import Group
from bot.ui.access import Access, runnable, services_of
from bot.ui.answer import words_of
from bot.ui.texts import Words

log = logging.getLogger(__name__)

MOST_CHOICES = 25
LONGEST_CHOICE = 100
SHORT = 3
"""Letters of a weekday and a month that are enough to know it by."""

Interaction = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]
Offer = Callable[[Interaction, str], Coroutine[Any, Any, Choices]]


def quietly(offer: Offer) -> Offer:
    """What fails is logged without what was typed; the person sees an empty list and can go on typing."""

    @wraps(offer)
    async def choose(interaction: Interaction, typed: str) -> Choices:
        try:
            return [] if interaction.guild_id is None else await offer(interaction, typed)
        except Exception:
            log.exception("an autocomplete failed")
            return []

    return choose


def start_offers(interaction: Interaction, typed: str, zone: ZoneInfo, usual: Sequence[time]) -> Choices:
    """Every start that may be meant, on the clocks of ``zone``; ``usual``: the times of day to fill in first."""
    words, now = words_of(interaction), services_of(interaction).clock()
    found = offers(typed, now, zone, usual=usual, most=MOST_CHOICES)
    return [
        app_commands.Choice(
            name=f"{_dated(words, start)} ({zone.key})"[:LONGEST_CHOICE],
            value=f"{start.day} {start.time:%H:%M}",
        )
        for start in found
    ]


def _dated(words: Words, start: WallTime) -> str:
    return short_time(words, datetime.combine(start.day, start.time), year=True)


async def groups_meant(interaction: Interaction) -> list[Group]:
    """The group that was named or whose channel this is, or else all that this person facilitates."""
    groups = await runnable(interaction, Access.FACILITATOR)
    if named := str(interaction.namespace.group or ""):
        return [group for group in groups if named in (group.code, group.name)]
    here = [group for group in groups if interaction.channel_id in (group.room_id, group.desk_id)]
    return here or groups


def short_time(words: Words, wall: datetime, *, year: bool = False) -> str:
    weekday = words(f"calendar.weekday_{wall.isoweekday()}")[:SHORT]
    month = words(f"calendar.month_{wall.month}")[:SHORT]
    day = f"{weekday} {wall.day} {month} {wall.year}" if year else f"{weekday} {wall.day} {month}"
    return f"{day}, {wall:%H:%M}"
