"""The records of the world as the JSON that Discord sends of them."""

from __future__ import annotations

from tests.wire.ids import iso, made_at
from tests.wire.permissions import VOICE_TYPES, can_view
from tests.wire.world import JSON, Channel, Guild, Interaction, Member, Message, Overwrite, Role, ScheduledEvent, User

HIDDEN_NAME = "___hidden___"
HIDDEN_FLAG = 1 << 17
_RULE = (
    "start",
    "end",
    "frequency",
    "interval",
    "by_weekday",
    "by_n_weekday",
    "by_month",
    "by_month_day",
    "by_year_day",
    "count",
)
COMMAND, COMPONENT, MODAL_SUBMIT = 2, 3, 5
_VIEW_CHANNEL = 1 << 10


def user(it: User) -> JSON:
    return {
        "id": str(it.id),
        "username": it.name,
        "global_name": None if it.bot else it.name.title(),
        "discriminator": "0000" if it.bot else "0",
        "avatar": None,
        "bot": it.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def role(it: Role) -> JSON:
    return {
        "id": str(it.id),
        "name": it.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": it.position,
        "permissions": str(it.permissions),
        "managed": it.managed,
        "mentionable": it.mentionable,
        "flags": 0,
    }


def member(it: Member, *, with_user: bool = True) -> JSON:
    data: JSON = {
        "roles": [str(role_id) for role_id in sorted(it.role_ids)],
        "joined_at": iso(it.joined_at),
        "nick": it.nick,
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "premium_since": None,
        "pending": False,
        "mute": False,
        "deaf": False,
        "flags": 0,
    }
    return data | {"user": user(it.user)} if with_user else data


def overwrite(it: Overwrite) -> JSON:
    return {"id": str(it.target_id), "type": it.type, "allow": str(it.allow), "deny": str(it.deny)}


def channel(it: Channel) -> JSON:
    """A channel in full, as one is told who may view it."""
    if it.guild is None:
        people = [user(each) for each in it.recipients if not each.bot]
        return {"id": str(it.id), "type": it.type, "last_message_id": None, "flags": 0, "recipients": people}
    data: JSON = {
        "id": str(it.id),
        "type": it.type,
        "guild_id": str(it.guild.id),
        "name": it.name,
        "position": it.position,
        "parent_id": str(it.parent_id) if it.parent_id else None,
        "permission_overwrites": [overwrite(each) for each in it.overwrites.values()],
        "nsfw": it.nsfw,
        "flags": 0,
    }
    if it.type != 4:
        last = max((each.id for each in it.messages.values() if each.viewer is None), default=None)
        data |= {
            "topic": it.topic,
            "rate_limit_per_user": it.slowmode,
            "last_message_id": str(last) if last else None,
        }
    if it.type in VOICE_TYPES:
        data |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    return data


def channel_seen_by(it: Channel, user_id: int) -> JSON:
    """A channel as the gateway tells it: emptied of all but its place for who may not view it."""
    data = channel(it)
    if it.guild is None or can_view(it, user_id):
        return data
    closed = Overwrite(it.guild.id, 0, deny=_VIEW_CHANNEL)
    data |= {"name": HIDDEN_NAME, "permission_overwrites": [overwrite(closed)], "flags": HIDDEN_FLAG}
    if it.type != 4:
        data |= {"topic": None, "last_message_id": None}
    return data


def guild(it: Guild, *, viewer_id: int, everyone: bool) -> JSON:
    """A whole server as it arrives over the gateway; `everyone` only for who has the members intent."""
    shown = it.members.values() if everyone else [it.members[viewer_id]]
    return guild_settings(it) | {
        "channels": [channel_seen_by(each, viewer_id) for each in it.channels.values()],
        "members": [member(each) for each in shown],
        "member_count": len(it.members),
        "joined_at": iso(it.members[viewer_id].joined_at),
        "large": len(it.members) > 250,
        "unavailable": False,
        "threads": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "soundboard_sounds": [],
        "guild_scheduled_events": [event(each) for each in it.events.values()],
    }


def guild_settings(it: Guild) -> JSON:
    return {
        "id": str(it.id),
        "name": it.name,
        "owner_id": str(it.owner_id),
        "roles": [role(each) for each in it.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "icon": None,
        "description": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "nsfw": False,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
    }


def message(it: Message, *, with_nonce: bool = False) -> JSON:
    data: JSON = {
        "id": str(it.id),
        "channel_id": str(it.channel.id),
        "author": user(it.author),
        "content": it.content,
        "timestamp": iso(made_at(it.id)),
        "edited_timestamp": iso(it.edited_at) if it.edited_at else None,
        "tts": False,
        "mention_everyone": it.mention_everyone,
        "mentions": [user(each) for each in it.mentions],
        "mention_roles": [str(role_id) for role_id in it.mention_roles],
        "attachments": it.attachments,
        "embeds": it.embeds,
        "components": it.components,
        "pinned": it.pinned_at is not None,
        "type": it.type,
        "flags": it.flags,
    }
    if it.reference is not None:
        data["message_reference"] = _reference(it.reference)
    if it.interaction is not None:
        data |= _from_interaction(it, it.interaction)
    if with_nonce and it.nonce is not None:
        data["nonce"] = it.nonce
    return data


def _reference(it: Message) -> JSON:
    data: JSON = {"type": 0, "message_id": str(it.id), "channel_id": str(it.channel.id)}
    return data | {"guild_id": str(it.channel.guild.id)} if it.channel.guild else data


def _from_interaction(it: Message, origin: Interaction) -> JSON:
    app = str(it.author.id)
    about: JSON = {
        "id": str(origin.id),
        "type": origin.type,
        "user": user(origin.user),
        "authorizing_integration_owners": {},
    }
    if origin.type == COMPONENT and origin.source is not None:
        about["interacted_message_id"] = str(origin.source.id)
    if origin.type == MODAL_SUBMIT:
        opener = COMPONENT if origin.source is not None else COMMAND
        about["triggering_interaction_metadata"] = about | {"type": opener}
        if origin.source is not None:
            about["triggering_interaction_metadata"]["interacted_message_id"] = str(origin.source.id)
    return {"application_id": app, "webhook_id": app, "interaction_metadata": about}


def without_content(data: JSON) -> JSON:
    """A message as it reaches an app that may not read content."""
    return data | {"content": "", "embeds": [], "attachments": [], "components": []}


def event(it: ScheduledEvent) -> JSON:
    rule = it.data["recurrence_rule"]
    return it.data | {
        "recurrence_rule": rule and dict.fromkeys(_RULE) | rule,
        "id": str(it.id),
        "guild_id": str(it.guild.id),
        "creator_id": str(it.creator.id),
        "creator": user(it.creator),
        "status": it.status,
        "user_count": 0,
        "entity_id": None,
        "image": None,
        "guild_scheduled_event_exceptions": [],
        "user_rsvp": None,
    }
