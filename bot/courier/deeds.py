"""Doing one deed: look whether it is so already, and only then make it so."""

from __future__ import annotations

import asyncio
from typing import Any

import discord

from bot.courier.budget import Spend
from bot.courier.events import Events
from bot.courier.outcomes import Carried, gone_already
from bot.courier.wanted import (
    AccessWanted,
    DeleteWanted,
    EditWanted,
    EventGoneWanted,
    EventWanted,
    Overwrite,
    PinWanted,
    PlaceWanted,
    RenameWanted,
    RoleWanted,
    RoomGoneWanted,
    RoomWanted,
    Wanted,
)
from bot.ui.pages import Page, layout
from bot.ui.texts import Words

TYPES: dict[str, int] = {"text": 0, "voice": 2, "category": 4}
PIN_LINE = 6  # the message type of the line that Discord posts when something is pinned
ROLE, MEMBER = 0, 1
RECENT = 100
RENAME_WAITS = 10.0
"""Seconds in which Discord takes a new name, or does not for now."""
NEXT_NAME = 310.0
"""Seconds after which it takes another one for the same channel."""


class Doer:
    """Does deeds through the library's own requests, which answer with what Discord says and no cache between."""

    def __init__(self, client: discord.Client, words: Words) -> None:
        self._client = client
        self._words = words
        self._events = Events(client)

    @property
    def _http(self) -> Any:
        # asked for each time: a client that is started again has another. Its typing promises fields that hidden
        # channels do not have
        return self._client.http

    async def do(self, guild_id: int, wanted: Wanted, *, spend: Spend) -> Carried:
        """Make it so. ``spend`` is called for each request after the first. Raises what the library raises."""
        match wanted:
            case RoomWanted():
                return await self._room(guild_id, wanted, spend)
            case RoomGoneWanted():
                return await self._room_gone(wanted, spend)
            case AccessWanted() | RoleWanted():
                return await self._overwrite(wanted, spend)
            case PinWanted():
                return await (self._pin if wanted.pinned else self._unpin)(wanted, spend)
            case EditWanted():
                return await self._edit(wanted)
            case DeleteWanted():
                return await self._delete(wanted)
            case EventWanted() | EventGoneWanted():
                return await self._events.keep(guild_id, wanted, spend)
            case PlaceWanted() | RenameWanted():
                return await self._change(wanted, spend)
            case Page():
                raise TypeError("a page is posted, not done")

    async def _room(self, guild_id: int, wanted: RoomWanted, spend: Spend) -> Carried:
        for channel in await self._http.get_all_guild_channels(guild_id):
            if _is(channel, wanted):
                return Carried(channel_id=int(channel["id"]))
        await spend()
        made = await self._http.create_channel(
            guild_id,
            TYPES[wanted.type],
            name=wanted.name,
            permission_overwrites=[_payload(overwrite) for overwrite in wanted.overwrites],
            **({"topic": wanted.topic} if wanted.topic else {}),
            **({"parent_id": wanted.parent_id} if wanted.parent_id else {}),
        )
        return Carried(channel_id=int(made["id"]))

    async def _room_gone(self, wanted: RoomGoneWanted, spend: Spend) -> Carried:
        with gone_already():
            await self._http.get_channel(wanted.channel_id)
            await spend()
            await self._http.delete_channel(wanted.channel_id)
        return Carried(channel_id=wanted.channel_id)

    async def _change(self, wanted: PlaceWanted | RenameWanted, spend: Spend) -> Carried:
        if isinstance(wanted, RenameWanted):
            return await self._rename(wanted, spend)
        return await self._place(wanted, spend)

    async def _rename(self, wanted: RenameWanted, spend: Spend) -> Carried:
        channel = await self._http.get_channel(wanted.channel_id)
        if channel["name"] != wanted.name:
            await spend()
            try:
                async with asyncio.timeout(RENAME_WAITS):
                    await self._http.edit_channel(wanted.channel_id, name=wanted.name)
            except TimeoutError as waited:
                # the library sleeps until Discord takes another name, which must not keep other errands waiting
                raise discord.RateLimited(NEXT_NAME) from waited
        return Carried(channel_id=wanted.channel_id)

    async def _overwrite(self, wanted: AccessWanted | RoleWanted, spend: Spend) -> Carried:
        if isinstance(wanted, RoleWanted):
            return await self._role(wanted, spend)
        return await self._access(wanted, spend)

    async def _access(self, wanted: AccessWanted, spend: Spend) -> Carried:
        there = await self._there(wanted.channel_id, wanted.user_id)
        if wanted.overwrite is None:
            if there is not None:
                await spend()
                await self._drop(wanted.channel_id, wanted.user_id)
        elif there is None or (there.allow, there.deny) != (wanted.overwrite.allow, wanted.overwrite.deny):
            await self._give(wanted.channel_id, wanted.overwrite, there, spend)
        return Carried(channel_id=wanted.channel_id)

    async def _give(self, channel_id: int, wanted: Overwrite, there: Overwrite | None, spend: Spend) -> None:
        await spend()
        try:
            await self._put(channel_id, wanted)
        except discord.Forbidden:
            # Discord lets the bot change only what it holds itself, and take away a whole overwrite whatever is in it
            if there is None or not (there.allow | there.deny) & ~(wanted.allow | wanted.deny):
                raise
            await spend()
            await self._drop(channel_id, wanted.target_id)
            await spend()
            await self._put(channel_id, wanted)

    async def _role(self, wanted: RoleWanted, spend: Spend) -> Carried:
        there = await self._there(wanted.channel_id, wanted.role_id)
        if not wanted.shut:
            if there is not None:
                await spend()
                await self._drop(wanted.channel_id, wanted.role_id)
            return Carried(channel_id=wanted.channel_id)
        allow, deny = (0, 0) if there is None else (there.allow, there.deny)
        shut = Overwrite(
            target_id=wanted.role_id,
            member=False,
            allow=allow & ~(wanted.never | wanted.shut),
            deny=deny | wanted.shut,
        )
        if shut != there:
            await spend()
            await self._put(wanted.channel_id, shut)
        return Carried(channel_id=wanted.channel_id)

    async def _there(self, channel_id: int, target_id: int) -> Overwrite | None:
        """What the channel lays down for this person or role."""
        channel = await self._http.get_channel(channel_id)
        for one in channel["permission_overwrites"]:
            if int(one["id"]) == target_id:
                bits = {"allow": int(one["allow"]), "deny": int(one["deny"])}
                return Overwrite(target_id=target_id, member=int(one["type"]) == MEMBER, **bits)
        return None

    async def _put(self, channel_id: int, overwrite: Overwrite) -> None:
        allow, deny = str(overwrite.allow), str(overwrite.deny)
        kind = MEMBER if overwrite.member else ROLE
        await self._http.edit_channel_permissions(channel_id, overwrite.target_id, allow, deny, kind)

    async def _drop(self, channel_id: int, target_id: int) -> None:
        with gone_already():
            await self._http.delete_channel_permissions(channel_id, target_id)

    async def _place(self, wanted: PlaceWanted, spend: Spend) -> Carried:
        channel = await self._http.get_channel(wanted.channel_id)
        there = (channel.get("topic") or "", int(channel.get("parent_id") or 0))
        wished = zip(("topic", "parent_id"), (wanted.topic, wanted.parent_id), there, strict=True)
        changes = {field: value for field, value, now in wished if value is not None and value != now}
        if changes:
            await spend()
            await self._http.edit_channel(wanted.channel_id, **changes)
        return Carried(channel_id=wanted.channel_id)

    async def _pin(self, wanted: PinWanted, spend: Spend) -> Carried:
        message = await self._http.get_message(wanted.channel_id, wanted.message_id)
        pinned = bool(message["pinned"])
        if not pinned:
            await spend()
            await self._http.pin_message(wanted.channel_id, wanted.message_id)
        if not (pinned and wanted.standing):
            await self._remove_pin_line(wanted, spend)
        return Carried(message_id=wanted.message_id, channel_id=wanted.channel_id)

    async def _remove_pin_line(self, wanted: PinWanted, spend: Spend) -> None:
        assert self._client.user is not None
        await spend()
        for message in await self._http.logs_from(wanted.channel_id, RECENT):
            reference: dict[str, Any] = message.get("message_reference") or {}
            ours = message["type"] == PIN_LINE and int(message["author"]["id"]) == self._client.user.id
            if ours and int(reference.get("message_id", 0)) == wanted.message_id:
                await spend()
                with gone_already():
                    await self._http.delete_message(wanted.channel_id, int(message["id"]))

    async def _unpin(self, wanted: PinWanted, spend: Spend) -> Carried:
        with gone_already():
            message = await self._http.get_message(wanted.channel_id, wanted.message_id)
            if message["pinned"]:
                await spend()
                await self._http.unpin_message(wanted.channel_id, wanted.message_id)
        return Carried(message_id=wanted.message_id, channel_id=wanted.channel_id)

    async def _edit(self, wanted: EditWanted) -> Carried:
        channel = self._client.get_partial_messageable(wanted.channel_id)
        await channel.get_partial_message(wanted.message_id).edit(
            view=layout(wanted.page, self._words), allowed_mentions=wanted.page.allowed_mentions
        )
        return Carried(message_id=wanted.message_id, channel_id=wanted.channel_id)

    async def _delete(self, wanted: DeleteWanted) -> Carried:
        with gone_already():
            await self._http.delete_message(wanted.channel_id, wanted.message_id)
        return Carried(channel_id=wanted.channel_id)


def _is(channel: Any, wanted: RoomWanted) -> bool:
    if channel["type"] != TYPES[wanted.type]:
        return False
    if wanted.code and wanted.type == "voice":
        return channel["name"].endswith(wanted.code)
    if wanted.code:
        return wanted.code in (channel.get("topic") or "")
    return channel["name"] == wanted.name and int(channel.get("parent_id") or 0) == (wanted.parent_id or 0)


def _payload(overwrite: Overwrite) -> dict[str, Any]:
    kind = MEMBER if overwrite.member else ROLE
    return {
        "id": str(overwrite.target_id),
        "type": kind,
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }
