"""Where a meeting takes place, as somebody typed it."""

from __future__ import annotations

from bot.core.errors import UserError
from bot.features.groups import Group
from bot.features.groups.model import tidy
from bot.features.meetings.timetable import Place, Where

PLACE_LENGTH = 200


def read_place(typed: str, group: Group) -> Place:
    """Where it is: ``room``, ``voice``, or any other words; the room if there are none.

    Raises ``UserError`` for the voice channel of a group that has none, and for words that are too long.
    """
    words = tidy(typed)
    if not words or words.casefold() == Where.ROOM:
        return Place()
    if words.casefold() == Where.VOICE:
        if group.voice_id is None:
            raise UserError("meetings.where_voice_not_there" if group.voice else "meetings.where_no_voice")
        return Place(where=Where.VOICE)
    if len(words) > PLACE_LENGTH:
        raise UserError("meetings.where_long", longest=PLACE_LENGTH)
    return Place(where=Where.ELSEWHERE, words=words)


def read_event(place: Place, *, event: bool) -> bool:
    """Whether Discord shows an event. Raises ``UserError`` unless the meeting is in the group's voice channel."""
    if event and place.where is not Where.VOICE:
        raise UserError("meetings.event_without_voice")
    return event
