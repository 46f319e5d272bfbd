"""`/meeting start` and `close`, and what people press while a meeting is open."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.features.groups import Group
from bot.features.meetings import Occasion
from bot.features.meetings.running import Closing, Opening
from bot.features.meetings.running.model import TOGETHER
from bot.features.meetings.running.running import NO_CHECKIN
from bot.ui.access import Access, Answers, choices_in_group, group_choices, group_of, requires
from bot.ui.answer import answer, say, words_of
from bot.ui.components import GroupButton, PersistentButton
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, channel, day_words, mention

People = app_commands.Range[int, 0, 500]
_NAMED = re.compile(r"(\d+):(\d{4}-\d\d-\d\d)")
_NO_SUCH = (0, date.min)
MOST_CHOICES = 25


async def openable(interaction: Interaction, group: Group) -> list[tuple[str, str]]:
    occasions = await interaction.client.services.meetings.running.openable(guild_id=group.guild_id, group_id=group.id)
    return [(_called(words_of(interaction), one), f"{one.meeting.id}:{one.day}") for one in occasions]


def _called(words: Words, occasion: Occasion) -> str:
    local = occasion.starts_at.astimezone(ZoneInfo(occasion.meeting.schedule.zone))
    return f"{occasion.title}, {day_words(words, local.date())}, {local:%H:%M}"


async def checkin_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    templates = interaction.client.services.checkins.templates.values()
    offered = [(words_of(interaction)("meetings.no_checkin_option"), NO_CHECKIN)]
    offered += [(Raw(template.title), template.id) for template in templates]
    wanted = typed.casefold()
    fitting = [(name, value) for name, value in offered if wanted in name.casefold() or wanted in value]
    return [app_commands.Choice(name=name, value=value) for name, value in fitting[:MOST_CHOICES]]


class Running(commands.Cog):
    _bot: Bot

    @app_commands.command()
    @app_commands.autocomplete(
        meeting=choices_in_group(Access.FACILITATOR, openable), group=group_choices(Access.FACILITATOR)
    )
    @requires(Access.FACILITATOR, Answers.LATER)
    async def start(self, interaction: Interaction, meeting: str = "", group: str | None = None) -> None:
        """Open the meeting that is on or next."""
        named = _NAMED.fullmatch(meeting.strip())
        which = (int(named[1]), date.fromisoformat(named[2])) if named else _NO_SUCH
        await start(interaction, group_of(interaction).id, which=which if meeting.strip() else None)

    @app_commands.command()
    @app_commands.autocomplete(checkin=checkin_choices, group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.LATER)
    async def close(
        self,
        interaction: Interaction,
        people: People | None = None,
        checkin: str | None = None,
        group: str | None = None,
    ) -> None:
        """Close the meeting that is open."""
        await close(interaction, group_of(interaction).id, people=people, checkin=checkin)


async def start(
    interaction: Interaction, group_id: int, *, which: tuple[int, date] | None, alone: bool = False
) -> None:
    assert interaction.guild_id is not None
    opening = await interaction.client.services.meetings.running.start(
        guild_id=interaction.guild_id, group_id=group_id, user_id=interaction.user.id, which=which, alone=alone
    )
    await answer(interaction, opening_page(words_of(interaction), opening))


async def close(
    interaction: Interaction, group_id: int, *, people: int | None = None, checkin: str | None = None
) -> None:
    assert interaction.guild_id is not None
    closing = await interaction.client.services.meetings.running.close(
        guild_id=interaction.guild_id,
        group_id=group_id,
        user_id=interaction.user.id,
        people=people,
        checkin=checkin,
    )
    await answer(interaction, closing_page(words_of(interaction), closing))


def opening_page(words: Words, opening: Opening) -> Page:
    occasion = opening.occasion
    if not opening.opened:
        button = StartAloneButton(occasion.group.id, occasion.meeting.id, occasion.day.isoformat())
        return Page(words("meetings.start_alone"), words("meetings.start_alone_hint"), Row(button))
    room = channel(occasion.group.room_id or 0)
    parts = [words("meetings.started_again" if opening.again else "meetings.started", title=occasion.title, room=room)]
    if opening.many:
        parts.append(words("meetings.started_many", people=opening.people, together=TOGETHER, room=room))
        if occasion.group.voice_id is not None:
            parts.append(words("meetings.started_second", voice=channel(occasion.group.voice_id)))
    return Page(*parts)


def closing_page(words: Words, closing: Closing) -> Page:
    occasion, refused = closing.occasion, closing.refused
    told = "meetings.closed_again" if closing.again else "meetings.closed"
    parts = [words(told, title=occasion.title, room=channel(occasion.group.room_id or 0))]
    if closing.asked:
        parts.append(words("meetings.closed_asked"))
    if refused is not None:
        parts.append(words("meetings.closed_not_asked", why=words(refused.key, **refused.values)))
    return Page(*parts)


class OccasionButton(PersistentButton):
    """A button about one time of a meeting. Subclasses say ``named``: what their custom id begins with."""

    answers = Answers.LATER
    named: str

    def __init_subclass__(cls, *, named: str) -> None:
        day = r"(?P<day>\d{4}-\d\d-\d\d)"
        super().__init_subclass__(template=rf"{named}:(?P<group>\d+):(?P<meeting>\d+):{day}")
        cls.named = named

    def __init__(self, group: int, meeting: int, day: str) -> None:
        super().__init__(f"{self.named}:{group}:{meeting}:{day}")
        self.group = group
        self.meeting = meeting
        self.day = day

    async def done(self, interaction: Interaction, do: Callable[..., Awaitable[bool]]) -> bool:
        """Whether what a person in the meeting wants could be done; it cannot where none is open."""
        return await do(
            guild_id=interaction.guild_id,
            group_id=self.group,
            meeting_id=self.meeting,
            day=date.fromisoformat(self.day),
            user_id=interaction.user.id,
        )

    async def say(self, interaction: Interaction, key: str, *buttons: PersistentButton) -> None:
        """With the ways to a person."""
        row = Row(*buttons, talk_door(self.group), help_door())
        await answer(interaction, Page(words_of(interaction)(key), row))


class StartAloneButton(OccasionButton, named="meetings-alone"):
    access = Access.FACILITATOR
    label = "meetings.alone_button"
    style = discord.ButtonStyle.success

    async def press(self, interaction: Interaction) -> None:
        await start(interaction, self.group, which=(self.meeting, date.fromisoformat(self.day)), alone=True)


class HereButton(OccasionButton, named="meetings-here"):
    """Counts one person once. Nobody but them sees that they pressed it."""

    access = Access.MEMBER | Access.VISITOR
    label = "meetings.here_button"
    style = discord.ButtonStyle.success

    async def press(self, interaction: Interaction) -> None:
        if await self.done(interaction, interaction.client.services.meetings.running.arrive):
            await say(interaction, "meetings.here_thanks")
        else:
            await self.say(interaction, "meetings.not_open")


class StepOutButton(OccasionButton, named="meetings-out"):
    access = Access.MEMBER | Access.VISITOR
    label = "meetings.step_out_button"

    async def press(self, interaction: Interaction) -> None:
        if await self.done(interaction, interaction.client.services.meetings.running.asides.step_out):
            which = (self.group, self.meeting, self.day)
            await self.say(interaction, "meetings.stepped_out", LeaveMeButton(*which), BackButton(*which))
        else:
            await self.say(interaction, "meetings.not_open")


class LeaveMeButton(OccasionButton, named="meetings-leave-me"):
    access = Access.MEMBER | Access.VISITOR
    label = "meetings.leave_me_button"

    async def press(self, interaction: Interaction) -> None:
        if await self.done(interaction, interaction.client.services.meetings.running.asides.ask_alone):
            await self.say(interaction, "meetings.left_alone", BackButton(self.group, self.meeting, self.day))
        else:
            await self.say(interaction, "meetings.not_out")


class BackButton(OccasionButton, named="meetings-back"):
    access = Access.MEMBER | Access.VISITOR
    label = "meetings.back_button"

    async def press(self, interaction: Interaction) -> None:
        back = await self.done(interaction, interaction.client.services.meetings.running.asides.come_back)
        await self.say(interaction, "meetings.welcome_back" if back else "meetings.not_out")


class CloseButton(GroupButton, named="meetings-close"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "meetings.close_button"

    async def press(self, interaction: Interaction) -> None:
        await close(interaction, self.group)


class DebriefButton(PersistentButton, template=r"meetings-debrief:(?P<group>\d+):(?P<asked>\d+)"):
    """It reaches the safeguarding lead, and nobody else."""

    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "meetings.debrief_button"
    style = discord.ButtonStyle.primary

    def __init__(self, group: int, asked: int) -> None:
        super().__init__(f"meetings-debrief:{group}:{asked}")
        self.group = group
        self.asked = asked

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        lead_id = await interaction.client.services.meetings.running.debriefs.want(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id, asked=self.asked
        )
        await say(interaction, "meetings.debrief_coming", lead=mention(lead_id or 0))


class FineButton(GroupButton, named="meetings-fine"):
    """Nothing is looked up, and nothing is kept."""

    access = Access.FACILITATOR
    answers = Answers.NOW
    label = "meetings.fine_button"

    async def press(self, interaction: Interaction) -> None:
        await say(interaction, "meetings.debrief_fine")
