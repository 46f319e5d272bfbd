"""Routes about a server's scheduled events."""

from __future__ import annotations

import time
from datetime import datetime

from tests.wire import payloads
from tests.wire.errors import invalid, refusal
from tests.wire.gateway import SCHEDULED_EVENTS
from tests.wire.permissions import Permission, require, require_in_guild
from tests.wire.routing import Call, Routes, as_id
from tests.wire.world import JSON, Guild, ScheduledEvent

routes = Routes()
_STAGE, _VOICE, _EXTERNAL = 1, 2, 3
_SCHEDULED, _ACTIVE, _COMPLETED, _CANCELLED = 1, 2, 3, 4
_MOVES = {_SCHEDULED: (_ACTIVE, _CANCELLED), _ACTIVE: (_COMPLETED,)}
_KEPT = (
    "name",
    "description",
    "channel_id",
    "scheduled_start_time",
    "scheduled_end_time",
    "entity_type",
    "entity_metadata",
    "privacy_level",
    "recurrence_rule",
)
MAX_EVENTS = 100


@routes.on("GET", "/guilds/{guild_id}/scheduled-events")
def events(call: Call) -> list[JSON]:
    return [payloads.event(each) for each in _guild(call).events.values()]


@routes.on("POST", "/guilds/{guild_id}/scheduled-events")
def create(call: Call) -> JSON:
    guild = _guild(call)
    data: JSON = dict.fromkeys(_KEPT) | {key: value for key, value in call.fields.items() if key in _KEPT}
    _check(call, guild, data)
    if sum(each.status in (_SCHEDULED, _ACTIVE) for each in guild.events.values()) >= MAX_EVENTS:
        raise refusal(30038)
    made = ScheduledEvent(call.wire.world.snowflakes.new(), guild, call.wire.world.bot, data)
    guild.events[made.id] = made
    _tell(call, "GUILD_SCHEDULED_EVENT_CREATE", made)
    return payloads.event(made)


@routes.on("GET", "/guilds/{guild_id}/scheduled-events/{event_id}")
def event(call: Call) -> JSON:
    return payloads.event(_event(call))


@routes.on("PATCH", "/guilds/{guild_id}/scheduled-events/{event_id}")
def edit(call: Call) -> JSON:
    found = _event(call)
    _require_to_change(call, found)
    data = found.data | {key: value for key, value in call.fields.items() if key in _KEPT}
    if data != found.data:
        _check(call, found.guild, data)
    status = call.fields.get("status")
    if status is not None and status != found.status:
        if status not in _MOVES.get(found.status, ()):
            raise invalid("status", "GUILD_SCHEDULED_EVENT_STATUS_INVALID", "This change of status is not possible.")
        found.status = int(status)
    found.data = data
    _tell(call, "GUILD_SCHEDULED_EVENT_UPDATE", found)
    return payloads.event(found)


@routes.on("DELETE", "/guilds/{guild_id}/scheduled-events/{event_id}")
def delete(call: Call) -> None:
    found = _event(call)
    _require_to_change(call, found)
    del found.guild.events[found.id]
    _tell(call, "GUILD_SCHEDULED_EVENT_DELETE", found)


def _check(call: Call, guild: Guild, data: JSON) -> None:
    bot_id = call.wire.world.bot.id
    _check_lengths(data)
    if data["entity_type"] == _EXTERNAL:
        require_in_guild(guild, bot_id, Permission.CREATE_EVENTS)
        location = (data["entity_metadata"] or {}).get("location") or ""
        if not 1 <= len(location) <= 100 or not data["scheduled_end_time"] or data["channel_id"]:
            raise invalid("entity_metadata", "BASE_TYPE_REQUIRED", "An event elsewhere needs a location and an end.")
    else:
        channel = guild.channels.get(as_id(data["channel_id"], "channel_id"))
        data["channel_id"] = str(data["channel_id"])
        if channel is None or channel.type != {_VOICE: 2, _STAGE: 13}.get(data["entity_type"]):
            raise invalid(
                "channel_id", "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID", "Not a channel for this kind of event."
            )
        require(channel, bot_id, Permission.CREATE_EVENTS | Permission.CONNECT)
    start = _moment(data["scheduled_start_time"])
    if start <= time.time():
        raise invalid(
            "scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule event in the past."
        )
    if data["scheduled_end_time"] and _moment(data["scheduled_end_time"]) <= start:
        raise invalid("scheduled_end_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_INVALID", "Cannot end before it begins.")


def _check_lengths(data: JSON) -> None:
    if not 1 <= len(data["name"] or "") <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if len(data["description"] or "") > 1000:
        raise invalid("description", "BASE_TYPE_BAD_LENGTH", "Must be 1000 or fewer in length.")


def _require_to_change(call: Call, found: ScheduledEvent) -> None:
    """Its maker needs Create Events to change an event, anyone else Manage Events."""
    bot = call.wire.world.bot
    needed = Permission.CREATE_EVENTS if found.creator is bot else Permission.MANAGE_EVENTS
    channel_id = found.data["channel_id"]
    channel = found.guild.channels.get(int(channel_id)) if channel_id else None
    if channel is not None:
        require(channel, bot.id, needed)
    else:
        require_in_guild(found.guild, bot.id, needed)


def _tell(call: Call, name: str, found: ScheduledEvent) -> None:
    call.wire.gateway.dispatch(name, payloads.event(found), guild_id=found.guild.id, intents=SCHEDULED_EVENTS)


def _guild(call: Call) -> Guild:
    return call.wire.world.guild(call.id("guild_id"))


def _event(call: Call) -> ScheduledEvent:
    found = _guild(call).events.get(call.id("event_id"))
    if found is None:
        raise refusal(10070)
    return found


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
