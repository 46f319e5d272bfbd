"""What the bot can see of a server, and what it must not take for the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import discord

HIDDEN_FLAG: Final = 1 << 17
HIDDEN_NAME: Final = "___hidden___"
MOST: Final = 1_000
"""The most members that are looked through one by one; in a larger server roles are told with their counts."""


def is_hidden(channel: Mapping[str, Any]) -> bool:
    """Whether Discord keeps this channel from the bot: what it then says of it is not the truth."""
    return bool(int(channel.get("flags") or 0) & HIDDEN_FLAG) or channel.get("name") == HIDDEN_NAME


async def holders(guild: discord.Guild, roles: Iterable[discord.Role]) -> dict[int, list[int]]:
    """Who holds each of these roles, by the roles' ids; nothing for a server too large to look through.

    Discord answers this only with its *Server Members* switch on.
    """
    found: dict[int, list[int]] = {role.id: [] for role in roles}
    if not found or (guild.member_count or 0) > MOST:
        return {}
    async for member in guild.fetch_members(limit=MOST):
        for role in member.roles:
            if role.id in found:
                found[role.id].append(member.id)
    return found
