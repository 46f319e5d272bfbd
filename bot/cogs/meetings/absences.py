"""Notes to those who wish to be asked after when they are away: wishing for one, deciding about it, stopping them."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.courier import EditWanted
from bot.features.groups import Group
from bot.features.meetings.absence import Spell
from bot.features.meetings.absence.absence import CARD, NOTE, SETTLED
from bot.inbox.model import Kept, State
from bot.outbox import Errand
from bot.ui.access import Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, mention

SEND, NOT = "send", "not"


class Noticing(commands.Cog):
    """The command by which a member wishes for it."""

    @app_commands.command(name="notice")
    @app_commands.autocomplete(group=group_choices(Access.MEMBER))
    @requires(Access.MEMBER, Answers.LATER)
    async def notice(
        self,
        interaction: Interaction,
        wish: Literal["on", "off"],
        message: Literal["yes", "no"] = "no",
        group: str | None = None,
    ) -> None:
        """Wish for a kind note when you have been away, or stop it."""
        assert interaction.guild_id is not None
        absence, words = interaction.client.services.meetings.absence, words_of(interaction)
        ids = {"guild_id": interaction.guild_id, "group_id": group_of(interaction).id, "user_id": interaction.user.id}
        if wish == "off":
            await absence.stop(**ids)
            await say(interaction, "meetings.notice_off")
            return
        await absence.wish(**ids, message=message == "yes")
        how = words(f"meetings.notice_on_{'message' if message == 'yes' else 'inbox'}")
        await answer(interaction, Page(words("meetings.notice_on"), words("meetings.notice_how"), how))


class AbsenceButton(PersistentButton, template=r"meetings-absence:(?P<group>\d+):(?P<notice>\d+):(?P<what>send|not)"):
    """A facilitator decides whether somebody is sent a note."""

    access = Access.FACILITATOR
    answers = Answers.LATER
    label = "meetings.absence_send_button"

    def __init__(self, group: int, notice: int, what: str) -> None:
        super().__init__(f"meetings-absence:{group}:{notice}:{what}")
        self.group = group
        self.notice = notice
        self.what = what

    def dress(self, words: Words) -> None:
        self.item.label = words(f"meetings.absence_{self.what}_button")

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        absence = interaction.client.services.meetings.absence
        change, told = (absence.send, "sent") if self.what == SEND else (absence.decline, "not_sent")
        await change(
            guild_id=interaction.guild_id,
            group_id=self.group,
            notice_id=self.notice,
            actor_id=interaction.user.id,
        )
        await say(interaction, f"meetings.absence_{told}")


class StopButton(PersistentButton, template=r"meetings-no-notice:(?P<guild>\d+):(?P<group>\d+)"):
    """Under every note. It works in a direct message too, which is why it says of which server it is."""

    access = Access.ANYONE
    answers = Answers.LATER
    label = "meetings.absence_stop_button"
    direct = True
    afterwards = False
    style = discord.ButtonStyle.secondary

    def __init__(self, guild: int, group: int) -> None:
        super().__init__(f"meetings-no-notice:{guild}:{group}")
        self.guild = guild
        self.group = group

    async def press(self, interaction: Interaction) -> None:
        await interaction.client.services.meetings.absence.stop(
            guild_id=self.guild, group_id=self.group, user_id=interaction.user.id
        )
        await say(interaction, "meetings.notice_off")


class Absences:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(CARD, self.card)
        courier.renders(SETTLED, self.settled)
        courier.tells(NOTE, self.note)

    async def card(self, errand: Errand) -> Page | None:
        """Whom it is about, because they have to know that, and nothing of how often or when."""
        absence = self._bot.services.meetings.absence
        notice = await absence.get(guild_id=errand.guild_id, notice_id=int(str(errand.params["notice"])))
        if notice is None or notice.spell is not Spell.ASKED:
            return None
        told = self._bot.words("meetings.absence_card", person=mention(notice.user_id))
        return Page(told, Row(*(AbsenceButton(notice.group_id, notice.id, what) for what in (SEND, NOT))))

    async def settled(self, errand: Errand) -> EditWanted:
        """The same whatever was decided, and if they came or left instead; and without their name."""
        place = {"channel_id": int(str(errand.params["channel"])), "message_id": int(str(errand.params["message"]))}
        return EditWanted(**place, page=Page(self._bot.words("meetings.absence_card_settled")))

    async def note(self, word: Kept) -> Page | None:
        """To one person, as long as they wish for it. A direct message names no group."""
        absence = self._bot.services.meetings.absence
        notice = await absence.get(guild_id=word.guild_id, notice_id=int(str(word.params["notice"])))
        group = await self._group(word)
        if notice is None or group is None or group.archived:
            return None
        words, stop = self._bot.words, Row(StopButton(word.guild_id, group.id))
        if word.state is State.SENT:
            return Page(words("meetings.absence_note_message"), stop)
        return Page(words("meetings.absence_note", person=mention(word.user_id), name=group.name), stop)

    async def _group(self, word: Kept) -> Group | None:
        async with self._bot.services.db.read() as tx:
            return await self._bot.services.groups.group(tx, word.guild_id, int(str(word.params["group"])))
