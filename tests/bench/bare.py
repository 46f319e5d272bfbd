"""A bare discord.py bot with lean caches: the least that answers, writes one row, and posts."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

import discord
import yarl
from discord import app_commands, ui
from discord.ext import commands

FLAGGED = "A message was flagged."
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL")


class Bare(commands.AutoShardedBot):
    """The caches and intents of the bot that it is compared with, and nothing else."""

    def __init__(self) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self.rows = sqlite3.connect("bare.db", isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            self.rows.execute(f"PRAGMA {pragma}")
        self.rows.execute("CREATE TABLE IF NOT EXISTS answers (person INTEGER PRIMARY KEY, answer TEXT)")

    async def setup_hook(self) -> None:
        _, url, _ = await self.http.get_bot_gateway()
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        self.tree.add_command(browse)
        self.tree.add_command(flag)
        self.add_view(Answer())
        await self.tree.sync()

    def keep(self, person: int, answer: str) -> None:
        self.rows.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (person, answer))


@app_commands.command(name="browse", description="Answers at once")
async def browse(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_message("Here are the groups.", ephemeral=True)


class Answer(ui.View):
    """A button that keeps one row before it answers."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Coming", custom_id="answer")
    async def press(self, interaction: discord.Interaction[Any], _: ui.Button[Any]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await asyncio.to_thread(interaction.client.keep, interaction.user.id, "coming")
        await interaction.edit_original_response(content="Noted.")


class Flag(ui.Modal, title="Flag"):
    note: ui.TextInput[Any] = ui.TextInput(label="Note", required=False)

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        assert interaction.channel_id is not None
        await interaction.response.send_message("Thank you.", ephemeral=True)
        await interaction.client.get_partial_messageable(interaction.channel_id).send(FLAGGED)


@app_commands.context_menu(name="Flag to facilitators")
async def flag(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    await interaction.response.send_modal(Flag())


def main() -> None:
    Path("bare.db").unlink(missing_ok=True)
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    Bare().run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
