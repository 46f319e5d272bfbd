"""What is offered while somebody types: the meetings that are coming, and starts as they would be understood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from discord import app_commands

from bot.client import Interaction
from bot.core.errors import UserError
from bot.core.zones import read_zone
from bot.features.meetings import Occasion
from bot.ui.answer import words_of
from bot.ui.offering import LONGEST_CHOICE, MOST_CHOICES, Choices, groups_meant, quietly, short_time, start_offers
from bot.ui.texts import Words

TITLE_SHOWN = 60

_VALUE = re.compile(r"(?P<meeting>\d{1,16}):(?P<day>\d{4}-\d\d-\d\d)")


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


@quietly
async def meeting_choices(interaction: Interaction, typed: str) -> Choices:
    """The coming times of the group that is meant, or of all groups that this person facilitates."""
    found, words = await _ahead(interaction), words_of(interaction)
    wanted = typed.casefold()
    named = [(occasion_words(words, one), f"{one.meeting.id}:{one.day}") for one in found]
    fitting = [(name, value) for name, value in named if wanted in name.casefold() or wanted == value]
    return [app_commands.Choice(name=name, value=value) for name, value in fitting[:MOST_CHOICES]]


@quietly
async def start_choices(interaction: Interaction, typed: str) -> Choices:
    """For a new meeting, on the clocks that were named, or else the group's."""
    assert interaction.guild_id is not None
    services = interaction.client.services
    groups = await groups_meant(interaction)
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
    return start_offers(interaction, typed, zone, usual)


@quietly
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
    return start_offers(interaction, typed, ZoneInfo(schedule.zone), [schedule.time])


async def _ahead(interaction: Interaction) -> list[Occasion]:
    assert interaction.guild_id is not None
    group_ids = [group.id for group in await groups_meant(interaction)]
    changes = interaction.client.services.meetings.changes
    return await changes.ahead(guild_id=interaction.guild_id, group_ids=group_ids)


def occasion_words(words: Words, occasion: Occasion) -> str:
    """One time of a meeting in a list to choose from."""
    local = occasion.starts_at.astimezone(ZoneInfo(occasion.meeting.schedule.zone))
    return f"{occasion.title[:TITLE_SHOWN]}, {short_time(words, local)}"[:LONGEST_CHOICE]
