"""Which channels are being spoken to: one thing at a time to each, and never in the way of what is urgent for long."""

from __future__ import annotations

from bot.outbox import Errand, Lane


class Channels:
    """An attempt has its channel to itself at first. One that then still waits, inside the library, lets what is urgent
    go beside it; what is not waits for its end, so that a thousand posts to one channel hold up no other.
    """

    def __init__(self) -> None:
        self._fresh: dict[str, int] = {}
        self._under_way: dict[str, int] = {}

    def take(self, errand: Errand) -> None:
        if errand.channel_id is not None:
            self._fresh[errand.lease] = self._under_way[errand.lease] = errand.channel_id

    def let_urgent_in(self, errand: Errand) -> None:
        self._fresh.pop(errand.lease, None)

    def leave(self, errand: Errand) -> None:
        self._fresh.pop(errand.lease, None)
        self._under_way.pop(errand.lease, None)

    def closed_to(self, lane: Lane) -> set[int]:
        """The channels to which nothing of this lane may be begun now."""
        return set((self._fresh if lane is Lane.URGENT else self._under_way).values())

    @property
    def any_slow(self) -> bool:
        """Whether there is a channel that is open to the urgent alone."""
        return len(self._fresh) < len(self._under_way)
