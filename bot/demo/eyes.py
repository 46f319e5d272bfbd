"""What one person sees: always asked of SimCord for that person, never known from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.backend.access import can_access_channel
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from simcord.results import InteractionResult

TEXT, VOICE, CATEGORY = 0, 2, 4
_BUTTON, _SELECT, _WORDS, _LABEL = 2, 3, 10, 18
_TICK_GROUP, _TICK = 22, 23
_MANY, _ONE = ("components", "items"), ("component", "accessory")
_INSTANT = re.compile(r"<t:(\d+)")
_PERSON = re.compile(r"<@!?(\d+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message on one person's screen."""

    id: int
    place: str
    """The channel's name as the person sees it."""
    words: tuple[str, ...]
    buttons: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    """What can be picked from a list: label and value."""
    private: bool
    """Whether only this person can see it."""
    pinned: bool
    line: bool
    """Whether Discord wrote it itself, as it does when something is pinned."""
    by: str
    """Who wrote it; empty if the bot did."""
    calls: tuple[int, ...]
    """The people whom it mentions."""
    at: datetime
    message: discord.Message
    """What is pressed."""

    @property
    def text(self) -> str:
        return "\n".join(self.words)

    @property
    def names(self) -> tuple[int, ...]:
        """The people whom its words name, whether it calls them or not."""
        return tuple(int(user_id) for user_id in _PERSON.findall(self.text))

    @property
    def instants(self) -> tuple[datetime, ...]:
        """The times that it speaks of."""
        return tuple(datetime.fromtimestamp(int(seconds), UTC) for seconds in _INSTANT.findall(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to fill in."""

    custom_id: str
    label: str
    hint: str
    kind: int
    options: tuple[tuple[str, str], ...]
    required: bool

    @property
    def ticks(self) -> bool:
        return self.kind in (_TICK_GROUP, _TICK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that has been opened for one person."""

    title: str
    words: tuple[str, ...]
    fields: tuple[Field, ...]
    opened: InteractionResult


class Eyes:
    """Looks at the server as one person or another."""

    def __init__(self, env: Env, guild: GuildHandle) -> None:
        self._env = env
        self._guild = guild
        self._looked: dict[tuple[int, int], list[Seen]] | None = None

    @contextmanager
    def still(self) -> Generator[None]:
        """For as long as nothing moves: no screen is looked at twice."""
        self._looked = {}
        try:
            yield
        finally:
            self._looked = None

    def channels(self, actor: MemberActor) -> dict[str, ChannelHandle]:
        """The channels this person has on the left of their screen, by name, categories left out."""
        return {name: channel for name, channel in self._all(actor) if self._type(channel) != CATEGORY}

    def categories(self, actor: MemberActor) -> list[str]:
        return [name for name, channel in self._all(actor) if self._type(channel) == CATEGORY]

    def names(self, actor: MemberActor) -> list[str]:
        """Every channel name on this person's screen, doubles included."""
        return [name for name, channel in self._all(actor) if self._type(channel) != CATEGORY]

    def every_name(self) -> list[str]:
        """The names of all channels and categories there are, for the one who checks the server."""
        return [channel.name or "" for channel in self._every()]

    def could_read(self, actor: MemberActor, name: str) -> bool:
        """Whether this person gets anything out of the channels of that name, listed for them or not."""
        return any(self.look(actor, channel) for channel in self._every() if channel.name == name)

    def rings(self, seen: Seen) -> frozenset[int]:
        """The people and roles whom this message, as it stands now, notifies; 0 stands for everybody."""
        stored = self._env.backend.get_message(seen.message.channel.id, seen.id)
        everybody = [0] if stored.mention_everyone else []
        return frozenset([*stored.ping_user_ids, *stored.ping_role_ids, *everybody])

    def look(self, actor: MemberActor, channel: ChannelHandle) -> list[Seen]:
        """The messages of a channel, oldest first; none if this person cannot read it."""
        if self._looked is None:
            return self._look(actor, channel)
        key = (actor.id, channel.id)
        if key not in self._looked:
            self._looked[key] = self._look(actor, channel)
        return self._looked[key]

    def letters(self, actor: MemberActor) -> list[Seen]:
        """The bot's direct messages to this person."""
        if actor.id not in self._env.backend.dm_channels:
            return []
        channel = actor.user.dm_channel
        messages = channel.history(viewer=actor.user)
        return [self._seen(message, "direct message") for message in messages if message.author.id != actor.id]

    def everything(self, actor: MemberActor) -> list[Seen]:
        """All that this person could scroll to."""
        rooms = [seen for channel in self.channels(actor).values() for seen in self.look(actor, channel)]
        return rooms + self.letters(actor)

    def answer(self, actor: MemberActor, result: InteractionResult) -> list[Seen]:
        """What this person got for a press or a command, as far as they can see it."""
        got = [message for message in (result.response, *result.followups) if message is not None]
        by_id: dict[int, Seen] = {}
        for channel in {message.channel_id for message in got}:
            handle = ChannelHandle(self._env, self._guild, self._env.backend.get_channel(channel))
            by_id |= {seen.id: seen for seen in self.look(actor, handle)}
        return [by_id[message.id] for message in got if message.id in by_id]

    def form(self, result: InteractionResult) -> Form | None:
        """The form that was opened, if one was."""
        modal = result.modal
        if modal is None:
            return None
        parts = list(walk(modal.get("components") or ()))
        words = tuple(part["content"] for part in parts if part.get("type") == _WORDS)
        fields = tuple(_field(part) for part in parts if part.get("type") == _LABEL)
        return Form(title=modal["title"], words=words, fields=fields, opened=result)

    def person_name(self, user_id: int) -> str:
        """What stands on everybody's screen for this person."""
        user = self._env.backend.users.get(user_id)
        return "unknown user" if user is None else user.global_name or user.name

    def channel_name(self, actor: MemberActor, channel_id: int) -> str:
        """What stands on this person's screen for a channel; Discord hides the name of one they cannot see."""
        channel = self._env.backend.channels.get(channel_id)
        if channel is None or not can_access_channel(self._env, channel_id, actor):
            return "No Access"
        return channel.name or ""

    def _look(self, actor: MemberActor, channel: ChannelHandle) -> list[Seen]:
        try:
            history = channel.history(viewer=actor)
        except SetupError:
            return []
        return [self._seen(message, channel.name or "") for message in history]

    def _all(self, actor: MemberActor) -> list[tuple[str, ChannelHandle]]:
        return [
            (channel.name or "", channel)
            for channel in self._every()
            if can_access_channel(self._env, channel.id, actor)
        ]

    def _every(self) -> list[ChannelHandle]:
        backend = self._env.backend
        return [
            ChannelHandle(self._env, self._guild, backend.get_channel(channel_id))
            for channel_id in backend.get_guild(self._guild.id).channel_ids
        ]

    def _type(self, channel: ChannelHandle) -> int:
        return self._env.backend.get_channel(channel.id).type

    def _seen(self, message: discord.Message, place: str) -> Seen:
        parts = list(walk([component.to_dict() for component in message.components]))
        words = [part["content"] for part in parts if part.get("type") == _WORDS]
        return Seen(
            id=message.id,
            place=place,
            words=tuple([message.content, *words] if message.content else words),
            buttons=tuple(part.get("label") or "" for part in parts if part.get("type") == _BUTTON),
            choices=tuple(choice for part in parts if part.get("type") == _SELECT for choice in _options(part)),
            private=message.flags.ephemeral or message.guild is None,
            pinned=message.pinned,
            line=message.is_system(),
            by="" if message.author.bot else self.person_name(message.author.id),
            calls=tuple(user.id for user in message.mentions),
            at=message.created_at,
            message=message,
        )


def walk(parts: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every component of a message or form, outer before inner."""
    for part in parts:
        yield part
        for name in _MANY:
            yield from walk(part.get(name) or ())
        for name in _ONE:
            if part.get(name):
                yield from walk([part[name]])


def list_with(message: discord.Message, label: str) -> str | None:
    """The custom id of the list in a message from which that can be picked."""
    parts = walk([component.to_dict() for component in message.components])
    lists = (part for part in parts if part.get("type") == _SELECT)
    return next((part["custom_id"] for part in lists if label in dict(_options(part))), None)


def _options(part: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((option["label"], option["value"]) for option in part.get("options") or ())


def _field(label: Mapping[str, Any]) -> Field:
    inner: Mapping[str, Any] = label["component"]
    return Field(
        custom_id=inner["custom_id"],
        label=label.get("label") or "",
        hint=label.get("description") or inner.get("placeholder") or "",
        kind=inner["type"],
        options=_options(inner),
        required=bool(inner.get("required", True)),
    )
