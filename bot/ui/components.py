"""Buttons, selects and forms that work after a restart: their whole state is in their custom id."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.core.errors import UserError
from bot.ui.access import Access, Answers, Gate, Interaction, pass_through
from bot.ui.answer import open_form
from bot.ui.errors import report
from bot.ui.pages import Row
from bot.ui.texts import Words

ANSWERED = "circle_answered"
"""Dispatched when a component or form has answered; commands have the library's own event."""


async def run(
    interaction: Interaction,
    gate: Gate,
    group_id: int | None,
    work: Callable[[], Awaitable[None]],
    typed: str = "",
    doors: Sequence[Row] = (),
) -> None:
    """Pass the gate and do the work; whatever goes wrong is told to the person, with ``doors`` beneath."""
    try:
        await pass_through(interaction, gate, group_id=group_id)
        await work()
    except Exception as error:
        await report(interaction, error, typed=typed, doors=doors)
    else:
        if gate.afterwards:
            interaction.client.dispatch(ANSWERED, interaction)


def _values(match: re.Match[str]) -> dict[str, Any]:
    found = match.groupdict(default="")
    return {name: int(value) if value.isdecimal() else value for name, value in found.items()}


class PersistentItem(ui.DynamicItem[Any], template=r"(?!)"):
    """What persistent buttons and selects share. Subclasses name ``access``, ``answers`` and a template.

    The template's named groups are the constructor's arguments; whole numbers come as ``int``.
    """

    access: ClassVar[Access]
    answers: ClassVar[Answers]
    afterwards: ClassVar[bool] = True
    """Whether the person is then shown words that wait for them; without it nothing is looked up or remembered."""
    refusal: ClassVar[str] = ""
    """The key of what is said to those who may not, if not what is always said."""
    ended: ClassVar[bool] = False
    """Whether it is still there for the facilitators of an archived group."""
    direct: ClassVar[bool] = False
    """Whether it also works in a direct message: then its custom id says of which server it is."""

    def __init_subclass__(cls, *, template: str = r"(?!)") -> None:
        super().__init_subclass__(template=template)

    @property
    def group_id(self) -> int | None:
        """The group that access is asked for; None: the one whose channel this is in."""
        return getattr(self, "group", None)

    @property
    def gate(self) -> Gate:
        return Gate(self.access, self.answers, self.afterwards, self.refusal, self.ended, self.direct)

    def doors(self) -> Sequence[Row]:
        """What is offered beneath the reason to those for whom it could not be done, whatever the reason is."""
        return ()

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(**_values(match))

    @abstractmethod
    def dress(self, words: Words) -> None:
        """Put the operator's words on it."""


class PersistentButton(PersistentItem):
    """A button; ``label`` is the key of its words."""

    label: ClassVar[str]
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary

    def __init__(self, custom_id: str, **values: object) -> None:
        """``values`` fill the label's placeholders."""
        super().__init__(ui.Button[Any](style=self.style, custom_id=custom_id, label=self.label))
        self._label_values = values

    def dress(self, words: Words) -> None:
        self.item.label = words(self.label, **self._label_values)[:80]

    @abstractmethod
    async def press(self, interaction: Interaction) -> None: ...

    async def callback(self, interaction: Interaction) -> None:
        await run(interaction, self.gate, self.group_id, lambda: self.press(interaction), doors=self.doors())


class GroupButton(PersistentButton):
    """A button about one group, and about nothing else. Subclasses say ``named``: what their custom id begins with."""

    named: ClassVar[str]

    def __init_subclass__(cls, *, named: str) -> None:
        super().__init_subclass__(template=rf"{named}:(?P<group>\d+)")
        cls.named = named

    def __init__(self, group: int) -> None:
        super().__init__(f"{self.named}:{group}")
        self.group = group


class PersistentSelect(PersistentItem):
    """A list to pick one thing from; ``placeholder`` is the key of its words."""

    placeholder: ClassVar[str]

    def __init__(self, custom_id: str, options: Sequence[discord.SelectOption] = ()) -> None:
        shown = list(options) or [discord.SelectOption(label=custom_id[:100])]
        super().__init__(ui.Select[Any](custom_id=custom_id, placeholder=self.placeholder, options=shown))

    def dress(self, words: Words) -> None:
        self.item.placeholder = words(self.placeholder)

    @abstractmethod
    async def choose(self, interaction: Interaction, value: str) -> None: ...

    async def callback(self, interaction: Interaction) -> None:
        values: list[str] = self.item.values
        await run(
            interaction, self.gate, self.group_id, lambda: self.choose(interaction, values[0]), doors=self.doors()
        )


class Typed:
    """What a person put into a form, by the custom ids of its fields."""

    def __init__(self, values: Mapping[str, Sequence[str]], texts: Sequence[str]) -> None:
        self._values = values
        self._texts = texts

    @classmethod
    def read(cls, components: Sequence[Mapping[str, Any]]) -> Self:
        values: dict[str, Sequence[str]] = {}
        texts: list[str] = []
        for outer in components:
            field: Mapping[str, Any] = outer.get("component", outer)
            if "custom_id" not in field:
                continue
            value = field.get("values", field.get("value"))
            values[field["custom_id"]] = _listed(value)
            if field.get("type") == discord.ComponentType.text_input.value and value:
                texts.append(value)
        return cls(values, texts)

    def text(self, name: str) -> str:
        """What was typed, or the one thing that was chosen; empty if nothing was."""
        return "".join(self._values.get(name, ())[:1]).strip()

    def chosen(self, name: str) -> tuple[str, ...]:
        """Everything that was ticked or selected."""
        return tuple(self._values.get(name, ()))

    @property
    def words(self) -> str:
        """The person's own words, to be given back if they could not be used."""
        return "\n".join(self._texts)


def _listed(value: Any) -> Sequence[str]:
    if isinstance(value, list):
        return [str(one) for one in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if value is None or value is False:
        return ()
    return (str(value),)


class PersistentModal:
    """A form whose custom id says what it is about, so that one filled in across a restart is not lost.

    The library keeps opened forms in memory by custom id, loses them with the process, and mixes up two people with
    the same one. So it is given nothing to keep: every submission comes to ``Bot.on_interaction``, which reads the
    custom id and makes a fresh instance.
    """

    template: ClassVar[re.Pattern[str]]
    access: ClassVar[Access]
    answers: ClassVar[Answers] = Answers.LATER
    title: str
    afterwards: ClassVar[bool] = True
    """As for the buttons: without it nothing is looked up or remembered once the form is answered."""
    refusal: ClassVar[str] = ""
    ended: ClassVar[bool] = False

    def __init__(self, custom_id: str) -> None:
        self.custom_id = custom_id

    @property
    def group_id(self) -> int | None:
        return getattr(self, "group", None)

    def doors(self) -> Sequence[Row]:
        """As for the buttons: what is offered beneath the reason why something could not be done."""
        return ()

    @abstractmethod
    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        """One to five labels or text displays."""

    @abstractmethod
    async def submit(self, interaction: Interaction, typed: Typed) -> None: ...

    async def open(self, interaction: Interaction) -> None:
        """Show the form. The interaction must not have been answered or deferred."""
        words: Words = interaction.client.words
        modal = ui.Modal(title=words(self.title)[:45], custom_id=self.custom_id, timeout=None)
        for field in self.fields(words):
            modal.add_item(field)
        modal.stop()
        await open_form(interaction, modal)

    @classmethod
    def parse(cls, custom_id: str) -> Self | None:
        """The form of this custom id, None if it is another's."""
        match = cls.template.fullmatch(custom_id)
        return None if match is None else cls(**_values(match))

    async def receive(self, interaction: Interaction) -> None:
        data: Any = interaction.data
        typed = Typed.read(data["components"])
        gate = Gate(self.access, self.answers, self.afterwards, self.refusal, self.ended)
        await run(interaction, gate, self.group_id, lambda: self.submit(interaction, typed), typed.words, self.doors())


async def give_back(interaction: Interaction) -> None:
    """Answer somebody whose form no part of this bot knows any more, so that what they wrote is not lost."""
    data: Any = interaction.data
    await report(interaction, UserError("errors.stale_form"), typed=Typed.read(data["components"]).words)
