"""What is wrong with the words of a text, in words for the operator who wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core import wording
from bot.core.wording import Wrong

_TOLD = {
    Wrong.PHRASE: ('says "{said}"', "other words: this promises what nobody can keep, or can hurt"),
    Wrong.NUMBER: ('has a phone number typed by hand ("{said}")', "numbers only through placeholders"),
    Wrong.MENTION: ('says "{said}"', "no text may call everyone at once"),
}


def faults(text: str) -> Iterator[tuple[str, str]]:
    """Each thing wrong with the words of a text: what it is, and what is allowed instead."""
    if not text.strip():
        yield "is empty", "say something, or take the line out to use the shipped words"
    for fault in wording.faults(text):
        wrong, allowed = _TOLD[fault.wrong]
        yield wrong.format(said=fault.said), allowed
