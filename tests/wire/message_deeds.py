"""What can happen to messages, by whomever: each deed is done whole and told at once to all who may see it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.wire import components, mentions, payloads
from tests.wire.errors import invalid, refusal
from tests.wire.permissions import Permission, in_channel
from tests.wire.world import COMPONENTS_V2, EPHEMERAL, JSON, LOADING, Channel, Interaction, Message, User, walk

if TYPE_CHECKING:
    from tests.wire.server import Wire

SETTABLE = 1 << 2 | 1 << 12 | COMPONENTS_V2
MAX_PINS = 250
DEFAULT, PIN_LINE, REPLY, SLASH, CONTEXT_MENU = 0, 6, 19, 20, 23


@dataclass
class Draft:
    """A message as its author gave it, before Discord has looked at it."""

    body: JSON
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    type: int = DEFAULT
    flags: int = 0
    viewer: User | None = None
    interaction: Interaction | None = None
    reference: Message | None = None


class MessageDeeds:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._by_nonce: dict[tuple[int, int, str], tuple[float, Message]] = {}

    def said_before(self, channel: Channel, author: User, nonce: str) -> Message | None:
        """The message this author sent here under this nonce, while Discord still remembers."""
        known = self._by_nonce.get((channel.id, author.id, nonce))
        return known[1] if known and time.monotonic() - known[0] < self._wire.nonce_window else None

    def post(self, channel: Channel, author: User, draft: Draft) -> Message:
        """Keep a message and tell of it; refuses what is empty, too long, or both layout and content."""
        message = Message(self._wire.world.snowflakes.new(), channel, author, type=draft.type)
        message.flags = draft.flags
        message.viewer = draft.viewer
        message.interaction = draft.interaction
        message.reference = draft.reference
        if not draft.flags & LOADING:
            self._fill(message, draft.body, draft.files)
            self._mention(message, draft.body)
        self._remember(message, draft.body)
        channel.messages[message.id] = message
        self._tell("MESSAGE_CREATE", message, with_nonce=True)
        return message

    def edit(self, message: Message, body: JSON, files: Mapping[str, bytes]) -> None:
        """Change what a message says. An edit notifies nobody."""
        was_layout = message.flags & COMPONENTS_V2
        if isinstance(body.get("flags"), int):
            asked = body["flags"] & SETTABLE
            message.flags = message.flags & ~SETTABLE | asked | was_layout
        merged: JSON = {
            "content": message.content,
            "embeds": message.embeds,
            "components": message.components,
            "attachments": message.attachments,
        }
        merged |= {key: value for key, value in body.items() if key in merged}
        if message.flags & COMPONENTS_V2 and not was_layout and not body.get("content"):
            merged["content"] = ""
        self._fill(message, merged, files)
        message.flags &= ~LOADING
        message.edited_at = time.time()
        mentioned = self._mentions_of(message, body)
        message.mentions, message.mention_roles = mentioned.users, mentioned.roles
        self._tell("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        if message.viewer is None:
            gone = {"id": str(message.id), "channel_id": str(message.channel.id)}
            self._tell_readers("MESSAGE_DELETE", message.channel, gone)
        self._wire.bell.ring()

    def pin(self, message: Message, by: User) -> None:
        """Pin, and post the line that says so; to pin what is pinned does nothing."""
        if message.type not in (DEFAULT, REPLY, SLASH, CONTEXT_MENU):
            raise refusal(50021)
        if message.pinned_at is not None:
            return
        if sum(each.pinned_at is not None for each in message.channel.messages.values()) >= MAX_PINS:
            raise refusal(30003)
        message.pinned_at = time.time()
        self._tell("MESSAGE_UPDATE", message)
        self._tell_pins(message.channel)
        line = Message(self._wire.world.snowflakes.new(), message.channel, by, type=PIN_LINE, reference=message)
        message.channel.messages[line.id] = line
        self._tell("MESSAGE_CREATE", line)

    def unpin(self, message: Message) -> None:
        if message.pinned_at is None:
            return
        message.pinned_at = None
        self._tell("MESSAGE_UPDATE", message)
        self._tell_pins(message.channel)

    def _fill(self, message: Message, body: JSON, files: Mapping[str, bytes]) -> None:
        content, embeds = body.get("content") or "", body.get("embeds") or []
        if len(content) > 2000:
            raise invalid("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
        layout = bool(message.flags & COMPONENTS_V2)
        if layout and (content or embeds or body.get("poll") or body.get("sticker_ids")):
            raise invalid(
                "content",
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )
        kept = components.of_message(body.get("components") or [], message.flags)
        if not (content or embeds or files or body.get("poll") or body.get("attachments") or kept):
            raise refusal(50006)
        message.content, message.embeds, message.components = content, _as_rich(embeds), kept
        message.attachments = [*_kept_attachments(body), *self._uploaded(files)]
        components.attach(kept, message.attachments)
        message.uploads |= files

    def _uploaded(self, files: Mapping[str, bytes]) -> list[JSON]:
        made: list[JSON] = []
        for name, data in files.items():
            key = str(self._wire.world.snowflakes.new())
            url = f"{self._wire.url}/attachments/{key}/{name}"
            made.append({"id": key, "filename": name, "size": len(data), "url": url, "proxy_url": url})
        return made

    def _mention(self, message: Message, body: JSON) -> None:
        found = self._mentions_of(message, body)
        message.mentions, message.mention_roles = found.users, found.roles
        message.mention_everyone, message.pinged = found.everyone, found.pinged
        answered = message.reference.author if message.reference and message.type == REPLY else None
        allowed = body.get("allowed_mentions")
        if answered and (allowed is None or allowed.get("replied_user")):
            message.mentions = [*message.mentions, answered]
            message.pinged.add(answered.id)

    def _mentions_of(self, message: Message, body: JSON) -> mentions.Mentions:
        texts = [message.content, *(each["content"] for each in walk(message.components) if each["type"] == 10)]
        allowed, people = body.get("allowed_mentions"), self._wire.world.users
        return mentions.found_in("\n".join(texts), message.channel, message.author, allowed, people)

    def _remember(self, message: Message, body: JSON) -> None:
        message.nonce = body.get("nonce")
        if message.nonce is not None:
            key = (message.channel.id, message.author.id, str(message.nonce))
            self._by_nonce[key] = (time.monotonic(), message)

    def _tell(self, name: str, message: Message, *, with_nonce: bool = False) -> None:
        if message.flags & EPHEMERAL:
            self._wire.bell.ring()
            return
        data = payloads.message(message, with_nonce=with_nonce and message.author is self._wire.world.bot)
        guild = message.channel.guild
        member = guild.members.get(message.author.id) if guild else None
        if member is not None:
            data["member"] = payloads.member(member, with_user=False)
        self._tell_readers(name, message.channel, data, content_is_open=content_is_open(message, self._wire.world.bot))

    def _tell_readers(self, name: str, channel: Channel, data: JSON, *, content_is_open: bool = True) -> None:
        bot = self._wire.world.bot
        if not in_channel(channel, bot.id) & Permission.VIEW_CHANNEL:
            self._wire.bell.ring()
            return
        guild_id = channel.guild.id if channel.guild else None
        self._wire.gateway.dispatch_message(name, data, guild_id=guild_id, content_is_open=content_is_open)

    def _tell_pins(self, channel: Channel) -> None:
        guild_id = channel.guild.id if channel.guild else None
        last = max((each.pinned_at or 0 for each in channel.messages.values()), default=0)
        data: JSON = {"channel_id": str(channel.id), "last_pin_timestamp": payloads.iso(last) if last else None}
        where = {"guild_id": str(guild_id)} if guild_id else {}
        if in_channel(channel, self._wire.world.bot.id) & Permission.VIEW_CHANNEL:
            self._wire.gateway.dispatch("CHANNEL_PINS_UPDATE", data | where, guild_id=guild_id)


def content_is_open(message: Message, bot: User) -> bool:
    """Whether an app without the message-content switch may read this message all the same."""
    return message.author is bot or message.channel.guild is None or bot in message.mentions


def _as_rich(embeds: list[JSON]) -> list[JSON]:
    return [embed | {"type": "rich"} for embed in embeds]


def _kept_attachments(body: JSON) -> list[JSON]:
    return [each for each in body.get("attachments") or [] if "url" in each]
