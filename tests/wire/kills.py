"""Kill tests: a story in the real bot, cut again and again by the knife, and what Discord shows of it in the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.courier import story
from tests.courier.story import MOST, WRITE, Thing, code, kind_of
from tests.wire import Channel, Guild, Permission, Wire
from tests.wire.message_deeds import Draft
from tests.wire.processes import KNIFE, House, Process

Point = Literal["due", "claimed", "tried", "accepted", "answered", "unanswered", "recorded"]
"""Where the knife falls: see ``knife.py``."""

Return = Literal["soon", "late"]
"""When the process is begun again: while Discord still knows the nonce, or after."""

BOT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MANAGE_CHANNELS
    | Permission.MANAGE_ROLES
    | Permission.PIN_MESSAGES
    | Permission.MANAGE_MESSAGES
)
NONCE_WINDOW = 180.0
LATE = 90  # seconds by which the process's clock has moved when it comes back late
PIN_LINE = 6


@dataclass(frozen=True)
class Cut:
    """A thing begins, the process is killed at this point of it, and comes back ``soon`` or ``late``."""

    point: Point
    thing: Thing | Literal["told"]
    back: Return = "soon"


@dataclass
class Stage:
    """A server with what the things of a story need: for each number a person, a channel, messages."""

    wire: Wire
    guild: Guild
    room: Channel
    desk: Channel
    ids: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def set_up(cls, wire: Wire) -> Stage:
        guild = wire.add_guild("Harbour", wire.person("ana"), bot_permissions=BOT)
        stage = cls(wire, guild, wire.add_channel(guild, "room"), wire.add_channel(guild, "desk"))
        stage.ids = {
            "guild": guild.id,
            "room": stage.room.id,
            "desk": stage.desk.id,
            "people": [wire.add_member(guild, f"member-{number}").id for number in range(MOST)],
            "to_pin": [stage._said(f"to pin {number}") for number in range(MOST)],
            "to_delete": [wire.add_channel(guild, f"over-{number}").id for number in range(MOST)],
            "to_edit": [stage._said(f"to edit {number}") for number in range(MOST)],
        }
        return stage

    def _said(self, text: str) -> int:
        return self.wire.message_deeds.post(self.room, self.wire.world.bot, Draft({"content": text})).id

    def request_for(self, thing: str, number: int) -> tuple[str, str]:
        """The request by which Discord is asked for it."""
        ids, room = self.ids, f"/channels/{self.ids['room']}"
        return {
            "post": ("POST", f"{room}/messages"),
            "told": ("POST", f"/channels/{ids['desk']}/messages"),
            "room": ("POST", f"/guilds/{ids['guild']}/channels"),
            "gone": ("DELETE", f"/channels/{ids['to_delete'][number]}"),
            "access": ("PUT", f"{room}/permissions/{ids['people'][number]}"),
            "pin": ("PUT", f"{room}/messages/pins/{ids['to_pin'][number]}"),
            "edit": ("PATCH", f"{room}/messages/{ids['to_edit'][number]}"),
        }[thing]

    def shown(self, thing: str, number: int) -> dict[str, int]:
        """How many there are of the thing; 1 is right, of a post and of the word on the desk that it arrived."""
        room, desk = ([message.text for message in self.wire.messages(place)] for place in (self.room, self.desk))
        match thing:
            case "post" | "told":
                post, told = kind_of("post", number), kind_of("told", number)
                return {"post": room.count(f"this is {post}"), "told": desk.count(f"this is {told}")}
            case "room":
                topics = [channel.topic or "" for channel in self.guild.channels.values()]
                return {"room": sum(code(number) in topic for topic in topics)}
            case "gone":
                return {"gone": int(self.ids["to_delete"][number] not in self.guild.channels)}
            case "access":
                there = self.wire.overwrites(self.room).get(self.ids["people"][number])
                return {"access": int(there is not None and (there.allow, there.deny) == (WRITE, 0))}
            case "pin":
                lines = sum(message.type == PIN_LINE for message in self.wire.messages(self.room))
                pins = [message.id for message in self.wire.pins(self.room)]
                return {"pin": pins.count(self.ids["to_pin"][number]) + lines}
            case _:
                return {"edit": room.count(f"edited {number}")}


class Play:
    """One server and one house, through many lives of the process."""

    def __init__(self, stage: Stage, house: House, altered: str) -> None:
        self._stage, self._house, self._altered = stage, house, altered
        self._ahead = 0

    async def cut(self, cut: Cut, number: int) -> None:
        """Begin a thing, let the knife fall, and let time pass."""
        kind = kind_of(cut.thing, number)
        process = await self._start(begins=kind.replace("told", "post"), KNIFE_AT=f"{cut.point}:{kind}")
        await self._until_left(1, process)
        method, path = self._stage.request_for(cut.thing, number)
        hold = self._stage.wire.hold(method, path) if cut.point == "accepted" else None
        if cut.point == "unanswered":
            # a lost answer to a PUT is asked for once more by the HTTP library itself, without a word
            self._stage.wire.lose_answer(method, path, times=2 if method == "PUT" else 1)
        (self._house.folder / kind.replace("told", "post")).touch()
        if hold is not None:
            accepted = asyncio.create_task(hold.accepted.wait())
            await asyncio.wait([accepted, process.reading], return_when="FIRST_COMPLETED", timeout=60)
            assert process.running and accepted.done(), f"Discord was not asked: {process.errors}"
            await process.kill()
            hold.lose()
        assert await process.ended(60) == -9, f"the knife did not fall at {cut}: {process.errors}"
        await self._stage.wire.disconnected()
        self._stage.wire.nonce_window = 0 if cut.back == "late" else NONCE_WINDOW
        self._ahead += LATE * (cut.back == "late")

    async def finish(self) -> None:
        """Let it live until nothing is left to do, and stop it as a system does."""
        process = await self._start(begins=None)
        await self._until_left(0, process)
        assert await process.stop() == 0, process.errors

    async def _until_left(self, count: int, process: Process) -> None:
        """Until the process has begun, and has only so much left to do."""
        for _ in range(1200):
            await asyncio.sleep(0.05)
            assert process.running, process.errors
            left = self._house.errands() + self._house.timers()
            if self._stage.wire.gateway.live and left == count:
                return
        await process.kill()
        raise AssertionError(f"{left} left undone; it said\n{process.errors}")

    async def _start(self, *, begins: str | None, **knife: str) -> Process:
        told = json.dumps(self._stage.ids | {"begins": begins})
        ahead = {"KNIFE_AHEAD": str(self._ahead), "KNIFE_ALTERED": self._altered}
        return await self._house.start(
            "run", program=KNIFE, STORY=told, KNIFE_EXTENSIONS=story.__name__, **ahead, **knife
        )


async def played(cuts: Sequence[Cut], folder: Path, *, altered: str = "") -> dict[Cut, dict[str, int]]:
    """Play a story of so many cuts; gives what Discord does not show exactly once, by the cut that did it.

    ``altered`` names a courier made worse on purpose.
    """
    assert len(cuts) <= MOST
    async with Wire() as wire, House(folder, wire) as house:
        stage = Stage.set_up(wire)
        play = Play(stage, house, altered)
        for number, cut in enumerate(cuts):
            await play.cut(cut, number)
        await play.finish()
        shown = {cut: stage.shown(cut.thing, number) for number, cut in enumerate(cuts)}
    wrong = {cut: {what: n for what, n in counts.items() if n != 1} for cut, counts in shown.items()}
    return {cut: counts for cut, counts in wrong.items() if counts}


async def all_played(cuts: Sequence[Cut], folder: Path, *, each: int = 5) -> dict[Cut, dict[str, int]]:
    """Play stories of ``each`` cuts, two side by side; gives what is wrong in any of them."""
    two = asyncio.Semaphore(2)

    async def one(first: int) -> dict[Cut, dict[str, int]]:
        async with two:
            return await played(cuts[first : first + each], folder / f"{first}")

    wrong: dict[Cut, dict[str, int]] = {}
    for found in await asyncio.gather(*(one(first) for first in range(0, len(cuts), each)), return_exceptions=True):
        if isinstance(found, BaseException):
            raise found
        wrong |= found
    return wrong
