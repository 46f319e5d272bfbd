"""A meeting that takes place, in plain values: how it was opened and closed, and who stepped out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.core.errors import UserError
from bot.features.meetings.model import Occasion
from bot.outbox.model import Params

OPENS_BEFORE = timedelta(minutes=60)
"""How long before its start a meeting can be opened."""
MISSED_AFTER = timedelta(minutes=10)
"""How long after its start it is said that nobody has opened it."""
ASKS_AFTER = timedelta(minutes=15)
"""How long after its end the facilitators are reminded of closing it."""
CLOSES_AFTER = timedelta(minutes=60)
"""How long after its end a meeting that nobody closed closes by itself."""
SPOKEN_FOR = timedelta(hours=1)
"""For how long, once it is closed, it still makes sense to say so to those who were there."""
FORGOTTEN_AFTER = timedelta(days=1)
"""How long after the end, if the bot was away, it is kept at most what has to be known to close a meeting cleanly."""
TOGETHER = 12
"""More people than these are better off in two rooms, with a facilitator each: the guidance for groups online."""


class AsideState(StrEnum):
    OUT = "out"
    ALONE = "alone"
    """They have asked that nobody checks in on them."""
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """That somebody stepped out of a meeting."""

    id: int
    user_id: int
    state: AsideState


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What came of wanting to open a meeting."""

    occasion: Occasion
    opened: bool = True
    """False if it is not, because they would be alone and have not said that they want to be."""
    again: bool = False
    """Whether it was open before, and only its opener is tried once more."""
    people: int = 0
    """How many are coming or there, as far as is known."""

    @property
    def many(self) -> bool:
        return self.people > TOGETHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What came of closing a meeting."""

    occasion: Occasion
    again: bool = False
    """Whether it was closed before, and only its closer is tried once more."""
    asked: bool = False
    """Whether a check-in was opened."""
    refused: UserError | None = None
    """Why it was not, if one was wanted."""


def params_of(occasion: Occasion) -> dict[str, int | str | bool | None]:
    return {"meeting": occasion.meeting.id, "day": occasion.day.isoformat()}


def named_in(params: Params) -> tuple[int, date]:
    """The meeting's id and the day that ``params_of`` has put in."""
    return int(str(params["meeting"])), date.fromisoformat(str(params["day"]))


def key_of(what: str, occasion: Occasion) -> str:
    """What is posted about one time of a meeting is posted once, and once more after each change of that time."""
    revision = occasion.revision
    return ":".join([what, str(occasion.meeting.id), str(occasion.day), *([f"r{revision}"] if revision else [])])
