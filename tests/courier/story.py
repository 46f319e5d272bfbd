"""An extension that has things done in the real bot when their timers are due: posts, rooms, access, pins, edits.

It is loaded by the kill tests. Each thing has a number, and is a kind of its own, so that a knife can wait for just
this one. ``STORY`` in the environment says as JSON where it plays (ids) and which thing begins now.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.client import Bot
from bot.courier import AccessWanted, EditWanted, Overwrite, PinWanted, RoomGoneWanted, RoomWanted, Wanted
from bot.outbox import Deed, Delivered, Errand, Lane, Post, What
from bot.storage import Tx
from bot.timers import Due
from bot.ui.pages import Page

Thing = Literal["post", "room", "gone", "access", "pin", "edit"]
WHAT = {
    "room": What.ENSURE_ROOM,
    "gone": What.DELETE_ROOM,
    "access": What.ENSURE_ACCESS,
    "pin": What.PIN,
    "edit": What.EDIT,
}
THINGS: tuple[Thing, ...] = ("post", "room", "gone", "access", "pin", "edit")
MOST = 12
"""How many of each thing a story can have."""

BEGIN = "story.begin"
WRITE = 1 << 10 | 1 << 11 | 1 << 16


def kind_of(thing: Thing | Literal["told"], number: int) -> str:
    return f"story.{thing}.{number}"


def code(number: int) -> str:
    """By which the room of this number is found."""
    return f"room-k7m2-{number:02}"


def given(sign: str) -> bool:
    """Whether the test has put a file of this name into the bot's folder."""
    return Path(sign).exists()


class Story:
    def __init__(self, bot: Bot, where: dict[str, Any]) -> None:
        self._outbox = bot.services.outbox
        self._timers = bot.services.timers
        self._clock = bot.services.clock
        self._where = where

    async def begin(self, tx: Tx, due: Due) -> datetime | None:
        """Once the test has given the sign, the timer of this thing rings."""
        if not given(due.subject):
            return self._clock() + timedelta(seconds=0.02)
        await self._timers.set(tx, due.subject, "once", self._clock(), guild_id=None)
        return None

    async def due(self, tx: Tx, due: Due) -> None:
        """Have the thing done whose timer this is."""
        _, thing, _ = due.kind.split(".")
        item: Post | Deed
        if thing == "post":
            item = self._post(due.kind, "room")
        else:
            guild = self._where["guild"]
            item = Deed(key=due.kind, guild_id=guild, what=WHAT[thing], lane=Lane.PROMPT, kind=due.kind)
        await self._outbox.put(tx, item)

    async def told(self, tx: Tx, post: Delivered) -> None:
        """A post has arrived: its feature says so on the desk, by another post."""
        await self._outbox.put(tx, self._post(post.kind.replace("post", "told"), "desk"))

    def _post(self, kind: str, channel: str) -> Post:
        guild, room = self._where["guild"], self._where[channel]
        return Post(key=kind, guild_id=guild, channel_id=room, lane=Lane.PROMPT, kind=kind)

    async def render(self, errand: Errand) -> Wanted:
        _, thing, number = errand.kind.split(".")
        room, n = self._where["room"], int(number)
        match thing:
            case "room":
                return RoomWanted(type="text", name=f"tides-{n}", code=code(n), topic=f"A quiet room, {code(n)}")
            case "gone":
                return RoomGoneWanted(channel_id=self._where["to_delete"][n])
            case "access":
                person = self._where["people"][n]
                allowed = Overwrite(target_id=person, member=True, allow=WRITE)
                return AccessWanted(channel_id=room, user_id=person, overwrite=allowed)
            case "pin":
                return PinWanted(channel_id=room, message_id=self._where["to_pin"][n])
            case "edit":
                page = Page(f"edited {n}")
                return EditWanted(channel_id=room, message_id=self._where["to_edit"][n], page=page)
            case _:
                return Page(f"this is {errand.kind}")


async def setup(bot: Bot) -> None:
    where = json.loads(os.environ["STORY"])
    story, services = Story(bot, where), bot.services
    for number in range(MOST):
        services.outbox.delivered(kind_of("post", number), story.told)
        bot.courier.renders(kind_of("told", number), story.render)
        for thing in THINGS:
            bot.courier.renders(kind_of(thing, number), story.render)
            services.timers.on(kind_of(thing, number), story.due)
    services.timers.on(BEGIN, story.begin)
    async with services.db.begin() as tx:
        if where["begins"]:
            await services.timers.set(tx, BEGIN, where["begins"], services.clock(), guild_id=None)
