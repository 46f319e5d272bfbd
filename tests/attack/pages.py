"""The write-ahead log read again: the database as it was after each commit, whatever it holds by now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from struct import unpack_from

from tests.attack.evidence import Copy

HEADER, FRAME = 32, 24


@dataclass(frozen=True, slots=True)
class State:
    """The database after one commit."""

    window: int
    """The place of the copy in which this commit was first seen."""
    pages: list[bytes]
    changed: frozenset[int]
    """The numbers of the pages that this commit wrote, from 1."""

    def opened(self) -> sqlite3.Connection:
        image = bytearray(b"".join(self.pages))
        image[18:20] = b"\1\1"  # not to be looked for in a log again
        connection = sqlite3.connect(":memory:")
        connection.deserialize(bytes(image))
        return connection


@dataclass(frozen=True, slots=True)
class _Frame:
    page: int
    commit: int
    content: bytes


def replayed(copies: Sequence[Copy]) -> Iterator[State]:
    """What was there at the first copy, and then each commit that any copy shows."""
    pages, salts, read = _first(copies[0])
    yield State(0, pages, frozenset(range(1, len(pages) + 1)))
    for window, (before, copy) in enumerate(pairwise(copies), start=1):
        if copy.data is before.data:
            continue
        frames, found = _frames(copy.log), _salts(copy.log)
        if found != salts:
            # the log began anew: what it held is in the file, seen only as a whole
            salts, read = found, 0
            pages, changed = _beside(pages, copy.database)
            if changed:
                yield State(window, pages, changed)
        for commit in _commits(frames[read:]):
            pages = _written(pages, commit)
            yield State(window, pages, frozenset(frame.page for frame in commit))
        read = len(frames)


def _first(copy: Copy) -> tuple[list[bytes], bytes, int]:
    frames = _frames(copy.log)
    pages = _split(copy.database)
    for commit in _commits(frames):
        pages = _written(pages, commit)
    return pages, _salts(copy.log), len(frames)


def _split(database: bytes) -> list[bytes]:
    size = unpack_from(">H", database, 16)[0]
    return [database[start : start + size] for start in range(0, len(database), size)]


def _beside(pages: list[bytes], database: bytes) -> tuple[list[bytes], frozenset[int]]:
    now = _split(database)
    return now, frozenset(
        number for number, page in enumerate(now, start=1) if number > len(pages) or pages[number - 1] != page
    )


def _salts(log: bytes) -> bytes:
    return log[16:24]


def _frames(log: bytes) -> list[_Frame]:
    """Those of the log as it is now; behind them may lie older ones."""
    if len(log) < HEADER:
        return []
    size, salts, found = unpack_from(">I", log, 8)[0], _salts(log), list[_Frame]()
    for start in range(HEADER, len(log) - FRAME - size + 1, FRAME + size):
        if log[start + 8 : start + 16] != salts:
            break
        page, commit = unpack_from(">II", log, start)
        found.append(_Frame(page, commit, log[start + FRAME : start + FRAME + size]))
    return found


def _commits(frames: Sequence[_Frame]) -> Iterator[list[_Frame]]:
    commit: list[_Frame] = []
    for frame in frames:
        commit.append(frame)
        if frame.commit:
            yield commit
            commit = []


def _written(pages: list[bytes], commit: Sequence[_Frame]) -> list[bytes]:
    size = commit[-1].commit
    after = pages[:size] + [b""] * (size - len(pages))
    for frame in commit:
        if frame.page <= size:
            after[frame.page - 1] = frame.content
    return after
