"""What keeps a group, with the invite alone and without each of its permissions in turn: mending, a new name, a new
agreement, a further category, the archive and its end.
"""

from __future__ import annotations

from pathlib import Path

import discord
import pytest

from bot.client import Bot
from bot.features.groups.closing.archive import OVER
from bot.settings import Posting
from bot.ui.permissions import INVITE, names
from tests.wire import Permission, Person, Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.town import ALL_WELL, REFUSED, Town, let_in, nobody_waits, opened, quiet, rooms_are_private

EVERY = names(INVITE)
FEW = ("manage_channels", "manage_roles")
"""One of each sort: for rooms as such, and for who is in them."""

FOR_A_CATEGORY = ("manage_roles", "view_channel")
"""What the bot lays down for itself in one."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "lacking" in metafunc.fixturenames:
        full = metafunc.config.getoption("--size") == "full"
        metafunc.parametrize("lacking", ["nothing", *(EVERY if full else FEW)])


async def looked(wire: Wire, bot: Bot) -> None:
    await wire.settle()
    await quiet(bot)


async def test_keeping_a_group(wire: Wire, tmp_path: Path, lacking: str) -> None:
    town, settings = Town(wire), wire_settings(wire, tmp_path, posting=Posting(per_second=2_000.0))
    less = INVITE.value
    if lacking != "nothing":
        less &= ~discord.Permissions(**{lacking: True}).value
    async with running(wire, settings) as bot:
        zoe, mo = town.joins("zoe"), town.joins("mo")
        await opened(town, bot)
        await let_in(town, bot, zoe)
        await _is_changed(wire, bot, town, mo)

        town.holds(less)
        await _is_kept(wire, bot, town, lacking, mo)
        town.holds(INVITE.value)
        await town.check()
        await quiet(bot)
        await _is_as_it_should_be(wire, bot, town, zoe, mo)

        town.holds(less)
        await _ends(wire, bot, town, lacking, zoe)
        town.holds(INVITE.value)
        await town.check()
        await quiet(bot)
        assert not [name for name in town.names if name.startswith("waves")]
        assert ALL_WELL in await town.check()
        nobody_waits(wire)


async def _is_changed(wire: Wire, bot: Bot, town: Town, mo: Person) -> None:
    """Somebody is let in by hand, and the category fills up."""
    wire.set_overwrite(town.channel("tides"), mo, allow=Permission.VIEW_CHANNEL)
    category = town.channel("Groups")
    while sum(channel.parent_id == category.id for channel in town.guild.channels.values()) < 50:
        wire.add_channel(town.guild, f"c{len(town.guild.channels)}", parent=category)
    await looked(wire, bot)


async def _is_kept(wire: Wire, bot: Bot, town: Town, lacking: str, mo: Person) -> None:
    await town.lea.click(town.amiss()[0], "Mend it")
    form = await town.fay.slash(town.channel("tides-desk"), "guidelines edit")
    preview = await town.fay.submit(form, {"What your group adds to the agreement": "We end on time."})
    await town.fay.click(preview, "Post it")
    await looked(wire, bot)
    await town.fay.slash(town.channel("tides-desk"), "group edit", name="Waves")
    founded = await town.found("Pebbles", voice=False)
    await looked(wire, bot)

    assert town.sees(mo, _room(town)) == (lacking == "manage_roles")
    card = town.amiss()[0].text
    assert ("could not be put right" in card and REFUSED in card) == (lacking == "manage_roles")
    desk = "\n".join(town.texts(_room(town, "-desk")))
    assert (_room(town) == "tides") == (lacking == "manage_channels")
    assert ("could not be given the group's new name" in desk) == (lacking == "manage_channels")
    assert ("could not be made" in founded.text) == ("pebbles" not in town.names)
    assert ("Groups 2" in town.names) == (lacking not in ("manage_channels", *FOR_A_CATEGORY))


async def _is_as_it_should_be(wire: Wire, bot: Bot, town: Town, zoe: Person, mo: Person) -> None:
    if town.amiss()[0].buttons:
        await town.lea.click(town.amiss()[0], "Mend it")
        await looked(wire, bot)
    if "pebbles" not in town.names:
        await town.found("Pebbles", voice=False)
        await quiet(bot)
    room = town.channel("waves")
    assert town.sees(zoe, "waves") and not town.sees(mo, "waves")
    assert town.names.count("Groups 2") == town.names.count("pebbles") == town.names.count("pebbles-desk") == 1
    assert town.channel("pebbles").parent is town.channel("Groups 2")
    assert wire.pins(room) == wire.messages(room)[:1] and "We end on time." in wire.pins(room)[0].text
    assert not any(card.buttons for card in town.amiss())
    for name in [name for name in town.names if name.startswith("c")]:
        wire.delete_channel(town.channel(name))
    rooms_are_private(town)
    await looked(wire, bot)
    assert ALL_WELL in await town.check()


async def _ends(wire: Wire, bot: Bot, town: Town, lacking: str, zoe: Person) -> None:
    picked = await town.picks(town.fay, "group archive", "Waves")
    asked = await town.fay.slash(town.hall, "group archive", group=picked)
    await town.fay.click(asked, "Archive the group")
    await looked(wire, bot)
    assert town.sees(zoe, "waves") == (lacking == "manage_roles")
    told = "\n".join(town.texts("safeguarding"))
    assert ("its rooms could not be closed to everybody" in told) == (lacking == "manage_roles")

    async with bot.services.db.begin() as tx:
        groups = await bot.services.groups.watch.roll(town.guild.id)
        assert groups is not None
        (ended,) = [group for group, _ in groups.groups if group.archived]
        await bot.services.timers.set(
            tx, OVER, f"{ended.guild_id}:{ended.id}", bot.services.clock(), guild_id=ended.guild_id
        )
    await bot.services.timers.start()
    await bot.services.timers.settled()
    await looked(wire, bot)
    assert ("waves" in town.names) == (lacking == "manage_channels")
    told = "\n".join(town.texts("safeguarding"))
    assert ("its rooms could not be deleted" in told) == (lacking == "manage_channels")


def _room(town: Town, ending: str = "") -> str:
    """What the room is called by now."""
    return ("waves" if f"waves{ending}" in town.names else "tides") + ending
