"""The route that counts how many people have each role: SimCord has none, and the bot asks for it."""

from __future__ import annotations

from typing import Any

from simcord.http.router import RequestContext, route


@route("GET", "/guilds/{guild_id}/roles/member-counts")
def role_member_counts(context: RequestContext) -> Any:
    guild = context.backend.get_guild(int(context.args["guild_id"]))
    members: Any = guild.members.values()
    return {str(role_id): sum(role_id in member.role_ids for member in members) for role_id in guild.roles}
