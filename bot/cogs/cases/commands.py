"""`/case list`: what is open, for those who may know of it."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.cogs.cases.seeing import SEEING, taking
from bot.features.cases.model import View
from bot.ui.access import Answers, group_choices, requires, standing_of
from bot.ui.answer import answer, say, words_of
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, instant, mention

SHOWN = 10


class CasesCog(commands.GroupCog, name="cases", group_name="case"):
    def __init__(self, bot: Bot) -> None:
        self._cases = bot.services.cases

    @app_commands.command(name="list")
    @app_commands.autocomplete(group=group_choices(SEEING))
    @requires(SEEING, Answers.LATER)
    async def list_(self, interaction: Interaction, group: str | None = None) -> None:
        """See what is open: in one group, or for a lead in all of them."""
        assert interaction.guild_id is not None
        about = standing_of(interaction).group
        views = await self._cases.listing(
            guild_id=interaction.guild_id, actor_id=interaction.user.id, group_id=about.id if about else None
        )
        if not views:
            await say(interaction, "cases.list_empty")
            return
        words = words_of(interaction)
        parts: list[str | Row] = [words("cases.list_intro")]
        for view in views[:SHOWN]:
            parts += [_line(words, view), *taking(view.case)]
        await answer(interaction, Page(*parts))


def _line(words: Words, view: View) -> str:
    case, group = view.case, view.reach.group
    state = words("cases.list_open")
    if case.acknowledged_at is not None:
        person = words("cases.somebody") if view.holder_id is None else mention(view.holder_id)
        state = words("cases.card_taken", person=person, when=instant(case.acknowledged_at, "R"))
    return words(
        "cases.list_line",
        tier=words(f"cases.tier_{case.tier}"),
        group=group.name if group else words("cases.no_group"),
        opened=instant(case.opened_at, "R"),
        state=state,
    )
