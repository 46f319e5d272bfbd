"""Routes about messages and pins, as the bot uses them."""

from __future__ import annotations

import time
from datetime import datetime

from tests.wire import payloads
from tests.wire.errors import invalid, refusal
from tests.wire.ids import iso, made_at
from tests.wire.message_deeds import REPLY, SETTABLE, Draft, content_is_open
from tests.wire.permissions import Permission, in_channel
from tests.wire.routing import Call, Routes, as_id
from tests.wire.world import JSON, Channel, Message

routes = Routes()
_WITH_TEXT = (0, 1, 2, 5, 13)
_TWO_WEEKS = 14 * 86400


@routes.on("POST", "/channels/{channel_id}/messages")
def send(call: Call) -> JSON:
    channel, bot, body = _channel(call), call.wire.world.bot, call.fields
    _require_to_send(call, channel)
    nonce = body.get("nonce")
    if nonce is not None and len(str(nonce)) > 25:
        raise invalid("nonce", "NONCE_TYPE_TOO_LONG", "Nonce must be 25 or fewer in length.")
    if nonce is not None and body.get("enforce_nonce"):
        earlier = call.wire.message_deeds.said_before(channel, bot, str(nonce))
        if earlier is not None:
            return payloads.message(earlier, with_nonce=True)
    draft = Draft(body, call.files, flags=(body.get("flags") or 0) & SETTABLE)
    if body.get("message_reference"):
        draft.reference = _answered(call, channel)
        draft.type = REPLY if draft.reference else draft.type
    return payloads.message(call.wire.message_deeds.post(channel, bot, draft), with_nonce=True)


@routes.on("GET", "/channels/{channel_id}/messages")
def history(call: Call) -> list[JSON]:
    channel = _channel(call)
    call.wire.require(channel, 0)
    if not in_channel(channel, call.wire.world.bot.id) & Permission.READ_MESSAGE_HISTORY:
        # Not refused: Discord answers as if nothing had been said.
        return []
    limit = int(call.query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
    kept = sorted((each for each in channel.messages.values() if each.viewer is None), key=lambda each: each.id)
    return [_as_read(call, each) for each in reversed(_page(call, kept, limit))]


@routes.on("GET", "/channels/{channel_id}/messages/{message_id}")
def message(call: Call) -> JSON:
    channel = _channel(call)
    call.wire.require(channel, Permission.READ_MESSAGE_HISTORY)
    return _as_read(call, _message(call, channel))


@routes.on("PATCH", "/channels/{channel_id}/messages/{message_id}")
def edit(call: Call) -> JSON:
    channel = _channel(call)
    call.wire.require(channel, 0)
    found = _message(call, channel)
    if found.author is not call.wire.world.bot:
        raise refusal(50005)
    call.wire.message_deeds.edit(found, call.fields, call.files)
    return payloads.message(found)


@routes.on("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete(call: Call) -> None:
    channel = _channel(call)
    call.wire.require(channel, 0)
    found = _message(call, channel)
    if found.author is not call.wire.world.bot:
        if channel.guild is None:
            raise refusal(50003)
        call.wire.require(channel, Permission.MANAGE_MESSAGES)
    call.wire.message_deeds.delete(found)


@routes.on("POST", "/channels/{channel_id}/messages/bulk-delete")
def bulk_delete(call: Call) -> None:
    channel = _channel(call)
    call.wire.require(channel, Permission.MANAGE_MESSAGES)
    wanted = [as_id(each, "messages") for each in call.fields["messages"]]
    if not 2 <= len(wanted) <= 100:
        raise invalid("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")
    if any(time.time() - made_at(each) > _TWO_WEEKS for each in wanted):
        raise refusal(50034)
    for found in [channel.messages[each] for each in wanted if each in channel.messages]:
        call.wire.message_deeds.delete(found)


@routes.on("GET", "/channels/{channel_id}/messages/pins")
def pins(call: Call) -> JSON:
    channel = _channel(call)
    call.wire.require(channel, 0)
    if not in_channel(channel, call.wire.world.bot.id) & Permission.READ_MESSAGE_HISTORY:
        return {"items": [], "has_more": False}
    limit = int(call.query.get("limit", 50))
    before = _moment(call.query["before"]) if "before" in call.query else None
    pinned = [each for each in call.wire.pins(channel) if before is None or (each.pinned_at or 0) < before]
    items = [{"pinned_at": iso(each.pinned_at or 0), "message": _as_read(call, each)} for each in pinned[:limit]]
    return {"items": items, "has_more": len(pinned) > limit}


@routes.on("PUT", "/channels/{channel_id}/messages/pins/{message_id}")
@routes.on("PUT", "/channels/{channel_id}/pins/{message_id}")
def pin(call: Call) -> None:
    channel = _channel(call)
    call.wire.require(channel, Permission.PIN_MESSAGES)
    call.wire.message_deeds.pin(_message(call, channel), call.wire.world.bot)


@routes.on("DELETE", "/channels/{channel_id}/messages/pins/{message_id}")
@routes.on("DELETE", "/channels/{channel_id}/pins/{message_id}")
def unpin(call: Call) -> None:
    channel = _channel(call)
    call.wire.require(channel, Permission.PIN_MESSAGES)
    call.wire.message_deeds.unpin(_message(call, channel))


def _channel(call: Call) -> Channel:
    return call.wire.world.channel(call.id("channel_id"))


def _message(call: Call, channel: Channel) -> Message:
    found = channel.messages.get(call.id("message_id"))
    if found is None or found.viewer is not None:
        raise refusal(10008)
    return found


def _require_to_send(call: Call, channel: Channel) -> None:
    if channel.type not in _WITH_TEXT:
        raise refusal(50008)
    needed = int(Permission.SEND_MESSAGES)
    if call.fields.get("embeds"):
        needed |= Permission.EMBED_LINKS
    if call.files:
        needed |= Permission.ATTACH_FILES
    call.wire.require(channel, needed)
    if channel.guild is None and not all(each.dms_open for each in channel.recipients):
        raise refusal(50007)
    if channel.guild is None and not any(call.wire.shares_guild(each) for each in channel.recipients if not each.bot):
        raise refusal(50007)


def _answered(call: Call, channel: Channel) -> Message | None:
    """The message that is replied to."""
    call.wire.require(channel, 0)
    if not in_channel(channel, call.wire.world.bot.id) & Permission.READ_MESSAGE_HISTORY:
        raise refusal(160002)
    reference = call.fields["message_reference"]
    found = channel.messages.get(as_id(reference.get("message_id"), "message_reference"))
    if found is None and reference.get("fail_if_not_exists", True):
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return found


def _page(call: Call, kept: list[Message], limit: int) -> list[Message]:
    if "after" in call.query:
        return [each for each in kept if each.id > as_id(call.query["after"], "after")][:limit]
    if "around" in call.query:
        middle, half = as_id(call.query["around"], "around"), limit // 2
        before = [each for each in kept if each.id < middle]
        return before[len(before) - half :] + [each for each in kept if each.id >= middle][: limit - half]
    if "before" in call.query:
        kept = [each for each in kept if each.id < as_id(call.query["before"], "before")]
    return kept[-limit:]


def _as_read(call: Call, found: Message) -> JSON:
    """A message as this app may read it: the portal's switch decides, whatever the session asked for."""
    data = payloads.message(found)
    readable = "message_content" in call.wire.approved or content_is_open(found, call.wire.world.bot)
    return data if readable else payloads.without_content(data)


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
