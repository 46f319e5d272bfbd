"""On which line each key of a TOML file stands; tomllib reads the values and forgets the places.

It serves messages only: a place that cannot be found falls back to the table around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""Where a value is: tables and key by name, elements of arrays by number."""

_TEXT_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*",
    re.DOTALL,
)
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?")
_KEY = re.compile(r"\s*([^=\s][^=]*?)\s*=")


def find_lines(text: str) -> Mapping[KeyPath, int]:
    """The line, counted from 1, of every table, key, and element of an array of values."""
    return _Finder().walk(_without_texts(text))


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """The line of ``path`` or of the nearest thing around it; None if the file has neither."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _without_texts(text: str) -> str:
    """The same lines with everything blanked that could be mistaken for structure."""

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        if found.startswith("#"):
            return ""
        if "\n" in found or found.startswith(('"""', "'''")):
            return '""' + "\n" * found.count("\n")
        return re.sub(r"[\[\]{}=.,]", "_", found)

    return _TEXT_OR_COMMENT.sub(blank, text)


class _Finder:
    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._table: KeyPath = ()
        self._repeats: dict[KeyPath, int] = {}
        self._key: KeyPath = ()
        self._depth = 0
        self._in_array = False
        self._element = 0
        self._expects_element = False

    def walk(self, text: str) -> Mapping[KeyPath, int]:
        for number, line in enumerate(text.split("\n"), start=1):
            if self._depth:
                self._value(line, number)
            elif header := _HEADER.match(line):
                self._header(_path(header[2]), number, repeated=header[1] == "[[")
            elif key := _KEY.match(line):
                self._key = self._table + _path(key[1])
                self.lines.setdefault(self._key, number)
                self._element = 0
                self._value(line[key.end() :], number)
        return self.lines

    def _header(self, path: KeyPath, number: int, *, repeated: bool) -> None:
        if repeated:
            count = self._repeats[path] = self._repeats.get(path, -1) + 1
            self.lines.setdefault(path, number)
            path = (*path, count)
        self._table = path
        self.lines.setdefault(path, number)

    def _value(self, text: str, number: int) -> None:
        """Follow brackets, so that a value over several lines is not read as keys, and note where elements begin."""
        for sign in text:
            if sign in "[{":
                self._begin_element(number)
                self._depth += 1
                if self._depth == 1:
                    self._in_array = self._expects_element = sign == "["
            elif sign in "]}":
                self._depth -= 1
            elif sign == "," and self._depth == 1:
                self._expects_element = self._in_array
            elif not sign.isspace():
                self._begin_element(number)

    def _begin_element(self, number: int) -> None:
        if self._depth == 1 and self._expects_element:
            self.lines[*self._key, self._element] = number
            self._element += 1
            self._expects_element = False


def _path(dotted: str) -> KeyPath:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
