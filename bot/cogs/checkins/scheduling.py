"""`/checkin schedule`: check-ins that open by themselves, how they are listed, and the button that ends one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.core.durations import spell
from bot.core.questions import Template
from bot.features.checkins.rhythms import USUALLY_AT, Every, Rhythm
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton
from bot.ui.offering import MOST_CHOICES, Choices, groups_meant, quietly, start_offers
from bot.ui.pages import Page, Part, Row
from bot.ui.texts import Raw, Words, channel, instant

BUTTONS_IN_A_ROW, MOST_BUTTONS = 5, 10
WEEKS = (1, 2, 4, 6, 8, 12)
"""What is offered while somebody types."""

A_WEEK = 7  # days

Coming = Sequence[tuple[Rhythm, datetime | None]]


@quietly
async def template_choices(interaction: Interaction, typed: str) -> Choices:
    templates = interaction.client.services.checkins.templates.values()
    wanted = typed.casefold()
    fitting = [one for one in templates if wanted in one.id or wanted in one.title.casefold()]
    return [app_commands.Choice(name=one.title, value=one.id) for one in fitting[:MOST_CHOICES]]


@quietly
async def every_choices(interaction: Interaction, typed: str) -> Choices:
    """What this template may be asked, the most often first."""
    words, template = words_of(interaction), str(interaction.namespace.template or "")
    asked = interaction.client.services.checkins.templates.get(template)
    fewest = A_WEEK if asked is None or asked.apart is None else asked.apart.days
    weeks = [count for count in WEEKS if count * A_WEEK >= fewest]
    offered = [(words("checkins.every_meeting_option"), Every.MEETING.value)] if fewest <= A_WEEK else []
    offered += [(_weeks_option(words, count), f"{count} weeks") for count in weeks]
    offered.append((words("checkins.every_never_option"), Every.NEVER.value))
    wanted = typed.casefold()
    fitting = [(name, value) for name, value in offered if wanted in name.casefold() or wanted in value]
    return [app_commands.Choice(name=name, value=value) for name, value in fitting]


@quietly
async def start_choices(interaction: Interaction, typed: str) -> Choices:
    """On the clocks of the group that is meant; nothing until that is known."""
    assert interaction.guild_id is not None
    groups, services = await groups_meant(interaction), interaction.client.services
    if len(groups) != 1:
        return []
    async with services.db.read() as tx:
        server = await services.setup.server(tx, interaction.guild_id)
    return start_offers(interaction, typed, groups[0].clocks(server), [USUALLY_AT])


def _weeks_option(words: Words, count: int) -> Raw:
    return words("checkins.every_week_option") if count == 1 else words("checkins.every_weeks_option", count=count)


class Scheduling(commands.Cog):
    _bot: Bot

    @app_commands.command()
    @app_commands.autocomplete(
        template=template_choices, every=every_choices, starts=start_choices, group=group_choices(Access.FACILITATOR)
    )
    @requires(Access.FACILITATOR, Answers.LATER)
    async def schedule(
        self,
        interaction: Interaction,
        template: str,
        every: str,
        starts: str = "",
        closes: str = "",
        group: str | None = None,
    ) -> None:
        """Have a check-in open by itself, every few weeks or after each meeting."""
        assert interaction.guild_id is not None
        about, checkins = group_of(interaction), self._bot.services.checkins
        rhythm = await checkins.rhythms.schedule(
            guild_id=about.guild_id,
            group_id=about.id,
            user_id=interaction.user.id,
            template=template,
            every=every,
            starts=starts,
            closes=closes,
        )
        if rhythm is None:
            await say(interaction, "checkins.rhythm_ended", title=_title(template, checkins.templates))
            return
        async with self._bot.services.db.read() as tx:
            server = await self._bot.services.setup.server(tx, about.guild_id)
        due_at = rhythm.due_at(about.clocks(server))
        words = words_of(interaction)
        title, room = _title(rhythm.template, checkins.templates), channel(about.room_id or 0)
        if due_at is None or rhythm.days is None:
            text = words("checkins.rhythm_set_meeting", title=title, room=room, length=spell(rhythm.lasts))
        else:
            text = words(
                "checkins.rhythm_set",
                title=title,
                room=room,
                every=_every(words, rhythm.days),
                when=instant(due_at),
                relative=instant(due_at, "R"),
                closes=instant(due_at + rhythm.lasts),
            )
        await answer(interaction, Page(text))


class EndRhythmButton(PersistentButton, template=r"checkins-end-rhythm:(?P<group>\d+):(?P<named>[a-z][a-z0-9_]{0,39})"):
    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "checkins.end_rhythm_button"

    def __init__(self, group: int, named: str, *, title: str = "") -> None:
        """``named``: the template's id; ``title``: for the label."""
        super().__init__(f"checkins-end-rhythm:{group}:{named}", title=title)
        self.group = group
        self.named = named

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        checkins = interaction.client.services.checkins
        await checkins.rhythms.end(
            guild_id=interaction.guild_id, group_id=self.group, user_id=interaction.user.id, template=self.named
        )
        await say(interaction, "checkins.rhythm_ended", title=_title(self.named, checkins.templates))


def rhythm_parts(words: Words, coming: Coming, templates: Mapping[str, Template], *, ending: bool) -> list[Part]:
    """What opens by itself in a group, the next first; ``ending``: with a button to end each."""
    if not coming:
        return []
    lines = [_line(words, rhythm, due_at, templates) for rhythm, due_at in coming]
    parts: list[Part] = ["\n".join((words("checkins.list_rhythms"), *lines))]
    if ending:
        buttons = [
            EndRhythmButton(rhythm.group_id, rhythm.template, title=_title(rhythm.template, templates))
            for rhythm, _ in coming[:MOST_BUTTONS]
        ]
        parts += [Row(*buttons[at : at + BUTTONS_IN_A_ROW]) for at in range(0, len(buttons), BUTTONS_IN_A_ROW)]
    return parts


def _line(words: Words, rhythm: Rhythm, due_at: datetime | None, templates: Mapping[str, Template]) -> Raw:
    if rhythm.template not in templates:
        return words("checkins.rhythm_gone_line", template=rhythm.template)
    title = _title(rhythm.template, templates)
    if due_at is None or rhythm.days is None:
        return words("checkins.rhythm_line_meeting", title=title)
    when, relative = instant(due_at), instant(due_at, "R")
    return words("checkins.rhythm_line", title=title, every=_every(words, rhythm.days), when=when, relative=relative)


def _title(template: str, templates: Mapping[str, Template]) -> str:
    return templates[template].title if template in templates else template[:40]


def _every(words: Words, days: int) -> Raw:
    weeks, left = divmod(days, A_WEEK)
    unit, count = ("day", days) if left else ("week", weeks)
    return words(f"checkins.every_{unit}") if count == 1 else words(f"checkins.every_{unit}s", count=count)
