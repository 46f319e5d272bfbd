"""The narrator: what is there before the story, and what others than the bot change in it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.wire.people import Person
from tests.wire.permissions import EVERYONE
from tests.wire.world import Channel, Guild, Member, Overwrite, Role, User

if TYPE_CHECKING:
    from tests.wire.server import Wire

TEXT, VOICE, CATEGORY = 0, 2, 4


class Builders:
    """The part of the wire that builds servers and people; each change is told to a connected bot."""

    def person(self: Wire, name: str, *, dms_open: bool = True) -> Person:
        """Someone with an account, in no server yet."""
        user = User(self.world.snowflakes.new(), name, dms_open=dms_open)
        self.world.users[user.id] = user
        return Person(self, user)

    def add_guild(
        self: Wire,
        name: str,
        owner: Person,
        *,
        bot_permissions: int = 0,
        bot_role: str = "circlekeeper",
        everyone: int = EVERYONE,
    ) -> Guild:
        """A server of this owner's, the bot invited with these permissions (in a managed role just above @everyone)."""
        guild = Guild(self.world.snowflakes.new_guild(), name, owner.id)
        guild.roles[guild.id] = Role(guild.id, "@everyone", everyone, 0)
        role = Role(self.world.snowflakes.new(), bot_role, _bits(bot_permissions), 1, managed=True)
        guild.roles[role.id] = role
        now = time.time()
        guild.members[owner.id] = Member(owner.user, set(), now)
        guild.members[self.world.bot.id] = Member(self.world.bot, {role.id}, now)
        self.world.guilds[guild.id] = guild
        self.gateway.show_guild(guild)
        return guild

    def add_member(self: Wire, guild: Guild, who: str | Person, *roles: Role) -> Person:
        """Someone joins, by name (then they are new) or as the person they are."""
        person = self.person(who) if isinstance(who, str) else who
        self.guild_deeds.add_member(guild, Member(person.user, {role.id for role in roles}, time.time()))
        return person

    def remove_member(self: Wire, guild: Guild, person: Person) -> None:
        """Someone leaves or is removed."""
        self.guild_deeds.remove_member(guild, person.user)

    def remove_bot(self: Wire, guild: Guild) -> None:
        """The bot is thrown out."""
        self.guild_deeds.remove_member(guild, self.world.bot)

    def invite_bot(self: Wire, guild: Guild, bot_permissions: int, *, outage: bool = False) -> None:
        """The bot is invited anew into a server that it had been thrown out of. Its role is another one; overwrites
        that it had are still there.
        """
        guild.roles = {role.id: role for role in guild.roles.values() if not role.managed}
        role = Role(self.world.snowflakes.new(), "circlekeeper", _bits(bot_permissions), 1, managed=True)
        guild.roles[role.id] = role
        guild.members[self.world.bot.id] = Member(self.world.bot, {role.id}, time.time())
        if outage:
            self.gateway.dispatch("GUILD_CREATE", {"id": str(guild.id), "unavailable": True}, guild_id=guild.id)
        else:
            self.gateway.show_guild(guild)

    def outage(self: Wire, guild: Guild) -> None:
        """Discord cannot reach a server for a while; the bot is still in it."""
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild_id=guild.id)

    def outage_over(self: Wire, guild: Guild) -> None:
        """The server can be reached again."""
        self.gateway.show_guild(guild, joined=False)

    def add_channel(
        self: Wire,
        guild: Guild,
        name: str,
        *,
        kind: int = TEXT,
        parent: Channel | None = None,
        overwrites: list[Overwrite] | None = None,
    ) -> Channel:
        """An admin makes a channel (kind 0 text, 2 voice, 4 category)."""
        channel = Channel(self.world.snowflakes.new(), kind, name, guild, parent.id if parent else None)
        channel.overwrites = {each.target_id: each for each in overwrites or []}
        self.guild_deeds.create_channel(guild, channel)
        return channel

    def delete_channel(self: Wire, channel: Channel) -> None:
        """An admin deletes a channel."""
        self.guild_deeds.delete_channel(channel)

    def set_overwrite(
        self: Wire, channel: Channel, target: Role | Person | Guild | User, *, allow: int = 0, deny: int = 0
    ) -> None:
        """An admin sets an overwrite; a Guild stands for @everyone."""
        kind = 0 if isinstance(target, Role | Guild) else 1
        self.guild_deeds.put_overwrite(channel, Overwrite(target.id, kind, _bits(allow), _bits(deny)))

    def drop_overwrite(self: Wire, channel: Channel, target: Role | Person | Guild | User) -> None:
        """An admin takes an overwrite away."""
        self.guild_deeds.drop_overwrite(channel, target.id)

    def add_role(self: Wire, guild: Guild, name: str, permissions: int = 0, *, above_bot: bool = False) -> Role:
        """An admin makes a role. As on Discord it lands just above @everyone, unless it is then dragged to the top."""
        top = max(role.position for role in guild.roles.values()) + 1
        role = Role(self.world.snowflakes.new(), name, _bits(permissions), top if above_bot else 1)
        self.guild_deeds.add_role(guild, role)
        return role

    def give_role(self: Wire, guild: Guild, person: Person, role: Role) -> None:
        """An admin gives someone a role."""
        self.guild_deeds.set_roles(guild, person.user, guild.members[person.id].role_ids | {role.id})

    def take_role(self: Wire, guild: Guild, person: Person, role: Role) -> None:
        """An admin takes a role from someone."""
        self.guild_deeds.set_roles(guild, person.user, guild.members[person.id].role_ids - {role.id})

    def bot_role(self: Wire, guild: Guild) -> Role:
        """The role that came with the bot's invite."""
        return next(role for role in guild.roles.values() if role.managed)

    def set_bot_permissions(self: Wire, guild: Guild, permissions: int) -> None:
        """An admin changes what the bot's role may do."""
        self.guild_deeds.set_role_permissions(guild, self.bot_role(guild), _bits(permissions))

    def direct(self: Wire, person: Person) -> Channel:
        """The direct conversation between the bot and this person."""
        return self.world.direct(person.user)


def _bits(permissions: int) -> int:
    """Permissions as a number, also from an object that keeps one in `value` as discord.py's does."""
    return int(getattr(permissions, "value", permissions))
