"""Every way into the bot, found by looking at the running bot itself, and the people who may try each of them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import discord
from discord import app_commands, ui
from hypothesis import find
from hypothesis import strategies as st
from simcord import SetupError

from bot.client import EXTENSIONS, Bot
from bot.core.ids import new_id
from bot.demo.world import World
from bot.features.groups import Group, GroupState, Member, MemberState, Role
from bot.features.groups.store import put_member, set_state
from bot.features.setup.model import Task
from bot.features.setup.store import put_person
from bot.ui.access import Access, Answers, Gate, gate_of
from bot.ui.components import PersistentButton, PersistentItem, PersistentModal
from tests.simcord_bot import sample_settings, texts

HELD = {
    "stranger": Access.ANYONE,
    "visitor": Access.ANYONE | Access.VISITOR,
    "member": Access.ANYONE | Access.MEMBER,
    "facilitator": Access.ANYONE | Access.MEMBER | Access.FACILITATOR,
    "facilitator elsewhere": Access.ANYONE,
    "lead": Access.ANYONE | Access.LEAD,
    "backup lead": Access.ANYONE | Access.LEAD,
    "admin": Access.ANYONE | Access.ADMIN,
}
"""Everybody who may try, and what they are to the group *Here*."""

OF_A_GROUP = Access.VISITOR | Access.MEMBER | Access.FACILITATOR
REFUSALS = ("which_group", "for_members", "for_facilitators", "for_leads", "for_admins")
NATURAL = {"day": "2026-12-01"}
"""Parts of custom ids that stand for something whose shape their pattern does not tell."""

OPENER = "tests.walk"
"""The extension that opens any form, as a message from before the bot started would."""


@dataclass(frozen=True)
class Way:
    """One command, button, list or form."""

    name: str
    gate: Gate | None
    thing: Any


def leaves(bot: Bot) -> list[app_commands.Command[Any, ..., Any]]:
    return [command for command in bot.tree.walk_commands() if isinstance(command, app_commands.Command)]


def menus(bot: Bot) -> list[app_commands.ContextMenu]:
    kinds = (discord.AppCommandType.message, discord.AppCommandType.user)
    return [menu for kind in kinds for menu in bot.tree.get_commands(type=kind)]


def ways(bot: Bot) -> list[Way]:
    """All that people can use, but for the walk's own."""
    commands = [Way(f"/{one.qualified_name}", gate_of(one), one) for one in leaves(bot)]
    commands += [Way(f"menu {one.name}", gate_of(one), one) for one in menus(bot)]
    touched = [one for one in (*bot.components, *bot.forms) if one is not OpenerButton]
    return commands + [Way(f"{one.__module__}.{one.__name__}", declared(one), one) for one in touched]


def declared(kind: type[PersistentItem] | type[PersistentModal]) -> Gate | None:
    access, answers = getattr(kind, "access", None), getattr(kind, "answers", None)
    told = isinstance(access, Access) and isinstance(answers, Answers)
    return Gate(access, answers, kind.afterwards, kind.refusal) if told else None


def pattern_of(kind: type[PersistentItem] | type[PersistentModal]) -> str:
    if issubclass(kind, PersistentModal):
        return kind.template.pattern
    return kind.__discord_ui_compiled_template__.pattern


def example_id(kind: type[PersistentItem] | type[PersistentModal], **parts: object) -> str:
    """A custom id of this kind, with ``parts`` in the places of those names."""
    pattern = pattern_of(kind)
    for name, value in {**NATURAL, **parts}.items():
        pattern = re.sub(rf"\(\?P<{name}>[^()]*\)", str(value), pattern)
    return _simplest(pattern)


@cache
def _simplest(pattern: str) -> str:
    return find(st.from_regex(pattern, fullmatch=True), str.isascii)


class OpenerButton(PersistentButton, template=r"walk-open:(?P<which>\d+):(?P<group>\d+)"):
    access = Access.ANYONE
    answers = Answers.FORM
    label = "errors.stale"

    def __init__(self, which: int, group: int) -> None:
        super().__init__(f"walk-open:{which}:{group}")
        self.which = which
        self._about = group

    async def press(self, interaction: discord.Interaction[Any]) -> None:
        kind = interaction.client.forms[self.which]
        form = kind.parse(example_id(kind, group=self._about))
        modal = ui.Modal(title="A form", custom_id=form.custom_id)
        for field in form.fields(interaction.client.words):
            if not isinstance(field, ui.TextDisplay):  # what is only to be read may need to be known first
                modal.add_item(field)
        if not modal.children:  # what it asks is read from what it is about, and Discord shows no empty form
            modal.add_item(ui.TextInput[Any](label="Nothing is asked", required=False))
        modal.stop()
        await interaction.response.send_modal(modal)


async def setup(bot: Bot) -> None:
    bot.add_components(OpenerButton)


class Town:
    """A server with two groups, *Here* and *Elsewhere*, in which everybody of ``HELD`` lives."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.guild = world.guild("Town")
        hall = self.guild.create_text_channel("hall")
        keepers = self.guild.create_role("Keepers", permissions=discord.Permissions(manage_guild=True))
        self.people = {
            name: self.guild.add_member(
                world.env.create_user(name.replace(" ", "")), roles=[keepers] if name == "admin" else []
            )
            for name in HELD
        }
        self.hall = hall
        self.meeting = "the next one"
        """What is typed where a meeting is asked for."""
        self.here: Group
        self.elsewhere: Group

    async def found(self) -> None:
        admin, people = self.people["admin"], self.people
        lead, backup = people["lead"], people["backup lead"]
        await admin.slash(self.hall, "setup start", lead=lead, backup_lead=backup, timezone="Europe/Berlin")
        await admin.slash(self.hall, "group create", name="Here", facilitator=people["facilitator"])
        elsewhere = people["facilitator elsewhere"]
        await admin.slash(self.hall, "group create", name="Elsewhere", facilitator=elsewhere)
        async with self.world.services.db.read() as tx:
            groups = {group.name: group for group in await self.world.services.groups.all_in(tx, self.guild.id)}
        self.here, self.elsewhere = groups["Here"], groups["Elsewhere"]
        # everybody is let into the room, so that it is the bot that turns them away, and not Discord
        room = self.world.bot.get_channel(self.here.room_id or 0)
        assert isinstance(room, discord.TextChannel)
        await room.set_permissions(room.guild.default_role, view_channel=True, send_messages=True)
        everyone = {self.guild.default_role: True}
        for command in await self.world.bot.tree.fetch_commands():
            self.guild.set_command_permissions(command.id, everyone)
        await self.seat()

    @property
    def room(self) -> Any:
        # not by its name: somebody may have given the group another
        return next(channel for channel in self.guild.channels.values() if channel.id == self.here.room_id)

    async def seat(self) -> None:
        """Have everybody be what they are, whatever they did before."""
        async with self.world.services.db.begin() as tx:
            for task, name in ((Task.LEAD, "lead"), (Task.BACKUP, "backup lead")):
                await put_person(tx, self.guild.id, task, self.people[name].id)
            for name, role in (("visitor", Role.VISITOR), ("member", Role.MEMBER), ("facilitator", Role.FACILITATOR)):
                await put_member(tx, self._member(self.here, name, role))
            await put_member(tx, self._member(self.elsewhere, "facilitator elsewhere", Role.FACILITATOR))
            for closed in (GroupState.ARCHIVED, GroupState.PAUSED):
                await set_state(tx, self.here.id, before=closed, after=GroupState.OPEN)

    def _member(self, group: Group, name: str, role: Role) -> Member:
        return Member(
            id=new_id(),
            guild_id=self.guild.id,
            group_id=group.id,
            user_id=self.people[name].id,
            role=role,
            state=MemberState.ACTIVE,
            joined_at=self.world.now() - timedelta(days=1),
            left_at=None,
            consent_version=None,
            agreement_version=None,
            agreed_at=None,
        )

    def options(self, command: app_commands.Command[Any, ..., Any]) -> dict[str, Any]:
        """Something for every option that must be given, and the group where one may be named."""
        people: Iterator[Any] = iter((self.people["lead"], self.people["backup lead"], self.people["member"]))
        # an edit that changes nothing is refused for that reason
        named = ("group", "minutes") if command.name == "edit" else ("group",)
        wanted = [parameter for parameter in command.parameters if parameter.required or parameter.name in named]
        return {parameter.name: self._value(parameter, people) for parameter in wanted}

    def _value(self, parameter: app_commands.Parameter, people: Iterator[Any]) -> Any:
        if parameter.name in ("group", "meeting"):
            return self.here.code if parameter.name == "group" else self.meeting
        if parameter.name == "person":
            return self.people["member"]
        if parameter.choices:
            return parameter.choices[0].value
        if parameter.name in ("template", "every"):
            return "meeting_climate" if parameter.name == "template" else "meeting"
        kind = discord.AppCommandOptionType
        return {
            kind.string: lambda: "tomorrow 19:00",
            kind.integer: lambda: int(parameter.min_value or 1),
            kind.boolean: lambda: False,
            kind.user: lambda: next(people),
            kind.channel: lambda: self.hall,
        }[parameter.type]()

    async def act(self, name: str, way: Way, parts: Mapping[str, object] | None = None) -> Any:
        """Have this person use it; None if Discord does not even show it to them. ``parts``: of its custom id."""
        person, thing = self.people[name], way.thing
        with suppress(SetupError):
            if isinstance(thing, app_commands.Command):
                return await person.slash(self.room, thing.qualified_name, **self.options(thing))
            if isinstance(thing, app_commands.ContextMenu):
                return await person.context_menu(self.room, thing.name, self._target(thing))
            if issubclass(thing, PersistentModal):
                which = self.world.bot.forms.index(thing)
                message = await self.post(ui.Button(custom_id=f"walk-open:{which}:{self.here.id}", label="Open"))
                opened = await person.click(message, label="Open")
                return await person.submit_modal(opened, filled(opened.modal["components"]))
            return await self._touch(person, thing, parts or {})
        return None

    def _target(self, menu: app_commands.ContextMenu) -> Any:
        return self.people["member"] if menu.type is discord.AppCommandType.user else self.room.last_message

    async def _touch(self, person: Any, kind: type[PersistentItem], parts: Mapping[str, object]) -> Any:
        custom_id = example_id(kind, group=self.here.id, **parts)
        if issubclass(kind, PersistentButton):
            return await person.click(await self.post(ui.Button(custom_id=custom_id, label="Press")), label="Press")
        option = discord.SelectOption(label="1")
        message = await self.post(ui.Select(custom_id=custom_id, options=[option]))
        return await person.select(message, ["1"], custom_id=custom_id)

    async def post(self, item: ui.Item[Any]) -> discord.Message:
        """A message in the room from before the bot started: the library knows nothing of what is on it."""
        room = self.world.bot.get_channel(self.room.id)
        assert isinstance(room, discord.TextChannel)
        view = ui.View(timeout=None).add_item(item)
        view.stop()
        return await room.send(view=view)

    def refused(self, result: Any, gate: Gate) -> bool:
        """Whether the gate turned this person away."""
        if result is None:
            return True
        said = texts(result.response.components) if result.response is not None else []
        keys = [gate.refusal] if gate.refusal else [f"errors.{name}" for name in REFUSALS]
        # what was typed into a form is given back below
        return said[:1] in [[self.world.settings.texts[key]] for key in keys]


def filled(fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Something for every field of a form that must be filled in."""
    values: dict[str, Any] = {}
    for field in fields:
        control = field.get("component", field)
        if control.get("required", True) and "custom_id" in control:
            options = [option["value"] for option in control.get("options", ())]
            several = options[: control.get("max_values", 1)]
            radio = control["type"] == discord.ComponentType.radio_group.value
            values[control["custom_id"]] = (options[0] if radio else several) if options else "words"
    return values


@asynccontextmanager
async def town(
    folder: Path, *, extensions: Sequence[str] = (), words: Mapping[str, str] | None = None
) -> AsyncGenerator[Town]:
    """A town with the real bot in it, and with ``extensions`` besides, which use these ``words``."""
    settings = sample_settings(folder)
    settings = replace(settings, texts={**settings.texts, **(words or {})})
    world = World(settings, extensions=(*EXTENSIONS, OPENER, *extensions))
    await world.start()
    made = Town(world)
    await made.found()
    yield made
    with suppress(BaseExceptionGroup):  # being refused is what many here are meant to be
        await world.close()
