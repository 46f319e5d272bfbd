"""What people touch of check-ins: opening one, answering it privately, and reading what it came to."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.checkins.answering import AnswerForm, AnswerPrivatelyButton
from bot.cogs.checkins.cancelling import CancelButton
from bot.cogs.checkins.commands import CheckinsCog
from bot.cogs.checkins.past import EarlierButton, LaterButton
from bot.cogs.checkins.posts import Posts
from bot.cogs.checkins.scheduling import EndRhythmButton


async def setup(bot: Bot) -> None:
    bot.add_components(AnswerPrivatelyButton, CancelButton, EarlierButton, LaterButton, EndRhythmButton)
    bot.add_forms(AnswerForm)
    Posts(bot).register()
    await bot.add_cog(CheckinsCog(bot))
