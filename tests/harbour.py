"""A server called Harbour with the real bot in it, and its people: what tests of groups act in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord.backend.access import can_access_channel
from simcord.backend.models import Overwrite

from bot.demo.world import World
from bot.ui.permissions import INVITE
from tests.simcord_bot import running, said, sample_settings, shown

PEOPLE = ("ada", "lea", "ben", "fay", "gil", "cleo", "mo", "zoe")
"""ada manages the server, lea and ben are lead and backup, fay and gil facilitate; the others come later."""

VIEW = discord.Permissions(view_channel=True).value
TICKED = ["consent", "agreement"]


class Harbour:
    def __init__(self, world: World, permissions: discord.Permissions) -> None:
        self.world = world
        self.env = world.env
        self.guild = world.guild("Harbour", permissions=permissions)
        self.hall = self.guild.create_text_channel("hall")
        keepers = self.guild.create_role("Keepers", permissions=discord.Permissions(manage_guild=True))
        self.users = {name: self.env.create_user(name) for name in PEOPLE}
        self.people = {
            name: self.guild.add_member(user, roles=[keepers] if name == "ada" else [])
            for name, user in self.users.items()
        }

    def __getattr__(self, name: str) -> Any:
        return self.people[name]

    async def set_up(self) -> Any:
        return await self.ada.slash(
            self.hall, "setup start", lead=self.lea, backup_lead=self.ben, timezone="Europe/Berlin"
        )

    async def found(self, name: str = "Tuesday", **options: Any) -> Any:
        """A group with fay as its facilitator, in a server that is set up."""
        if "safeguarding" not in self.guild.channels:
            await self.set_up()
        return await self.ada.slash(self.hall, "group create", **({"name": name, "facilitator": self.fay} | options))

    async def ask(self, person: Any, *, note: str = "", message: bool = False, ticks: Any = TICKED) -> Any:
        """Browse, press **Ask to join** on the first group, read, go on, tick and send."""
        form = await self.form(person)
        return await person.submit_modal(form, answers(note=note, message=message, ticks=ticks))

    async def form(self, person: Any) -> Any:
        listed = await person.slash(self.hall, "group browse")
        first = next(one for one in custom_ids(listed.response.components) if one.startswith("groups-ask:"))
        agreement = await person.click(listed.response, custom_id=first)
        return await person.click(agreement.response, label="Go on")

    async def join(self, person: Any) -> None:
        await self.ask(person)
        await self.fay.click(self.card(), label="Welcome in")

    async def word(self, points: str) -> Any:
        """The facilitator types the group's own points; gives the preview."""
        form = await self.fay.slash(self.channel("tuesday-desk"), "guidelines edit")
        return await self.fay.submit_modal(form, {"points": points})

    async def leave(self, person: Any) -> Any:
        asked = await person.slash(self.hall, "group leave", group=await self.code())
        return await person.click(asked.response, label="Leave the group")

    async def code(self) -> str:
        async with self.world.services.db.read() as tx:
            return (await self.world.services.groups.all_in(tx, self.guild.id))[0].code

    def channel(self, name: str) -> Any:
        return self.guild.channels[name]

    def card(self, channel: str = "tuesday-desk") -> Any:
        """The newest card on a desk."""
        return [message for message in self.channel(channel).history() if "asks to join" in shown(message)][-1]

    def sees(self, person: Any, channel: str = "tuesday") -> bool:
        return can_access_channel(self.env, self.channel(channel).id, person, history=True)

    def messages(self, channel: str) -> list[str]:
        return [shown(message) for message in self.channel(channel).history()]

    async def inbox(self, person: Any) -> str:
        """What this person is told when they next do anything."""
        return said(await person.slash(self.hall, "group browse"))

    def direct_messages(self, name: str) -> list[str]:
        return [shown(message) for message in self.users[name].dm_channel.history()]

    def called(self, person: Any) -> bool:
        """Whether any message sent so far was allowed to notify this person."""
        sent = [request for request in self.env.http_requests if request.path.endswith("/messages")]
        allowed = [(request.json or {}).get("allowed_mentions") or {} for request in sent if request.method == "POST"]
        assert all(mentions.get("parse") == [] for mentions in allowed), "nobody may be called by what words hold"
        return any(str(person.id) in map(str, mentions.get("users") or ()) for mentions in allowed)

    async def shut(self, channel: Any, person: Any) -> None:
        """Somebody changes the channel's settings by hand: this person may not see it."""
        await self._overwrite(channel, person, allow=0, deny=VIEW)

    async def open(self, channel: Any, person: Any) -> None:
        """Somebody changes the channel's settings by hand: this person may see it."""
        await self._overwrite(channel, person, allow=VIEW, deny=0)

    async def _overwrite(self, channel: Any, person: Any, *, allow: int, deny: int) -> None:
        self.env.backend.set_overwrite(channel.id, Overwrite(person.id, 1, allow=allow, deny=deny))
        await self.env.settle()

    def give_everyone(self, **permissions: bool) -> None:
        """What everybody may do here, the bot among them, and nothing else."""
        allowed = discord.Permissions(**permissions).value
        self.env.backend.edit_role(self.guild.id, self.guild.id, {"permissions": allowed})

    def grant(self, permissions: discord.Permissions) -> None:
        self.world.give(self.guild, permissions)


def custom_ids(components: Any) -> list[str]:
    """The custom ids of all that can be pressed, from top to bottom."""
    found: list[str] = []
    for component in components:
        found += [component["custom_id"]] if component.get("custom_id") else []
        found += custom_ids(component.get("components") or ())
    return found


def answers(*, note: str = "", message: bool = False, ticks: Any = TICKED) -> dict[str, Any]:
    """The form as somebody fills it in."""
    filled: dict[str, Any] = {"ticks": list(ticks)}
    if message:
        filled["message"] = ["message"]
    if note:
        filled["note"] = note
    return filled


Opens = Callable[..., AbstractAsyncContextManager[Harbour]]


@pytest.fixture
def harbour(tmp_path: Path) -> Opens:
    """A way to open one: its ``permissions`` are what the bot holds there."""

    @asynccontextmanager
    async def opens(*, permissions: discord.Permissions = INVITE, **changes: Any) -> AsyncGenerator[Harbour]:
        async with running(sample_settings(tmp_path, **changes)) as world:
            yield Harbour(world, permissions)

    return opens
