"""**Remind me privately** and `/meeting remind`: choosing how, being told what was understood, and stopping it."""

from __future__ import annotations

from datetime import timedelta

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.cogs.meetings.zones import zone_choices
from bot.features.meetings.private import Understood, Wanted, Wish
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, say, words_of
from bot.ui.components import GroupButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, instant

MEMBERS = Access.MEMBER | Access.VISITOR

_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


class RemindButton(GroupButton, named="meetings-remind"):
    access = MEMBERS
    answers = Answers.LATER
    label = "meetings.remind_button"

    async def press(self, interaction: Interaction) -> None:
        await _choose(interaction, self.group, Wanted())


class StopRemindingButton(GroupButton, named="meetings-remind-stop"):
    access = MEMBERS
    answers = Answers.LATER
    label = "meetings.remind_stop_button"

    async def press(self, interaction: Interaction) -> None:
        await _stop(interaction, self.group)


class Reminding(commands.Cog):
    """`/meeting remind`."""

    @app_commands.command()
    @app_commands.autocomplete(group=group_choices(MEMBERS), zone=zone_choices)
    @requires(MEMBERS, Answers.LATER)
    async def remind(  # one argument for each option that a person types
        self,
        interaction: Interaction,
        before: str = "",
        quiet_from: str = "",
        quiet_until: str = "",
        zone: str = "",
        off: bool = False,  # noqa: FBT001, FBT002  # an option that a person types
        group: str | None = None,
    ) -> None:
        """Be reminded privately."""
        wanted = Wanted(before=before, quiet_from=quiet_from, quiet_until=quiet_until, zone=zone)
        which = group_of(interaction).id
        await (_stop(interaction, which) if off else _choose(interaction, which, wanted))


async def _choose(interaction: Interaction, group_id: int, wanted: Wanted) -> None:
    assert interaction.guild_id is not None
    understood = await interaction.client.services.meetings.private.choose(
        guild_id=interaction.guild_id, group_id=group_id, user_id=interaction.user.id, wanted=wanted
    )
    await answer(interaction, understood_page(words_of(interaction), understood))


async def _stop(interaction: Interaction, group_id: int) -> None:
    assert interaction.guild_id is not None
    was_on = await interaction.client.services.meetings.private.stop(
        guild_id=interaction.guild_id, group_id=group_id, user_id=interaction.user.id
    )
    await say(interaction, "meetings.private_off" if was_on else "meetings.private_off_already")


def understood_page(words: Words, understood: Understood) -> Page:
    """What was understood, when the next reminder comes, and how to have it otherwise."""
    wish, group = understood.wish, understood.group
    return Page(
        words("meetings.private_on", before=length(words, wish.before), name=group.name),
        _quiet(words, wish),
        _first(words, understood),
        words("meetings.private_change"),
        Row(StopRemindingButton(group.id)),
    )


def _quiet(words: Words, wish: Wish) -> Raw:
    quiet = wish.quiet
    if quiet is None:
        return words("meetings.private_quiet_none")
    since, until = f"{quiet.since:%H:%M}", f"{quiet.until:%H:%M}"
    return words("meetings.private_quiet", since=since, until=until, zone=quiet.zone)


def _first(words: Words, understood: Understood) -> Raw:
    first = understood.first
    if first is None:
        return words("meetings.private_first_none")
    key = "meetings.private_first" if first.by_message else "meetings.private_first_waits"
    return words(key, when=instant(first.at), starts=instant(first.occurrence.starts_at))


def length(words: Words, duration: timedelta) -> Raw:
    """A length of time in whole minutes, as a person says it."""
    parts: list[str] = []
    for name, unit in _UNITS:
        count, duration = divmod(duration, unit)
        if count:
            parts.append(words(f"meetings.length_{name}" if count == 1 else f"meetings.length_{name}s", count=count))
    return Raw(" ".join(parts))
