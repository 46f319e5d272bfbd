"""What a member may do, computed as Discord computes it, and what a bot may hand out by overwrite."""

from __future__ import annotations

from enum import IntFlag

from tests.wire.errors import refusal
from tests.wire.world import Channel, Guild, Member, Overwrite

CATEGORY = 4
VOICE_TYPES = (2, 13)


class Permission(IntFlag):
    """The bits that this stand-in asks about, by Discord's names."""

    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    CREATE_EVENTS = 1 << 44
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


ALL = (1 << 53) - 1
EVERYONE = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.USE_VAD
    | Permission.USE_APPLICATION_COMMANDS
)
DIRECT = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.PIN_MESSAGES
)
_NEEDS_SENDING = (
    Permission.MENTION_EVERYONE | Permission.SEND_TTS_MESSAGES | Permission.ATTACH_FILES | Permission.EMBED_LINKS
)
_NEEDS_CONNECTING = (
    Permission.MANAGE_CHANNELS
    | Permission.MANAGE_ROLES
    | Permission.PRIORITY_SPEAKER
    | Permission.STREAM
    | Permission.SPEAK
    | Permission.MUTE_MEMBERS
    | Permission.DEAFEN_MEMBERS
    | Permission.MOVE_MEMBERS
    | Permission.USE_VAD
)


def in_guild(guild: Guild, member: Member) -> int:
    """Permissions from ownership and roles alone."""
    if member.user.id == guild.owner_id:
        return ALL
    held = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        held |= guild.roles[role_id].permissions
    return ALL if held & Permission.ADMINISTRATOR else held


def in_channel(channel: Channel, user_id: int) -> int:
    """Effective permissions in a channel: overwrites applied in Discord's order, then what they imply."""
    guild = channel.guild
    if guild is None:
        return DIRECT if any(user.id == user_id for user in channel.recipients) else 0
    member = guild.members.get(user_id)
    if member is None:
        return 0
    held = in_guild(guild, member)
    if held & Permission.ADMINISTRATOR:
        return ALL
    return _without_the_implied(channel, _overwritten(channel, guild, member, held))


def _overwritten(channel: Channel, guild: Guild, member: Member, held: int) -> int:
    everyone = channel.overwrites.get(guild.id)
    if everyone is not None:
        held = held & ~everyone.deny | everyone.allow
    roles = [channel.overwrites[role_id] for role_id in member.role_ids if role_id in channel.overwrites]
    for overwrite in roles:
        held &= ~overwrite.deny
    for overwrite in roles:
        held |= overwrite.allow
    own = channel.overwrites.get(member.user.id)
    return held & ~own.deny | own.allow if own is not None else held


def _without_the_implied(channel: Channel, held: int) -> int:
    if not held & Permission.VIEW_CHANNEL:
        return 0
    if not held & Permission.SEND_MESSAGES:
        held &= ~_NEEDS_SENDING
    if channel.type in VOICE_TYPES and not held & Permission.CONNECT:
        held &= ~_NEEDS_CONNECTING
    return held


def can_view(channel: Channel, user_id: int) -> bool:
    """Whether the channel is shown; a category is shown with any channel in it."""
    if in_channel(channel, user_id) & Permission.VIEW_CHANNEL:
        return True
    if channel.type != CATEGORY or channel.guild is None:
        return False
    inside = [each for each in channel.guild.channels.values() if each.parent_id == channel.id]
    return any(in_channel(each, user_id) & Permission.VIEW_CHANNEL for each in inside)


def require(channel: Channel, user_id: int, needed: int) -> None:
    """Refuse with 50001 who may not see the channel, with 50013 who lacks a needed permission there."""
    held = in_channel(channel, user_id)
    if not held & Permission.VIEW_CHANNEL:
        raise refusal(50001)
    if held & needed != needed:
        raise refusal(50013)


def require_in_guild(guild: Guild, user_id: int, needed: int) -> None:
    if in_guild(guild, guild.members[user_id]) & needed != needed:
        raise refusal(50013)


def require_may_hand_out(
    guild: Guild,
    user_id: int,
    *,
    changes: list[tuple[Overwrite | None, Overwrite]],
    parent: Channel | None,
    channel: Channel | None = None,
) -> None:
    """Refuse an overwrite that allows or denies what its giver does not hold in the guild or the category.

    Only what changes is looked at. Manage Roles goes by overwrite from administrators alone; who was given Manage
    Roles by an overwrite of their own in that channel may hand out the rest.
    """
    member = guild.members[user_id]
    held = in_guild(guild, member)
    if held & Permission.ADMINISTRATOR:
        return
    touched = 0
    for old, new in changes:
        touched |= (old.allow ^ new.allow) | (old.deny ^ new.deny) if old else new.allow | new.deny
    if touched & Permission.MANAGE_ROLES:
        raise refusal(50013)
    if channel is not None and _given_manage_roles(channel, member):
        return
    if parent is not None:
        held |= in_channel(parent, user_id)
    if touched & ~held:
        raise refusal(50013)


def _given_manage_roles(channel: Channel, member: Member) -> bool:
    mine = [channel.overwrites[target] for target in (*member.role_ids, member.user.id) if target in channel.overwrites]
    return any(overwrite.allow & Permission.MANAGE_ROLES for overwrite in mine)
