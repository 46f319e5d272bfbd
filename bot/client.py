"""The discord.py client: intents, command tree, extensions. Knows no feature."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.courier import Courier
from bot.services import Services
from bot.ui.access import gate_of
from bot.ui.answer import Told, so_far
from bot.ui.components import PersistentItem, PersistentModal, give_back
from bot.ui.errors import report
from bot.ui.texts import Words

log = logging.getLogger(__name__)

ANSWERING = ("CommandTree-", "discord-ui-", "discord.py: on_")
"""How the library names the tasks in which people are answered, and those that follow from them."""

LAST_ANSWERS = 3.0  # seconds; nobody waits longer for a first answer

EXTENSIONS = (
    "bot.cogs.setup",
    "bot.cogs.groups",
    "bot.cogs.guidelines",
    "bot.cogs.meetings",
    "bot.cogs.checkins",
    "bot.cogs.privacy",
    "bot.cogs.resources",
    "bot.cogs.cases",
)


LOOK_EVERY = 5.0
"""Seconds: a post that another process put for one of our servers waits so long at most."""


class CommandTree(app_commands.CommandTree["Bot"]):
    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        await report(interaction, error)


class Bot(commands.AutoShardedBot):
    """The bot itself. It starts and is useful with no privileged intent at all."""

    def __init__(self, services: Services, *, extensions: tuple[str, ...] = EXTENSIONS, **options: Any) -> None:
        """``extensions``: the cogs to load. ``options`` go to the library."""
        settings = services.settings
        shards = settings.shards
        if shards is not None:
            options |= {"shard_count": shards.count, "shard_ids": list(shards.ids)}
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True, members=settings.discord.server_members),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            tree_cls=CommandTree,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            enable_debug_events=False,
            **options,
        )
        self.services = services
        self.words = Words(settings.texts)
        self.courier = Courier(
            self,
            self.words,
            services.outbox,
            services.inbox,
            services.clock,
            services.make_bell,
            per_second=settings.posting.per_second,
            reserve=settings.posting.reserve,
            look_every=None if shards is None else LOOK_EVERY,
        )
        self.forms: list[type[PersistentModal]] = []
        self.components: list[type[PersistentItem]] = []
        self._extensions = extensions
        self._api_url = settings.api_url
        self._carrying = False

    def add_components(self, *classes: type[PersistentItem]) -> None:
        """Have these buttons and selects answer, in messages sent before this start too."""
        self.components.extend(classes)
        self.add_dynamic_items(*classes)

    def add_forms(self, *classes: type[PersistentModal]) -> None:
        """Have these forms answer, also those opened before this start."""
        self.forms.extend(classes)

    async def setup_hook(self) -> None:
        if self._api_url is not None:
            await self._find_gateway()
        for extension in self._extensions:
            # not by the library's way: it throws all modules away when the bot is closed, to be read anew by the next
            await import_module(extension).setup(self)
        describe(self.tree, self.words)
        if self.services.settings.shards is None or 0 in self.services.settings.shards.ids:
            await self.tree.sync()
        self._carrying = True
        await self.courier.start()
        await self.services.timers.start()

    async def _find_gateway(self) -> None:
        # the library has no option for the gateway's address, and falls back to this attribute whenever it reconnects
        _, url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)

    async def close(self) -> None:
        """Answer who has pressed something, stop carrying, let what is under way be recorded, then leave Discord."""
        if self._carrying:
            self._carrying = False
            await self._give_last_answers()
            await self.services.timers.close()
            await self.courier.close()
        await super().close()
        # what Discord told in the meantime is heard to its end, before the database goes
        await self._give_last_answers()

    async def _give_last_answers(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_ANSWERS):
                while answering := self._answering():
                    await asyncio.wait(answering)

    @staticmethod
    def _answering() -> list[asyncio.Task[Any]]:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        return [task for task in others if task.get_name().startswith(ANSWERING)]

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            custom_id: str = (interaction.data or {}).get("custom_id", "")
            form = next((found for kind in self.forms if (found := kind.parse(custom_id))), None)
            await (give_back(interaction) if form is None else form.receive(interaction))

    async def on_app_command_completion(self, interaction: discord.Interaction[Any], command: Any) -> None:
        gate = gate_of(command)
        if gate is not None and gate.afterwards:
            await self._afterwards(interaction)

    async def on_circle_answered(self, interaction: discord.Interaction[Any]) -> None:
        await self._afterwards(interaction)

    async def _afterwards(self, interaction: discord.Interaction[Any]) -> None:
        """Once the person has their answer: what else they have not been told yet."""
        if interaction.guild_id is None or so_far(interaction) is not Told.ANSWER:
            return
        self.courier.teller.remember(interaction)
        await self.courier.teller.show_waiting(interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        # called from the library's own handler; its default prints the event, and with it ids
        log.error("a listener to %s failed", event_method, exc_info=sys.exc_info())


Interaction = discord.Interaction[Bot]


def use_api(url: str) -> None:
    """Speak to Discord at ``url`` instead of its own address: a proxy, or a stand-in."""
    Route.BASE = url.rstrip("/")


def describe(tree: app_commands.CommandTree[Any], words: Words) -> None:
    """Put the operator's words on every command and option; Discord shows them while a person types."""
    for command in tree.walk_commands():
        key = "commands." + re.sub(r"[ -]", "_", command.qualified_name)
        if isinstance(command, app_commands.Group):
            command.description = words(key)
            continue
        command.description = words(key)
        options = {option.name: words(f"{key}__{option.name}") for option in command.parameters}
        app_commands.describe(**options)(command)
