"""Commands that break the rules of commands, to see that the walk notices each."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot
from bot.ui.access import Access, Answers, requires
from bot.ui.components import PersistentButton

NAMES = ("undeclared", "public", "slow", "silent", "broken")
TEXTS = {"commands.astray": "Commands gone astray"} | {f"commands.astray_{name}": "Gone astray" for name in NAMES}
Interaction = discord.Interaction[Any]


class Astray(commands.GroupCog, group_name="astray"):
    @app_commands.command()
    async def undeclared(self, interaction: Interaction) -> None:
        await interaction.response.send_message("Anybody may use this.", ephemeral=True)

    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def public(self, interaction: Interaction) -> None:
        await interaction.response.send_message("Look who pressed this.")

    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def slow(self, interaction: Interaction) -> None:
        for _ in range(2):
            async with interaction.client.services.db.begin():
                pass
        await interaction.response.send_message("At last.", ephemeral=True)

    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def silent(self, interaction: Interaction) -> None:
        return

    @app_commands.command()
    @requires(Access.ANYONE, Answers.NOW)
    async def broken(self, interaction: Interaction) -> None:
        raise RuntimeError


class Careless(PersistentButton, template=r"astray-careless:(?P<group>\d+)"):
    """Asks the gate about no group at all, and so turns members away too."""

    access = Access.MEMBER
    answers = Answers.LATER
    label = "errors.stale"

    def __init__(self, group: int) -> None:
        super().__init__(f"astray-careless:{group}")
        self.about = group

    @property
    def group_id(self) -> int | None:
        return 1

    async def press(self, interaction: Interaction) -> None:
        await interaction.followup.send("In.", ephemeral=True)


async def setup(bot: Bot) -> None:
    bot.add_components(Careless)
    await bot.add_cog(Astray())
