"""All that an attacker is given of one check-in, and what really happened, which he is not given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.core.questions import Band
from bot.features.checkins import Sentence

Answers = tuple[Band | None, ...]
"""One a question, in their order; None for what was not said."""

Stats = tuple[int, int, int, int]
"""Size, inode, and the times of the last change of the content and of the file, in nanoseconds.

Not the time of the last access, where a disk keeps one: it moves when anybody at all first reads after a write.
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything as it was at one moment; a backup made then holds a part of it."""

    at: datetime
    data: Mapping[str, bytes]
    """The database, its write-ahead log and shared memory, and whatever else lies in their folder."""
    stats: Mapping[str, Stats]
    said: str
    """What has been logged, at any level, and printed since the copy before."""
    folder: Mapping[str, bytes]
    """The folder of check-ins. Only some attackers get at it."""

    @property
    def database(self) -> bytes:
        return next(content for name, content in self.data.items() if name.endswith(".db"))

    @property
    def log(self) -> bytes:
        return next((content for name, content in self.data.items() if name.endswith("-wal")), b"")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person was seen to do: in the channel, or with another part of the bot that keeps it."""

    at: datetime
    person: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    checkin_id: int
    roster: Sequence[int]
    """Those who were asked: everybody in the room knows who is in the group."""
    questions: int
    copies: Sequence[Copy]
    """The first from just after the opening, the last from after the close."""
    acts: Sequence[Act]
    sentences: Sequence[Sentence]
    seal: Callable[[int], bytes]
    """How the database writes a person, which needs the operator's key."""


@dataclass(slots=True)
class Truth:
    answers: dict[int, Answers] = field(default_factory=dict[int, Answers])
    """By who gave them."""
    moments: set[datetime] = field(default_factory=set[datetime])
    """When answers came."""


class Spy:
    """Copies whatever it can get at, without opening the database, which would leave traces of its own."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data, self._folder = data, folder
        self._last: dict[str, bytes] = {}
        self._stats: dict[str, Stats] = {}

    def copy(self, at: datetime, said: str) -> Copy:
        paths = [path for path in sorted(self._data.rglob("*")) if path.is_file()]
        stats = {path.name: _stats(path) for path in paths}
        shared = {path.name: path.read_bytes() for path in paths if path.name.endswith("-shm")}
        # each commit and each checkpoint is noted in the shared memory, beside the time of the file, which is coarse
        same = stats == self._stats and all(self._last.get(name) == content for name, content in shared.items())
        if not same:
            self._last = {path.name: shared.get(path.name) or path.read_bytes() for path in paths}
        self._stats = stats
        return Copy(at, self._last, stats, said, {path.name: path.read_bytes() for path in self._folder.glob("*")})


def _stats(path: Path) -> Stats:
    found = path.stat()
    return found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns
