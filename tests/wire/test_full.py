"""Groups are founded into a category with 50 channels, and into a server with 500, as Discord judges both."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.wire import Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.test_rooms import fill
from tests.wire.town import ALL_WELL, Town, nobody_waits, quiet, rooms_are_private


async def test_two_groups_at_once_into_a_full_category_and_one_into_a_full_server(wire: Wire, tmp_path: Path) -> None:
    town = Town(wire)
    async with running(wire, wire_settings(wire, tmp_path)) as bot:
        await town.set_up()
        await quiet(bot)
        category = town.channel("Groups")
        while sum(channel.parent_id == category.id for channel in town.guild.channels.values()) < 50:
            wire.add_channel(town.guild, f"c{len(town.guild.channels)}", parent=category)
        await wire.settle()

        await asyncio.gather(town.found("Tides"), town.found("Shore"))
        await quiet(bot)
        assert town.names.count("Groups") == 1 and town.names.count("Groups 2") == 1
        assert "Groups 3" not in town.names
        second = town.channel("Groups 2")
        rooms = [channel.name for channel in town.guild.channels.values() if channel.parent_id == second.id]
        assert len(rooms) == len(set(rooms)) == 6
        assert {"tides", "tides-desk", "shore", "shore-desk"} <= set(rooms)
        for name in rooms:
            assert town.sees(town.fay, name)
        assert ALL_WELL in await town.check()

        fill(wire, town.guild)
        await wire.settle()
        founding = await town.found("Late", voice=False)
        await quiet(bot)
        assert "500 channels" in founding.text and "delete" in founding.text
        check = await town.check()
        assert "500 channels" in check and "**Channels:**" in check
        await quiet(bot)
        for name in [name for name in town.names if name.startswith("c")][-2:]:
            wire.delete_channel(town.channel(name))
        await wire.settle()
        await town.check()
        await quiet(bot)
        assert town.sees(town.fay, "late") and town.sees(town.fay, "late-desk")
        assert ALL_WELL in await town.check()
        nobody_waits(wire)


@pytest.mark.parametrize("count", [449, 450])
async def test_before_it_is_full_it_is_said(wire: Wire, tmp_path: Path, count: int) -> None:
    town = Town(wire)
    async with running(wire, wire_settings(wire, tmp_path)) as bot:
        await town.set_up()
        await quiet(bot)
        while len(town.guild.channels) < count - 2:
            wire.add_channel(town.guild, f"c{len(town.guild.channels)}")
        await wire.settle()
        founding = await town.found("Tides", voice=False)
        await quiet(bot)
        assert ("**Channels:**" in founding.text) is (count == 450)
        assert ("**Channels:**" in await town.check()) is (count == 450)
        rooms_are_private_but_for(town)


def rooms_are_private_but_for(town: Town) -> None:
    for name in [name for name in town.names if name.startswith("c")]:
        town.wire.delete_channel(town.channel(name))
    rooms_are_private(town)
