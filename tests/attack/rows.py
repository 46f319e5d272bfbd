"""What changed in the database with each commit, and whom and what the changed rows name."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.questions import Band
from tests.attack.evidence import Answers, Copy
from tests.attack.pages import State, replayed

Row = tuple[Any, ...]
BAND = re.compile(r"\b(low|mid|high|unsaid)\b")
NUMBER = re.compile(r"(?<!\d)\d{15,20}(?!\d)")


@dataclass(frozen=True, slots=True)
class Change:
    """A row that appeared or was written anew."""

    window: int
    commit: int
    table: str
    place: int
    """Where it stands among its table's rows."""
    before: Row | None
    after: Row


@dataclass(slots=True)
class _Tables:
    """What each table held when it was last looked at."""

    held: dict[str, dict[Row, Row]] = field(default_factory=dict[str, dict[Row, Row]])
    pages: dict[int, str] = field(default_factory=dict[int, str])
    columns: dict[str, str] = field(default_factory=dict[str, str])

    def touched(self, connection: sqlite3.Connection, changed: frozenset[int]) -> list[str]:
        if 1 in changed or not changed <= self.pages.keys():
            self._learn(connection)
        return sorted({self.pages[page] for page in changed if page in self.pages} & self.columns.keys())

    def _learn(self, connection: sqlite3.Connection) -> None:
        schema = connection.execute("SELECT name, tbl_name, type FROM sqlite_schema").fetchall()
        owner = {name: table for name, table, _ in schema}
        self.pages = {page: owner.get(name, "") for name, page in connection.execute("SELECT name, pageno FROM dbstat")}
        for name, _, kind in schema:
            if kind == "table" and name not in self.columns:
                self.columns[name] = _key(connection, name)

    def read(self, connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, Row | None, Row]]:
        rows = connection.execute(f'SELECT {self.columns[table]}, * FROM "{table}"').fetchall()
        width = self.columns[table].count(",") + 1
        before, now = self.held.get(table, {}), {row[:width]: row[width:] for row in rows}
        self.held[table] = now
        for place, (key, row) in enumerate(now.items()):
            if before.get(key) != row:
                yield place, before.get(key), row


def _key(connection: sqlite3.Connection, table: str) -> str:
    try:
        connection.execute(f'SELECT rowid FROM "{table}" LIMIT 0')
    except sqlite3.OperationalError:
        keys = [name for _, name, _, _, _, key in connection.execute(f'PRAGMA table_info("{table}")') if key]
        return ", ".join(f'"{name}"' for name in keys)
    return "rowid"


def changes(copies: Sequence[Copy]) -> list[Change]:
    """Every row that came or changed while the copies were taken, in the order of the commits."""
    tables, found = _Tables(), list[Change]()
    for commit, state in enumerate(replayed(copies)):
        found += _changes(tables, commit, state)
    return [change for change in found if change.commit]


def _changes(tables: _Tables, commit: int, state: State) -> Iterator[Change]:
    connection = state.opened()
    try:
        for table in tables.touched(connection, state.changed):
            for place, before, after in tables.read(connection, table):
                yield Change(state.window, commit, table, place, before, after)
    finally:
        connection.close()


class Names:
    """Every way in which a person may be written down."""

    def __init__(self, roster: Sequence[int], seal: Callable[[int], bytes]) -> None:
        self._cells: dict[Any, int] = {}
        self.raw: dict[bytes, int] = {}
        for person in roster:
            typed, packed = str(person), person.to_bytes(8)
            written = [typed.encode(), packed, packed[::-1], seal(person)]
            written += [make(typed.encode()).digest() for make in (hashlib.md5, hashlib.sha1, hashlib.sha256)]
            self.raw |= dict.fromkeys([*written, *(text.hex().encode() for text in written)], person)
            self._cells |= dict.fromkeys([person, typed, *written, *(text.hex() for text in written)], person)

    def in_row(self, row: Row) -> set[int]:
        found = {self._cells[cell] for cell in row if cell in self._cells}
        return found.union(*(self.in_text(cell) for cell in row if isinstance(cell, str)))

    def in_text(self, text: str) -> set[int]:
        return {self._cells[number] for number in NUMBER.findall(text) if number in self._cells}

    def in_bytes(self, content: bytes) -> set[int]:
        return {person for written, person in self.raw.items() if written in content}


def vote(change: Change, questions: int) -> dict[int, Band | None]:
    """What answers a change tells, by the questions' places; nothing if it looks like none."""
    if change.before is None:
        words = [word for cell in change.after if isinstance(cell, str) for word in BAND.findall(cell)]
        told = words if len(words) == questions else []
        return {place: None if word == "unsaid" else Band(word) for place, word in enumerate(told)}
    bands = [Band(cell) for cell in change.after if cell in tuple(Band)]
    changed = [(old, new) for old, new in zip(change.before, change.after, strict=True) if old != new]
    places = [cell for cell in change.after if isinstance(cell, int) and 0 <= cell < questions]
    if len(bands) == 1 and places and all(isinstance(new, int) and new == old + 1 for old, new in changed):
        return {places[0]: bands[0]}
    return {}


def whole(votes: Sequence[dict[int, Band | None]], questions: int) -> Answers:
    told = {place: band for one in votes for place, band in one.items()}
    return tuple(told.get(place) for place in range(questions))
