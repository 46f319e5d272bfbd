"""What no text for members may say, whoever words it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# Promises nobody can keep, words that blame or shame, and words that diagnose.
BANNED_PHRASES = (
    "commit suicide",
    "committed suicide",
    "successful suicide",
    "failed attempt",
    "attention seeking",
    "we are monitoring",
    "we're monitoring",
    "monitored 24",
    "you are safe here",
    "we will keep you safe",
    "everything will be ok",
    "don't worry",
    "someone will always",
    "guarantee",
    "100%",
    "promise you",
    "completely anonymous",
    "fully anonymous",
    "totally anonymous",
    "entirely anonymous",
    "absolutely anonymous",
    "perfectly anonymous",
    "truly anonymous",
    "always anonymous",
    "untraceable",
    "you have been banned",
    "policy violation",
    "screening test",
    "your diagnosis",
    "diagnose you",
)

# A wrong number costs more than none, so numbers come only from lines that an operator has checked. Addresses,
# Discord's own <...> marks, dates and times of day are full of digits and are not numbers to call.
_NOT_A_NUMBER = re.compile(r"https?://\S+|<[^<>\s]+>|\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}")
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){5,}")
_CALLED_NUMBER = re.compile(
    r"\b(?:call|ring|dial|phone|telephone|text(?:\s+\w+)?\s+to|text|sms)\b(?:\s+[a-z]+){0,3}[\s:]+(?P<number>\+?\d{3,})",
    re.IGNORECASE,
)
_EMERGENCY_NUMBER = re.compile(r"(?<![\w.,:#-])(?:112|911|999|988|000|111|13\s?11\s?14|116\s?\d{3})(?![\w-]|[.,:]\d)")
_MENTION = re.compile(r"@(?:everyone|here)\b|<@[!&]?\d+>", re.IGNORECASE)


class Wrong(StrEnum):
    """What a text must not hold."""

    PHRASE = "phrase"
    """Words that promise what nobody can keep, or can hurt."""
    NUMBER = "number"
    """A phone number typed by hand."""
    MENTION = "mention"
    """What would call everyone at once, or names one person to all who read it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a text; ``said``: the part of it that is meant."""

    wrong: Wrong
    said: str


def faults(text: str) -> Iterator[Fault]:
    """Each thing that is wrong with the words of a text."""
    plain = plain_words(text)
    for phrase in BANNED_PHRASES:
        if phrase in plain:
            yield Fault(Wrong.PHRASE, phrase)
    if number := _typed_number(text):
        yield Fault(Wrong.NUMBER, number)
    if mention := _MENTION.search(text):
        yield Fault(Wrong.MENTION, mention[0])


def plain_words(text: str) -> str:
    """The words alone, for comparing: lower case, straight apostrophes, no bold or italics, single spaces."""
    unmarked = re.sub(r"[*_]|\u200b", "", text.replace("\u2019", "'"))
    return " ".join(unmarked.casefold().split())


def _typed_number(text: str) -> str | None:
    rest = _NOT_A_NUMBER.sub(" ... ", text)
    if called := _CALLED_NUMBER.search(rest):
        return called["number"]
    found = _LONG_NUMBER.search(rest) or _EMERGENCY_NUMBER.search(rest)
    return found[0] if found else None
