"""Whether somebody who wished to be asked after has been away: plain values and pure rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Spell(StrEnum):
    """How far a time of being away has come; it ends when they come again."""

    NONE = "none"
    ASKED = "asked"
    """The facilitators are asked whether to send a note."""
    SETTLED = "settled"
    """A note was sent, or is not to be: there is none any more before they have been there again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Somebody's wish to be asked after in one group. Of meetings it holds a number and no dates."""

    id: int
    guild_id: int
    group_id: int
    user_id: int
    since: datetime
    missed: int = 0
    """How many meetings in a row; told to nobody."""
    spell: Spell = Spell.NONE
    excused: bool = False
    """They had said that they cannot come to the meeting that goes on beyond its end."""
    card_channel_id: int | None = None
    card_id: int | None = None


def after_meeting(notice: Notice, *, came: bool, excused: bool, limit: int) -> Notice:
    """The wish as it is once a meeting is over.

    To be there ends a time of being away. To have said *Can't make it* neither adds to it nor ends it: whoever says so
    is not missed, and has not been there. ``limit``: after so many missed in a row the facilitators are asked, once.
    """
    if came:
        return replace(notice, missed=0, spell=Spell.NONE, excused=False)
    if excused:
        return replace(notice, excused=False)
    missed = min(notice.missed + 1, limit)
    spell = Spell.ASKED if missed >= limit and notice.spell is Spell.NONE else notice.spell
    return replace(notice, missed=missed, spell=spell)
