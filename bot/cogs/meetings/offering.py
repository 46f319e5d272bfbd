"""What is offered while somebody types: the meetings that are coming, and starts as they would be understood."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from discord import app_commands

from bot.client import Interaction
from bot.core.errors import UserError
from bot.core.reading import offers
from bot.core.zones import read_zone
from bot.features.groups import Group
from bot.features.meetings import Occasion
from bot.ui.access import Access, runnable
from bot.ui.answer import words_of
from bot.ui.texts import Words

log = logging.getLogger(__name__)

MOST_CHOICES = 25
SHORT = 3
"""Letters of a weekday and a month that are enough to know it by."""
TITLE_SHOWN = 60
LONGEST_CHOICE = 100

_VALUE = re.compile(r"(?P<meeting>\d{1,16}):(?P<day>\d{4}-\d\d-\d\d)")

Choices = list[app_commands.Choice[str]]
Offer = Callable[[Interaction, str], Coroutine[Any, Any, Choices]]


@dataclass(frozen=True, slots=True)
class Pointed:
    """The time of a meeting that somebody chose."""

    meeting_id: int
    day: date


def pointed_at(typed: str) -> Pointed:
    """Raises ``UserError`` for anything that was not chosen from what is offered."""
    found = _VALUE.fullmatch(typed.strip())
    try:
        if found is not None:
            return Pointed(int(found["meeting"]), date.fromisoformat(found["day"]))
    except ValueError:
        pass  # a day that is in no calendar
    raise UserError("meetings.choose_meeting")


async def group_of_meeting(interaction: Interaction) -> int | None:
    """The group of the meeting that was chosen; None for what is no meeting of this server."""
    found = _VALUE.fullmatch(str(interaction.namespace.meeting or "").strip())
    if found is None or interaction.guild_id is None:
        return None
    changes = interaction.client.services.meetings.changes
    return await changes.group_of(guild_id=interaction.guild_id, meeting_id=int(found["meeting"]))


def _quietly(offer: Offer) -> Offer:
    """What fails is logged without what was typed; the person sees an empty list and can go on typing."""

    @wraps(offer)
    async def choose(interaction: Interaction, typed: str) -> Choices:
        try:
            return [] if interaction.guild_id is None else await offer(interaction, typed)
        except Exception:
            log.exception("an autocomplete failed")
            return []

    return choose


@_quietly
async def meeting_choices(interaction: Interaction, typed: str) -> Choices:
    """The coming times of the group that is meant, or of all groups that this person facilitates."""
    found, words = await _ahead(interaction), words_of(interaction)
    wanted = typed.casefold()
    named = [(occasion_words(words, one), f"{one.meeting.id}:{one.day}") for one in found]
    fitting = [(name, value) for name, value in named if wanted in name.casefold() or wanted == value]
    return [app_commands.Choice(name=name, value=value) for name, value in fitting[:MOST_CHOICES]]


@_quietly
async def start_choices(interaction: Interaction, typed: str) -> Choices:
    """For a new meeting, on the clocks that were named, or else the group's."""
    assert interaction.guild_id is not None
    services = interaction.client.services
    groups = await _groups(interaction)
    async with services.db.read() as tx:
        server = await services.setup.server(tx, interaction.guild_id)
    if server is None:
        return []
    zone = groups[0].clocks(server) if len(groups) == 1 else ZoneInfo(server.zone)
    if typed_zone := str(interaction.namespace.zone or ""):
        try:
            zone = ZoneInfo(read_zone(typed_zone))
        except UserError:
            return []
    usual = [one.meeting.schedule.time for one in await _ahead(interaction)]
    return _starts(interaction, typed, zone, usual)


@_quietly
async def move_choices(interaction: Interaction, typed: str) -> Choices:
    """For the meeting that was chosen, on its own clocks."""
    assert interaction.guild_id is not None
    try:
        pointed = pointed_at(str(interaction.namespace.meeting or ""))
    except UserError:
        return []
    mine = [one for one in await _ahead(interaction) if one.meeting.id == pointed.meeting_id]
    if not mine:
        return []
    schedule = mine[0].meeting.schedule
    return _starts(interaction, typed, ZoneInfo(schedule.zone), [schedule.time])


def _starts(interaction: Interaction, typed: str, zone: ZoneInfo, usual: list[time]) -> Choices:
    words, now = words_of(interaction), interaction.client.services.clock()
    found = offers(typed, now, zone, usual=usual, most=MOST_CHOICES)
    return [
        app_commands.Choice(
            name=f"{_short(words, datetime.combine(start.day, start.time), year=True)} ({zone.key})"[:LONGEST_CHOICE],
            value=f"{start.day} {start.time:%H:%M}",
        )
        for start in found
    ]


async def _groups(interaction: Interaction) -> list[Group]:
    """The group that was named or whose channel this is, or else all that this person facilitates."""
    groups = await runnable(interaction, Access.FACILITATOR)
    if named := str(interaction.namespace.group or ""):
        return [group for group in groups if named in (group.code, group.name)]
    here = [group for group in groups if interaction.channel_id in (group.room_id, group.desk_id)]
    return here or groups


async def _ahead(interaction: Interaction) -> list[Occasion]:
    assert interaction.guild_id is not None
    group_ids = [group.id for group in await _groups(interaction)]
    changes = interaction.client.services.meetings.changes
    return await changes.ahead(guild_id=interaction.guild_id, group_ids=group_ids)


def occasion_words(words: Words, occasion: Occasion) -> str:
    """One time of a meeting in a list to choose from."""
    local = occasion.starts_at.astimezone(ZoneInfo(occasion.meeting.schedule.zone))
    return f"{occasion.title[:TITLE_SHOWN]}, {_short(words, local)}"[:LONGEST_CHOICE]


def _short(words: Words, wall: datetime, *, year: bool = False) -> str:
    weekday = words(f"calendar.weekday_{wall.isoweekday()}")[:SHORT]
    month = words(f"calendar.month_{wall.month}")[:SHORT]
    day = f"{weekday} {wall.day} {month} {wall.year}" if year else f"{weekday} {wall.day} {month}"
    return f"{day}, {wall:%H:%M}"
