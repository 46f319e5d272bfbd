"""Who is in a group, for those who look after it; and ending somebody's place in it, in two steps."""

from __future__ import annotations

import discord

from bot.client import Bot, Interaction
from bot.features.groups import Group, Member, Role
from bot.features.groups.keeping.keeping import REMOVED
from bot.inbox.model import Kept, State
from bot.ui.access import Access, Answers, group_of
from bot.ui.answer import replace, say, words_of
from bot.ui.components import PersistentButton
from bot.ui.doors import help_door
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, instant, mention

ON_A_PAGE = 20
ROLES = (Role.FACILITATOR, Role.MEMBER, Role.VISITOR)


async def people_page(interaction: Interaction, group: Group, start: int) -> Page:
    """Up to twenty people from ``start``, by role and then by when they came."""
    services, words = interaction.client.services, words_of(interaction)
    async with services.db.read() as tx:
        members = await services.groups.members(tx, group.guild_id, group.id)
        to_agree = len(await services.groups.rooms.restrained(tx, group, members))
        waiting, kept = await services.groups.places.counts(tx, group.guild_id, group.id)
    asked = await services.groups.keeping.asked(guild_id=group.guild_id, group_id=group.id)
    people = [member for role in ROLES for member in members if member.role is role]
    shown = people[start : start + ON_A_PAGE]
    lines: list[str] = [words("groups.people_intro", name=group.name, count=len(people))]
    for number, member in enumerate(shown):
        if number == 0 or shown[number - 1].role is not member.role:
            lines.append(words(f"groups.people_{member.role}"))
        lines.append(_line(words, member, services.settings.groups.visits))
    if to_agree:
        lines.append(words("groups.people_to_agree", count=to_agree))
    if asked:
        lines.append(words("groups.people_asked", count=asked))
    if waiting or kept:
        lines.append(words("groups.people_waiting", count=waiting, kept=kept))
    following = start + ON_A_PAGE
    more = (Row(MorePeopleButton(group.id, following)),) if len(people) > following else ()
    return Page("\n".join(lines), *more)


def _line(words: Words, member: Member, visits: int) -> Raw:
    person, since = mention(member.user_id), instant(member.joined_at, "D")
    line = words("groups.people_line", person=person, since=since)
    if member.role is Role.VISITOR:
        line = words("groups.people_visits", line=line, used=member.visits, most=visits)
    if member.role is Role.VISITOR and member.visit_ends_at is not None:
        line = words("groups.people_visit_ends", line=line, until=instant(member.visit_ends_at, "D"))
    if member.stands_in and member.cover_until is not None:
        line = words("groups.people_covering", line=line, until=instant(member.cover_until))
    return words("groups.people_duty", line=line) if member.facilitates and member.duty else line


class MorePeopleButton(PersistentButton, template=r"groups-people:(?P<group>\d+):(?P<start>\d+)"):
    access = Access.FACILITATOR
    answers = Answers.NOW
    label = "groups.more_people_button"

    def __init__(self, group: int, start: int) -> None:
        super().__init__(f"groups-people:{group}:{start}")
        self.group = group
        self.start = start

    async def press(self, interaction: Interaction) -> None:
        await replace(interaction, await people_page(interaction, group_of(interaction), self.start))


def remove_page(words: Words, group: Group, member: Member) -> Page:
    """What it means, before it is done."""
    told = words("groups.remove_confirm", person=mention(member.user_id), name=group.name)
    return Page(told, Row(RemoveButton(group.id, member.id)))


class RemoveButton(PersistentButton, template=r"groups-remove:(?P<group>\d+):(?P<member>\d+)"):
    access = Access.FACILITATOR | Access.LEAD
    answers = Answers.LATER
    label = "groups.remove_button"
    style = discord.ButtonStyle.danger

    def __init__(self, group: int, member: int) -> None:
        super().__init__(f"groups-remove:{group}:{member}")
        self.group = group
        self.member = member

    async def press(self, interaction: Interaction) -> None:
        assert interaction.guild_id is not None
        member = await interaction.client.services.groups.keeping.remove(
            guild_id=interaction.guild_id,
            group_id=self.group,
            member_id=self.member,
            actor_id=interaction.user.id,
        )
        await say(interaction, "groups.remove_done", person=mention(member.user_id))


class Removed:
    """What somebody is told whose place in a group was ended."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        self._bot.courier.tells(REMOVED, self.removed)

    async def removed(self, word: Kept) -> Page:
        words = self._bot.words
        async with self._bot.services.db.read() as tx:
            group = await self._bot.services.groups.group(tx, word.guild_id, int(str(word.params["group"])))
        if group is None or word.state is State.SENT:
            return Page(words("groups.removed_message"), Row(help_door()))
        return Page(words("groups.removed", name=group.name), Row(help_door()))
