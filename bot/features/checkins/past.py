"""What past check-ins came to, to be read again: the sentences as they were posted, and nothing made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from bot.features.checkins import store
from bot.features.checkins.model import Checkin
from bot.storage import Database

MOST_SHOWN = 6
"""Check-ins that are read at a time: a glance takes in so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some of the past of one template, the newest first, and whether there is more to either side."""

    checkins: tuple[Checkin, ...]
    earlier: bool
    later: bool
    upwards: bool = False
    """Whether the reader comes from what is earlier."""

    def shorter(self) -> Self:
        """The same without the one that is farthest from where the reader comes from, so that none is passed over."""
        if self.upwards:
            return replace(self, checkins=self.checkins[1:], later=True)
        return replace(self, checkins=self.checkins[:-1], earlier=True)


class Past:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def newest(self, *, guild_id: int, group_id: int) -> list[Checkin]:
        """Of each template the newest that closed; of these the newest first."""
        async with self._db.read() as tx:
            return await store.newest_closed(tx, guild_id, group_id)

    async def stretch(
        self,
        *,
        guild_id: int,
        group_id: int,
        template: str,
        before: datetime | None = None,
        since: datetime | None = None,
    ) -> Stretch:
        """Those of one template next to a time, or the newest if neither time is given or nothing is left there."""
        which = guild_id, group_id, template
        async with self._db.read() as tx:
            if since is not None and (risen := await store.closed_since(tx, *which, since, MOST_SHOWN + 1)):
                shown = tuple(reversed(risen[:MOST_SHOWN]))
                return Stretch(checkins=shown, earlier=True, later=len(risen) > MOST_SHOWN, upwards=True)
            found = await store.closed_before(tx, *which, before, MOST_SHOWN + 1)
            if found or before is None:
                return _fallen(found, later=before is not None)
            return _fallen(await store.closed_before(tx, *which, None, MOST_SHOWN + 1), later=False)


def _fallen(found: Sequence[Checkin], *, later: bool) -> Stretch:
    return Stretch(checkins=tuple(found[:MOST_SHOWN]), earlier=len(found) > MOST_SHOWN, later=later)
