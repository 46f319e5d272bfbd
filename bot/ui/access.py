"""Who may use a command or component, declared where it is written and checked before it runs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import Any, TypeVar, cast

import discord
from discord import app_commands

from bot.core.errors import NotAllowed
from bot.features.groups.model import Group, Standing
from bot.services import Services
from bot.ui.answer import promise

log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
F = TypeVar("F", bound=Callable[..., Any])
STANDING = "standing"


class Access(Flag):
    """What a person must be; several are joined with ``|``, and any one of them is enough."""

    ANYONE = auto()
    """Anybody in the server. Nothing is looked up."""
    VISITOR = auto()
    MEMBER = auto()
    FACILITATOR = auto()
    """A facilitator of the group that the command is about."""
    LEAD = auto()
    """The server's safeguarding lead or backup lead."""
    ADMIN = auto()
    """Who may manage the server."""


OF_A_GROUP = Access.VISITOR | Access.MEMBER | Access.FACILITATOR


class Answers(StrEnum):
    """How a command or component answers within Discord's three seconds."""

    NOW = "now"
    """At once: it does not wait for a write."""
    LATER = "later"
    """It says privately that it is thinking before its service is called."""
    FORM = "form"
    """It opens a form, without a write."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is declared: who may, how it answers, whether anything follows the answer (words that wait), and what is
    said to those who may not, if not what is always said.
    """

    access: Access
    answers: Answers
    afterwards: bool = True
    refusal: str = ""
    ended: bool = False
    """Whether it is still there for the facilitators of a group that has been archived."""
    direct: bool = False
    """Whether it works in a direct message as well, where there is no server and nobody is anything to a group."""


class Refused(app_commands.CheckFailure):
    """The only kind of exception that a check may raise: any other would leave the person without an answer."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__()
        self.reason = reason


def requires(
    access: Access, answers: Answers, about: Callable[[Interaction], Awaitable[int | None]] | None = None
) -> Callable[[F], F]:
    """Declare, on a command, who may use it and how it answers.

    ``about`` finds the id of the group in what else was typed, where nobody named one.
    """
    gate = Gate(access, answers)

    async def check(interaction: Interaction) -> bool:
        try:
            group = interaction.namespace.group if "group" in interaction.namespace else None
            group_id = await about(interaction) if about is not None and not group else None
            await pass_through(interaction, gate, code=group, group_id=group_id)
        except Exception as error:
            raise Refused(error) from error
        return True

    check.gate = gate  # pyright: ignore[reportFunctionMemberAccess]  # what the structural test reads
    return app_commands.check(check)


def gate_of(command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu) -> Gate | None:
    """What a command declares, None if it declares nothing."""
    return next((gate for check in command.checks if (gate := getattr(check, "gate", None))), None)


async def pass_through(
    interaction: Interaction, gate: Gate, *, group_id: int | None = None, code: str | None = None
) -> None:
    """Let the person through, deferring if the answer comes later. Raises ``NotAllowed`` with the reason in words."""
    if interaction.guild_id is None and not gate.direct:
        raise NotAllowed("errors.not_here")
    if Access.ANYONE not in gate.access:
        standing, held = await look_up(interaction, group_id=group_id, code=code)
        interaction.extras[STANDING] = standing
        if _is_over(standing, gate, held):
            raise NotAllowed("errors.group_ended")
        if not held & gate.access:
            raise NotAllowed(gate.refusal or _refusal(gate.access, standing))
    if gate.answers is Answers.LATER:
        await promise(interaction)


def _is_over(standing: Standing, gate: Gate, held: Access) -> bool:
    """Whether it would be open only as part of a group, and that group has come to an end."""
    ended = standing.group is not None and standing.group.archived
    otherwise = held & gate.access & (Access.LEAD | Access.ADMIN)
    return ended and not gate.ended and bool(gate.access & OF_A_GROUP) and not otherwise


async def look_up(
    interaction: Interaction, *, group_id: int | None = None, code: str | None = None
) -> tuple[Standing, Access]:
    """What the person is, to the group in question and to the server."""
    guild_id = interaction.guild_id
    if guild_id is None:
        return Standing(group=None), Access.ANYONE
    services = services_of(interaction)
    async with services.db.read() as tx:
        standing = await services.groups.standing(
            tx, guild_id, interaction.user.id, group_id=group_id, code=code, channel_id=interaction.channel_id
        )
        server = await services.setup.server(tx, guild_id)
    held = Access.ANYONE
    for is_so, what in (
        (standing.visitor, Access.VISITOR),
        (standing.member, Access.MEMBER),
        (standing.facilitator, Access.FACILITATOR),
        (server is not None and interaction.user.id in (server.lead_id, server.backup_id), Access.LEAD),
        (interaction.permissions.manage_guild, Access.ADMIN),
    ):
        held = held | what if is_so else held
    return standing, held


def _refusal(access: Access, standing: Standing) -> str:
    about_group = access & OF_A_GROUP
    if about_group and standing.group is None and not access & (Access.LEAD | Access.ADMIN):
        return "errors.which_group"
    names = {
        Access.LEAD: "errors.for_leads",
        Access.ADMIN: "errors.for_admins",
        Access.FACILITATOR: "errors.for_facilitators",
    }
    return next((key for level, key in names.items() if level in access), "errors.for_members")


def standing_of(interaction: Interaction) -> Standing:
    """What the person who passed the gate is to the group."""
    return interaction.extras[STANDING]


def group_of(interaction: Interaction) -> Group:
    """The group the command is about. Raises ``NotAllowed`` where none was named."""
    group = standing_of(interaction).group
    if group is None:
        raise NotAllowed("errors.which_group")
    return group


def services_of(interaction: Interaction) -> Services:
    return cast("Services", interaction.client.services)


Choices = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


Finds = Callable[[Interaction], Awaitable[list[Group]]]


def group_choices(access: Access) -> Choices:
    """Autocomplete for ``group:``: only the groups for which this person may run the command."""
    return choices_among(lambda interaction: runnable(interaction, access))


def choices_among(find: Finds) -> Choices:
    """Autocomplete for ``group:`` among those that ``find`` gives for the person who types."""

    async def choose(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            groups = [] if interaction.guild_id is None else await find(interaction)
        except Exception:
            # the library would log it with what was typed; the person sees an empty list and can go on typing
            log.exception("an autocomplete failed")
            return []
        wanted = typed.casefold()
        fitting = [group for group in groups if wanted in group.name.casefold() or wanted in group.code]
        return [app_commands.Choice(name=group.name[:100], value=group.code) for group in fitting[:25]]

    return choose


FindsIn = Callable[[Interaction, Group], Awaitable[list[tuple[str, str]]]]
"""Gives names and values to choose among, in one group."""


def choices_in_group(access: Access, find: FindsIn) -> Choices:
    """Autocomplete for what belongs to the group that a command is about; nothing for those who may not run it."""

    async def choose(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            standing, held = await look_up(interaction, code=getattr(interaction.namespace, "group", None))
            about = standing.group
            found = await find(interaction, about) if about is not None and held & access else []
        except Exception:
            log.exception("an autocomplete failed")
            return []
        fitting = [(name, value) for name, value in found if typed.casefold() in name.casefold()]
        return [app_commands.Choice(name=name[:100], value=value) for name, value in fitting[:25]]

    return choose


async def runnable(interaction: Interaction, access: Access) -> list[Group]:
    assert interaction.guild_id is not None
    services = services_of(interaction)
    everywhere = interaction.permissions.manage_guild and Access.ADMIN in access
    async with services.db.read() as tx:
        server = await services.setup.server(tx, interaction.guild_id)
        lead = server is not None and interaction.user.id in (server.lead_id, server.backup_id)
        return await services.groups.runnable(
            tx,
            interaction.guild_id,
            interaction.user.id,
            facilitating=Access.MEMBER not in access,
            visiting=Access.VISITOR in access,
            every=everywhere or (lead and Access.LEAD in access),
        )
