"""What one message says: words and rows of buttons, before it becomes a Discord layout."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol, cast, runtime_checkable

import discord
from discord import ui

from bot.ui.texts import Words

LONGEST = 4_000
"""Characters that Discord takes in the texts of one message."""

MOST = 39
"""Components that it takes in one message, besides the container around them."""

Link = ui.Button[Any]
"""A button that only opens an address; the one kind that needs no handler."""


@runtime_checkable
class Dresses(Protocol):
    """A persistent component, which gets the operator's words when it is shown."""

    def dress(self, words: Words) -> None: ...


class Row:
    """Up to five buttons, or one select."""

    def __init__(self, *items: ui.DynamicItem[Any] | Link) -> None:
        for item in items:
            if isinstance(item, ui.Button) and item.url is None:
                raise TypeError("only persistent components and links survive a restart")
        self.items = items


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is handed over with the message."""

    name: str
    content: bytes


Part = str | Row | Document


class Page:
    """A message as its feature writes it: words, rows and files, top to bottom, and whom it calls by mention."""

    def __init__(self, *parts: Part, mentions: tuple[int, ...] = ()) -> None:
        """``mentions``: user ids that are really notified; nobody else ever is, whatever the words hold."""
        self.parts = parts
        self.mentions = mentions

    @property
    def allowed_mentions(self) -> discord.AllowedMentions:
        # fields that are not named default to allowed
        people = [discord.Object(user_id) for user_id in self.mentions]
        return discord.AllowedMentions(everyone=False, roles=False, users=people, replied_user=False)

    @property
    def files(self) -> list[discord.File]:
        """What is handed over, to be sent once; made anew each time it is asked for."""
        return [discord.File(BytesIO(part.content), part.name) for part in self.parts if isinstance(part, Document)]


def divide(page: Page) -> list[Page]:
    """The same in as many messages as it takes; whom it calls is called by the first."""
    made: list[list[Part]] = [[]]
    length = components = 0
    for part in [piece for whole in page.parts for piece in _pieces(whole)]:
        long, many = _size(part)
        if made[-1] and (length + long > LONGEST or components + many > MOST):
            made.append([])
            length = components = 0
        made[-1].append(part)
        length, components = length + long, components + many
    first, *others = made
    return [Page(*first, mentions=page.mentions), *(Page(*parts) for parts in others)]


def _size(part: Part) -> tuple[int, int]:
    """How many characters and components it takes."""
    match part:
        case Row():
            return 0, 1 + len(part.items)
        case Document():
            return 0, 1
        case str():
            return len(part), 1


def _pieces(part: Part) -> list[Part]:
    """A text that is too long for any message, cut between words where it has some."""
    if not isinstance(part, str):
        return [part]
    pieces: list[Part] = []
    while len(part) > LONGEST:
        # not far from the end: a cut is better late than at the only space, near the beginning
        cut = max(part.rfind(gap, LONGEST // 2, LONGEST) for gap in "\n ")
        end = cut if cut > 0 else LONGEST
        pieces.append(part[:end])
        part = part[end:].lstrip()
    return [*pieces, part]


def layout(page: Page, words: Words, *, mark: int | None = None) -> ui.LayoutView:
    """The page as Discord takes it: one container, whose component id is the post's ``mark``.

    The view is made afresh for each send and stopped before it: its buttons answer by their templates, and the
    library need keep nothing of it.
    """
    children = [_component(part, words) for part in page.parts]
    made = ui.LayoutView(timeout=None).add_item(ui.Container[Any](*children, id=mark))
    made.stop()
    return made


def _component(part: Part, words: Words) -> ui.Item[Any]:
    match part:
        case Row():
            return _row(part, words)
        case Document():
            return ui.File[Any](f"attachment://{part.name}")
        case str():
            return ui.TextDisplay[Any](part)


def _row(row: Row, words: Words) -> ui.ActionRow[Any]:
    for item in row.items:
        if isinstance(item, Dresses):
            item.dress(words)
    return ui.ActionRow(*cast("tuple[ui.Item[Any], ...]", row.items))
