"""What can happen to servers, channels, roles and members: done whole, and told to the bot as far as it may see."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.wire import payloads
from tests.wire.errors import invalid, refusal
from tests.wire.gateway import MEMBERS
from tests.wire.permissions import CATEGORY, can_view
from tests.wire.world import Channel, Guild, Member, Overwrite, Role, User

if TYPE_CHECKING:
    from tests.wire.server import Wire

MAX_CHANNELS, MAX_IN_CATEGORY = 500, 50
_TEXT_LIKE = (0, 5, 15)


class GuildDeeds:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def create_channel(self, guild: Guild, channel: Channel) -> None:
        """Add a channel; without overwrites of its own it takes its category's."""
        if len(guild.channels) >= MAX_CHANNELS:
            raise refusal(30013)
        self.check_category(guild, channel.parent_id)
        channel.name = as_channel_name(channel.name, channel.type)
        channel.position = sum(each.parent_id == channel.parent_id for each in guild.channels.values())
        if channel.parent is not None and not channel.overwrites:
            channel.overwrites = _copied(channel.parent.overwrites)
        with self._shown_changes([channel.parent] if channel.parent else []):
            guild.channels[channel.id] = self._wire.world.channels[channel.id] = channel
        self._tell_channel("CHANNEL_CREATE", channel)

    def check_category(self, guild: Guild, parent_id: int | None) -> None:
        if parent_id is None:
            return
        parent = guild.channels.get(parent_id)
        if parent is None or parent.type != CATEGORY:
            raise invalid("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
        if sum(each.parent_id == parent_id for each in guild.channels.values()) >= MAX_IN_CATEGORY:
            raise invalid(
                "parent_id", "CHANNEL_PARENT_MAX_CHANNELS", "Maximum number of channels in category reached (50)"
            )

    def update_channel(self, channel: Channel) -> None:
        """Tell of a channel that was changed in place."""
        self._tell_channel("CHANNEL_UPDATE", channel)

    def delete_channel(self, channel: Channel) -> None:
        guild = channel.guild
        if guild is None:
            return
        channel.deleted = True
        seen = payloads.channel_seen_by(channel, self._wire.world.bot.id)
        del guild.channels[channel.id], self._wire.world.channels[channel.id]
        for orphan in [each for each in guild.channels.values() if each.parent_id == channel.id]:
            orphan.parent_id = None
            self._tell_channel("CHANNEL_UPDATE", orphan)
        self._wire.gateway.dispatch("CHANNEL_DELETE", seen, guild_id=guild.id)

    def set_overwrites(self, channel: Channel, overwrites: dict[int, Overwrite]) -> None:
        """Replace a channel's overwrites; channels that were in step with a category stay in step."""
        guild = channel.guild
        if guild is None:
            raise refusal(50003)
        inside = [each for each in guild.channels.values() if each.parent_id == channel.id]
        in_step = [each for each in inside if each.overwrites == channel.overwrites]
        with self._shown_changes([channel.parent] if channel.parent else []):
            channel.overwrites = overwrites
            for each in in_step:
                each.overwrites = _copied(overwrites)
        for each in [channel, *in_step]:
            self._tell_channel("CHANNEL_UPDATE", each)

    def put_overwrite(self, channel: Channel, overwrite: Overwrite) -> None:
        self.set_overwrites(channel, _copied(channel.overwrites) | {overwrite.target_id: overwrite})

    def drop_overwrite(self, channel: Channel, target_id: int) -> None:
        if target_id not in channel.overwrites:
            raise refusal(10009)
        left = {key: value for key, value in channel.overwrites.items() if key != target_id}
        self.set_overwrites(channel, _copied(left))

    def add_member(self, guild: Guild, member: Member) -> None:
        guild.members[member.user.id] = member
        data = payloads.member(member) | {"guild_id": str(guild.id)}
        self._wire.gateway.dispatch("GUILD_MEMBER_ADD", data, guild_id=guild.id, intents=MEMBERS)

    def remove_member(self, guild: Guild, user: User) -> None:
        """Someone goes. Their overwrites stay, as on Discord; if it is the bot, it loses the server."""
        guild.members.pop(user.id, None)
        if user is self._wire.world.bot:
            gone = {"id": str(guild.id)}
            self._wire.gateway.dispatch("GUILD_DELETE", gone, guild_id=guild.id)
            return
        data = {"guild_id": str(guild.id), "user": payloads.user(user)}
        self._wire.gateway.dispatch("GUILD_MEMBER_REMOVE", data, guild_id=guild.id, intents=MEMBERS)

    def set_roles(self, guild: Guild, user: User, role_ids: set[int]) -> None:
        with self._shown_changes(list(guild.channels.values())):
            guild.members[user.id].role_ids = role_ids
            data = payloads.member(guild.members[user.id]) | {"guild_id": str(guild.id)}
            always = user is self._wire.world.bot
            intents = 0 if always else MEMBERS
            self._wire.gateway.dispatch("GUILD_MEMBER_UPDATE", data, guild_id=guild.id, intents=intents)

    def add_role(self, guild: Guild, role: Role) -> None:
        """A new role goes just above @everyone, and all others one up."""
        if role.position == 1:
            for other in guild.roles.values():
                other.position += other.position >= 1
        guild.roles[role.id] = role
        data = {"guild_id": str(guild.id), "role": payloads.role(role)}
        self._wire.gateway.dispatch("GUILD_ROLE_CREATE", data, guild_id=guild.id)

    def set_role_permissions(self, guild: Guild, role: Role, permissions: int) -> None:
        with self._shown_changes(list(guild.channels.values())):
            role.permissions = permissions
            data = {"guild_id": str(guild.id), "role": payloads.role(role)}
            self._wire.gateway.dispatch("GUILD_ROLE_UPDATE", data, guild_id=guild.id)

    def _tell_channel(self, name: str, channel: Channel) -> None:
        guild = channel.guild
        if guild is None or self._wire.world.bot.id not in guild.members:
            return
        seen = payloads.channel_seen_by(channel, self._wire.world.bot.id)
        self._wire.gateway.dispatch(name, seen, guild_id=guild.id)

    @contextlib.contextmanager
    def _shown_changes(self, among: list[Channel]) -> Iterator[None]:
        """Tell of those of these channels that come into the bot's sight, or go out of it, by what is done inside."""
        bot_id = self._wire.world.bot.id
        before = [(each, can_view(each, bot_id)) for each in among]
        yield
        for each, was_shown in before:
            if was_shown != can_view(each, bot_id):
                self._tell_channel("CHANNEL_UPDATE", each)


def _copied(overwrites: dict[int, Overwrite]) -> dict[int, Overwrite]:
    return {key: Overwrite(each.target_id, each.type, each.allow, each.deny) for key, each in overwrites.items()}


def as_channel_name(name: str, channel_type: int) -> str:
    """The name as Discord keeps it: text channels are lower case with hyphens."""
    name = name.strip()
    if not 1 <= len(name) <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if channel_type not in _TEXT_LIKE:
        return name
    plain = re.sub(r"[!\"#$%&'()*+,./:;<=>?@\[\\\]^`{|}~]", "", name.lower())
    return re.sub(r"-{2,}", "-", re.sub(r"\s+", "-", plain)).strip("-") or "-"
