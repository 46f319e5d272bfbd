"""What is set up, what is missing, and how to mend it: Discord's own word beside ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import discord

from bot.client import Bot
from bot.features.groups import Place
from bot.features.setup import Health
from bot.ui.crowding import crowded
from bot.ui.pages import Page
from bot.ui.permissions import EVENT_REASONS, EVENTS, INVITE, REASONS, names
from bot.ui.seeing import holders, is_hidden
from bot.ui.texts import Raw, channel, instant, mention

NEEDED_IN_ROOM = discord.Permissions(
    view_channel=True, send_messages=True, read_message_history=True, pin_messages=True, manage_roles=True
)
"""What the bot itself does in a room it keeps, to let people in among it."""

NEEDED = {
    discord.ChannelType.category: discord.Permissions(view_channel=True, manage_channels=True, manage_roles=True),
    discord.ChannelType.voice: discord.Permissions(view_channel=True, connect=True, manage_roles=True),
}

MANY_ADMINS = 5
SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A channel that the bot keeps and cannot reach."""

    what: Raw
    hidden: bool
    """There, but closed to the bot; else it is not there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A channel that the bot sees, and in which it may less than its role says."""

    what: Raw
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A server as it is now."""

    guild: discord.Guild
    health: Health
    missing: tuple[str, ...]
    """Permissions that the bot needs and does not hold."""
    away: tuple[int, ...]
    """Which of lead and backup are not in the server."""
    admins: Mapping[int, list[int]]
    """By the ids of the roles that make people administrators: who holds them, where Discord tells by person."""
    lost: tuple[Lost, ...]
    short: tuple[Short, ...]
    drifts: Mapping[Raw, int]
    """By channel: in how many ways it is not as declared."""
    failing: int

    @property
    def made(self) -> bool:
        server = self.health.server
        return server is not None and server.category_id is not None and server.safeguarding_id is not None


class Checking:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._words = bot.words

    async def look(self, guild: discord.Guild) -> Found:
        """Look at everything, and change nothing."""
        assert self._bot.user is not None
        services = self._bot.services
        health = await services.setup.health(guild.id)
        await self._bot.courier.take_turn()
        me = await guild.fetch_member(self._bot.user.id)
        besides = EVENTS if await services.meetings.events.used(guild.id) else discord.Permissions.none()
        lacking = (INVITE | besides) & ~me.guild_permissions
        kept = await self._kept(guild.id, health)
        there = await self._there(guild)
        people = (health.server.lead_id, health.server.backup_id) if health.server else ()
        return Found(
            guild=guild,
            health=health,
            missing=() if me.guild_permissions.administrator else tuple(names(lacking)),
            away=tuple([user_id for user_id in people if not await self._is_here(guild, user_id)]),
            admins=await holders(guild, _admin_roles(guild)) if services.settings.discord.server_members else {},
            lost=tuple(_lost(guild, kept, there, me)),
            short=tuple(_short(guild, kept, me, besides)),
            drifts=await self._drifts(guild.id, kept),
            failing=sum(failing.count for failing in await services.timers.failing()),
        )

    def page(self, found: Found, *, tried: int = 0) -> Page:
        """What was found, in words. ``tried``: how many things are being done again."""
        parts = [
            "\n".join(self._people(found)),
            "\n".join(self._permissions(found)),
            "\n".join(self._admins(found)),
            *crowded(self._words, found.guild),
            "\n".join(self._standing_still(found, tried)),
        ]
        return Page(*[part for part in parts if part])

    def _people(self, found: Found) -> list[str]:
        words, server = self._words, found.health.server
        if server is None:
            return [words("setup.not_started")]
        lines: list[str] = [
            words("setup.heading", zone=server.zone, now=instant(self._bot.services.clock(), "t")),
            words("setup.leads", lead=mention(server.lead_id), backup=mention(server.backup_id)),
        ]
        lines += [words("setup.lead_away", person=mention(user_id)) for user_id in found.away]
        if server.safeguarding_id is not None:
            lines.append(words("setup.rooms_ready", channel=channel(server.safeguarding_id)))
        else:
            refused = next((one for one in found.health.setbacks if one.kind.startswith("setup.")), None)
            why = words(f"setup.problem_{refused.problem}") if refused else words("setup.rooms_coming")
            lines.append(words("setup.rooms_not_ready", why=why))
        return lines

    def _permissions(self, found: Found) -> list[str]:
        words = self._words
        members = self._bot.services.settings.discord.server_members
        intent = words("setup.members_on" if members else "setup.members_off")
        if not found.missing:
            return [words("setup.permissions_ok"), intent]
        lines: list[str] = [words("setup.permissions_missing")]
        reasons = REASONS | EVENT_REASONS
        lines += [words("setup.permission", name=_spoken(name), why=reasons[name]) for name in found.missing]
        return [*lines, words("setup.permissions_mend"), intent]

    def _admins(self, found: Found) -> list[str]:
        """Who sees every private channel whatever it says: by person where Discord tells, else by role."""
        words = self._words
        roles = _admin_roles(found.guild)
        intro = "setup.admins_intro" if roles else "setup.admins_none"
        lines: list[str] = [words(intro, owner=mention(found.guild.owner_id or 0))]
        for role in roles[:SHOWN]:
            people = found.admins.get(role.id)
            if people is None:
                lines.append(words("setup.admin_role", role=role.name))
            else:
                names = Raw(", ".join(mention(user_id) for user_id in people) or "-")
                lines.append(words("setup.admin_role_people", role=role.name, people=names))
        if len(roles) > MANY_ADMINS:
            lines.append(words("setup.admins_many", count=len(roles)))
        return lines

    def _standing_still(self, found: Found, tried: int) -> list[str]:
        words, health = self._words, found.health
        lines: list[str] = [
            words("setup.room_hidden" if lost.hidden else "setup.room_gone", what=lost.what) for lost in found.lost
        ]
        lines += [
            words("setup.room_short", what=short.what, permissions=", ".join(map(_spoken, short.lacking)))
            for short in found.short[:SHOWN]
        ]
        lines += [words("setup.drift_found", what=what, count=count) for what, count in found.drifts.items()]
        lines += [
            words(
                "setup.setback",
                what=words(f"setup.errand_{one.kind.replace('.', '_')}"),
                why=words(f"setup.problem_{one.problem}"),
            )
            for one in health.setbacks[:SHOWN]
        ]
        if tried:
            lines.append(words("setup.trying_again", count=tried))
        elif health.setbacks:
            lines.append(words("setup.check_again"))
        held = sum(stuck.count for stuck in health.stuck)
        if held:
            lines.append(words("setup.stuck", count=held))
        if found.failing:
            lines.append(words("setup.timers_failing", count=found.failing))
        return lines or [words("setup.all_well")]

    async def _kept(self, guild_id: int, health: Health) -> list[tuple[Raw, int]]:
        """What each channel is that the bot keeps in this server, and its id."""
        async with self._bot.services.db.read() as tx:
            groups = await self._bot.services.groups.all_in(tx, guild_id)
        words, server = self._words, health.server
        kept: list[tuple[Raw, int | None]] = []
        if server is not None:
            kept += [
                (words("setup.room_category"), server.category_id),
                (words("setup.room_safeguarding"), server.safeguarding_id),
            ]
        kept += [
            (words("setup.room_of_group", place=words(f"groups.place_{place}"), name=group.name), group.channel(place))
            for group in groups
            for place in Place
        ]
        return [(what, channel_id) for what, channel_id in kept if channel_id is not None]

    async def _drifts(self, guild_id: int, kept: Sequence[tuple[Raw, int]]) -> Mapping[Raw, int]:
        found = Counter(one.channel_id for one in await self._bot.services.groups.watch.open_findings(guild_id))
        return {what: found[channel_id] for what, channel_id in kept if found[channel_id]}

    async def _is_here(self, guild: discord.Guild, user_id: int) -> bool:
        await self._bot.courier.take_turn()
        with suppress(discord.NotFound):
            await guild.fetch_member(user_id)
            return True
        return False

    async def _there(self, guild: discord.Guild) -> Mapping[int, Any]:
        """What Discord lists to us; a channel that is closed to the bot is left out."""
        http: Any = self._bot.http
        await self._bot.courier.take_turn()
        return {int(listed["id"]): listed for listed in await http.get_all_guild_channels(guild.id)}


def _spoken(permission: str) -> str:
    """A permission's name as Discord's settings show it."""
    return permission.replace("_", " ").title()


def _admin_roles(guild: discord.Guild) -> list[discord.Role]:
    return [role for role in guild.roles if role.permissions.administrator]


def _lost(
    guild: discord.Guild, kept: Sequence[tuple[Raw, int]], there: Mapping[int, Any], me: discord.Member
) -> Iterator[Lost]:
    for what, channel_id in kept:
        hidden = _hidden(guild, channel_id, there, me)
        if hidden is not None:
            yield Lost(what=what, hidden=hidden)


def _short(
    guild: discord.Guild, kept: Sequence[tuple[Raw, int]], me: discord.Member, in_voice: discord.Permissions
) -> Iterator[Short]:
    """Where a channel's own settings take from the bot what its role gives it; ``in_voice``: what it needs there
    besides.
    """
    for what, channel_id in kept:
        known = guild.get_channel(channel_id)
        held = discord.Permissions.none() if known is None else known.permissions_for(me)
        if known is None or not held.view_channel:
            continue
        needed = NEEDED.get(known.type, NEEDED_IN_ROOM)
        if known.type is discord.ChannelType.voice:
            needed |= in_voice
        lacking = names(needed & me.guild_permissions & ~held)
        if lacking:
            yield Short(what=what, lacking=tuple(lacking))


def _hidden(guild: discord.Guild, channel_id: int, there: Mapping[int, Any], me: discord.Member) -> bool | None:
    """None if the channel can be seen; else whether it is there at all."""
    listed = there.get(channel_id)
    known = guild.get_channel(channel_id)
    if listed is None:
        return known is not None
    if is_hidden(listed) or (known is not None and not known.permissions_for(me).view_channel):
        return True
    return None
