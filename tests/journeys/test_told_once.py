"""A word that waits is told once, however fast somebody presses."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.demo.world import World
from bot.inbox import Word
from bot.inbox.model import Kept
from bot.ui.pages import Page
from tests.simcord_bot import texts

NOTE = "told.note"


async def test_a_word_is_told_once_to_one_who_presses_twice(circle: World) -> None:
    async def tell(_: Kept) -> Page:
        return Page("A note for you")

    circle.bot.courier.tells(NOTE, tell)
    guild = circle.guild("A server")
    hall = guild.create_text_channel("hall")
    ann = guild.add_member(circle.env.create_user("ann"))
    pressed: Any = await ann.slash(hall, "inbox")
    (interaction,) = circle.bot.courier.teller._open.values()
    circle.bot.courier.teller._open.clear()
    async with circle.services.db.begin() as tx:
        expires = circle.now() + timedelta(days=1)
        await circle.services.inbox.put(tx, Word(guild_id=guild.id, user_id=ann.id, kind=NOTE, expires_at=expires))
    teller = circle.bot.courier.teller
    await teller._drain.settled()

    await asyncio.gather(*(teller.show_waiting(interaction) for _ in range(5)))
    await circle.env.settle()
    told = [text for message in pressed.followups for text in texts(message.components)]
    assert told.count("A note for you") == 1
