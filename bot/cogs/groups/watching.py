"""Looks whether the channels of groups are as declared: on every change that Discord tells of, and now and then."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
import discord
from discord.ext import commands

from bot.client import Bot
from bot.cogs.groups.rooms import allowed, channel_name
from bot.cogs.groups.sight import channel_of, own_roles, ranks_of
from bot.core.drain import Drain
from bot.features.groups import Group, Member, Place
from bot.features.groups.watch.comparing import compare
from bot.features.groups.watch.effective import Ranks
from bot.features.groups.watch.model import SAFEGUARDING, Declared, Drift, Expected, Kind, Look, Roll, Sight
from bot.features.setup.model import SAFEGUARDING_CODE
from bot.ui import permissions
from bot.ui.seeing import is_hidden

log = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=6)
SOON: Final = timedelta(seconds=10)
APART: Final = timedelta(seconds=1)
SPREAD: Final = timedelta(minutes=10)
"""After a start all servers are looked at within this time, and at the most one each second."""

AGAIN: Final = timedelta(minutes=1)
"""When Discord could not be asked, or much was changing."""

LOOKS: Final = 3
"""How often it is looked again if something was declared anew in the meantime."""

LOOK_UPS: Final = 30
"""How many people are looked up one by one, in one look at one server."""

UNKNOWN_MEMBER, UNKNOWN_USER = 10007, 10013


class Presence:
    """Whether people are in a server, and whether they are administrators: each asked for once in a look."""

    def __init__(self, bot: Bot, guild: discord.Guild, ranks: Ranks) -> None:
        self._bot = bot
        self._guild = guild
        self._admins = ranks.admins
        self._found: dict[int, tuple[bool, bool]] = {}

    async def here(self, user_id: int) -> bool:
        return (await self._of(user_id))[0]

    async def admin(self, user_id: int) -> bool:
        return (await self._of(user_id))[1]

    @property
    def away(self) -> list[int]:
        """Who was looked for and is not in the server."""
        return [user_id for user_id, (here, _) in self._found.items() if not here]

    async def _of(self, user_id: int) -> tuple[bool, bool]:
        if user_id in self._found:
            return self._found[user_id]
        if len(self._found) >= LOOK_UPS:
            return True, False  # better told of once too often
        await self._bot.courier.take_turn()
        self._found[user_id] = await self._ask(user_id)
        return self._found[user_id]

    async def _ask(self, user_id: int) -> tuple[bool, bool]:
        http: Any = self._bot.http
        try:
            member = await http.get_member(self._guild.id, user_id)
        except discord.NotFound as error:
            if error.code not in (UNKNOWN_MEMBER, UNKNOWN_USER):
                raise
            return False, False
        return True, any(int(role_id) in self._admins for role_id in member["roles"])


class WatchCog(commands.Cog, name="watch"):
    """Which roles somebody holds is not listened to: whom a role lets in is drift by the role's own overwrite."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._watch = bot.services.groups.watch
        self._drains: dict[int, Drain] = {}
        self._sweeping: set[int] = set()
        self._next: dict[int, datetime] = {}
        self._turn: dict[int, int] = {}
        self._closed = False
        self._bell = bot.services.make_bell("watch", self._sweep)
        for rings in (
            bot.services.groups.rooms.carried,
            bot.services.setup.progressed,
            self._watch.mended,
        ):
            rings.append(self.ring)

    async def cog_unload(self) -> None:
        self._closed = True
        for drain in list(self._drains.values()):
            await drain.close()

    async def settled(self) -> None:
        """Return once everything that was rung for has been looked at."""
        for drain in list(self._drains.values()):
            await drain.settled()

    def ring(self, guild_id: int) -> None:
        """Have this server looked at; many rings make one look."""
        if self._closed:
            return
        if guild_id not in self._drains:
            self._drains[guild_id] = Drain(lambda: self._look_at(guild_id), name="watch")
        self._drains[guild_id].ring()

    # what Discord tells

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        self.ring(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel) -> None:
        self.ring(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.ring(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_create(self, role: discord.Role) -> None:
        self.ring(role.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, role: discord.Role) -> None:
        if before.permissions != role.permissions:
            self.ring(role.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        self.ring(role.guild.id)

    @commands.Cog.listener()
    async def on_guild_update(self, before: discord.Guild, guild: discord.Guild) -> None:
        if before.owner_id != guild.owner_id:
            self.ring(guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, member: discord.Member) -> None:
        if before.roles != member.roles:
            self.ring(member.guild.id)

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        self.ring(member.guild.id)

    @commands.Cog.listener()
    async def on_raw_member_remove(self, left: discord.RawMemberRemoveEvent) -> None:
        self.ring(left.guild_id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.ring(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server that has come back; at a start it is told of each, and they are looked at by turns."""
        if self._bot.is_ready():
            self._later(guild.id, SOON)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        await self._begin()

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A shard that has come back without what it missed."""
        if self._bot.is_ready():
            await self._begin(shard_id)

    # now and then

    async def _begin(self, shard_id: int | None = None) -> None:
        """Have every server looked at soon, of this shard or of all, one after the other."""
        known = [self._bot.get_guild(guild_id) for guild_id in await self._watch.guilds()]
        ours = [one.id for one in known if one is not None and shard_id in (None, one.shard_id)]
        now, apart = self._bot.services.clock(), min(APART, SPREAD / max(len(ours), 1))
        self._next |= {guild_id: now + SOON + apart * turn for turn, guild_id in enumerate(ours)}
        self._expect()

    def _sweep(self) -> None:
        if self._closed:
            return
        now = self._bot.services.clock()
        for guild_id in [guild_id for guild_id, at in self._next.items() if at <= now]:
            self._next[guild_id] = now + EVERY
            self._sweeping.add(guild_id)
            self.ring(guild_id)
        self._expect()

    def _expect(self) -> None:
        if self._next:
            wait = min(self._next.values()) - self._bot.services.clock()
            self._bell.ring_in(max(wait.total_seconds(), 0.0))

    def _later(self, guild_id: int, after: timedelta) -> None:
        at = self._bot.services.clock() + after
        self._next[guild_id] = min(self._next.get(guild_id, at), at)
        self._expect()

    # looking

    async def _look_at(self, guild_id: int) -> None:
        guild = self._bot.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return
        try:
            await self._look(guild)
        except (discord.Forbidden, discord.NotFound):
            log.info("a server could not be looked at; it may have sent the bot away")
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError):
            self._later(guild_id, AGAIN)

    async def _look(self, guild: discord.Guild) -> None:
        roll = await self._watch.roll(guild.id)
        for _ in range(LOOKS):
            if roll is None:
                self._next.pop(guild.id, None)
                return
            looks, presence = await self._looks(guild, roll)
            before, roll = roll, await self._watch.roll(guild.id)
            if before == roll:
                if await self._watch.note(guild.id, before, looks):
                    self.ring(guild.id)
                await self._look_for_people(guild, before, presence)
                self._later(guild.id, EVERY)
                return
        # what is declared changes all the time: what was seen says nothing
        self._later(guild.id, AGAIN)

    async def _looks(self, guild: discord.Guild, roll: Roll) -> tuple[list[Look], Presence]:
        http: Any = self._bot.http
        await self._bot.courier.take_turn()
        listed = {int(channel["id"]): channel for channel in await http.get_all_guild_channels(guild.id)}
        ranks = ranks_of(guild)
        presence = Presence(self._bot, guild, ranks)
        there = tuple(one for one in _categories(roll) if one in listed or guild.get_channel(one) is not None)
        looks = [
            await self._one(guild, replace(declared, categories=there), roll, listed, presence)
            for declared in self._declared(roll)
        ]
        return looks, presence

    async def _one(
        self, guild: discord.Guild, declared: Declared, roll: Roll, listed: Mapping[int, Any], presence: Presence
    ) -> Look:
        if not declared.channel_id or roll.busy(declared.group_id, declared.place):
            return Look(declared=declared, sight=Sight.UNKNOWN)
        channel = listed.get(declared.channel_id)
        if channel is None or is_hidden(channel):
            channel = await self._sought(declared.channel_id)
        if isinstance(channel, Sight):
            kind = Kind.HIDDEN if channel is Sight.HIDDEN else Kind.DELETED
            # a room of an archived group will be deleted anyway
            lost = () if declared.ending and kind is Kind.DELETED else (Drift(kind=kind),)
            return Look(declared=declared, sight=channel, drifts=lost)
        assert self._bot.user is not None
        ours = own_roles(guild) | {self._bot.user.id}
        drifts = compare(declared, channel_of(channel), ranks_of(guild), ours)
        return Look(
            declared=declared,
            sight=Sight.SEEN,
            drifts=tuple([drift for drift in drifts if await _counts(drift, presence)]),
        )

    async def _sought(self, channel_id: int) -> Any:
        """The channel itself, or how it is lost: Discord says whether it is there, whatever it lists."""
        http: Any = self._bot.http
        await self._bot.courier.take_turn()
        try:
            channel = await http.get_channel(channel_id)
        except discord.Forbidden:
            return Sight.HIDDEN
        except discord.NotFound:
            return Sight.DELETED
        return Sight.HIDDEN if is_hidden(channel) else channel

    async def _look_for_people(self, guild: discord.Guild, roll: Roll, presence: Presence) -> None:
        """End the places of those who are not in the server any more; a sweep looks for some of all, by turns."""
        keepers = {roll.server.lead_id, roll.server.backup_id}
        people = sorted(keepers | {member.user_id for _, members in roll.groups for member in members})
        if guild.id in self._sweeping:
            self._sweeping.discard(guild.id)
            first = self._turn.get(guild.id, 0) % len(people)
            self._turn[guild.id] = first + LOOK_UPS
            for user_id in (people[first:] + people[:first])[:LOOK_UPS]:
                await presence.here(user_id)
        for user_id in set(presence.away) & set(people):
            await self._bot.services.groups.gone(guild_id=guild.id, user_id=user_id)

    def _declared(self, roll: Roll) -> Iterator[Declared]:
        """Every channel of the server as it should be."""
        yield self._safeguarding(roll)
        for group, members in roll.groups:
            for place in Place:
                if group.archived and group.channel(place) is not None:
                    yield _of_archived(roll, group, members, place)
                elif not group.archived and place in group.places:
                    yield _of_group(roll, group, members, place)

    def _safeguarding(self, roll: Roll) -> Declared:
        server, bits = roll.server, permissions.LEAD.value
        return Declared(
            group_id=None,
            place=SAFEGUARDING,
            channel_id=server.safeguarding_id or 0,
            people=tuple(Expected(user_id=one, least=bits, most=bits) for one in (server.lead_id, server.backup_id)),
            name=self._bot.words("setup.safeguarding_name"),
            code=SAFEGUARDING_CODE,
            unsure=roll.unsure(None, SAFEGUARDING),
        )


async def _counts(drift: Drift, presence: Presence) -> bool:
    """Whether it is one: administrators see every channel, and who is not in the server sees none."""
    if not drift.kind.about_person or drift.user_id is None:
        return True
    return await presence.here(drift.user_id) and not await presence.admin(drift.user_id)


def _categories(roll: Roll) -> Iterable[int]:
    server = roll.server
    return server.categories or (() if server.category_id is None else (server.category_id,))


def _of_group(roll: Roll, group: Group, members: Sequence[Member], place: Place) -> Declared:
    return Declared(
        group_id=group.id,
        place=place,
        channel_id=group.channel(place) or 0,
        people=tuple(_expected(roll, member, place) for member in members if member.may_enter(place)),
        name="" if roll.renaming(group.id, place) else channel_name(group, place),
        code="" if place is Place.VOICE else f"{place}-{group.code}",
        unsure=roll.unsure(group.id, place),
    )


def _of_archived(roll: Roll, group: Group, members: Sequence[Member], place: Place) -> Declared:
    """Its facilitators keep the desk, and nobody else anything; what it is called and where it stands is nobody's."""
    keepers = [member for member in members if place is Place.DESK and member.may_enter(place)]
    return Declared(
        group_id=group.id,
        place=place,
        channel_id=group.channel(place) or 0,
        people=tuple(_expected(roll, member, place) for member in keepers),
        unsure=roll.unsure(group.id, place),
        ending=True,
    )


def _expected(roll: Roll, member: Member, place: Place) -> Expected:
    """All that their role allows. Who has to agree to something first may have no more than reading yet."""
    least = most = allowed(member.role, place)
    if member.id in roll.restrained:
        least = most & (permissions.LISTENER if place is Place.VOICE else permissions.READER)
    return Expected(user_id=member.user_id, least=least.value, most=most.value)
