"""Keeps Discord's own event about a meeting as it should be: one, or none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import discord

from bot.courier.budget import Spend
from bot.courier.outcomes import Carried, gone_already
from bot.courier.wanted import EventGoneWanted, EventWanted

VOICE_EVENT, GUILD_ONLY = 2, 2
SCHEDULED = 1
"""The status of an event that nobody has begun; only then its start can be changed."""


class Events:
    def __init__(self, client: discord.Client) -> None:
        self._client = client

    @property
    def _http(self) -> Any:
        # asked for each time: a client that is started again has another
        return self._client.http

    async def keep(self, guild_id: int, wanted: EventWanted | EventGoneWanted, spend: Spend) -> Carried:
        """Make it so. ``spend`` is called for each request after the first. Raises what the library raises."""
        ours = [event for event in await self._listed(guild_id) if self._is_ours(event, wanted.code)]
        if isinstance(wanted, EventGoneWanted):
            await self._remove(guild_id, ours, spend)
            return Carried()
        there = next((event for event in ours if _can_become(event, wanted)), None)
        # an answer that Discord lost, or a meeting that somebody began there, leaves more than the one
        await self._remove(guild_id, [event for event in ours if event is not there], spend)
        if there is None:
            await self._make(guild_id, wanted, spend)
        elif not _is(there, wanted):
            await self._change(guild_id, int(there["id"]), wanted, spend)
        return Carried(channel_id=wanted.channel_id)

    async def _listed(self, guild_id: int) -> list[dict[str, Any]]:
        return await self._http.get_scheduled_events(guild_id, with_user_count=False)

    def _is_ours(self, event: dict[str, Any], code: str) -> bool:
        """Discord lets people copy an event, with what it says."""
        assert self._client.user is not None
        return code in (event.get("description") or "") and int(event.get("creator_id") or 0) == self._client.user.id

    async def _remove(self, guild_id: int, events: list[dict[str, Any]], spend: Spend) -> None:
        for event in events:
            await spend()
            with gone_already():
                await self._http.delete_scheduled_event(guild_id, int(event["id"]))

    async def _make(self, guild_id: int, wanted: EventWanted, spend: Spend) -> None:
        await spend()
        await self._http.create_guild_scheduled_event(guild_id, **_payload(wanted))

    async def _change(self, guild_id: int, event_id: int, wanted: EventWanted, spend: Spend) -> None:
        await spend()
        try:
            await self._http.edit_scheduled_event(guild_id, event_id, **_payload(wanted))
        except discord.NotFound:
            # somebody has deleted it just now
            await self._make(guild_id, wanted, spend)


def _can_become(event: dict[str, Any], wanted: EventWanted) -> bool:
    return event["status"] == SCHEDULED or _instant(event, "scheduled_start_time") == wanted.starts_at


def _is(event: dict[str, Any], wanted: EventWanted) -> bool:
    return (
        (event["name"], event["description"], int(event["channel_id"] or 0))
        == (wanted.name, wanted.description, wanted.channel_id)
        and _instant(event, "scheduled_start_time") == wanted.starts_at
        and _instant(event, "scheduled_end_time") == wanted.ends_at
    )


def _instant(event: dict[str, Any], field: str) -> datetime | None:
    told = event.get(field)
    return datetime.fromisoformat(told) if told else None


def _payload(wanted: EventWanted) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "description": wanted.description,
        "channel_id": str(wanted.channel_id),
        "privacy_level": GUILD_ONLY,
        "entity_type": VOICE_EVENT,
        "scheduled_start_time": wanted.starts_at.isoformat(),
        "scheduled_end_time": wanted.ends_at.isoformat(),
    }
