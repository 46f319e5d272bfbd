"""Which words hold in which group: the house's, and after them the group's own points."""

from __future__ import annotations

from bot.features.guidelines import store
from bot.features.guidelines.model import LONGEST, Agreement, version_of
from bot.storage import Tx


class Agreements:
    def __init__(self, *, house: str, version: str, heading: str) -> None:
        """``house``: its words with the lines that keep people safe; ``version``: what they are called.

        ``heading``: what stands over a group's own points.
        """
        self.house = house
        self.version = version
        self._heading = heading

    async def of(self, tx: Tx, guild_id: int, group_id: int) -> Agreement:
        """The agreement that holds in this group."""
        own = await store.own(tx, guild_id, group_id)
        return self.holding(own.points)

    def holding(self, points: str) -> Agreement:
        """With these points, or without them while they do not fit in one post beside the house's words.

        The house's words may have grown since the points were written, and they are what keeps people safe.
        """
        return self.with_points(points if self.fit(points) else "")

    def with_points(self, points: str) -> Agreement:
        words = f"{self.house}\n\n{self._heading}\n{points}" if points else self.house
        return Agreement(words=words, version=version_of(self.version, points), house_version=self.version)

    def fit(self, points: str) -> bool:
        return not points or len(self.with_points(points).words) <= LONGEST
