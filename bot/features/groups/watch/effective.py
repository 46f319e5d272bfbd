"""What people may really do in a channel, computed from roles and overwrites as Discord documents it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ADMINISTRATOR: Final = 1 << 3
MANAGE_CHANNELS: Final = 1 << 4
VIEW: Final = 1 << 10
HISTORY: Final = 1 << 16
MANAGE_ROLES: Final = 1 << 28
ALL: Final = (1 << 53) - 1

STEERS: Final = MANAGE_CHANNELS | MANAGE_ROLES
"""What lets somebody change who can read a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite:
    """What one person (``member``) or role may and may not do in one channel, as permission bits."""

    target_id: int
    member: bool
    allow: int
    deny: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """Who owns a server, and the permission bits of its roles; the role of everyone bears the server's id."""

    guild_id: int
    owner_id: int
    roles: Mapping[int, int]

    @property
    def admins(self) -> frozenset[int]:
        """The roles that make people administrators."""
        return frozenset(role_id for role_id, held in self.roles.items() if held & ADMINISTRATOR)


class Why(StrEnum):
    """By what somebody can read a channel: the first of these that is so."""

    OWNER = "owner"
    ADMIN = "admin"
    PERSON = "person"
    """The channel names them."""
    EVERYONE = "everyone"
    ROLE = "role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who can see what is written in a channel from now on; ``history``: also what was written before."""

    user_id: int
    why: Why
    history: bool
    roles: tuple[int, ...] = ()
    """The roles by which they can, where it is by roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who can read a channel. Where people are not known, whoever is not among them holds one of the roles, or the
    channel is open to ``everyone``.
    """

    known: bool
    """Whether everybody is named; else those alone whom the channel names, and the owner."""
    people: tuple[Reader, ...]
    admin_roles: tuple[int, ...]
    roles: tuple[int, ...]
    """The other roles that let people in."""
    steering: tuple[int, ...]
    """Roles that let nobody in, whose holders may change that."""
    everyone: bool


def permissions(ranks: Ranks, overwrites: Sequence[Overwrite], user_id: int, role_ids: Collection[int]) -> int:
    """A person's permission bits in a channel: none at all for who may not see it. Roles that are not there any more
    give nothing.
    """
    if user_id == ranks.owner_id:
        return ALL
    held = ranks.roles.get(ranks.guild_id, 0)
    for role_id in role_ids:
        held |= ranks.roles.get(role_id, 0)
    if held & ADMINISTRATOR:
        return ALL
    held = _overruled(held, (one for one in overwrites if not one.member and one.target_id == ranks.guild_id))
    theirs = [
        one for one in overwrites if not one.member and one.target_id in role_ids and one.target_id != ranks.guild_id
    ]
    held = _overruled(held, theirs)
    held = _overruled(held, (one for one in overwrites if one.member and one.target_id == user_id))
    return held if held & VIEW else 0


def _overruled(held: int, overwrites: Iterable[Overwrite]) -> int:
    """What is left after these, which count together: what one of them allows is allowed."""
    allow = deny = 0
    for one in overwrites:
        allow, deny = allow | one.allow, deny | one.deny
    return held & ~deny | allow


def readers(
    ranks: Ranks,
    overwrites: Sequence[Overwrite],
    people: Mapping[int, Collection[int]] | None,
    *,
    ours: Collection[int] = (),
) -> Readers:
    """Who can read, and by what. ``people``: everybody in the server with the ids of their roles, None if not known;
    ``ours``: roles that nobody but the bot holds.
    """
    lets_in = [role_id for role_id in ranks.roles if role_id not in ours and _lets_in(ranks, overwrites, role_id)]
    roles = [role_id for role_id in lets_in if role_id != ranks.guild_id and role_id not in ranks.admins]
    steering = [
        role_id
        for role_id in ranks.roles
        if role_id not in lets_in and role_id not in ours and _steers(ranks, overwrites, role_id)
    ]
    named = _by_name(ranks, overwrites) if people is None else people
    return Readers(
        known=people is not None,
        people=tuple(_readers(ranks, overwrites, named)),
        admin_roles=tuple(sorted(ranks.admins - set(ours))),
        roles=tuple(roles),
        steering=tuple(steering),
        everyone=ranks.guild_id in lets_in,
    )


def _by_name(ranks: Ranks, overwrites: Sequence[Overwrite]) -> dict[int, tuple[int, ...]]:
    """Whom the owner's task or the channel itself names, with no role known of them."""
    return {ranks.owner_id: ()} | {one.target_id: () for one in overwrites if one.member and one.allow & VIEW}


def _readers(ranks: Ranks, overwrites: Sequence[Overwrite], people: Mapping[int, Collection[int]]) -> Iterator[Reader]:
    for user_id, role_ids in people.items():
        held = permissions(ranks, overwrites, user_id, role_ids)
        if held & VIEW:
            why, roles = _why(ranks, overwrites, user_id, role_ids)
            yield Reader(user_id=user_id, why=why, history=bool(held & HISTORY), roles=roles)


def _why(
    ranks: Ranks, overwrites: Sequence[Overwrite], user_id: int, role_ids: Collection[int]
) -> tuple[Why, tuple[int, ...]]:
    if user_id == ranks.owner_id:
        return Why.OWNER, ()
    if admin := tuple(role_id for role_id in role_ids if role_id in ranks.admins):
        return Why.ADMIN, admin
    if ranks.guild_id in ranks.admins:
        return Why.ADMIN, (ranks.guild_id,)
    if any(one.member and one.target_id == user_id and one.allow & VIEW for one in overwrites):
        return Why.PERSON, ()
    if _lets_in(ranks, overwrites, ranks.guild_id):
        return Why.EVERYONE, ()
    return Why.ROLE, tuple(role_id for role_id in role_ids if _lets_in(ranks, overwrites, role_id))


def _lets_in(ranks: Ranks, overwrites: Sequence[Overwrite], role_id: int) -> bool:
    """Whether somebody with this role alone, whom the channel does not name, can read it.

    Nobody needs two roles for it: what one of them allows, or holds and the channel denies to neither, is enough.
    """
    return bool(permissions(ranks, overwrites, 0, {role_id} - {ranks.guild_id}) & VIEW)


def _steers(ranks: Ranks, overwrites: Sequence[Overwrite], role_id: int) -> bool:
    here = any(not one.member and one.target_id == role_id and one.allow & STEERS for one in overwrites)
    return here or bool(ranks.roles[role_id] & STEERS)
