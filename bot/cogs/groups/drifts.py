"""The cards that say how a channel is not as declared: **Mend it**, **It's meant to be so**."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.client import Bot, Interaction
from bot.cogs.groups.rooms import access_of, channel_name
from bot.core.errors import UserError
from bot.courier import AccessWanted, EditWanted, Overwrite, PlaceWanted, RenameWanted, RoleWanted, Wanted
from bot.features.groups import Group, Place, Server
from bot.features.groups.model import tidy
from bot.features.groups.rooms import REMADE
from bot.features.groups.watch.effective import STEERS, VIEW
from bot.features.groups.watch.model import WHY_LENGTH, Finding, Kind, State
from bot.features.groups.watch.service import CARD, LEAD, MEND, SETTLED_CARD
from bot.features.setup.model import SAFEGUARDING_CODE
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.outbox.model import Params
from bot.ui import permissions
from bot.ui.access import Access, Answers
from bot.ui.answer import say
from bot.ui.components import PersistentButton, PersistentModal, Typed
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, channel, mention, quote

DECIDES = Access.FACILITATOR | Access.LEAD


class Drifts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._watch = bot.services.groups.watch

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(CARD, self.card)
        courier.renders(SETTLED_CARD, self.edited)
        courier.renders(MEND, self.mend)
        courier.tells(CARD, self.word)
        courier.tells(REMADE, self.remade)

    async def card(self, errand: Errand) -> Page | None:
        """What was found, for whoever can mend it; it calls nobody."""
        return await self._found(errand.guild_id, errand.params)

    async def word(self, word: Kept) -> Page | None:
        """The same for the lead, where the safeguarding channel cannot be reached."""
        return await self._found(word.guild_id, word.params)

    async def _found(self, guild_id: int, params: Params) -> Page | None:
        found = await self._watch.finding(guild_id, int(str(params["finding"])))
        if found is None or found[0].state is not State.OPEN:
            return None
        return self._open_page(*found)

    async def edited(self, errand: Errand) -> EditWanted:
        """The card as it should be now. Only the lead's says who has decided what."""
        found = await self._watch.finding(errand.guild_id, int(str(errand.params["finding"])))
        assert errand.channel_id is not None
        if found is None or errand.params["erased"]:
            page = Page(self._bot.words("groups.drift_erased"))
        elif found[0].state is State.OPEN:
            page = self._open_page(*found)
        else:
            page = self._settled_page(*found, with_name=errand.params["at"] == LEAD)
        return EditWanted(channel_id=errand.channel_id, message_id=int(str(errand.params["card"])), page=page)

    def _open_page(self, finding: Finding, group: Group | None) -> Page:
        words = self._bot.words
        parts: list[str | Row] = [
            words("groups.drift_where", where=self._where(finding, group)),
            self._what(finding, group),
            self._to_do(finding),
        ]
        if finding.problem is not None:
            why = words(f"setup.problem_{finding.problem}")
            parts.append(words("groups.drift_not_mended", why=why))
        meant = MeantButton(finding.group_id or 0, finding.id)
        if finding.mendable and not finding.mending:
            parts.append(Row(MendButton(finding.group_id or 0, finding.id), meant))
        elif not finding.mending and finding.kind is not Kind.DELETED:
            parts.append(Row(meant))
        return Page(*parts)

    def _settled_page(self, finding: Finding, group: Group | None, *, with_name: bool) -> Page:
        words = self._bot.words
        where = words("groups.drift_was", where=self._where(finding, group))
        seen = words("groups.drift_seen", what=self._what(finding, group))
        parts = [where, seen, words(f"groups.drift_{finding.state}")]
        if finding.why:
            parts.append(quote(finding.why))
        if with_name and finding.by_id is not None:
            parts.append(words("groups.drift_by", person=mention(finding.by_id)))
        return Page(*parts)

    def _where(self, finding: Finding, group: Group | None) -> Raw:
        words = self._bot.words
        if group is None:
            return words("setup.room_safeguarding")
        return words("setup.room_of_group", place=words(f"groups.place_{finding.place}"), name=group.name)

    def _what(self, finding: Finding, group: Group | None) -> Raw:
        words = self._bot.words
        key = f"groups.drift_{finding.kind}"
        match finding.kind:
            case Kind.EXTRA_PERSON | Kind.MISSING_PERSON | Kind.WRONG_PERSON:
                person = mention(finding.user_id) if finding.user_id is not None else words("groups.somebody")
                if finding.kind is not Kind.WRONG_PERSON:
                    return words(key, person=person)
                more = permissions.names(discord.Permissions(int(finding.detail)))
                return words(key, person=person, permissions=", ".join(name.replace("_", " ") for name in more))
            case Kind.EXTRA_ROLE:
                return words(key, role=self._role(finding))
            case Kind.RENAMED:
                return words(key, name=finding.detail, before=self._name(finding, group))
            case _:
                return words(key)

    def _name(self, finding: Finding, group: Group | None) -> str:
        """What the channel should be called."""
        return self._bot.words("setup.safeguarding_name") if group is None else channel_name(group, finding.group_place)

    def _topic(self, finding: Finding, group: Group | None) -> str:
        if group is None:
            return self._bot.words("setup.safeguarding_topic", code=SAFEGUARDING_CODE)
        return self._bot.words(f"groups.{finding.place}_topic", code=f"{finding.place}-{group.code}")

    def _role(self, finding: Finding) -> str:
        guild = self._bot.get_guild(finding.guild_id)
        role = None if guild is None or finding.role_id is None else guild.get_role(finding.role_id)
        return role.name if role is not None else str(finding.role_id)

    def _to_do(self, finding: Finding) -> Raw:
        words = self._bot.words
        if finding.mending:
            return words("groups.drift_mending")
        if finding.kind is Kind.DELETED and not finding.mendable:
            return words("groups.drift_todo_set_up")
        if finding.kind in (Kind.HIDDEN, Kind.DELETED):
            return words(f"groups.drift_todo_{finding.kind}")
        return words("groups.drift_todo")

    async def remade(self, word: Kept) -> Page | None:
        """To each who may enter it: where it is now."""
        async with self._bot.services.db.read() as tx:
            group = await self._bot.services.groups.group(tx, word.guild_id, int(str(word.params["group"])))
        place = Place(str(word.params["place"]))
        entry = None
        if group is not None:
            entry = await self._bot.services.groups.entry(
                guild_id=word.guild_id, group_id=group.id, user_id=word.user_id, place=place
            )
        if group is None or entry is None or entry.role is None:
            return None
        return Page(self._bot.words(f"groups.remade_{place}", name=group.name, channel=channel(entry.channel_id)))

    # mending

    async def mend(self, errand: Errand) -> Wanted | None:
        """What should be so instead; None if it is settled."""
        found = await self._watch.finding(errand.guild_id, int(str(errand.params["finding"])))
        if found is None or found[0].state is not State.OPEN:
            return None
        finding, group = found
        async with self._bot.services.db.read() as tx:
            server = await self._bot.services.setup.server(tx, errand.guild_id)
        if server is None:
            return None
        if finding.kind.about_person:
            return await self._access(finding, server)
        return _of_all(finding) or self._place(finding, group, server)

    async def _access(self, finding: Finding, server: Server) -> AccessWanted | None:
        if finding.user_id is None:
            return None
        if finding.group_id is not None:
            entry = await self._bot.services.groups.entry(
                guild_id=finding.guild_id,
                group_id=finding.group_id,
                user_id=finding.user_id,
                place=finding.group_place,
            )
            return None if entry is None else access_of(entry)
        named = finding.user_id in (server.lead_id, server.backup_id)
        theirs = Overwrite(target_id=finding.user_id, member=True, allow=permissions.LEAD.value)
        return AccessWanted(channel_id=finding.channel_id, user_id=finding.user_id, overwrite=theirs if named else None)

    def _place(self, finding: Finding, group: Group | None, server: Server) -> PlaceWanted | RenameWanted | None:
        match finding.kind:
            case Kind.MOVED:
                return PlaceWanted(channel_id=finding.channel_id, parent_id=server.category_id)
            case Kind.RENAMED:
                return RenameWanted(channel_id=finding.channel_id, name=self._name(finding, group))
            case Kind.TOPIC:
                return PlaceWanted(channel_id=finding.channel_id, topic=self._topic(finding, group))
            case _:
                return None


def _of_all(finding: Finding) -> RoleWanted | None:
    if finding.kind is Kind.EXTRA_ROLE and finding.role_id is not None:
        return RoleWanted(channel_id=finding.channel_id, role_id=finding.role_id)
    if finding.kind is Kind.EVERYONE:
        # a server's @everyone role bears the server's id
        return RoleWanted(
            channel_id=finding.channel_id, role_id=finding.guild_id, shut=permissions.HIDDEN.value, never=VIEW | STEERS
        )
    return None


class MendButton(PersistentButton, template=r"groups-drift-mend:(?P<group>\d+):(?P<finding>\d+)"):
    access = DECIDES
    answers = Answers.LATER
    label = "groups.mend_button"
    ended = True
    style = discord.ButtonStyle.primary

    def __init__(self, group: int, finding: int) -> None:
        super().__init__(f"groups-drift-mend:{group}:{finding}")
        self.group = group
        self.finding = finding

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.groups.watch.mend(
            guild_id=interaction.guild_id,
            group_id=self.group,
            finding_id=self.finding,
            actor_id=interaction.user.id,
        )
        await say(interaction, "groups.drift_mending")


class MeantButton(PersistentButton, template=r"groups-drift-meant:(?P<group>\d+):(?P<finding>\d+)"):
    access = DECIDES
    answers = Answers.FORM
    label = "groups.meant_button"
    ended = True

    def __init__(self, group: int, finding: int) -> None:
        super().__init__(f"groups-drift-meant:{group}:{finding}")
        self.group = group
        self.finding = finding

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        await interaction.client.services.groups.watch.may_decide(
            guild_id=interaction.guild_id, group_id=self.group, finding_id=self.finding
        )
        await MeantForm(self.group, self.finding).open(interaction)


class MeantForm(PersistentModal):
    template = re.compile(r"groups-drift-why:(?P<group>\d+):(?P<finding>\d+)")
    access = DECIDES
    title = "groups.meant_title"
    ended = True

    def __init__(self, group: int, finding: int) -> None:
        super().__init__(f"groups-drift-why:{group}:{finding}")
        self.group = group
        self.finding = finding

    def fields(self, words: Words) -> Sequence[ui.Item[Any]]:
        line = ui.TextInput[Any](custom_id="why", max_length=WHY_LENGTH, required=True)
        label = words("groups.meant_why_label")
        return [ui.Label[Any](text=label, description=words("groups.meant_why_hint"), component=line)]

    async def submit(self, interaction: Interaction, typed: Typed) -> None:
        assert interaction.guild_id is not None
        why = tidy(typed.text("why"))
        if not why:
            raise UserError("groups.meant_without_why")
        await interaction.client.services.groups.watch.mean(
            guild_id=interaction.guild_id,
            group_id=self.group,
            finding_id=self.finding,
            actor_id=interaction.user.id,
            why=why,
        )
        await say(interaction, "groups.meant_done")
