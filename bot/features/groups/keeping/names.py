"""Finds, in the name of a group, words that say what its people share: names are seen on lock screens and in lists.

That a name should be neutral, and that who gives another is warned, is practice of those who run such groups online.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

_LOOKS = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!|", "l": "1|!", "o": "0", "s": "5$", "t": "7", "z": "2"}
"""What stands for a letter without being one."""

_BETWEEN = r"(?:[^\w\s]|_)*"
_BETWEEN_PARTS = r"[\W_]*"
_APART = r"[\W_]+"
_NO_LETTER_AFTER = r"(?![0-9]*[^\W\d_])"
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_that_tell(name: str, condition_words: Iterable[str]) -> tuple[str, ...]:
    """Those of ``condition_words`` that ``name`` holds as words of their own, as the operator wrote them.

    Case, accents, plural, look-alike digits and what stands between letters make no difference.
    """
    spellings = {_plain(name), _plain(_HUMP.sub(" ", unicodedata.normalize("NFKC", name)))}
    return tuple(word for word in condition_words if any(_holds(spelling, word) for spelling in spellings))


def _holds(spelling: str, word: str) -> bool:
    return any(
        _stands_alone(spelling[: found.start(1)], found[1])
        for pattern in _patterns(word)
        for found in pattern.finditer(spelling)
    )


def _plain(text: str) -> str:
    unfolded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in unfolded if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))


@cache
def _patterns(word: str) -> tuple[re.Pattern[str], ...]:
    """How the word may be written: in one, in its parts, or letter by letter. Found wherever it begins."""
    parts = [part for part in re.split(_APART, _plain(word)) if part]
    if not parts:
        return ()
    *before, last = parts
    written = [_joined(part) for part in before]
    together = _BETWEEN_PARTS.join([*written, f"(?:{'|'.join(_forms(last))})"])
    spelled = _APART.join(map(_letter, "".join(parts)))
    return tuple(re.compile(f"(?=({pattern}){_NO_LETTER_AFTER})") for pattern in (together, spelled))


def _forms(part: str) -> list[str]:
    """The longest first: a plural is no more innocent than the word."""
    forms = [f"{_joined(part)}es", f"{_joined(part)}s", _joined(part)]
    return [f"{_joined(part[:-1])}ies", *forms] if part.endswith("y") else forms


def _joined(part: str) -> str:
    return _BETWEEN.join(map(_letter, part))


def _letter(letter: str) -> str:
    return f"[{re.escape(letter + _LOOKS.get(letter, ''))}]"


def _stands_alone(before: str, found: str) -> bool:
    letters = sum(letter.isalpha() for letter in found)
    if letters * 2 < sum(letter.isalnum() or letter in "@$!|" for letter in found):
        return False  # a number, for the most part
    return not before.rstrip("0123456789")[-1:].isalpha()
