"""Rate limits: what a bucket's headers make discord.py do, and what happens to one who fans out."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import discord

from tests.wire import Wire
from tests.wire.barebot import BareBot, running
from tests.wire.conftest import BOT, Harbour


async def test_a_used_up_bucket_makes_the_bot_wait_unrefused(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    channel = bot.get_partial_messageable(harbour.general.id)
    began = time.monotonic()
    await asyncio.gather(*(channel.send(str(number)) for number in range(6)))
    assert time.monotonic() - began > 4.5
    assert len(wire.messages(harbour.general)) == 6
    assert not wire.rate_limited


async def test_who_does_not_heed_the_headers_is_refused(wire: Wire, harbour: Harbour) -> None:
    url = f"{wire.api_url}/channels/{harbour.general.id}/messages"
    headers = {"Authorization": f"Bot {wire.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for left in (4, 3, 2, 1, 0):
            async with session.post(url, json={"content": "x"}) as answer:
                assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (200, str(left))
        async with session.post(url, json={"content": "x"}) as answer:
            assert answer.status == 429
            assert answer.headers["Via"]
            assert answer.headers["X-RateLimit-Scope"] == "user"
            body = await answer.json()
            assert 0 < body["retry_after"] <= 5
            assert body["global"] is False
    assert wire.rate_limited == {"bucket": 1}
    assert wire.invalid_requests == 1
    assert len(wire.messages(harbour.general)) == 5


async def test_a_fan_out_meets_the_limit_for_everything(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    rooms = [wire.add_channel(harbour.guild, f"r{number}") for number in range(60)]
    await asyncio.gather(*(bot.get_partial_messageable(room.id).send("x") for room in rooms))
    assert wire.rate_limited["global"] >= 10
    assert all(len(wire.messages(room)) == 1 for room in rooms)


async def test_answers_to_people_are_not_counted(wire: Wire, harbour: Harbour) -> None:
    bare = BareBot()

    @bare.tree.command()
    async def hi(interaction: discord.Interaction[BareBot]) -> None:
        """Answer."""
        await interaction.response.send_message("hi", ephemeral=True)

    async with running(bare, wire):
        await asyncio.gather(*(harbour.bo.slash(harbour.general, "hi") for _ in range(70)))
    assert not wire.rate_limited


async def test_limits_can_be_off() -> None:
    async with Wire(limits=False) as wire:
        room = wire.add_channel(wire.add_guild("Harbour", wire.person("ana"), bot_permissions=BOT), "general")
        async with running(BareBot(), wire) as bot:
            began = time.monotonic()
            await asyncio.gather(*(bot.get_partial_messageable(room.id).send("x") for _ in range(60)))
            assert time.monotonic() - began < 3
            assert len(wire.messages(room)) == 60


async def test_a_third_new_name_in_ten_minutes_is_refused(wire: Wire, harbour: Harbour) -> None:
    url = f"{wire.api_url}/channels/{harbour.general.id}"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {wire.token}"}) as session:
        for name, status in (("a", 200), ("b", 200), ("c", 429)):
            async with session.patch(url, json={"name": name}) as answer:
                assert answer.status == status
                assert "X-RateLimit-Remaining" not in answer.headers
        async with session.patch(url, json={"nsfw": True}) as answer:
            assert answer.status == 200
    assert harbour.general.name == "b"
