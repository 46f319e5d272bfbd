"""Opening the operator's files: plain text or TOML, with every way it can fail told in words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.settings.positions import KeyPath, find_lines, line_of
from bot.settings.problems import Findings

_TOML_PLACE = re.compile(r"\s*\(at (?:line (?P<line>\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file as read: its values, and where each of them stands. ``name`` is how messages call the file."""

    name: str
    values: Mapping[str, object]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int | None:
        return line_of(self.lines, path)


def shown(path: Path, start: Path) -> str:
    """How messages name a file: from the folder the operator stands in, where that is shorter."""
    return str(path.relative_to(start)) if path.is_relative_to(start) else str(path)


def read_text(path: Path, name: str, findings: Findings) -> str | None:
    """The words of a file with plain line ends, or None after saying why not."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        findings.problem(name, None, "", f"cannot be read ({_reason(error)})", "it must be a file the bot may read")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        findings.problem(name, line, "", "has a letter that is not UTF-8", "save the file as UTF-8")
        return None
    return text.replace("\r\n", "\n")


def read_toml(path: Path, name: str, findings: Findings) -> Document | None:
    """A TOML file, or None after saying where it is malformed."""
    text = read_text(path, name, findings)
    if text is None:
        return None
    try:
        values = cast("Mapping[str, object]", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _TOML_PLACE.search(message)
        line = int(place["line"]) if place and place["line"] else text.count("\n") + 1
        wrong = _TOML_PLACE.sub("", message)
        findings.problem(name, line, "", f"is not valid TOML ({wrong})", 'write key = "value", one to a line')
        return None
    return Document(name=name, values=values, lines=find_lines(text))


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
