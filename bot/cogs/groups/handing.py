"""Handing a group over: the form of the one who asks, and the answer of the one who is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.client import Bot, Interaction
from bot.cogs.groups.named import found
from bot.features.groups import Group
from bot.features.groups.handover import Handing, Handover, PassedOn
from bot.features.groups.handover.handovers import (
    ASKED,
    CARRIED,
    CONFIRMED,
    DECLINED,
    LAPSED,
    OFF,
    OFF_FOR_ASKER,
)
from bot.features.groups.handover.model import LASTS, WRITTEN_LENGTH
from bot.inbox.model import Kept
from bot.ui.access import Access, Answers
from bot.ui.answer import say
from bot.ui.components import PersistentButton, PersistentModal, Typed
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, channel, instant, mention, quote


class HandingForm(PersistentModal):
    template = re.compile(r"groups-handing:(?P<group>\d+):(?P<to>\d+):(?P<stay>[01])")
    access = Access.FACILITATOR | Access.LEAD
    title = "groups.handover_title"

    def __init__(self, group: int, to: int, stay: int, *, leads: bool = True) -> None:
        """``leads``: whether the one who asks facilitates the group, and so has a place in it to give up or keep."""
        super().__init__(f"groups-handing:{group}:{to}:{stay}")
        self.group = group
        self.to = to
        self.stay = stay
        self._leads = leads

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        told: list[str] = [words("groups.handover_form", person=mention(self.to))]
        if self._leads:
            told.append(words("groups.handover_form_stays" if self.stay else "groups.handover_form_goes"))
        return [
            ui.TextDisplay[Any]("\n".join(told)),
            *(
                ui.Label[Any](
                    text=words(f"groups.handover_{name}_label"),
                    description=words(f"groups.handover_{name}_hint"),
                    component=ui.TextInput[Any](
                        custom_id=name, style=discord.TextStyle.paragraph, required=False, max_length=WRITTEN_LENGTH
                    ),
                )
                for name in ("practical", "needs")
            ),
        ]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild is not None
        handing = Handing(
            group_id=self.group,
            asker_id=interaction.user.id,
            to=await found(interaction.guild, self.to),
            stay=bool(self.stay),
            practical=typed.text("practical"),
            needs=typed.text("needs"),
        )
        group = await interaction.client.services.groups.handovers.ask(guild_id=interaction.guild.id, handing=handing)
        await say(interaction, "groups.handover_sent", person=mention(self.to), name=group.name)


class TakeOverButton(PersistentButton, template=r"groups-takeover:(?P<handover>\d+)"):
    """For anybody who is asked, whatever they were before: its service lets nobody else through."""

    access = Access.ANYONE
    answers = Answers.FORM
    label = "groups.take_over_button"
    style = discord.ButtonStyle.primary

    def __init__(self, handover: int) -> None:
        super().__init__(f"groups-takeover:{handover}")
        self.handover = handover

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.groups.handovers.may_take(
            guild_id=interaction.guild_id, handover_id=self.handover, user_id=interaction.user.id
        )
        await TakingForm(self.handover).open(interaction)


class NotThisTimeButton(PersistentButton, template=r"groups-nothanks:(?P<handover>\d+)"):
    access = Access.ANYONE
    answers = Answers.LATER
    label = "groups.not_now_button"

    def __init__(self, handover: int) -> None:
        super().__init__(f"groups-nothanks:{handover}")
        self.handover = handover

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.groups.handovers.decline(
            guild_id=interaction.guild_id, handover_id=self.handover, user_id=interaction.user.id
        )
        await say(interaction, "groups.handover_declined_done")


class TakingForm(PersistentModal):
    template = re.compile(r"groups-taking:(?P<handover>\d+)")
    access = Access.ANYONE
    title = "groups.taking_title"

    def __init__(self, handover: int) -> None:
        super().__init__(f"groups-taking:{handover}")
        self.handover = handover

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        bound = discord.CheckboxGroupOption(label=words("groups.bound_to_report_option"), value="duty")
        tick = ui.CheckboxGroup[Any](custom_id="duty", options=[bound], required=False, min_values=0, max_values=1)
        return [
            ui.TextDisplay[Any](words("groups.handover_means")),
            ui.Label[Any](
                text=words("groups.bound_to_report_label"),
                description=words("groups.bound_to_report_hint"),
                component=tick,
            ),
        ]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        group = await interaction.client.services.groups.handovers.confirm(
            guild_id=interaction.guild_id,
            handover_id=self.handover,
            user_id=interaction.user.id,
            duty=bool(typed.chosen("duty")),
        )
        await say(interaction, "groups.handover_taken", name=group.name)


class HandoverWords:
    """What the two people are told, each alone."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        courier = self._bot.courier
        courier.tells(ASKED, self.asked)
        courier.tells(CARRIED, self.carried)
        courier.tells(CONFIRMED, self.confirmed)
        for kind in (DECLINED, LAPSED, OFF, OFF_FOR_ASKER):
            courier.tells(kind, self.about_group)

    async def asked(self, word: Kept) -> Page | None:
        """Nothing, once it is answered or withdrawn."""
        handover, group = await self._handover(word), await self._group(word)
        if handover is None or not handover.open or handover.asker_id is None or group is None:
            return None
        words = self._bot.words
        asked = words(f"groups.handover_asked_{handover.kind}", person=mention(handover.asker_id), name=group.name)
        by = words("groups.handover_by", by=instant(handover.asked_at + LASTS))
        buttons = Row(TakeOverButton(handover.id), NotThisTimeButton(handover.id))
        return Page(asked, words("groups.handover_means"), by, buttons)

    async def carried(self, word: Kept) -> Page | None:
        """What was passed on; nothing, once it is deleted."""
        group = await self._group(word)
        passed = await self._bot.services.groups.handovers.passed_on(
            guild_id=word.guild_id, handover_id=int(str(word.params["handover"]))
        )
        if group is None or passed is None:
            return None
        return Page(*self._carried(group, passed))

    def _carried(self, group: Group, passed: PassedOn) -> list[str]:
        words, handover = self._bot.words, passed.handover
        parts: list[str] = [words("groups.handover_carried", name=group.name)]
        if group.desk_id is not None:
            parts.append(words("groups.handover_desk", desk=channel(group.desk_id)))
        if handover.practical:
            parts.append(words("groups.handover_practical", notes=quote(handover.practical)))
        if handover.needs:
            parts.append(words("groups.handover_needs", needs=quote(handover.needs)))
        if passed.concerns:
            parts.append(words("groups.handover_concerns", count=passed.concerns))
        return [*parts, words("groups.handover_kept")]

    async def confirmed(self, word: Kept) -> Page | None:
        group = await self._group(word)
        if group is None:
            return None
        return Page(self._bot.words(f"groups.handover_confirmed_{word.params['kind']}", name=group.name))

    async def about_group(self, word: Kept) -> Page | None:
        group = await self._group(word)
        return None if group is None else Page(self._bot.words(word.kind, name=group.name))

    async def _handover(self, word: Kept) -> Handover | None:
        handovers = self._bot.services.groups.handovers
        return await handovers.get(guild_id=word.guild_id, handover_id=int(str(word.params["handover"])))

    async def _group(self, word: Kept) -> Group | None:
        async with self._bot.services.db.read() as tx:
            return await self._bot.services.groups.group(tx, word.guild_id, int(str(word.params["group"])))
