"""What people touch of meetings: scheduling one, seeing what is coming, being reminded, saying whether one comes."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.meetings.buttons import AnswerButton, ScheduleButton
from bot.cogs.meetings.commands import MeetingsCog
from bot.cogs.meetings.posts import Posts
from bot.cogs.meetings.private import RemindButton, StopRemindingButton
from bot.cogs.meetings.private_words import PrivateWords


async def setup(bot: Bot) -> None:
    bot.add_components(AnswerButton, ScheduleButton, RemindButton, StopRemindingButton)
    Posts(bot).register()
    PrivateWords(bot).register()
    await bot.add_cog(MeetingsCog(bot))
