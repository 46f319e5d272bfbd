"""The courier between a real outbox on SQLite and Discord over the wire, with a feature behind it that says little."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.core.clock import utc_now
from bot.courier import Courier, Wanted
from bot.inbox import Inbox
from bot.outbox import Deed, Delivered, Errand, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import LoopBell
from bot.ui.pages import Page
from bot.ui.texts import Words
from tests.databases import KEY
from tests.wire import Channel, Guild, Message, Permission, Person, Wire

NOTE, DEED, MUTE = "test.note", "test.deed", "test.mute"
BOT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MANAGE_CHANNELS
    | Permission.MANAGE_ROLES
    | Permission.PIN_MESSAGES
    | Permission.MANAGE_MESSAGES
    | Permission.CONNECT
    | Permission.CREATE_EVENTS
)
TEXTS = {"inbox.direct_message_intro": "A word from your group's helper:"}


class LaterClock:
    """The machine's clock, moved forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def step(self, **by: float) -> None:
        self.ahead += timedelta(**by)

    def after(self, **by: float) -> datetime:
        return self() + timedelta(**by)


@dataclass
class Ferry:
    """A courier at work, and both shores: what features put and were told, and what is to be seen on Discord."""

    wire: Wire
    guild: Guild
    ana: Person
    room: Channel
    address: str
    db: Database
    clock: LaterClock
    client: discord.Client
    outbox: Outbox
    inbox: Inbox
    courier: Courier
    wanted: dict[str, Wanted | None] = field(default_factory=dict[str, Wanted | None])
    """What a deed's renderer says when it is asked, by the deed's key."""
    trouble: set[str] = field(default_factory=set[str])
    """Keys of errands whose renderer raises."""
    unwanted: set[str] = field(default_factory=set[str])
    """Keys of notes that should not be said any more."""
    more_words: tuple[str, ...] = ()
    mentions: tuple[int, ...] = ()
    delivered: list[Delivered] = field(default_factory=list[Delivered])
    returned: list[Returned] = field(default_factory=list[Returned])
    asked: list[str] = field(default_factory=list[str])

    def learn(self) -> None:
        """Make the feature known to the outbox and the courier."""
        for kind in (NOTE, DEED, MUTE):
            self.outbox.delivered(kind, self._on_delivered)
            self.outbox.undeliverable(kind, self._on_returned)
        self.courier.renders(NOTE, self._note)
        self.courier.renders(DEED, self._deed)
        self.courier.renders(MUTE, self._nothing)

    async def _on_delivered(self, tx: Tx, told: Delivered) -> None:
        tx.after_commit(lambda: self.delivered.append(told))

    async def _on_returned(self, tx: Tx, told: Returned) -> None:
        tx.after_commit(lambda: self.returned.append(told))

    async def _note(self, errand: Errand) -> Page | None:
        self.asked.append(errand.key)
        if errand.key in self.unwanted:
            return None
        if errand.key in self.trouble:
            raise ZeroDivisionError
        return Page(f"note {errand.key}", *self.more_words, mentions=self.mentions)

    async def _deed(self, errand: Errand) -> Wanted | None:
        self.asked.append(errand.key)
        return self.wanted[errand.key]

    async def _nothing(self, errand: Errand) -> None:
        self.asked.append(errand.key)

    # what features do

    async def put(self, *items: Post | Deed) -> None:
        async with self.db.begin() as tx:
            for item in items:
                await self.outbox.put(tx, item)

    def post(self, key: str, *, room: Channel | None = None, lane: Lane = Lane.ROUTINE, **more: Any) -> Post:
        where = {} if "user_id" in more else {"channel_id": (room or self.room).id}
        return Post(key=key, guild_id=self.guild.id, lane=lane, **({"kind": NOTE} | where | more))

    async def do(self, what: What, wanted: Wanted | None, *, key: str = "deed", lane: Lane = Lane.PROMPT) -> None:
        """Put a deed; when it is carried, ``wanted`` is what should then be so."""
        self.wanted[key] = wanted
        await self.put(Deed(key=key, guild_id=self.guild.id, what=what, lane=lane, kind=DEED))

    # what a test sees

    def notes(self, room: Channel | None = None) -> list[str]:
        """What the bot's posts in a room say, oldest first."""
        return [message.text for message in self.messages(room)]

    def messages(self, room: Channel | None = None) -> list[Message]:
        return [each for each in self.wire.messages(room or self.room) if each.author is self.wire.world.bot]

    async def until(self, true: Callable[[], object], timeout: float = 10) -> None:
        for _ in range(int(timeout * 100)):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"did not come true within {timeout} s")

    async def problems(self) -> list[tuple[str, str]]:
        """What stands still: its state and its problem."""
        return [(stuck.state, stuck.problem) for stuck in await self.outbox.stuck()]

    async def told(self, count: int = 1, timeout: float = 10) -> None:
        """Until the feature has been told of so many endings, good and bad."""
        await self.until(lambda: len(self.delivered) + len(self.returned) >= count, timeout)

    async def come_round(self, **by: float) -> None:
        """Let time go by for the outbox, and have it looked into."""
        self.clock.step(**by)
        async with self.db.begin() as tx:
            await self.outbox.release_held(tx, self.guild.id)
        await self.put(self.post(f"nudge {self.clock.ahead}", kind=MUTE))
        await self.courier.settled()


@pytest.fixture
async def wire() -> AsyncGenerator[Wire]:
    async with Wire() as discord_at_home:
        yield discord_at_home


@pytest.fixture
async def client(wire: Wire) -> AsyncGenerator[discord.Client]:
    """A client that is logged in and needs no gateway: the courier speaks REST alone."""
    before, discord.http.Route.BASE = discord.http.Route.BASE, wire.api_url
    async with discord.Client(intents=discord.Intents.none()) as made:
        await made.login(wire.token)
        yield made
    discord.http.Route.BASE = before


@pytest.fixture
async def idle(wire: Wire, client: discord.Client, tmp_path: Path) -> AsyncGenerator[Ferry]:
    """Everything in its place, and the courier not started yet."""
    ana = wire.person("ana")
    guild = wire.add_guild("Harbour", ana, bot_permissions=BOT)
    address = f"sqlite:///{tmp_path / 'data' / 'circlekeeper.db'}"
    db, clock = Database(address, KEY), LaterClock()
    await db.open()
    outbox = Outbox(db, clock)
    inbox = Inbox(db, clock, outbox)
    courier = Courier(client, Words(TEXTS), outbox, inbox, clock, LoopBell, per_second=45, reserve=10)
    room = wire.add_channel(guild, "room")
    made = Ferry(wire, guild, ana, room, address, db, clock, client, outbox, inbox, courier)
    made.learn()
    yield made
    await made.courier.close()
    await db.close()


@pytest.fixture
async def ferry(idle: Ferry) -> Ferry:
    """A courier at work."""
    await idle.courier.start()
    return idle
