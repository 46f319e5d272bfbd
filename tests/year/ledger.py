"""What happened in the year: when the process looked at the clock, and what stood in its way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.year.stepped import Machine
from tests.year.weather import Fault, Struck

_CHANNEL = re.compile(r"/channels/(\d+)")


@dataclass(frozen=True, slots=True)
class Awake:
    """The process sees what is due from an instant in ``since`` .. ``surely``, until just before ``end``."""

    since: datetime
    surely: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something stood between the bot and a channel (None: all of them).

    ``refuses``: Discord may have said no for good; ``shut``: it said so to whatever was posted.
    """

    begins: datetime
    ends: datetime
    channel_id: int | None
    refuses: bool = False
    shut: bool = False


class Ledger:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.awake: list[Awake] = []
        self.counts: Counter[str] = Counter()
        self.said: dict[int, tuple[int, str]] = {}
        """The channel and the words of each message when it was posted, by its id: it may be edited later."""
        self._everywhere: list[Trouble] = []
        self._by_channel: dict[int, list[Trouble]] = {}
        self._born = self._gone = machine()
        self._since: tuple[datetime, datetime] | None = None

    @property
    def is_up(self) -> bool:
        return self._since is not None

    # the process

    def born(self) -> None:
        self.counts["starts"] += 1
        self._born = self._machine()

    def up(self) -> None:
        now = self._machine()
        self._since = (now, now)
        self._note(Trouble(self._gone, now, None))

    def died(self, where: str) -> None:
        self.counts["kills" if where != "login" else "failed starts"] += 1
        self._end(self._since or (self._born, self._machine()))

    def stopped(self) -> None:
        self.counts["stops"] += 1
        self._end(self._since or (self._born, self._machine()))

    def slept(self) -> None:
        self.counts["naps"] += 1
        if self._since is not None:
            self._end(self._since)

    def woke(self, looks_after: float) -> None:
        """The machine woke; the timers look at the clock that many seconds later at the latest."""
        now = self._machine()
        surely = now + timedelta(seconds=looks_after)
        self._since = (now, surely)
        self._note(Trouble(self._gone, surely, None))

    def _end(self, since: tuple[datetime, datetime]) -> None:
        now = self._machine()
        self.awake.append(Awake(since[0], since[1], now))
        self._gone, self._since = now, None

    # what stood in its way

    def struck(self, path: str, struck: Struck) -> None:
        self.counts["faults"] += 1
        self.counts[struck.fault] += 1
        now, found = self._machine(), _CHANNEL.match(path)
        channel_id = None if struck.everything or found is None else int(found[1])
        ends = now + timedelta(seconds=struck.lasts)
        self._note(Trouble(now, ends, channel_id, refuses=struck.fault is Fault.GONE))

    def shut(self, channel_id: int, since: datetime, until: datetime, how: str, *, wholly: bool) -> None:
        """Discord refuses the bot in this channel for so long: whatever it posts, or only to look at what it posted."""
        self.counts[f"{how} channels"] += 1
        self._note(Trouble(since, until, channel_id, refuses=True, shut=wholly))

    def _note(self, trouble: Trouble) -> None:
        if trouble.channel_id is None:
            self._everywhere.append(trouble)
        else:
            self._by_channel.setdefault(trouble.channel_id, []).append(trouble)

    def troubles(self, channel_id: int, since: datetime, until: datetime) -> Iterator[Trouble]:
        """What stood in the way of this channel at any time from ``since`` to ``until``."""
        for trouble in (*self._everywhere, *self._by_channel.get(channel_id, ())):
            if trouble.begins <= until and trouble.ends >= since:
                yield trouble
