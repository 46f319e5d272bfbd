"""One table of a TOML file, read key by key: asking for a key is what makes it known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TypeGuard, TypeVar

from bot.core.durations import EXAMPLES, parse_duration, spell
from bot.settings.files import Document
from bot.settings.positions import KeyPath
from bot.settings.problems import Findings, did_you_mean

_Value = TypeVar("_Value")


class Table:
    """Reads values of the expected kind; for a wrong one reports the problem and goes on with the default."""

    def __init__(
        self, document: Document, values: Mapping[str, object], findings: Findings, path: KeyPath = ()
    ) -> None:
        self._document = document
        self._values = values
        self._findings = findings
        self._path = path
        self._asked: dict[str, None] = {}

    @classmethod
    def of(cls, document: Document, findings: Findings) -> Table:
        return cls(document, document.values, findings)

    def text(self, key: str, default: str, *, longest: int = 200) -> str:
        value = self._get(key, default)
        if not isinstance(value, str):
            return self._wrong(key, f"is {_kind(value)}", "write words in quotes", default)
        if len(value) > longest:
            return self._wrong(key, f"is {len(value)} characters long", f"at most {longest}", default)
        return value.strip()

    def required_text(self, key: str, *, allowed: str, longest: int = 200) -> str:
        if not self.has(key):
            return self._wrong(key, "is missing", allowed, "")
        value = self.text(key, "-", longest=longest)
        return value or self._wrong(key, "is empty", allowed, "")

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._get(key, default)
        return value if isinstance(value, bool) else self._wrong(key, f"is {_kind(value)}", "true or false", default)

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        value = self._get(key, default)
        allowed = f"a whole number from {least} to {most}"
        if not isinstance(value, int) or isinstance(value, bool):
            return self._wrong(key, f"is {_kind(value)}", allowed, default)
        return value if least <= value <= most else self._wrong(key, f"is {value}", allowed, default)

    def number(self, key: str, default: float, *, least: float, most: float) -> float:
        value = self._get(key, default)
        allowed = f"a number from {least:g} to {most:g}"
        if not isinstance(value, int | float) or isinstance(value, bool):
            return self._wrong(key, f"is {_kind(value)}", allowed, default)
        return float(value) if least <= value <= most else self._wrong(key, f"is {value:g}", allowed, default)

    def duration(self, key: str, default: timedelta, *, least: timedelta, most: timedelta) -> timedelta:
        if not self.has(key):
            return default
        found = self._duration((key,), self._get(key, None), least=least, most=most)
        return default if found is None else found

    def optional_duration(
        self, key: str, default: timedelta | None, *, least: timedelta, most: timedelta, none: str = "never"
    ) -> timedelta | None:
        """As ``duration``, where the word ``none`` stands for None."""
        if self._get(key, default) == none:
            return None
        return self.duration(key, least, least=least, most=most) if self.has(key) else default

    def durations(
        self, key: str, default: tuple[timedelta, ...], *, least: timedelta, most: timedelta, longest: int
    ) -> tuple[timedelta, ...]:
        """A list of different durations, given back longest first."""
        if not self.has(key):
            return default
        value = self._get(key, default)
        if not _is_list(value):
            return self._wrong(key, f"is {_kind(value)}", f"a list such as [{EXAMPLES}]", default)
        if len(value) > longest:
            return self._wrong(key, f"has {len(value)} entries", f"at most {longest}", default)
        found: dict[timedelta, None] = {}
        for index, entry in enumerate(value):
            duration = self._duration((key, index), entry, least=least, most=most)
            if duration is None:
                continue
            if duration in found:
                self._report((key, index), f"says {spell(duration)} again", "each length of time once")
            found[duration] = None
        return tuple(sorted(found, reverse=True))

    def choice(self, key: str, allowed: tuple[str, ...]) -> str | None:
        """One of ``allowed``, or None after saying what is wrong."""
        value = self._get(key, None)
        if isinstance(value, str) and value in allowed:
            return value
        wrong = "is missing" if value is None else f"is {value!r}" if isinstance(value, str) else f"is {_kind(value)}"
        self._report((key,), wrong, f"one of {', '.join(allowed)}")
        return None

    def day(self, key: str) -> date | None:
        """A day written without quotes, None if it is not there."""
        value = self._get(key, None)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        return self._wrong(key, f"is {_kind(value)}", "a day without quotes, such as 2026-12-01", None)

    def texts(self, key: str, *, allowed: str, least: int = 1) -> tuple[str, ...]:
        """A list of words, of which there must be ``least``; ``allowed`` says what they are."""
        value = self._get(key, [])
        if not _is_list(value) or len(value) < least:
            wrong = "is missing or empty" if value == [] else f"is {_kind(value)}"
            return self._wrong(key, wrong, allowed, ())
        for index, entry in enumerate(value):
            if not isinstance(entry, str):
                self._report((key, index), f"is {_kind(entry)}", "write it in quotes")
        return tuple(entry.strip() for entry in value if isinstance(entry, str))

    def table(self, key: str) -> Table:
        """The table ``key``; an empty one if it is not there or is no table."""
        value = self._get(key, {})
        if not _is_table(value):
            path = (*self._path, key)
            self._report((key,), f"is {_kind(value)}", f"begin a table with [{_dotted(path)}]")
            return Table(self._document, {}, self._findings, path)
        return Table(self._document, value, self._findings, (*self._path, key))

    def tables(self, key: str, *, if_empty: str) -> Iterator[Table]:
        """The tables in the list ``key``, in their order; an empty list is reported with the words ``if_empty``."""
        value = self._get(key, [])
        entries = value if _is_list(value) else [value]
        if not entries:
            self._report((key,), "is empty", if_empty)
        for index, entry in enumerate(entries):
            if _is_table(entry):
                yield Table(self._document, entry, self._findings, (*self._path, key, index))
            else:
                self._report((key, index), f"is {_kind(entry)}", "a table in braces { }")

    def has(self, key: str) -> bool:
        self._asked[key] = None
        return key in self._values

    def wrong(self, key: str, wrong: str, allowed: str, *, entry: int | None = None) -> None:
        """Report a value of the right kind that still cannot be; ``entry``: its place, if it is one of a list."""
        self._report((key,) if entry is None else (key, entry), wrong, allowed)

    def refuse_unknown(self) -> None:
        """Report every key that nobody asked for. To be called when all has been asked."""
        for key in self._values:
            if key not in self._asked:
                self._report((key,), "is not known", did_you_mean(key, self._asked))

    def _get(self, key: str, default: object) -> object:
        self._asked[key] = None
        return self._values.get(key, default)

    def _duration(self, path: KeyPath, value: object, *, least: timedelta, most: timedelta) -> timedelta | None:
        if not isinstance(value, str):
            self._report(path, f"is {_kind(value)}", f"a length of time in quotes, such as {EXAMPLES}")
            return None
        try:
            duration = parse_duration(value)
        except ValueError as error:
            self._report(path, str(error), "")
            return None
        if not least <= duration <= most:
            self._report(path, f"is {spell(duration)}", f"from {spell(least)} to {spell(most)}")
            return None
        return duration

    def _wrong(self, key: str, wrong: str, allowed: str, default: _Value) -> _Value:
        self._report((key,), wrong, allowed)
        return default

    def _report(self, path: KeyPath, wrong: str, allowed: str) -> None:
        full = (*self._path, *path)
        self._findings.problem(self._document.name, self._document.line(full), _dotted(full), wrong, allowed)


def _dotted(path: KeyPath) -> str:
    """As TOML writes it, with elements counted from 1 as people do."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def _kind(value: object) -> str:
    names: dict[type, str] = {str: "words", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else "a date or time")
