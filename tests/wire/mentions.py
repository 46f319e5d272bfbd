"""Whom a message mentions, and whom of them it really notifies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.wire.errors import invalid
from tests.wire.permissions import Permission, in_channel
from tests.wire.world import JSON, Channel, User

_KINDS = {"users": r"<@!?(\d+)>", "roles": r"<@&(\d+)>"}


@dataclass
class Mentions:
    """The people and roles mentioned as far as the sender allowed, and the ids of those notified."""

    users: list[User] = field(default_factory=list[User])
    roles: list[int] = field(default_factory=list[int])
    everyone: bool = False
    pinged: set[int] = field(default_factory=set[int])


def found_in(text: str, channel: Channel, author: User, allowed: JSON | None, people: dict[int, User]) -> Mentions:
    """Read the mentions out of a text as Discord does, `allowed` being the message's allowed_mentions."""
    _check(allowed)
    found = Mentions()
    found.users = [people[each] for each in _ids(text, "users") if each in people and _lets(allowed, "users", each)]
    found.pinged = {user.id for user in found.users if in_channel(channel, user.id) & Permission.VIEW_CHANNEL}
    if channel.guild is not None:
        _add_groups(found, text, channel, author, allowed)
    found.pinged -= {author.id}
    return found


def _add_groups(found: Mentions, text: str, channel: Channel, author: User, allowed: JSON | None) -> None:
    guild = channel.guild
    if guild is None:
        return
    may_mention_all = bool(in_channel(channel, author.id) & Permission.MENTION_EVERYONE)
    readers = [each for each in guild.members.values() if in_channel(channel, each.user.id) & Permission.VIEW_CHANNEL]
    if re.search(r"@(everyone|here)\b", text) and may_mention_all and _lets(allowed, "everyone", 0):
        found.everyone = True
        found.pinged |= {member.user.id for member in readers}
    for role_id in _ids(text, "roles"):
        role = guild.roles.get(role_id)
        if role is None or not _lets(allowed, "roles", role_id):
            continue
        found.roles.append(role_id)
        if role.mentionable or may_mention_all:
            found.pinged |= {member.user.id for member in readers if role_id in member.role_ids}


def _check(allowed: JSON | None) -> None:
    for kind in _KINDS:
        if allowed and kind in (allowed.get("parse") or []) and allowed.get(kind):
            raise invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f"parse:[{kind}] and {kind}")


def _lets(allowed: JSON | None, kind: str, target: int) -> bool:
    if allowed is None:
        return True
    return kind in (allowed.get("parse") or []) or str(target) in map(str, allowed.get(kind) or [])


def _ids(text: str, kind: str) -> list[int]:
    return list(dict.fromkeys(int(each) for each in re.findall(_KINDS[kind], text)))
