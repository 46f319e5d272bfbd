"""What people touch of the agreement: reading it, wording and posting it, agreeing to one that has changed."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.guidelines.agreeing import AgreeButton
from bot.cogs.guidelines.commands import GuidelinesCog
from bot.cogs.guidelines.editing import EditButton, EditForm, PostAgainButton, PostButton
from bot.cogs.guidelines.posts import Posts


async def setup(bot: Bot) -> None:
    bot.add_components(AgreeButton, PostButton, PostAgainButton, EditButton)
    bot.add_forms(EditForm)
    Posts(bot).register()
    await bot.services.guidelines.asking.begin()
    await bot.add_cog(GuidelinesCog(bot))
