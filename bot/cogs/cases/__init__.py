"""What people touch of cases: flagging a message, asking to talk, taking what was raised, and closing it."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.cases.asking import NameButton, Support, TalkButton, TalkForm
from bot.cogs.cases.cards import Cards
from bot.cogs.cases.commands import CasesCog
from bot.cogs.cases.flagging import FlagForm, flag_menu
from bot.cogs.cases.seeing import CloseButton, CloseForm, ShowButton, TakeButton


async def setup(bot: Bot) -> None:
    bot.add_components(TalkButton, NameButton, TakeButton, ShowButton, CloseButton)
    bot.add_forms(FlagForm, TalkForm, CloseForm)
    Cards(bot).register()
    bot.tree.add_command(flag_menu())
    await bot.add_cog(CasesCog(bot))
    await bot.add_cog(Support())
