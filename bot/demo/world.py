"""A world in which the real bot runs without Discord: SimCord, a real SQLite file, and time that is moved by hand."""

from __future__ import annotations

import math
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from typing import Any

import discord
import simcord
from simcord.http.router import route

from bot.client import EXTENSIONS, Bot
from bot.core.errors import UserError
from bot.demo.role_counts import role_member_counts
from bot.services import Services, open_services
from bot.settings import Posting, Settings
from bot.timers import LoopBell
from bot.ui.errors import reason_of
from bot.ui.permissions import INVITE

route("GET", "/guilds/{guild_id}/roles/member-counts")(role_member_counts)

A_DAY = 86_400.0

SELDOM = 10 * 365 * 86_400.0
"""Seconds between safety looks of the timers: never here, because every look costs a step of the moved time."""


class World:
    """The bot, and the Discord it lives in, which outlives it."""

    env: simcord.Env
    bot: Bot
    services: Services

    def __init__(
        self, settings: Settings, *, extensions: tuple[str, ...] = EXTENSIONS, begins: datetime | None = None
    ) -> None:
        """``begins``: what time it is at first, if not SimCord's own New Year's Day."""
        # nothing limits us here, and every pause would cost a step of the moved time
        self.settings = replace(settings, posting=Posting(per_second=math.inf))
        self._begins = begins
        self._extensions = extensions
        self._services = AsyncExitStack()

    def now(self) -> datetime:
        return self.env.now()

    async def start(self) -> None:
        self.bot = await self._make()
        self.env = simcord.Env(self.bot, shard_count=1)
        self.env.backend.edit_bot_profile("Circlekeeper")
        if self._begins is not None:
            self.env.backend.advance_clock((self._begins - self.env.now()).total_seconds())
        try:
            await self.env.start()
        except BaseException:
            await self._services.aclose()
            raise

    async def restart(self) -> None:
        """Close the bot and its services and start new ones on the same file, in the same Discord."""
        await self.stop_bot()
        await self.start_bot()

    async def stop_bot(self) -> None:
        await self.env.settle()
        await self.bot.close()
        await self._services.aclose()

    async def start_bot(self) -> None:
        self.bot = await self._make()
        await self.env.restart_bot(self.bot)
        await self.env.settle()

    async def pass_time(self, seconds: float) -> None:
        """Let ``seconds`` go by, with whatever comes due in them."""
        # day by day, since SimCord gives each step five seconds of real time for all that comes due in it
        while seconds > 0:
            await self.env.advance_time(min(seconds, A_DAY))
            seconds -= A_DAY
        await self.env.settle()

    async def close(self) -> None:
        """End it all. Raises what the bot swallowed, if nobody has looked at it."""
        try:
            await self.stop_bot()
        finally:
            await self.env.shutdown()
        # what was told to a person in words is not swallowed
        if errors := [error for error in self.env.errors if not isinstance(reason_of(error), UserError)]:
            raise BaseExceptionGroup("the bot swallowed these", errors)

    async def _make(self) -> Bot:
        opened = open_services(self.settings, clock=self.now, make_bell=LoopBell, safety_tick=SELDOM)
        self.services = await self._services.enter_async_context(opened)
        return Bot(self.services, extensions=self._extensions)

    def guild(self, name: str, *, permissions: discord.Permissions = INVITE) -> Any:
        """A server in which the bot holds exactly the permissions of its invite, or those given."""
        made = self.env.create_guild(name)
        self.give(made, permissions)
        return made

    def give(self, guild: Any, permissions: discord.Permissions) -> None:
        """Have the bot hold these permissions in the server; SimCord starts it with nearly all."""
        backend = self.env.backend
        role = next(role for role in backend.get_guild(guild.id).roles.values() if role.managed)
        backend.edit_role(guild.id, role.id, {"permissions": permissions.value})
