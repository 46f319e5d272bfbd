"""What people touch of meetings: scheduling one, seeing what is coming, being reminded, saying whether one comes."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.meetings.absences import AbsenceButton, Absences, StopButton
from bot.cogs.meetings.buttons import AnswerButton, ScheduleButton
from bot.cogs.meetings.commands import MeetingsCog
from bot.cogs.meetings.covering import CoverButton, Covering, LeadCoverButton
from bot.cogs.meetings.posts import Posts
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
from bot.cogs.meetings.telling import Telling


async def setup(bot: Bot) -> None:
    bot.add_components(AnswerButton, ScheduleButton)
    bot.add_components(CoverButton, LeadCoverButton, AbsenceButton, StopButton)
    bot.add_components(StartAloneButton, HereButton, StepOutButton, LeaveMeButton, BackButton, CloseButton)
    bot.add_components(DebriefButton, FineButton)
    for posts in (Posts(bot), Telling(bot), RunningPosts(bot), Covering(bot), Absences(bot)):
        posts.register()
    await bot.add_cog(MeetingsCog(bot))
