"""What the message menu handed over, in memory alone, while somebody has the form open."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.ids import new_code
from bot.features.cases.model import Evidence

MOST = 500
LASTS = timedelta(hours=1)


class Handed:
    """A form that is put away is not told of, so the oldest go, and after an hour all do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[str, tuple[datetime, Evidence]] = OrderedDict()

    def keep(self, evidence: Evidence) -> str:
        """Gives the token by which the form gets it back."""
        now = self._clock()
        while self._open and (len(self._open) >= MOST or self._oldest() + LASTS <= now):
            self._open.popitem(last=False)
        # a letter in front: a token of digits alone would be read as a number
        token = f"k{new_code(10)}"
        self._open[token] = (now, evidence)
        return token

    def take(self, token: str) -> Evidence | None:
        """What was handed over with this form; None after a restart, or if it was open for too long."""
        kept = self._open.pop(token, None)
        return None if kept is None or kept[0] + LASTS <= self._clock() else kept[1]

    def _oldest(self) -> datetime:
        return next(iter(self._open.values()))[0]
