"""Routes about the app itself: who it is, where the gateway is, and the commands it has registered."""

from __future__ import annotations

from typing import Any

from tests.wire import payloads
from tests.wire.errors import invalid, refusal
from tests.wire.routing import Call, Routes, as_id
from tests.wire.world import JSON

routes = Routes()
_MOST = {1: 100, 2: 15, 3: 15}


@routes.on("GET", "/users/@me")
def me(call: Call) -> JSON:
    private = {"verified": True, "mfa_enabled": False, "locale": "en-US", "email": None}
    return payloads.user(call.wire.world.bot) | private


@routes.on("GET", "/users/{user_id}")
def user(call: Call) -> JSON:
    found = call.wire.world.users.get(call.id("user_id"))
    if found is None:
        raise refusal(10013)
    return payloads.user(found)


@routes.on("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> list[JSON]:
    return [
        {"id": str(guild.id), "name": guild.name, "icon": None, "owner": False, "permissions": "0", "features": []}
        for guild in call.wire.bot_guilds()
    ]


@routes.on("POST", "/users/@me/channels")
def open_direct(call: Call) -> JSON:
    world = call.wire.world
    user = world.users.get(as_id(call.fields.get("recipient_id"), "recipient_id"))
    if user is None or user.bot:
        raise invalid("recipient_id", "INVALID_RECIPIENT", "Cannot send messages to this user")
    return payloads.channel(world.direct(user))


@routes.on("GET", "/oauth2/applications/@me")
@routes.on("GET", "/applications/@me")
def application(call: Call) -> JSON:
    world = call.wire.world
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": payloads.user(call.wire.app_owner),
        "team": None,
        "flags": call.wire.application_flags(),
        "flags_new": str(call.wire.application_flags()),
        "summary": "",
        "redirect_uris": [],
        "eligible_oauth2_scopes": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(call.wire.bot_guilds()),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "type": None,
        "bot": payloads.user(world.bot),
    }


@routes.on("GET", "/gateway")
def gateway(call: Call) -> JSON:
    return {"url": call.wire.gateway_url}


@routes.on("GET", "/gateway/bot")
def gateway_bot(call: Call) -> JSON:
    return {
        "url": call.wire.gateway_url,
        "shards": call.wire.shards,
        "session_start_limit": {
            "total": 1000,
            "remaining": max(0, 1000 - len(call.wire.gateway.identifies)),
            "reset_after": 86_400_000,
            "max_concurrency": call.wire.max_concurrency,
        },
    }


@routes.on("GET", "/applications/{application_id}/commands")
@routes.on("GET", "/applications/{application_id}/guilds/{guild_id}/commands")
def commands(call: Call) -> list[JSON]:
    return list(_registered(call))


@routes.on("PUT", "/applications/{application_id}/commands")
@routes.on("PUT", "/applications/{application_id}/guilds/{guild_id}/commands")
def replace_commands(call: Call) -> list[JSON]:
    given: list[JSON] = call.body or []
    names = [(each.get("type", 1), each["name"]) for each in given]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise invalid(str(index), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Command names must be unique")
    for kind, most in _MOST.items():
        if sum(name[0] == kind for name in names) > most:
            raise refusal(30032)
    known = {(each["type"], each["name"]): each["id"] for each in _registered(call)}
    kept = [_kept(call, each, index, known) for index, each in enumerate(given)]
    _registered(call)[:] = kept
    return kept


@routes.on("POST", "/applications/{application_id}/commands")
@routes.on("POST", "/applications/{application_id}/guilds/{guild_id}/commands")
def add_command(call: Call) -> JSON:
    registered = _registered(call)
    known = {(each["type"], each["name"]): each["id"] for each in registered}
    command = _kept(call, call.fields, 0, known)
    registered[:] = [each for each in registered if each["id"] != command["id"]] + [command]
    return command


@routes.on("DELETE", "/applications/{application_id}/commands/{command_id}")
@routes.on("DELETE", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
def remove_command(call: Call) -> None:
    registered = _registered(call)
    left = [each for each in registered if each["id"] != call.params["command_id"]]
    if len(left) == len(registered):
        raise refusal(10063)
    registered[:] = left


def _registered(call: Call) -> list[JSON]:
    if call.id("application_id") != call.wire.world.bot.id:
        raise refusal(50001)
    guild_id = call.id("guild_id") if "guild_id" in call.params else None
    if guild_id is not None:
        call.wire.world.guild(guild_id)
    return call.wire.commands.setdefault(guild_id, [])


def _kept(call: Call, command: JSON, index: int, known: dict[Any, str]) -> JSON:
    kind = command.get("type", 1)
    if _length(command) > 8000:
        raise invalid(str(index), "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
    if kind == 1 and not command.get("description"):
        raise invalid(f"{index}.description", "BASE_TYPE_REQUIRED", "This field is required")
    defaults: JSON = {
        "options": [],
        "default_member_permissions": None,
        "nsfw": False,
        "description": "",
        "integration_types": [0],
    }
    command = {key: value for key, value in command.items() if value is not None}
    if "default_member_permissions" in command:
        command["default_member_permissions"] = str(command["default_member_permissions"])
    return (
        defaults
        | command
        | {
            "id": known.get((kind, command["name"])) or str(call.wire.world.snowflakes.new()),
            "application_id": str(call.wire.world.bot.id),
            "type": kind,
            "version": str(call.wire.world.snowflakes.new()),
        }
    )


def _length(command: JSON) -> int:
    """Characters of names, descriptions and values, as Discord counts a command's size."""
    own = len(command["name"]) + len(command.get("description") or "")
    choices = sum(len(each["name"]) + len(str(each["value"])) for each in command.get("choices") or [])
    return own + choices + sum(_length(option) for option in command.get("options") or [])
