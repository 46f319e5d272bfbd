"""What each overwrite in a group's rooms holds, and the least that the bot must be given.

Discord lets a bot hand out only what it holds itself, so the invite is the union of the overwrites, and the two
permissions by which channels and overwrites are made.
"""

from __future__ import annotations

from discord import Permissions

MEMBER = Permissions(
    view_channel=True, send_messages=True, read_message_history=True, add_reactions=True, embed_links=True
)
"""In the group's room: read and write. No threads, no pings, no managing."""

READER = Permissions(view_channel=True, read_message_history=True)
"""What a member keeps of that who has not agreed to a changed agreement yet; the rest is denied."""

LISTENER = Permissions(view_channel=True, connect=True)
"""The same in the voice channel."""

FACILITATOR = MEMBER | Permissions(manage_messages=True, pin_messages=True)
"""In the room and the desk: as a member, and hide or pin a message."""

LEAD = MEMBER
"""In the safeguarding channel."""

MEMBER_VOICE = Permissions(view_channel=True, connect=True, speak=True, use_voice_activation=True)
"""In the group's voice channel, where it has one."""

BOT = Permissions(
    view_channel=True,
    send_messages=True,
    read_message_history=True,
    embed_links=True,
    pin_messages=True,
    manage_messages=True,
)
"""Itself, in every room it keeps."""

SEEING = Permissions(view_channel=True)
"""Itself, in the category."""

HIDDEN = Permissions(view_channel=True)
"""Denied to everyone else."""

INVITE = MEMBER | FACILITATOR | MEMBER_VOICE | BOT | Permissions(manage_channels=True, manage_roles=True)

EVENTS = Permissions(create_events=True)
"""What the bot needs besides, on its role and in a voice channel, where meetings are to have Discord's own event."""

REASONS = {
    "view_channel": "see the rooms it keeps, and let members see theirs",
    "send_messages": "post, and let members write in their rooms",
    "read_message_history": "look whether a post is already there before sending it again",
    "add_reactions": "let members react in their rooms",
    "embed_links": "let members share links with a preview",
    "manage_messages": "let facilitators hide a message in their rooms",
    "pin_messages": "pin the group agreement",
    "connect": "let members join their group's voice room",
    "speak": "let members speak there",
    "use_voice_activation": "let members speak there without holding a key",
    "manage_channels": "make a group's private rooms",
    "manage_roles": "give and take one person's access to a room (Discord calls this Manage Roles; no role is touched)",
}

EVENT_REASONS = {"create_events": "show Discord's own event about a meeting, where a group wants that"}


def names(permissions: Permissions) -> list[str]:
    """What is set, by the names that Discord's own settings show, in a steady order."""
    return sorted({"read_messages": "view_channel"}.get(name, name) for name, held in permissions if held)
