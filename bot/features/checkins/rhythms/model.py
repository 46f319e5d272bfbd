"""How often a check-in is opened without anybody asking for it: plain values and pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import at_local
from bot.core.reading import WallTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A check-in that comes round in a group: every so many ``days``, or after each meeting if that is None.

    ``coming``: when it is opened next, on the group's clocks; None after each meeting. ``told``: why the facilitators
    were last told that it could not be opened, so that they are told once.
    """

    guild_id: int
    group_id: int
    template: str
    days: int | None = None
    coming: WallTime | None = None
    lasts: timedelta
    told: str | None = None

    @property
    def subject(self) -> str:
        """What its timer is about."""
        return f"{self.guild_id}:{self.group_id}:{self.template}"

    def due_at(self, zone: ZoneInfo) -> datetime | None:
        return None if self.coming is None else at_local(self.coming.day, self.coming.time, zone)
