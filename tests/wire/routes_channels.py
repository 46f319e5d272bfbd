"""Routes about a channel: reading, changing and deleting it, and who may do what in it."""

from __future__ import annotations

from typing import Any

from tests.wire import payloads
from tests.wire.errors import invalid, refusal
from tests.wire.guild_deeds import as_channel_name
from tests.wire.permissions import Permission, in_channel, require_may_hand_out
from tests.wire.routing import Call, Routes, as_id
from tests.wire.world import JSON, Channel, Guild, Overwrite

routes = Routes()
_CREATABLE = (0, 2, 4, 5, 13, 15)


@routes.on("GET", "/channels/{channel_id}")
def channel(call: Call) -> JSON:
    found = _channel(call)
    call.wire.require(found, 0)
    return payloads.channel(found)


@routes.on("PATCH", "/channels/{channel_id}")
def edit_channel(call: Call) -> JSON:
    found = _channel(call)
    guild = _in_guild(found)
    call.wire.require(found, Permission.MANAGE_CHANNELS)
    fields = call.fields
    overwrites = None
    if "permission_overwrites" in fields:
        call.wire.require(found, Permission.MANAGE_ROLES)
        overwrites = checked_overwrites(call, guild, found.parent, found)
    if "parent_id" in fields:
        parent_id = None if fields["parent_id"] is None else as_id(fields["parent_id"], "parent_id")
        if parent_id != found.parent_id:
            call.wire.guild_deeds.check_category(guild, parent_id)
        found.parent_id = parent_id
    if fields.get("name") is not None:
        found.name = as_channel_name(fields["name"], found.type)
    _set_plain(found, fields)
    if overwrites is not None:
        call.wire.guild_deeds.set_overwrites(found, overwrites)
    else:
        call.wire.guild_deeds.update_channel(found)
    return payloads.channel(found)


@routes.on("DELETE", "/channels/{channel_id}")
def delete_channel(call: Call) -> JSON:
    found = _channel(call)
    if found.guild is not None:
        call.wire.require(found, Permission.MANAGE_CHANNELS)
        call.wire.guild_deeds.delete_channel(found)
    return payloads.channel(found)


@routes.on("PUT", "/channels/{channel_id}/permissions/{overwrite_id}")
def put_overwrite(call: Call) -> None:
    found = _channel(call)
    guild = _in_guild(found)
    call.wire.require(found, Permission.MANAGE_ROLES)
    overwrite = _overwrite(call, guild, call.fields | {"id": call.id("overwrite_id")})
    require_may_hand_out(
        guild,
        call.wire.world.bot.id,
        changes=[(found.overwrites.get(overwrite.target_id), overwrite)],
        parent=found.parent,
        channel=found,
    )
    call.wire.guild_deeds.put_overwrite(found, overwrite)


@routes.on("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}")
def drop_overwrite(call: Call) -> None:
    found = _channel(call)
    _in_guild(found)
    call.wire.require(found, Permission.MANAGE_ROLES)
    call.wire.guild_deeds.drop_overwrite(found, call.id("overwrite_id"))


@routes.on("POST", "/channels/{channel_id}/typing")
def typing(call: Call) -> None:
    call.wire.require(_channel(call), Permission.SEND_MESSAGES)


def new_channel(call: Call, guild: Guild) -> Channel:
    """The channel that a creation asks for, its overwrites not yet looked at."""
    fields = call.fields
    kind = fields.get("type") or 0
    if kind not in _CREATABLE:
        raise invalid("type", "CHANNEL_TYPE_INVALID", "Invalid channel type")
    parent_id = as_id(fields["parent_id"], "parent_id") if fields.get("parent_id") else None
    made = Channel(call.wire.world.snowflakes.new(), kind, fields["name"], guild, parent_id)
    _set_plain(made, fields)
    return made


def checked_overwrites(
    call: Call, guild: Guild, parent: Channel | None, channel: Channel | None
) -> dict[int, Overwrite]:
    """The overwrites of a body, refused if the bot may not hand them out."""
    wanted = [_overwrite(call, guild, each) for each in call.fields.get("permission_overwrites") or []]
    before = channel.overwrites if channel else {}
    changes: list[tuple[Overwrite | None, Overwrite]] = [(before.get(each.target_id), each) for each in wanted]
    kept = {each.target_id for each in wanted}
    changes += [(old, Overwrite(key, old.type)) for key, old in before.items() if key not in kept]
    require_may_hand_out(guild, call.wire.world.bot.id, changes=changes, parent=parent, channel=channel)
    return {each.target_id: each for each in wanted}


def _overwrite(call: Call, guild: Guild, data: JSON) -> Overwrite:
    target_id = as_id(data["id"], "id")
    kind = data.get("type")
    if kind is None:
        kind = 0 if target_id in guild.roles else 1
    known: Any = guild.roles if int(kind) == 0 else call.wire.world.users
    if target_id not in known:
        raise refusal(10009)
    return Overwrite(target_id, int(kind), int(data.get("allow") or 0), int(data.get("deny") or 0))


def _set_plain(channel: Channel, fields: JSON) -> None:
    if "topic" in fields:
        if len(fields["topic"] or "") > (4096 if channel.type == 15 else 1024):
            raise invalid("topic", "BASE_TYPE_MAX_LENGTH", "Must be 1024 or fewer in length.")
        channel.topic = fields["topic"]
    if fields.get("rate_limit_per_user") is not None:
        channel.slowmode = int(fields["rate_limit_per_user"])
    if fields.get("nsfw") is not None:
        channel.nsfw = bool(fields["nsfw"])
    if fields.get("position") is not None:
        channel.position = int(fields["position"])


def _channel(call: Call) -> Channel:
    found = call.wire.world.channel(call.id("channel_id"))
    bot_id = call.wire.world.bot.id
    if found.guild is not None and bot_id not in found.guild.members:
        raise refusal(50001)
    if found.guild is None and not in_channel(found, bot_id):
        raise refusal(50001)
    return found


def _in_guild(channel: Channel) -> Guild:
    if channel.guild is None:
        raise refusal(50003)
    return channel.guild
