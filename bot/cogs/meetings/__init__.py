"""What people touch of meetings: scheduling one, seeing what is coming, being reminded, saying whether one comes."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.meetings.buttons import AnswerButton, ScheduleButton
from bot.cogs.meetings.commands import MeetingsCog
from bot.cogs.meetings.posts import Posts
from bot.cogs.meetings.round_posts import RoundPosts
from bot.cogs.meetings.rounds import DoneButton, EndButton, GoOnButton, NextButton, PassButton, PauseButton, SpeakButton
from bot.cogs.meetings.running import (
    BackButton,
    CloseButton,
    DebriefButton,
    FineButton,
    HereButton,
    LeaveMeButton,
    StartAloneButton,
    StepOutButton,
)
from bot.cogs.meetings.running_posts import RunningPosts


async def setup(bot: Bot) -> None:
    bot.add_components(AnswerButton, ScheduleButton)
    bot.add_components(SpeakButton, PassButton, DoneButton, NextButton, PauseButton, GoOnButton, EndButton)
    bot.add_components(StartAloneButton, HereButton, StepOutButton, LeaveMeButton, BackButton, CloseButton)
    bot.add_components(DebriefButton, FineButton)
    Posts(bot).register()
    RunningPosts(bot).register()
    RoundPosts(bot).register()
    await bot.add_cog(MeetingsCog(bot))
