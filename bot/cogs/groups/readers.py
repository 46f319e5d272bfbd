"""Who can read a group's room, and why: what Discord says beside what was declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import discord

from bot.client import Bot, Interaction
from bot.cogs.groups.sight import overwrites_of, own_roles, ranks_of
from bot.core.errors import UserError
from bot.features.groups import Group, GroupState, Member, Place, Role
from bot.features.groups.watch import effective
from bot.features.groups.watch.effective import Reader, Why
from bot.ui.pages import Page
from bot.ui.seeing import MOST, is_hidden
from bot.ui.texts import Raw, mention


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who can read a room, as ``/group access`` says it: each of these people, and whoever holds one of these roles.

    Members and visitors are only counted where they are shown; here they are still people.
    """

    facilitators: tuple[int, ...]
    members: tuple[int, ...]
    visitors: tuple[int, ...]
    kept_out: tuple[int, ...]
    """Declared, and not let in."""
    owner: int
    admins: Mapping[int, tuple[int, ...]]
    """By role; nobody where people are not known."""
    roles: Mapping[int, tuple[int, ...]]
    others: tuple[int, ...]
    """Not declared, and let in by the room's own settings."""
    leaving: tuple[int, ...]
    """The same, but their access is about to end: only counted, because nobody is told that somebody left."""
    everyone: tuple[int, ...] | None
    """Let in because nobody is kept out; None if the room is closed to all others."""
    steering: tuple[int, ...]
    """Roles whose holders cannot read it now and may change that."""
    known: bool

    @property
    def people(self) -> frozenset[int]:
        """Everybody who is named or counted as one who can read it."""
        by_role = [user_id for held in (*self.admins.values(), *self.roles.values()) for user_id in held]
        inside = (*self.facilitators, *self.members, *self.visitors)
        return frozenset((*inside, self.owner, *by_role, *self.others, *self.leaving, *(self.everyone or ())))


def named(
    readers: effective.Readers,
    members: Sequence[Member],
    ranks: effective.Ranks,
    bot_id: int,
    *,
    unsure: Collection[int] = (),
) -> Named:
    """Sorts those who can read by why. ``unsure``: whose access is on its way, in or out."""
    able = {reader.user_id for reader in readers.people}
    declared = {member.user_id: member for member in members}
    others = [one for one in readers.people if one.user_id not in declared and one.user_id != bot_id]

    def inside(role: Role) -> tuple[int, ...]:
        return tuple(user_id for user_id, member in declared.items() if member.role is role and user_id in able)

    by_name = [one.user_id for one in others if one.why is Why.PERSON]
    everyone = tuple(one.user_id for one in others if one.why is Why.EVERYONE)
    return Named(
        facilitators=inside(Role.FACILITATOR),
        members=inside(Role.MEMBER),
        visitors=inside(Role.VISITOR),
        kept_out=tuple(user_id for user_id in declared if user_id not in able),
        owner=ranks.owner_id,
        admins=_holders(readers.admin_roles, readers.people, bot_id),
        roles=_holders(readers.roles, others, bot_id),
        others=tuple(user_id for user_id in by_name if user_id not in unsure),
        leaving=tuple(user_id for user_id in by_name if user_id in unsure),
        everyone=everyone if readers.everyone else None,
        steering=readers.steering,
        known=readers.known,
    )


def _holders(roles: Iterable[int], people: Iterable[Reader], bot_id: int) -> dict[int, tuple[int, ...]]:
    held = [one for one in people if one.user_id != bot_id]
    return {role_id: tuple(one.user_id for one in held if role_id in one.roles) for role_id in roles}


class Readers:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def page(self, interaction: Interaction, group: Group) -> Page:
        """Everyone who can read the room, by why. Raises ``UserError`` if the bot cannot see the room itself."""
        guild = interaction.guild
        assert guild is not None and self._bot.user is not None
        overwrites = overwrites_of(await self._room(group))
        ranks = ranks_of(guild)
        readers = effective.readers(ranks, overwrites, await self._everybody(guild), ours=own_roles(guild))
        async with self._bot.services.db.read() as tx:
            members = await self._bot.services.groups.members(tx, guild.id, group.id)
            unsure = await self._bot.services.groups.watch.unsure(tx, guild.id, group.id, Place.ROOM)
        found = named(readers, members, ranks, self._bot.user.id, unsure=unsure)
        counts = None if found.known else await self._counts(guild)
        return Page("\n".join(self._lines(guild, group, found, counts or {})))

    def _lines(self, guild: discord.Guild, group: Group, found: Named, counts: Mapping[int, int]) -> Iterator[str]:
        words = self._bot.words
        yield words("groups.access_intro", name=group.name)
        if group.state is GroupState.ARCHIVED:
            yield words("groups.access_archived")
        yield words("groups.access_facilitators", people=_people(found.facilitators))
        yield words("groups.access_members", count=len(found.members))
        if found.visitors:
            yield words("groups.access_visitors", count=len(found.visitors))
        yield from self._amiss(found)
        yield words("groups.access_owner", person=mention(found.owner))
        yield from self._by_role(guild, found, counts)
        assert self._bot.user is not None
        yield words("groups.access_bot", person=mention(self._bot.user.id))
        yield words("groups.access_discord")
        if found.steering:
            roles = ", ".join(_role_name(guild, role_id) for role_id in found.steering)
            yield words("groups.access_steering", roles=roles)
        yield words("groups.access_known" if found.known else "groups.access_by_role")

    def _amiss(self, found: Named) -> Iterator[str]:
        """Where Discord's settings and the declared membership are not the same."""
        words = self._bot.words
        if found.others:
            yield words("groups.access_more", people=_people(found.others))
        if found.leaving:
            yield words("groups.access_leaving", count=len(found.leaving))
        if found.kept_out:
            yield words("groups.access_fewer", count=len(found.kept_out))

    def _by_role(self, guild: discord.Guild, found: Named, counts: Mapping[int, int]) -> Iterator[str]:
        words = self._bot.words
        # where everyone can read it, each single role can
        others: Mapping[int, tuple[int, ...]] = found.roles if found.everyone is None else {}
        for key, roles in (("groups.access_admin_role", found.admins), ("groups.access_role", others)):
            for role_id, held in roles.items():
                people = _people(held) if found.known else self._count(counts.get(role_id))
                yield words(key, role=_role_name(guild, role_id), people=people)
        if found.admins or others:
            yield words("groups.access_roles_note")
        if found.everyone is not None:
            yield words("groups.access_everyone")

    def _count(self, count: int | None) -> Raw:
        words = self._bot.words
        return words("groups.count_unknown") if count is None else words("groups.count", count=count)

    async def _room(self, group: Group) -> Mapping[str, Any]:
        if group.room_id is None:
            raise UserError("groups.access_not_made", name=group.name)
        http: Any = self._bot.http
        try:
            channel = await http.get_channel(group.room_id)
        except discord.Forbidden:
            raise UserError("groups.room_hidden") from None
        except discord.NotFound:
            raise UserError("groups.access_gone") from None
        if is_hidden(channel):
            raise UserError("groups.room_hidden")
        return channel

    async def _everybody(self, guild: discord.Guild) -> dict[int, tuple[int, ...]] | None:
        """Everybody in the server with their roles; None where Discord does not tell, or they are too many."""
        if not self._bot.services.settings.discord.server_members or (guild.member_count or 0) > MOST:
            return None
        found: dict[int, tuple[int, ...]] = {}
        async for member in guild.fetch_members(limit=MOST):
            found[member.id] = tuple(role.id for role in member.roles if not role.is_default())
        return found

    async def _counts(self, guild: discord.Guild) -> Mapping[int, int]:
        counts: dict[int, int] = {}
        with suppress(discord.HTTPException):
            counts = {role.id: count for role, count in (await guild.role_member_counts()).items()}
        return counts


def _role_name(guild: discord.Guild, role_id: int) -> str:
    role = guild.get_role(role_id)
    return role.name if role is not None else str(role_id)


def _people(user_ids: Iterable[int]) -> Raw:
    return Raw(", ".join(mention(user_id) for user_id in user_ids) or "-")
