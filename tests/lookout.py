"""The server called Harbour with all that people can raise a concern by: what tests of cases and resources act in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.ui.permissions import INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown

FLAG = "Flag to facilitators"


class Lookout(Harbour):
    async def ready(self) -> Any:
        """A group of fay's with cleo and mo in it; gives its room."""
        await self.found("Tuesday")
        for person in (self.cleo, self.mo):
            await self.join(person)
        return self.channel("tuesday")

    async def form_for(self, person: Any, message: Any) -> Any:
        """Open the message's menu and choose **Flag to facilitators**."""
        (channel,) = [one for one in self.guild.channels.values() if one.id == message.channel.id]
        return await person.context_menu(channel, FLAG, message)

    async def flag(self, person: Any, message: Any, *, reason: str = "worried", **fields: Any) -> str:
        form = await self.form_for(person, message)
        return said(await person.submit_modal(form, {"reason": reason} | fields))

    async def talk(self, person: Any, channel: Any, link: str | None = None, **fields: Any) -> Any:
        options = {} if link is None else {"message": link}
        form = await person.slash(channel, "support", **options)
        return await person.submit_modal(form, wishes(**fields))

    def cards(self, channel: str = "tuesday-desk") -> list[Any]:
        """The messages of a channel that are about a case, oldest first."""
        return [one for one in self.channel(channel).history() if is_card(one)]

    async def take(self, person: Any, channel: str = "tuesday-desk") -> str:
        return said(await person.click(self.cards(channel)[-1], label="I've got this"))

    async def close(self, person: Any, channel: str = "tuesday-desk", outcome: str = "talked") -> str:
        form = await person.click(self.cards(channel)[-1], label="Close")
        return said(await person.submit_modal(form, {"outcome": outcome}))

    def notified(self, channel: str) -> list[set[str]]:
        """For each new message in this channel, the names of those whom it was allowed to call."""
        path = f"/channels/{self.channel(channel).id}/messages"
        names = {str(person.id): name for name, person in self.people.items()}
        sent = [one.json for one in self.env.http_requests if one.method == "POST" and one.path == path]
        allowed = [(body or {}).get("allowed_mentions") or {} for body in sent]
        assert all(mentions.get("parse") == [] for mentions in allowed)
        return [{names[str(user)] for user in mentions.get("users") or ()} for mentions in allowed]


def is_card(message: Any) -> bool:
    return any(words in shown(message) for words in ("Please check", "newer card", "has been passed on."))


def wishes(*, urgency: str = "calm", name: str = "without", about: str = "other", **more: Any) -> dict[str, Any]:
    """The form of `/support` as somebody fills it in."""
    return {"urgency": urgency, "name": name, "about": about} | more


LooksOut = Callable[..., AbstractAsyncContextManager[Lookout]]


@pytest.fixture
def lookout(tmp_path: Path) -> LooksOut:
    """A way to open one: its ``permissions`` are what the bot holds there."""

    @asynccontextmanager
    async def opens(*, permissions: discord.Permissions = INVITE, **changes: Any) -> AsyncGenerator[Lookout]:
        async with running(sample_settings(tmp_path, **changes)) as world:
            yield Lookout(world, permissions)

    return opens
