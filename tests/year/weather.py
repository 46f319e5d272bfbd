"""What goes wrong, as seeded dice say: at a request, between two statements, and for how long."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tests.year.stepped import Machine

OFTEN, IN_A_STORM = 0.04, 0.6
STORM_FOLLOWS = 0.3
CRASH_AGAIN = 0.35
SOON = 60  # moments


class Fault(StrEnum):
    LIMITED = "429"
    """Discord says how long to wait, for this route or for everything."""
    BROKEN = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    RESET = "reset"
    """The connection breaks before Discord has heard."""
    LOST = "lost"
    """Discord has done it, and the connection breaks before its answer."""
    DONE_AND_502 = "done, then 502"
    HUNG = "hung"
    """Nothing comes back, and nothing is done."""
    HUNG_AFTER = "done, then hung"
    GONE = "404"
    """The channel is not there, for this once."""


WEIGHTS = {
    Fault.LIMITED: 3,
    Fault.BROKEN: 2,
    Fault.BAD_GATEWAY: 2,
    Fault.UNAVAILABLE: 2,
    Fault.RESET: 3,
    Fault.LOST: 5,
    Fault.DONE_AND_502: 2,
    Fault.HUNG: 0.5,
    Fault.HUNG_AFTER: 1,
    Fault.GONE: 0.15,
}


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault; ``lasts`` seconds for those that say how long."""

    fault: Fault
    lasts: float = 0.0
    everything: bool = False


class Weather:
    """``calm`` while nothing may go wrong."""

    def __init__(self, seed: int, machine: Machine, *, moments_between_deaths: int) -> None:
        self.dice = random.Random(seed)
        self.calm = True
        self._machine = machine
        self._between = moments_between_deaths
        self._left = self._next_death()
        self._storm_until: datetime | None = None

    def between(self, least: float, most: float) -> float:
        """Short ones as often as long ones."""
        return math.exp(self.dice.uniform(math.log(least), math.log(most)))

    def latency(self) -> float:
        return self.dice.uniform(0.02, 0.15)

    def strikes(self) -> Struck | None:
        """What happens to the next request."""
        if self.calm or self.dice.random() > (IN_A_STORM if self._storming else OFTEN):
            return None
        if not self._storming and self.dice.random() < STORM_FOLLOWS:
            self._storm_until = self._machine() + timedelta(seconds=self.between(1, 3000))
        (fault,) = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
        if fault is Fault.LIMITED:
            return Struck(fault, self.between(0.1, 200), everything=self.dice.random() < 0.2)
        return Struck(fault, self.between(5, 400))

    @property
    def _storming(self) -> bool:
        return self._storm_until is not None and self._machine() < self._storm_until

    def dies(self) -> bool:
        """Whether the process is killed at this moment; asked at each."""
        if self.calm:
            return False
        self._left -= 1
        if self._left > 0:
            return False
        self._left = self._next_death()
        return True

    def _next_death(self) -> int:
        mean = SOON if self.dice.random() < CRASH_AGAIN else self._between
        return 1 + int(self.dice.expovariate(1 / mean))

    def away(self) -> float:
        """Seconds until a dead process is started again."""
        return self.between(0.5, 60) if self.dice.random() < 0.7 else self.between(60, 20_000)
