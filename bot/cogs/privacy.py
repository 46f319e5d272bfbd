"""What people touch of privacy: what is kept about them, having it erased, and the words that wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Bot, Interaction
from bot.features.privacy import Given, Holding, Outlook
from bot.storage import Kept
from bot.ui.access import Access, Answers, requires
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, instant

HELD = {
    Kept.STRUCTURE: "privacy.held_structure",
    Kept.MEMBERSHIP: "privacy.held_membership",
    Kept.REQUEST: "privacy.held_request",
    Kept.PREFERENCE: "privacy.held_preference",
    Kept.ATTENDANCE: "privacy.held_attendance",
    Kept.CASE: "privacy.held_case",
    Kept.EVIDENCE: "privacy.held_evidence",
    Kept.ASKED: "privacy.held_asked",
    Kept.AUDIT: "privacy.held_audit",
    Kept.WORD: "privacy.held_word",
}
"""For each class that can be about one person: what it is, why it is kept and for how long."""

BUTTONS_IN_A_ROW = 5


class PrivacyCog(commands.GroupCog, group_name="privacy"):
    @app_commands.command(name="show")
    @requires(Access.ANYONE, Answers.LATER)
    async def show(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        services, words = interaction.client.services, words_of(interaction)
        held = await services.privacy.held(guild_id=interaction.guild_id, user_id=interaction.user.id)
        organisation = services.settings.organisation
        retention = services.privacy.retention
        parts: list[str | Row] = [words("privacy.shown_intro" if held.holdings else "privacy.shown_nothing")]
        parts += [_holding(words, holding, retention.lengths, retention.named) for holding in held.holdings]
        parts += [_given(words, given) for given in held.given]
        parts += _allowed(words, held.purposes)
        parts.append(words("privacy.never_kept"))
        parts.append(words("privacy.policy", organisation=organisation.name, address=Raw(organisation.privacy_policy)))
        if organisation.contact:
            parts.append(words("privacy.contact", contact=organisation.contact))
        await answer(interaction, Page(*parts))

    @app_commands.command(name="erase")
    @requires(Access.ANYONE, Answers.LATER)
    async def erase(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        privacy, words = interaction.client.services.privacy, words_of(interaction)
        outlook = await privacy.outlook(guild_id=interaction.guild_id, user_id=interaction.user.id)
        await answer(interaction, _erase_page(words, outlook))


class WithdrawButton(PersistentButton, template=r"privacy-withdraw:(?P<purpose>[a-z_]{1,40})"):
    access = Access.ANYONE
    answers = Answers.LATER
    label = "privacy.withdraw_button"

    def __init__(self, purpose: str, *, called: str = "") -> None:
        """``called``: the purpose in words, for the label."""
        super().__init__(f"privacy-withdraw:{purpose}", purpose=called)
        self.purpose = purpose

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.privacy.withdraw(
            guild_id=interaction.guild_id, user_id=interaction.user.id, purpose=self.purpose
        )
        await say(interaction, "privacy.withdrawn", purpose=_purpose(words_of(interaction), self.purpose))


class EraseButton(PersistentButton, template=r"privacy-erase:(?P<groups>[0-9]{1,4})"):
    access = Access.ANYONE
    answers = Answers.LATER
    label = "privacy.erase_button"
    style = discord.ButtonStyle.danger

    def __init__(self, groups: int) -> None:
        """``groups``: how many rooms the person was told they would lose."""
        super().__init__(f"privacy-erase:{groups}")
        self.groups = groups

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.privacy.erase(
            guild_id=interaction.guild_id, user_id=interaction.user.id, groups=self.groups
        )
        await say(interaction, "privacy.erased")


class InboxCog(commands.Cog):
    @app_commands.command(name="inbox")
    @requires(Access.ANYONE, Answers.LATER)
    async def inbox(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        inbox = interaction.client.services.inbox
        kept = await inbox.all_of(guild_id=interaction.guild_id, user_id=interaction.user.id)
        page, said = await interaction.client.courier.teller.page(kept[::-1])
        if page is None:
            await say(interaction, "inbox.empty")
            return
        await answer(interaction, Page(words_of(interaction)("inbox.intro"), *page.parts))
        await inbox.told(said)


def _holding(words: Words, holding: Holding, lengths: Mapping[Kept, timedelta], named: Mapping[Kept, timedelta]) -> str:
    values = {"count": holding.count, "days": lengths.get(holding.kept), "named_days": named.get(holding.kept)}
    return words(HELD[holding.kept], **{name: _length(words, value) for name, value in values.items()})


def _length(words: Words, value: int | timedelta | None) -> object:
    if not isinstance(value, timedelta):
        return value
    days = max(1, round(value / timedelta(days=1)))
    return words("privacy.one_day") if days == 1 else words("privacy.days", count=days)


def _given(words: Words, given: Given) -> str:
    if given.agreed_at is None:
        return words("privacy.given_role", group=given.group, joined=instant(given.joined_at, "D"))
    return words(
        "privacy.given",
        group=given.group,
        joined=instant(given.joined_at, "D"),
        agreed=instant(given.agreed_at, "D"),
        consent=given.consent_version,
        agreement=given.agreement_version,
    )


def _allowed(words: Words, purposes: Sequence[str]) -> list[str | Row]:
    if not purposes:
        return [words("privacy.allowed_none")]
    buttons = [WithdrawButton(purpose, called=_purpose(words, purpose)) for purpose in purposes]
    rows = [Row(*buttons[start : start + BUTTONS_IN_A_ROW]) for start in range(0, len(buttons), BUTTONS_IN_A_ROW)]
    return [words("privacy.allowed", purposes=Raw(", ".join(_purpose(words, one) for one in purposes))), *rows]


def _purpose(words: Words, purpose: str) -> Raw:
    """What a direct message was allowed for, in words."""
    key = f"inbox.purpose_{purpose}"
    return words(key if words.has(key) else "inbox.purpose_other")


def _erase_page(words: Words, outlook: Outlook) -> Page:
    if not outlook.groups and not outlook.count:
        return Page(words("privacy.nothing_to_erase"))
    parts: list[str | Row] = [words("privacy.erase_intro")]
    if outlook.groups:
        parts.append(words("privacy.erase_rooms", groups=", ".join(outlook.groups)))
    parts += [words("privacy.erase_stays"), Row(EraseButton(len(outlook.groups)))]
    return Page(*parts)


async def setup(bot: Bot) -> None:
    bot.add_components(WithdrawButton, EraseButton)
    await bot.add_cog(PrivacyCog())
    await bot.add_cog(InboxCog())
    await bot.services.privacy.retention.begin()
