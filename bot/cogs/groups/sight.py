"""Discord's own word on a server and its channels, read into plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from bot.features.groups.watch.comparing import Channel
from bot.features.groups.watch.effective import Overwrite, Ranks

MEMBER = 1


def ranks_of(guild: discord.Guild) -> Ranks:
    """Who owns the server, and what its roles hold."""
    roles = {role.id: role.permissions.value for role in guild.roles}
    return Ranks(guild_id=guild.id, owner_id=guild.owner_id or 0, roles=roles)


def own_roles(guild: discord.Guild) -> frozenset[int]:
    """The roles that came with the bot, which nobody else can hold."""
    return frozenset(role.id for role in guild.me.roles if role.managed)


def overwrites_of(channel: Mapping[str, Any]) -> tuple[Overwrite, ...]:
    """A channel's overwrites, from what Discord answers when asked for the channel."""
    return tuple(
        Overwrite(
            target_id=int(one["id"]),
            member=int(one["type"]) == MEMBER,
            allow=int(one["allow"]),
            deny=int(one["deny"]),
        )
        for one in channel["permission_overwrites"]
    )


def channel_of(channel: Mapping[str, Any]) -> Channel:
    parent_id = channel.get("parent_id")
    return Channel(
        name=channel["name"],
        topic=channel.get("topic") or "",
        parent_id=int(parent_id) if parent_id else None,
        overwrites=overwrites_of(channel),
    )
