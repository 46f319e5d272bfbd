"""The evening after its end, and what can be done to it to see whether the verdict notices."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import discord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.demo.evening import Evening
from bot.demo.eyes import Seen

VIEW = discord.Permissions(view_channel=True, read_message_history=True).value


class Played:
    """The evening after its end, in a world in which things can still be put wrong."""

    def __init__(self, evening: Evening) -> None:
        self.night = evening.night
        self.settings = evening.world.settings
        self.backend: Any = evening.world.env.backend

    def channel(self, name: str) -> Any:
        return next(channel for channel in self.backend.channels.values() if channel.name == name)

    def stored(self, seen: Seen) -> Any:
        return self.backend.get_message(seen.message.channel.id, seen.id)

    def newest(self, place: str, label: str) -> Seen:
        return self.night.cast.facilitator.find(place, label)

    @contextmanager
    def posted(self, channel: Any, words: str = "", *, like: Seen | None = None) -> Generator[None]:
        """One message more from the bot, for as long as this lasts."""
        copied = self.stored(like) if like else None
        message = self.backend.create_message(
            channel.id,
            self.backend.bot_user.id,
            words,
            components=copied.components if copied else None,
            flags=copied.flags if copied else 0,
        )
        try:
            yield
        finally:
            self.backend.delete_message(channel.id, message.id)

    @contextmanager
    def open_to(self, user_id: int, place: str) -> Generator[None]:
        """A channel with one overwrite more."""
        channel = self.channel(place)
        made = Overwrite(target_id=user_id, type=OverwriteType.MEMBER, allow=VIEW, deny=0)
        self.backend.set_overwrite(channel.id, made)
        try:
            yield
        finally:
            self.backend.delete_overwrite(channel.id, user_id)

    def reworded(self, seen: Seen, old: str, new: str) -> AbstractContextManager[None]:
        """A message of the bot with other words in it."""
        stored = self.stored(seen)
        before = json.dumps(stored.components, ensure_ascii=False)
        assert old in before
        return self.changed(stored, "components", json.loads(before.replace(old, new)))

    @contextmanager
    def changed(self, thing: Any, name: str, value: Any) -> Generator[None]:
        before = getattr(thing, name)
        setattr(thing, name, value)
        try:
            yield
        finally:
            setattr(thing, name, before)


Tampering = Callable[[Played], AbstractContextManager[None]]
