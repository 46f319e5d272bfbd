"""Finds the words for a key in the operator's texts, and makes whatever is put into them harmless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from discord.utils import escape_markdown, escape_mentions, format_dt

PLAIN = ("_button", "_title", "_label", "_hint", "_option", "_placeholder")
"""Endings of keys whose words Discord shows as they are, without reading any markup in them."""

JOINERS = "\u200c\u200d"

_BRACKET = re.compile(r"(?<!\\)\[")
_ADDRESS = re.compile(r"""(https?://(?:[^\s()]|\([^\s()]*\))+(?<![.,;:!?'"\]>]))""")
_MARKING = re.compile(r"[\\<>()\[\]*`|\"]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Raw(str):
    """Words that are ours already (a timestamp, a mention, another text) and are put in as they are."""

    __slots__ = ()


class Words:
    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __call__(self, key: str, **values: object) -> Raw:
        """The text of ``key`` with its placeholders filled; anything not ``Raw`` is shown as plain words.

        Raises ``KeyError`` for a key or placeholder that the texts do not declare.
        """
        text = self._texts[key]
        marked = not key.endswith(PLAIN) and not key.startswith("commands.")
        return Raw(_PLACEHOLDER.sub(lambda found: harmless(values[found[1]], marked=marked), text))

    def has(self, key: str) -> bool:
        return key in self._texts


def instant(at: datetime, style: Literal["F", "f", "R", "t", "D"] = "F") -> Raw:
    """A Discord timestamp: everyone sees their own local time."""
    return Raw(format_dt(at, style))


def day_words(words: Words, day: date) -> Raw:
    """A day of the wall calendar in full, with its weekday, so that a mistaken one is seen."""
    weekday, month = words(f"calendar.weekday_{day.isoweekday()}"), words(f"calendar.month_{day.month}")
    return words("calendar.day", weekday=weekday, day=day.day, month=month, year=day.year)


def mention(user_id: int) -> Raw:
    """Shows a person's name to those who can see it; it calls nobody unless the post's mentions name them too."""
    return Raw(f"<@{user_id}>")


def channel(channel_id: int) -> Raw:
    return Raw(f"<#{channel_id}>")


def quote(text: str) -> Raw:
    """Somebody's own words given back to them line by line, as words only."""
    return Raw("\n".join(f"> {harmless(line, marked=True)}" for line in text.splitlines()))


def linked(text: str) -> Raw:
    """Somebody's own words as words only, but for their web addresses, which can be pressed."""
    pieces = _ADDRESS.split(" ".join(text.split()))
    return Raw("".join(_address(piece) if count % 2 else _plain(piece) for count, piece in enumerate(pieces)))


def _plain(piece: str) -> str:
    inside = harmless(piece, marked=True)
    # the gaps beside an address are part of what was typed
    return f"{' ' * piece.startswith(' ')}{inside}{' ' * (piece.endswith(' ') and bool(inside))}"


def _address(address: str) -> str:
    """A web address without the letters that could end it and mark what follows; it still leads to the same place."""
    seen = "".join(letter for letter in address if _shows(letter))
    return _MARKING.sub(lambda found: f"%{ord(found[0]):02X}", seen)


def harmless(value: object, *, marked: bool) -> str:
    """Somebody's words as words only: no markup, no mention, no line break, no hidden direction of writing."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, datetime) and marked:
        return instant(value)
    text = "".join(letter for letter in " ".join(str(value).split()) if _shows(letter))
    if not marked:
        return text
    # the library leaves what it takes for a whole link alone, and with it a bracket that opens another;
    # a backslash before it keeps <#1>, <t:1> and </a:1> from becoming more than what they say
    escaped = _BRACKET.sub(r"\\[", escape_markdown(text, ignore_links=False))
    return escape_mentions(escaped).replace("<", "\\<")


def _shows(letter: str) -> bool:
    # joiners show nothing either, but words in many scripts, and families among the emoji, are not the same without
    return letter in JOINERS or unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cs")
