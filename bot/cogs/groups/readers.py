"""Who can read a group's room, and why: what Discord says beside what was declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import discord

from bot.client import Bot, Interaction
from bot.core.errors import UserError
from bot.features.groups import Group, Member
from bot.ui.pages import Page
from bot.ui.seeing import holders, is_hidden
from bot.ui.texts import Raw, mention

ROLE, PERSON = 0, 1
VIEW = discord.Permissions(view_channel=True).value


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrites:
    """Whom a channel's own settings let in: ids of people and of roles, and whether everyone is kept out."""

    people: frozenset[int]
    roles: frozenset[int]
    barred_roles: frozenset[int]
    everyone_barred: bool


class Readers:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def page(self, interaction: Interaction, group: Group) -> Page:
        """Everyone who can read the room, by why. Raises ``UserError`` if the bot cannot see the room itself."""
        guild = interaction.guild
        assert guild is not None and self._bot.user is not None
        seen = await self._overwrites(guild.id, group)
        async with self._bot.services.db.read() as tx:
            members = await self._bot.services.groups.members(tx, guild.id, group.id)
        words = self._bot.words
        facilitators = [member.user_id for member in members if member.facilitates]
        declared = {member.user_id for member in members}
        parts = [
            words("groups.access_intro", name=group.name),
            words("groups.access_facilitators", people=_people(facilitators)),
            words("groups.access_members", count=len(declared) - len(facilitators)),
            *self._drift(seen, members),
            words("groups.access_owner", person=mention(guild.owner_id or 0)),
            *await self._by_role(guild, seen),
            words("groups.access_bot", person=mention(self._bot.user.id)),
            words("groups.access_discord"),
        ]
        return Page("\n".join(parts))

    def _drift(self, seen: Overwrites, members: Iterable[Member]) -> list[str]:
        """Where Discord's settings and the declared membership are not the same."""
        assert self._bot.user is not None
        words = self._bot.words
        declared = {member.user_id for member in members}
        more = sorted(seen.people - declared - {self._bot.user.id})
        fewer = declared - seen.people
        lines: list[str] = []
        if more:
            lines.append(words("groups.access_more", people=_people(more)))
        if fewer:
            lines.append(words("groups.access_fewer", count=len(fewer)))
        return lines

    async def _by_role(self, guild: discord.Guild, seen: Overwrites) -> list[str]:
        words = self._bot.words
        roles = [role for role in guild.roles if not role.is_default()]
        admins = [role for role in roles if role.permissions.administrator]
        readers = [role for role in roles if role not in admins and _lets_in(role, seen)]
        held = await self._held(guild, [*admins, *readers])
        lines: list[str] = []
        for key, some in (("groups.access_admin_role", admins), ("groups.access_role", readers)):
            lines += [
                words(key, role=role.name, people=held.get(role.id, words("groups.count_unknown"))) for role in some
            ]
        if lines:
            lines.append(words("groups.access_roles_note"))
        if not seen.everyone_barred and guild.default_role.permissions.view_channel:
            lines.append(words("groups.access_everyone"))
        return lines

    async def _held(self, guild: discord.Guild, roles: Sequence[discord.Role]) -> dict[int, Raw]:
        """By whom each role is held: by person where Discord tells, else by how many."""
        if self._bot.services.settings.discord.server_members:
            people = await holders(guild, roles)
            if people:
                return {role_id: _people(user_ids) for role_id, user_ids in people.items()}
        words = self._bot.words
        return {role_id: words("groups.count", count=count) for role_id, count in (await self._counts(guild)).items()}

    async def _counts(self, guild: discord.Guild) -> Mapping[int, int]:
        counts: dict[int, int] = {}
        with suppress(discord.HTTPException):
            counts = {role.id: count for role, count in (await guild.role_member_counts()).items()}
        return counts

    async def _overwrites(self, guild_id: int, group: Group) -> Overwrites:
        if group.room_id is None:
            raise UserError("groups.not_open_yet")
        http: Any = self._bot.http
        channel: Any = None
        with suppress(discord.Forbidden, discord.NotFound):
            channel = await http.get_channel(group.room_id)
        if channel is None or is_hidden(channel):
            raise UserError("groups.room_hidden")
        return _read(channel["permission_overwrites"], guild_id)


def _read(overwrites: Iterable[Mapping[str, Any]], guild_id: int) -> Overwrites:
    let_in = {ROLE: set[int](), PERSON: set[int]()}
    barred: set[int] = set()
    for overwrite in overwrites:
        target, kind = int(overwrite["id"]), int(overwrite["type"])
        if int(overwrite["allow"]) & VIEW:
            let_in[kind].add(target)
        elif kind == ROLE and int(overwrite["deny"]) & VIEW:
            barred.add(target)
    return Overwrites(
        people=frozenset(let_in[PERSON]),
        roles=frozenset(let_in[ROLE]),
        barred_roles=frozenset(barred),
        everyone_barred=guild_id in barred,
    )


def _lets_in(role: discord.Role, seen: Overwrites) -> bool:
    if role.id in seen.roles:
        return True
    by_default = not seen.everyone_barred and role.permissions.view_channel
    return by_default and role.id not in seen.barred_roles


def _people(user_ids: Iterable[int]) -> Raw:
    return Raw(", ".join(mention(user_id) for user_id in user_ids) or "-")
