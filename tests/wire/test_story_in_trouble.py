"""The story while Discord is in trouble: slow, refusing, silent, cut off. Each thing still appears exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client import Bot
from bot.settings import Posting, Settings
from tests.wire import Wire
from tests.wire.realbot import running, wire_settings
from tests.wire.town import ALL_WELL, ALLOWED, TICKED, Town, all_is_there, nobody_waits, opened, quiet

CHANNELS, MESSAGES = "/guilds/*/channels", "/channels/*/messages"
MESSAGE, ACCESS, PIN = "/channels/*/messages/*", "/channels/*/permissions/*", "/channels/*/messages/pins/*"
CALLBACK, FOLLOW_UP, ANSWER = "/interactions/*/*/callback", "/webhooks/*/*", "/webhooks/*/*/messages/*"


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(limits=False) as discord:
        yield discord


@pytest.fixture
def settings(wire: Wire, tmp_path: Path) -> Settings:
    return wire_settings(wire, tmp_path, posting=Posting(per_second=2_000.0))


@pytest_asyncio.fixture
async def bot(wire: Wire, settings: Settings) -> AsyncIterator[Bot]:
    async with running(wire, settings) as bot:
        yield bot


def trouble(wire: Wire, what: str) -> None:
    """Each kind of request that the story makes meets this once."""
    kinds = [("POST", CHANNELS), ("POST", MESSAGES), ("PUT", ACCESS), ("PUT", PIN), ("PATCH", MESSAGE)]
    for method, path in [*kinds, ("DELETE", MESSAGE), ("GET", CHANNELS)]:
        if what == "lost":
            wire.lose_answer(method, path)
        else:
            wire.fail(method, path, int(what))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    full = metafunc.config.getoption("--size") == "full"
    if "what" in metafunc.fixturenames:
        metafunc.parametrize("what", ["lost", "429", "500", "503"] if full else ["lost", "429"])
    if "resumable" in metafunc.fixturenames:
        ways = {"resumed": True, "begun anew": False} if full else {"resumed": True}
        metafunc.parametrize("resumable", ways.values(), ids=ways)


async def test_each_thing_appears_once(wire: Wire, bot: Bot, what: str) -> None:
    town = Town(wire)
    cleo, mo = town.joins("cleo"), town.joins("mo")
    trouble(wire, what)
    await town.set_up()
    await wire.wait_for(lambda: "safeguarding" in town.names)
    await quiet(bot)
    founded = await town.found()
    await wire.wait_for(lambda: "is ready" in founded.text and "on its way" not in founded.text)
    room = town.channel("tides")
    await wire.wait_for(lambda: wire.pins(room) and wire.pins(room) == wire.messages(room))
    asked = await town.ask(cleo)
    hoped = await town.ask(mo)
    await wire.wait_for(lambda: len(town.cards()) == 2)
    await quiet(bot)
    first, second = sorted(town.cards(), key=lambda card: cleo.mention not in card.text)
    await asyncio.gather(town.welcome(first), town.decline(second))
    await wire.wait_for(lambda: "Welcome to" in asked.text and "It can't be right now" in hoped.text)
    await wire.wait_for(lambda: "welcomed in" in first.text and "not now" in second.text)
    await town.leave(cleo)
    await wire.wait_for(lambda: not town.sees(cleo))
    await quiet(bot)
    all_is_there(town)
    assert len(town.texts("tides-desk")) == 2
    assert asked.text.count("Welcome to") == hoped.text.count("It can't be right now") == 1
    await becomes_well(town)
    nobody_waits(wire)


async def becomes_well(town: Town) -> None:
    """What is tried again after a while was done in the end."""
    for _ in range(20):
        if ALL_WELL in (checked := await town.check()):
            return
        await asyncio.sleep(0.5)
    raise AssertionError(checked)


@pytest.mark.parametrize("line", ["group browse", "privacy show"], ids=["at once", "later"])
@pytest.mark.parametrize("how", ["receipt lost", "refused at first"])
async def test_an_answer_in_trouble_comes_once(wire: Wire, bot: Bot, line: str, how: str) -> None:
    town = Town(wire)
    for method, path in (("POST", CALLBACK), ("POST", FOLLOW_UP), ("PATCH", ANSWER)):
        if how == "receipt lost":
            wire.lose_answer(method, path)
        else:
            wire.fail(method, path, 503)
    act = await town.fay.slash(town.hall, line)
    await quiet(bot)
    nobody_waits(wire)
    assert act.text.count("No group takes new people") + act.text.count("keeps nothing about you") == 1, act.text


async def test_a_word_of_which_discord_does_not_say_that_it_came(wire: Wire, bot: Bot) -> None:
    town = Town(wire)
    await opened(town, bot)
    asked = await town.ask(cleo := town.joins("cleo"))
    await quiet(bot)
    (card,) = town.cards()
    wire.lose_answer("POST", FOLLOW_UP)
    await town.decline(card)
    await wire.wait_for(lambda: "It can't be right now" in asked.text)
    await quiet(bot)
    assert asked.text.count("It can't be right now") == 1
    assert "It can't be right now" in await town.inbox(cleo)


async def test_a_gateway_that_drops(wire: Wire, bot: Bot, resumable: bool) -> None:
    town = Town(wire)
    await opened(town, bot)
    await wire.drop_gateway(resumable=resumable)
    if not resumable:
        await wire.disconnected()
        await wire.connected()
    asked = await town.ask(town.joins("cleo"))
    await quiet(bot)
    assert "Thank you" in asked.text
    assert len(town.cards()) == 1
    assert (wire.gateway.resumes, len(wire.gateway.identifies)) == ((1, 1) if resumable else (0, 2))


async def test_two_who_answer_the_same_request_at_once(wire: Wire, bot: Bot) -> None:
    town = Town(wire)
    cleo, gil = town.joins("cleo"), town.joins("gil")
    await town.set_up()
    await quiet(bot)
    await town.kim.slash(town.hall, "group create", name="Tides", facilitator=town.fay, co_facilitator=gil)
    await quiet(bot)
    asked = await town.ask(cleo)
    await quiet(bot)
    (card,) = town.cards()
    form = await gil.click(card, "Not now")
    acts = await asyncio.gather(
        town.fay.click(card, "Welcome in"),
        town.fay.click(card, "Welcome in"),
        gil.click(card, "Welcome in"),
        gil.submit(form, {"What should we tell them?": "size"}),
    )
    await quiet(bot)
    assert sorted("answered already" in act.text for act in acts) == [False, True, True, True]
    assert ("Welcome to" in asked.text) != ("It can't be right now" in asked.text)
    assert town.sees(cleo) == ("Welcome to" in asked.text)
    assert len([path for path in wire.asked("PUT", ACCESS) if str(cleo.id) in path.path]) <= 1
    nobody_waits(wire)


async def test_two_who_want_the_last_place_and_two_who_found_the_same_group(wire: Wire, bot: Bot) -> None:
    town = Town(wire)
    await town.set_up()
    await quiet(bot)
    line = {"name": "Tides", "facilitator": town.fay, "capacity": 1}
    made = await asyncio.gather(*(who.slash(town.hall, "group create", **line) for who in (town.kim, town.ada)))
    await quiet(bot)
    assert sorted("There is a group called" in act.text for act in made) == [False, True]
    assert len([name for name in town.names if name.startswith("tides")]) == 2

    people = [town.joins(name) for name in ("cleo", "mo")]
    await asyncio.gather(*(town.ask(person) for person in people))
    await quiet(bot)
    pressed = await asyncio.gather(*(town.welcome(card) for card in town.cards()))
    await quiet(bot)
    assert sorted("The group is full" in act.text for act in pressed) == [False, True]
    assert sorted(town.sees(person) for person in people) == [False, True]
    nobody_waits(wire)


async def test_what_was_begun_before_a_restart_goes_on_after_it(wire: Wire, settings: Settings) -> None:
    town = Town(wire)
    cleo, mo, zoe = (town.joins(name) for name in ("cleo", "mo", "zoe"))
    async with running(wire, settings) as bot:
        await opened(town, bot)
        await town.ask(mo, **ALLOWED)
        await town.ask(zoe)
        listed = await cleo.slash(town.hall, "group browse")
        form = await cleo.click(await cleo.click(listed, "Ask to join"), "Go on")
        await quiet(bot)
    async with running(wire, settings) as bot:
        assert "Thank you" in (await cleo.submit(form, TICKED)).text
        await quiet(bot)
        of = {person.id: card for person in (cleo, mo, zoe) for card in town.cards() if person.mention in card.text}
        await town.welcome(of[cleo.id])
        await town.decline(of[mo.id])
        await town.decline(of[zoe.id])
        await quiet(bot)
        assert town.sees(cleo)
        (told,) = town.told(mo)
        assert "You said this bot may message you" in told and "Tides" not in told
        assert town.told(zoe) == []
        looked = await zoe.slash(town.hall, "group browse")
        await wire.wait_for(lambda: looked.followups)
        assert looked.text.count("It can't be right now") == 1
    nobody_waits(wire)
    all_is_there(town)
