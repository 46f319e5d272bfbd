"""Where a meeting is: offered while it is typed, read back, and said to those who come."""

from __future__ import annotations

from discord import app_commands

from bot.client import Interaction
from bot.features.meetings import Occasion, Where
from bot.features.meetings.places import PLACE_LENGTH
from bot.ui.answer import words_of
from bot.ui.texts import Raw, Words, channel, linked

OFFERED = (Where.ROOM, Where.VOICE)

Typed = app_commands.Range[str, 0, PLACE_LENGTH]


async def where_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The two places that a group has of its own; anything else is taken as it is typed."""
    words = interaction.client.words
    named = [(words(f"meetings.where_{where}_option"), where) for where in OFFERED]
    return [app_commands.Choice(name=name, value=where) for name, where in named if typed.casefold() in name.casefold()]


def as_meant(interaction: Interaction, typed: str) -> str:
    """What was typed; one of the group's own places also by the name that it was offered with."""
    words = words_of(interaction)
    names = {words(f"meetings.where_{where}_option").casefold(): where for where in OFFERED}
    return names.get(typed.strip().casefold(), typed)


def where_words(words: Words, occasion: Occasion) -> Raw:
    """Where this time of the meeting is."""
    place, group = occasion.place, occasion.group
    if place.where is Where.ELSEWHERE:
        return words("meetings.where_elsewhere", place=linked(place.words))
    channel_id = group.voice_id if place.where is Where.VOICE else group.room_id
    if channel_id is None:
        return words(f"meetings.where_{place.where}_unknown")
    return words("meetings.where_channel", channel=channel(channel_id))
