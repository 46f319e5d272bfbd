"""What people touch of meetings: scheduling one, seeing what is coming, being reminded, saying whether one comes."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.meetings.absences import AbsenceButton, Absences, StopButton
from bot.cogs.meetings.buttons import AnswerButton, ScheduleButton
from bot.cogs.meetings.change_buttons import ChangeButton, HoldButton
from bot.cogs.meetings.commands import MeetingsCog
from bot.cogs.meetings.covering import CoverButton, Covering, LeadCoverButton
from bot.cogs.meetings.events import MeetingEvents
from bot.cogs.meetings.posts import Posts
from bot.cogs.meetings.private import RemindButton, StopRemindingButton
from bot.cogs.meetings.private_words import PrivateWords
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
from bot.cogs.meetings.telling import Telling


async def setup(bot: Bot) -> None:
    bot.add_components(AnswerButton, ScheduleButton, ChangeButton, HoldButton, RemindButton, StopRemindingButton)
    bot.add_components(StartAloneButton, HereButton, StepOutButton, LeaveMeButton, BackButton, CloseButton)
    bot.add_components(DebriefButton, FineButton)
    bot.add_components(CoverButton, LeadCoverButton, AbsenceButton, StopButton)
    bot.add_components(SpeakButton, PassButton, DoneButton, NextButton, PauseButton, GoOnButton, EndButton)
    Posts(bot).register()
    for part in (Telling, MeetingEvents, PrivateWords, RunningPosts, RoundPosts, Covering, Absences):
        part(bot).register()
    await bot.add_cog(MeetingsCog(bot))
