"""What people touch of groups: founding one, finding one, asking to join, letting in, leaving."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.groups.asking import AskButton, AskForm, GoOnButton, TakeButton, VisitButton
from bot.cogs.groups.browsing import LookButton, MoreButton
from bot.cogs.groups.cards import (
    Cards,
    LaterButton,
    NotNowButton,
    NotNowForm,
    WelcomeAnywayButton,
    WelcomeButton,
)
from bot.cogs.groups.closing import ArchiveButton, BreakButton, BringBackButton, Closing, ResumeButton
from bot.cogs.groups.coming import ComingCog
from bot.cogs.groups.commands import GroupsCog
from bot.cogs.groups.drifts import Drifts, MeantButton, MeantForm, MendButton
from bot.cogs.groups.handing import HandingForm, HandoverWords, NotThisTimeButton, TakeOverButton, TakingForm
from bot.cogs.groups.leaving import GoButton, LeaveButton
from bot.cogs.groups.naming import OtherNameButton, OtherNameForm, UseNameButton
from bot.cogs.groups.offers import DeclineButton, LeaveListButton, Offers, TakeBackButton
from bot.cogs.groups.people import MorePeopleButton, RemoveButton, Removed
from bot.cogs.groups.rooms import Rooms
from bot.cogs.groups.telling import Telling
from bot.cogs.groups.visiting import StayButton
from bot.cogs.groups.watching import WatchCog


async def setup(bot: Bot) -> None:
    bot.add_components(AskButton, VisitButton, TakeButton, GoOnButton, MoreButton, LookButton)
    bot.add_components(WelcomeButton, WelcomeAnywayButton, LaterButton, NotNowButton)
    bot.add_components(DeclineButton, LeaveListButton, TakeBackButton, StayButton, GoButton, LeaveButton)
    bot.add_components(MendButton, MeantButton)
    bot.add_components(TakeOverButton, NotThisTimeButton, BreakButton, ResumeButton, ArchiveButton, BringBackButton)
    bot.add_components(UseNameButton, OtherNameButton, MorePeopleButton, RemoveButton)
    bot.add_forms(AskForm, NotNowForm, OtherNameForm, HandingForm, TakingForm, MeantForm)
    Drifts(bot).register()
    Rooms(bot).register()
    Cards(bot).register()
    Telling(bot).register()
    Offers(bot).register()
    Removed(bot).register()
    HandoverWords(bot).register()
    Closing(bot).register()
    await bot.add_cog(GroupsCog(bot))
    await bot.add_cog(WatchCog(bot))
    await bot.add_cog(ComingCog(bot))
