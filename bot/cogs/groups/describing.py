"""A group in words: for those who are in it, and for those who change it."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

from bot.client import Bot
from bot.core.calendar import at_local
from bot.features.groups import Group, GroupState, Mode
from bot.features.groups.model import Edited
from bot.ui.duty import duties
from bot.ui.pages import Page
from bot.ui.texts import Raw, instant, mention

NOON = time(12)  # a day that is the same one nearly everywhere


class Describing:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def about(self, group: Group) -> Page:
        """What everybody in the group may know of it. Of its members it gives the number alone."""
        services, words = self._bot.services, self._bot.words
        async with services.db.read() as tx:
            members = await services.groups.members(tx, group.guild_id, group.id)
        coming = await services.meetings.coming(guild_id=group.guild_id, group_id=group.id)
        facilitators = [mention(member.user_id) for member in members if member.facilitates]
        zone = await self._zone(group)
        lines: list[str] = [words("groups.about_intro", name=group.name)]
        lines += [words("groups.listing_about", about=group.about)] if group.about else []
        lines += [
            words("groups.about_people", count=len(members)),
            words("groups.about_facilitators", people=Raw(", ".join(facilitators) or "-")),
            *duties(words, members, inside=True),
            *self._standing(group, zone),
        ]
        if coming and group.state is GroupState.OPEN:
            lines.append(words("groups.about_next", starts=instant(coming[0].starts_at)))
        return Page("\n".join([*lines, words("groups.about_access")]))

    async def changeable(self, group: Group) -> Page:
        """What may be changed, and how it is now."""
        return Page(self._bot.words("groups.edit_what"), await self._details(group))

    async def edited(self, edited: Edited) -> Page:
        words, group = self._bot.words, edited.after
        parts: list[str] = [words("groups.edit_saved"), await self._details(group)]
        if edited.before.name != group.name:
            parts.append(words("groups.edit_renaming"))
        if edited.before.capacity != group.capacity and group.capacity < edited.members:
            parts.append(words("groups.edit_smaller", count=edited.members))
        if edited.voice_stays:
            parts.append(words("groups.edit_voice_stays"))
        return Page(*parts)

    async def _details(self, group: Group) -> Raw:
        words = self._bot.words
        lines = [
            words("groups.detail_name", name=group.name),
            words("groups.detail_about", about=group.about or "-"),
            words("groups.detail_capacity", capacity=group.capacity),
            words("groups.detail_mode", mode=self._mode(group, await self._zone(group))),
            words("groups.detail_voice" if group.voice else "groups.detail_no_voice"),
        ]
        return Raw("\n".join(lines))

    def _standing(self, group: Group, zone: ZoneInfo) -> list[str]:
        words = self._bot.words
        if group.state is not GroupState.PAUSED:
            return [self._mode(group, zone)]
        if group.paused_until is None:
            return [words("groups.about_paused")]
        return [words("groups.about_paused_until", day=_day(group.paused_until, zone))]

    def _mode(self, group: Group, zone: ZoneInfo) -> Raw:
        words = self._bot.words
        if group.mode is Mode.OPEN:
            return words("groups.mode_open")
        if group.joins_until is None:
            return words("groups.mode_closed")
        if group.joins_from is None:
            return words("groups.mode_until", until=_day(group.joins_until, zone))
        return words("groups.mode_between", start=_day(group.joins_from, zone), until=_day(group.joins_until, zone))

    async def _zone(self, group: Group) -> ZoneInfo:
        async with self._bot.services.db.read() as tx:
            server = await self._bot.services.setup.server(tx, group.guild_id)
        return group.clocks(server)


def _day(day: date, zone: ZoneInfo) -> Raw:
    return instant(at_local(day, NOON, zone), "D")
