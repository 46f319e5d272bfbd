"""Looks into the files that the bot keeps for what must not stand there in plain: ids of people, and their words."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

NO_CONTENT = "-shm"
"""SQLite's index of its journal: who is reading where, and nothing else."""


class Traces:
    """What was found in the files, over several looks: a journal file is emptied again and again."""

    def __init__(self, *folders: Path, sealed: Path) -> None:
        """``folders``: where the database and the log lie. ``sealed``: where the answers to check-ins do."""
        self._folders = folders
        self._sealed = sealed
        self._needles: dict[bytes, str] = {}
        self._searched: dict[Path, tuple[bytes, int]] = {}
        """What each file held when it was searched last, and for how many things it was."""
        self.looked_at: set[str] = set()
        """The names of the files that were read."""
        self.found: set[str] = set()
        """What was found and in which file; it does not repeat what was found."""

    def beware_of_person(self, user_id: int) -> None:
        for way, needle in (
            ("as digits", str(user_id).encode()),
            ("in hexadecimal", f"{user_id:x}".encode()),
            ("as a number", user_id.to_bytes(8, "big")),
            ("as a number", user_id.to_bytes(8, "little")),
        ):
            self._needles[needle] = f"a person's id {way}"

    def beware_of_words(self, words: Iterable[str]) -> None:
        for written in words:
            if written:
                self._needles[written.encode()] = "somebody's words"
                self._needles[written.encode("utf-16-le")] = "somebody's words"

    def look(self) -> None:
        for path in (*self._files(), *self.sealed()):
            content = path.read_bytes()
            self.looked_at.add(path.name)
            stands = (hashlib.sha256(content).digest(), len(self._needles))
            # most of them have not changed since the last look, and searching them is slow
            if self._searched.get(path) != stands:
                self._searched[path] = stands
                self.found |= {f"{path.name} holds {what}" for what in self._held_in(content)}

    def sealed(self) -> list[Path]:
        """What is kept now of answers to check-ins."""
        return sorted(self._sealed.iterdir()) if self._sealed.is_dir() else []

    def rows(self, *tables: str) -> int:
        """How many rows these tables of the database hold now."""
        databases = [path for path in self._files() if path.suffix == ".db"]
        return sum(_rows(path, table) for path in databases for table in tables)

    def state(self) -> Mapping[str, bytes]:
        """What database, journal and log hold now, to be compared with what they hold later."""
        files = (path for path in self._files() if not path.name.endswith(NO_CONTENT))
        return {path.name: hashlib.sha256(path.read_bytes()).digest() for path in files}

    def _held_in(self, content: bytes) -> set[str]:
        return {what for needle, what in self._needles.items() if needle in content}

    def _files(self) -> Iterator[Path]:
        for folder in self._folders:
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _rows(path: Path, table: str) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        (count,) = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608  # a table of ours
    return int(count)
