"""The server as somebody in a browser goes about in it: who is there, what each can see, and what they may do next."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import discord
from simcord.backend.access import can_access_channel, can_access_message
from simcord.backend.errors import BackendError, SetupError
from simcord.builders import ChannelHandle
from simcord.enums import AppCommandType
from simcord.preview import Preview

from bot.core.errors import OperatorError
from bot.demo.evening import Evening
from bot.demo.eyes import Form, Seen
from bot.demo.people import Answer, Person, Stuck
from bot.demo.world import World
from bot.timers.store import next_at

LETTERS = "Direct messages"
AN_HOUR = timedelta(hours=1)
KEPT = 40
"""So many replies can still be looked at: one goes back in the browser by a few pages, not by a day."""
STEPS, FAR = 60, timedelta(days=30)
"""How many things may come due, and how far away, before one gives up waiting for one that is seen."""
RECENT = 12
"""So many messages of a room are offered to a message menu, the newest of them."""
Screens = Mapping[tuple[str, str], frozenset[tuple[int, str | None]]]
"""What stands in each room of each person."""
_TROUBLE = (SetupError, BackendError, OperatorError, discord.DiscordException, TimeoutError, Stuck)


class NotThere(Exception):
    """Somebody, or something, that is not there for the one who asks; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel on somebody's screen."""

    id: int
    name: str
    voice: bool
    letters: bool
    """Whether it is the bot's direct messages."""
    news: int
    """Messages that came after this person's room was last looked at."""


@dataclass(slots=True, kw_only=True)
class Reply:
    """What came of something that was done on our page."""

    id: str
    told: str
    """What a narrator says of it."""
    failed: bool = False
    person: Person | None = None
    seen: tuple[Seen, ...] = ()
    form: Form | None = None
    """What is still to be filled in."""
    typed: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """What was filled in already, when it could not be used."""


class House:
    """One server, in which one thing happens at a time, and one room can be shown at a time."""

    def __init__(self, evening: Evening) -> None:
        self._evening = evening
        self._one_at_a_time = asyncio.Lock()
        self._read: dict[tuple[int, int], int] = {}
        self._replies: dict[str, Reply] = {}
        self.preview: Preview | None = None
        self.showing: tuple[str, int] | None = None
        """Whose screen is shown, and which room on it."""
        for person in self.people:
            for room in self.rooms(person):
                self.look_at(person, room.id)

    @property
    def world(self) -> World:
        return self._evening.world

    @property
    def people(self) -> tuple[Person, ...]:
        return self._evening.night.cast.everybody

    @property
    def evening(self) -> Evening:
        return self._evening

    def now(self) -> datetime:
        return self.world.now()

    def person(self, name: str) -> Person:
        """Raises ``NotThere``."""
        for person in self.people:
            if person.name == name:
                return person
        raise NotThere(f"There is nobody called {name} here.")

    def rooms(self, person: Person) -> list[Room]:
        """What is on the left of this person's screen, and their direct messages if they have any."""
        channels = list(person.eyes.channels(person.actor).values())
        if person.id in self.world.env.backend.dm_channels:
            channels.append(person.actor.user.dm_channel)
        return [self._room(person, channel) for channel in channels]

    def room(self, person: Person, room_id: int) -> Room:
        """Raises ``NotThere`` if this person cannot see it."""
        for room in self.rooms(person):
            if room.id == room_id:
                return room
        raise NotThere(f"{person.name} does not see such a room.")

    def messages(self, person: Person, room_id: int) -> list[Seen]:
        """The newest messages of a room that have a menu on this person's screen, oldest first."""
        room = self.room(person, room_id)
        if room.letters:
            return []
        seen = person.eyes.look(person.actor, self._channel(person, room_id))
        return [one for one in seen if not one.private and not one.line][-RECENT:]

    def menus(self, person: Person, room_id: int) -> list[str]:
        """What this person finds under *Apps* in the menu of a message there."""
        backend = self.world.env.backend
        visible = backend.visible_commands(user_id=person.id, channel_id=room_id, type=AppCommandType.MESSAGE)
        return [command["name"] for command in visible]

    def look_at(self, person: Person, room_id: int) -> None:
        """All that stands in this room is no news to this person any more."""
        self._read[person.id, room_id] = max(self._ids(person, room_id), default=0)

    async def next_due(self) -> datetime | None:
        async with self.world.services.db.read() as tx:
            return await next_at(tx)

    def stamp(self) -> str:
        """Changes whenever a page that was shown before may be out of date."""
        newest = max((max(there, default=0) for there in self.world.env.backend.messages.values()), default=0)
        seen = "-".join(map(str, self.showing or ()))
        return f"{newest}.{int(self.now().timestamp())}.{seen}.{sum(self._read.values()) % 1_000_003}"

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[None]:
        """Nothing else happens in the server meanwhile: SimCord refuses two things at once."""
        async with self._one_at_a_time:
            yield

    async def open(self, person: Person, room_id: int) -> None:
        """Show a room as this person sees it, in place of what was shown before. Raises ``NotThere``."""
        async with self.alone():
            self.room(person, room_id)
            await self._shut()
            channel = self._channel(person, room_id)
            viewer = person.actor.user if channel.guild is None else person.actor
            try:
                self.preview = await self.world.env.preview(
                    channel, viewers=[viewer], layout="channel", timezone=person.zone, locale="en-GB"
                ).__aenter__()
            except SetupError as error:
                raise NotThere(f"{person.name} cannot read that room.") from error
            self.showing = (person.name, room_id)
            self.look_at(person, room_id)

    async def close(self) -> None:
        async with self.alone():
            await self._shut()

    def reply(self, reply_id: str) -> Reply | None:
        return self._replies.get(reply_id)

    async def an_hour_later(self) -> Reply:
        return await self._happens("An hour has gone by.", lambda: self.world.pass_time(AN_HOUR.total_seconds()))

    async def to_the_next_due(self) -> Reply:
        """Go on until something that was due has changed what somebody sees; most of it is the bot's own tidying."""
        return await self._happens("", self._until_seen)

    async def restart(self) -> Reply:
        return await self._happens("The bot was stopped and started again.", self.world.restart)

    async def use_menu(self, person: Person, room_id: int, message_id: int, menu: str) -> Reply:
        """Choose something from a message's menu. Raises ``NotThere`` for a message or menu this person has not."""
        chosen = next((seen for seen in self.messages(person, room_id) if seen.id == message_id), None)
        if chosen is None or menu not in self.menus(person, room_id):
            raise NotThere(f"{person.name} does not find “{menu}” at such a message.")

        async def use() -> Answer:
            actor, channel = person.actor, self._channel(person, room_id)
            result = await actor.context_menu(channel, menu, chosen.message)
            seen = tuple(person.eyes.answer(actor, result))
            return Answer(person=person, did=f"“{menu}”", seen=seen, form=person.eyes.form(result), result=result)

        return await self._answered(person, use)

    async def fill(self, reply_id: str, values: Mapping[str, object], typed: dict[str, list[str]]) -> Reply:
        """Send the form that a reply holds. Raises ``NotThere`` if it is not open any more."""
        asked = self._replies.get(reply_id)
        if asked is None or asked.form is None or asked.person is None:
            raise NotThere("That form is not open any more.")
        person, form = asked.person, asked.form
        reply = await self._answered(person, lambda: person.fill(form, values))
        if reply.failed:
            reply.form, reply.typed = form, typed
        else:
            asked.form = None
        return reply

    async def _answered(self, person: Person, act: Callable[[], Awaitable[Answer]]) -> Reply:
        async with self.alone():
            try:
                answer = await act()
            except _TROUBLE as error:
                return self._kept(
                    Reply(id=_name(), told=f"That could not be used: {error}", failed=True, person=person)
                )
            finally:
                await self._refresh()
        told = f"{person.name} used {answer.did}."
        if not answer.result.acknowledged:
            told = f"{person.name} used {answer.did}, and got no answer."
        return self._kept(Reply(id=_name(), told=told, person=person, seen=answer.seen, form=answer.form))

    async def _happens(self, told: str, act: Callable[[], Awaitable[object]]) -> Reply:
        async with self.alone():
            before = self._screens()
            try:
                await act()
            except _TROUBLE as error:
                return self._kept(Reply(id=_name(), told=f"That did not go well: {error}", failed=True))
            finally:
                await self._refresh()
            return self._kept(Reply(id=_name(), told=f"{told} {_said(self._changed_since(before))}".strip()))

    async def _until_seen(self) -> None:
        before, latest = self._screens(), self.now() + FAR
        for _ in range(STEPS):
            due = await self.next_due()
            if due is None or due > latest:
                return
            await self.world.pass_time(max(0.0, (due - self.now()).total_seconds()))
            if self._changed_since(before):
                return

    async def _refresh(self) -> None:
        if self.preview is None or self.showing is None:
            return
        name, room_id = self.showing
        person = self.person(name)
        if not any(room.id == room_id for room in self.rooms(person)):
            await self._shut()
            return
        await self.preview.refresh()
        self.look_at(person, room_id)

    async def _shut(self) -> None:
        preview, self.preview, self.showing = self.preview, None, None
        if preview is not None:
            await preview.close()

    def _room(self, person: Person, channel: ChannelHandle) -> Room:
        letters = channel.guild is None
        kind = self.world.env.backend.get_channel(channel.id).type
        since = self._read.get((person.id, channel.id), 0)
        return Room(
            id=channel.id,
            name=LETTERS if letters else channel.name or "",
            voice=kind == discord.ChannelType.voice.value,
            letters=letters,
            news=sum(message_id > since for message_id in self._ids(person, channel.id)),
        )

    def _channel(self, person: Person, room_id: int) -> ChannelHandle:
        letters = person.id in self.world.env.backend.dm_channels and person.actor.user.dm_channel.id == room_id
        if letters:
            return person.actor.user.dm_channel
        return next(one for one in person.eyes.channels(person.actor).values() if one.id == room_id)

    def _ids(self, person: Person, channel_id: int) -> list[int]:
        """The messages of a channel that this person can see, and did not write."""
        env = self.world.env
        viewer = person.actor.user if env.backend.get_channel(channel_id).guild_id is None else person.actor
        if not can_access_channel(env, channel_id, viewer, history=True):
            return []
        there = env.backend.messages.get(channel_id, {}).values()
        return [
            message.id
            for message in there
            if message.author_id != person.id and can_access_message(env, channel_id, message, viewer, history=True)
        ]

    def _screens(self) -> Screens:
        return {(one.name, room.name): self._stand(one, room.id) for one in self.people for room in self.rooms(one)}

    def _stand(self, person: Person, channel_id: int) -> frozenset[tuple[int, str | None]]:
        """The messages of a channel as they stand on this person's screen, by when each was changed last."""
        there = self.world.env.backend.messages.get(channel_id, {})
        return frozenset((one, there[one].edited_timestamp) for one in self._ids(person, channel_id))

    def _changed_since(self, before: Screens) -> list[str]:
        """The rooms in which somebody sees something else than before; direct messages by whose they are."""
        now = self._screens()
        changed = sorted({key for key in before.keys() | now.keys() if before.get(key) != now.get(key)})
        return list(
            dict.fromkeys(f"{who}'s direct messages" if room == LETTERS else f"#{room}" for who, room in changed)
        )

    def _kept(self, reply: Reply) -> Reply:
        self._replies[reply.id] = reply
        while len(self._replies) > KEPT:
            del self._replies[next(iter(self._replies))]
        return reply


def _name() -> str:
    return secrets.token_urlsafe(6)


def _said(places: Sequence[str]) -> str:
    return f"There is something new in {' and '.join(places)}." if places else "Nothing new is on anybody's screen."
