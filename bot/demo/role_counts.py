"""How many people have each role: Discord tells, the bot asks for it, and SimCord does not know the question."""

from __future__ import annotations

from typing import Any

from simcord.http.router import RequestContext


def role_member_counts(context: RequestContext) -> Any:
    guild = context.backend.get_guild(int(context.args["guild_id"]))
    members: Any = guild.members.values()
    return {str(role_id): sum(role_id in member.role_ids for member in members) for role_id in guild.roles}
