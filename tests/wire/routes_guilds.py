"""Routes about a server: itself, its members, roles and channels."""

from __future__ import annotations

from tests.wire import payloads
from tests.wire.errors import refusal
from tests.wire.permissions import Permission, can_view, in_guild, require_in_guild
from tests.wire.routes_channels import checked_overwrites, new_channel
from tests.wire.routing import Call, Routes
from tests.wire.world import JSON, Guild, Member

routes = Routes()


@routes.on("GET", "/guilds/{guild_id}")
def guild(call: Call) -> JSON:
    found = _guild(call)
    counts = {"approximate_member_count": len(found.members), "approximate_presence_count": len(found.members)}
    return payloads.guild_settings(found) | (counts if call.query.get("with_counts") in ("1", "true") else {})


@routes.on("GET", "/guilds/{guild_id}/channels")
def channels(call: Call) -> list[JSON]:
    bot_id = call.wire.world.bot.id
    return [payloads.channel(each) for each in _guild(call).channels.values() if can_view(each, bot_id)]


@routes.on("POST", "/guilds/{guild_id}/channels")
def create_channel(call: Call) -> JSON:
    found, bot_id = _guild(call), call.wire.world.bot.id
    channel = new_channel(call, found)
    call.wire.guild_deeds.check_category(found, channel.parent_id)
    if channel.parent is None:
        require_in_guild(found, bot_id, Permission.MANAGE_CHANNELS)
    else:
        _require_in_category(call, channel.parent)
    if call.fields.get("permission_overwrites"):
        require_in_guild(found, bot_id, Permission.MANAGE_ROLES)
        channel.overwrites = checked_overwrites(call, found, channel.parent, None)
    call.wire.guild_deeds.create_channel(found, channel)
    return payloads.channel(channel)


@routes.on("GET", "/guilds/{guild_id}/members")
def members(call: Call) -> list[JSON]:
    if "members" not in call.wire.approved:
        raise refusal(50001)
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    known = sorted(_guild(call).members.values(), key=lambda member: member.user.id)
    return [payloads.member(each) for each in known if each.user.id > after][: min(limit, 1000)]


@routes.on("GET", "/guilds/{guild_id}/members/{user_id}")
def member(call: Call) -> JSON:
    return payloads.member(_member(call, _guild(call)))


@routes.on("DELETE", "/guilds/{guild_id}/members/{user_id}")
def kick(call: Call) -> None:
    found = _guild(call)
    leaving, bot = _member(call, found), found.members[call.wire.world.bot.id]
    require_in_guild(found, bot.user.id, Permission.KICK_MEMBERS)
    if leaving.user.id == found.owner_id or _top(found, leaving) >= _top(found, bot):
        raise refusal(50013)
    call.wire.guild_deeds.remove_member(found, leaving.user)


@routes.on("GET", "/guilds/{guild_id}/roles")
def roles(call: Call) -> list[JSON]:
    return [payloads.role(each) for each in _guild(call).roles.values()]


@routes.on("GET", "/guilds/{guild_id}/roles/member-counts")
def role_counts(call: Call) -> JSON:
    found = _guild(call)
    return {
        str(role_id): sum(role_id in each.role_ids for each in found.members.values())
        for role_id in found.roles
        if role_id != found.id
    }


@routes.on("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def give_role(call: Call) -> None:
    _change_role(call, give=True)


@routes.on("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def take_role(call: Call) -> None:
    _change_role(call, give=False)


@routes.on("DELETE", "/users/@me/guilds/{guild_id}")
def leave(call: Call) -> None:
    call.wire.guild_deeds.remove_member(_guild(call), call.wire.world.bot)


def _change_role(call: Call, *, give: bool) -> None:
    found, bot_id = _guild(call), call.wire.world.bot.id
    one, role = _member(call, found), found.roles.get(call.id("role_id"))
    if role is None:
        raise refusal(10011)
    require_in_guild(found, bot_id, Permission.MANAGE_ROLES)
    if role.managed or role.position >= _top(found, found.members[bot_id]):
        raise refusal(50013)
    role_ids = one.role_ids | {role.id} if give else one.role_ids - {role.id}
    call.wire.guild_deeds.set_roles(found, one.user, role_ids)


def _guild(call: Call) -> Guild:
    return call.wire.world.guild(call.id("guild_id"))


def _member(call: Call, guild: Guild) -> Member:
    user_id = call.id("user_id")
    if user_id not in call.wire.world.users:
        raise refusal(10013)
    if user_id not in guild.members:
        raise refusal(10007)
    return guild.members[user_id]


def _require_in_category(call: Call, category: payloads.Channel) -> None:
    guild, bot_id = category.guild, call.wire.world.bot.id
    if guild is None or not in_guild(guild, guild.members[bot_id]) & Permission.ADMINISTRATOR:
        call.wire.require(category, Permission.MANAGE_CHANNELS)


def _top(guild: Guild, member: Member) -> int:
    return max((guild.roles[role_id].position for role_id in member.role_ids), default=0)
