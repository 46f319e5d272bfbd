"""What people touch of the set-up: `/setup start` and `/setup check`; and servers that the bot leaves or comes into."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.setup.commands import SetupCog
from bot.cogs.setup.presence import PresenceCog
from bot.cogs.setup.rooms import Rooms


async def setup(bot: Bot) -> None:
    Rooms(bot).register()
    await bot.add_cog(SetupCog(bot))
    await bot.add_cog(PresenceCog(bot))
