"""One run of the process: begun on what the last one left, stopped in good order, or killed at any moment."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import discord

import bot.core.ids
import bot.courier.courier
import bot.features.guidelines.posting
import bot.features.privacy.retention
from bot.client import Bot
from bot.services import open_services
from bot.settings import Settings
from bot.timers import LoopBell
from tests.wire import Wire, builders, ids, limits, message_deeds, routes_messages
from tests.year.driver import Driver
from tests.year.ledger import Ledger
from tests.year.line import Line
from tests.year.stepped import DiscordsTime, Machine, SteppedLoop
from tests.year.weather import Weather

NEVER = 10.0**9
LOOKS_WITHIN = 30.0  # seconds: the timers' safety tick, which is rung for after a sleep and is idle otherwise
BURIALS = 1000
SELDOM, NOW_AND_THEN = timedelta(days=150), timedelta(days=30)


class Dead(BaseException):
    """The process has been killed; nothing in it may do anything any more."""


class ChanceIds:
    """In place of ``secrets`` where ids are made, so that a seed gives the same year."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def randbits(self, bits: int) -> int:
        return self._dice.getrandbits(bits)

    def randbelow(self, end: int) -> int:
        return self._dice.randrange(end)

    def choice(self, among: str) -> str:
        return self._dice.choice(among)


@contextmanager
def stepped_world(machine: Machine, seed: int) -> Iterator[None]:
    """Have Discord and the courier live by the machine's time, and ids be drawn by the seed."""
    away = DiscordsTime(machine)
    places: list[tuple[Any, str, Any]] = [
        *((module, "time", away) for module in (builders, ids, limits, message_deeds, routes_messages)),
        (bot.courier.courier, "time", machine),
        (bot.core.ids, "secrets", ChanceIds(seed)),
        # what is done every day, whatever happens, would be most of a year's work
        (bot.features.guidelines.posting, "A_DAY", SELDOM),
        (bot.features.privacy.retention, "EVERY", NOW_AND_THEN),
    ]
    before = [(place, name, getattr(place, name)) for place, name, _ in places]
    for place, name, other in places:
        setattr(place, name, other)
    try:
        yield
    finally:
        for place, name, other in before:
            setattr(place, name, other)


class Life:
    def __init__(self, settings: Settings, wire: Wire, machine: Machine, weather: Weather, ledger: Ledger) -> None:
        self.machine = machine
        self.weather = weather
        self.bot: Bot
        self._settings = settings
        self._ledger = ledger
        self._dead = False
        self._driver = Driver(self._moment)
        self._line = Line(wire, weather, ledger, self._moment)

    def run(self, live: Callable[[Life], Awaitable[None]]) -> bool:
        """Start the process and have ``live`` happen in it; whether it ended in good order."""
        self._loop = loop = SteppedLoop(self.machine)
        asyncio.set_event_loop(loop)
        before, aiohttp.ClientSession = aiohttp.ClientSession, lambda **_: self._line
        self._ledger.born()
        try:
            with self._driver.installed():
                main = loop.create_task(self._main(live))
                main.add_done_callback(self._halt)
                loop.run_forever()
                main.remove_done_callback(self._halt)
                if self._dead:
                    self._bury()
                else:
                    _end_of(main, self._ledger)
                self._driver.cut()
        finally:
            aiohttp.ClientSession = before
            asyncio.set_event_loop(None)
            loop.close()
        return not self._dead

    def _halt(self, main: asyncio.Task[None]) -> None:
        self._loop.stop()

    async def _main(self, live: Callable[[Life], Awaitable[None]]) -> None:
        services = open_services(self._settings, clock=self.machine, make_bell=self._make_bell, safety_tick=NEVER)
        async with services as opened:
            self.bot = Bot(opened, connector=object())
            try:
                await self.bot.login(self._settings.token)
                self._ledger.up()
                await live(self)
            finally:
                await self.bot.close()
        self._ledger.stopped()

    def nap(self, seconds: float) -> None:
        """The machine sleeps: connections break, and bells that wait for seconds to pass are late."""
        self._ledger.slept()
        self.machine.sleep(seconds)
        self._line.dropped += 1
        after = self.weather.dice.uniform(0, LOOKS_WITHIN)
        self._ledger.woke(after)
        self._loop.call_later(after, self._look)

    def _make_bell(self, name: str, ring: Callable[[], None]) -> LoopBell:
        if name == "timers":
            self._look = ring
        return LoopBell(name, ring)

    def _moment(self, what: str) -> None:
        if self._dead:
            raise Dead
        if self.weather.dies():
            self._dead = True
            self._ledger.died(what)
            self._driver.cut()
            self._loop.stop()
            raise Dead

    def _bury(self) -> None:
        """Whatever still wants to do something finds that it cannot."""
        self._loop.set_exception_handler(lambda *_: None)
        heard = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        for _ in range(BURIALS):
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.call_soon(self._loop.stop)
            self._loop.run_forever()
            if not asyncio.all_tasks(self._loop):
                break
        # the system closes a dead process's files, the one that claims the database among them
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        logging.disable(heard)


def _end_of(main: asyncio.Task[None], ledger: Ledger) -> None:
    """A process that cannot log in says so and ends; whoever looks after the machine starts it again."""
    try:
        main.result()
    except (discord.HTTPException, aiohttp.ClientError, OSError):
        if ledger.is_up:
            raise
        ledger.died("login")
