"""One evening in the true bot with every crash at once: a server set up, a group made, a meeting and its reminder."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.clock import utc_now
from tests.wire import Wire
from tests.wire.processes import KNIFE, House
from tests.wire.town import Town

BERLIN = ZoneInfo("Europe/Berlin")
BEFORE = timedelta(minutes=5)
"""How long before the meeting its reminder comes, in this house."""


def in_about(minutes: int) -> datetime:
    """A full minute, so far from now and up to one minute more."""
    return (utc_now() + timedelta(minutes=minutes + 1)).replace(second=0, microsecond=0)


def remind_five_minutes_before(house: House) -> None:
    options = house.folder / "config" / "bot.toml"
    told, changes = re.subn(r"(?m)^reminders = .*$", 'reminders = ["5 min"]', options.read_text(encoding="utf-8"))
    assert changes == 1
    options.write_text(told, encoding="utf-8")


class Evening:
    """The process's lives, one after the other, in one house."""

    def __init__(self, wire: Wire, house: House, town: Town) -> None:
        self.wire, self.house, self.town = wire, house, town
        self.ahead = 0.0

    async def live(self, cut: str = "") -> None:
        """Begin the process, with the knife at ``cut``."""
        self.process = await self.house.start("run", program=KNIFE, KNIFE_AT=cut, KNIFE_AHEAD=str(self.ahead))

    async def fall(self) -> None:
        """Until the knife has fallen."""
        assert await self.process.ended(60) == -9, self.process.errors
        await self.wire.disconnected()

    async def killed_when_accepted(self, method: str, path: str) -> None:
        """Live until Discord has accepted such a request, and die before the answer."""
        hold = self.wire.hold(method, path)
        await self.live()
        await self.wire.wait_for(hold.accepted.is_set, 60)
        await self.process.kill()
        hold.lose()
        await self.wire.disconnected()


async def found(evening: Evening) -> None:
    """The group is asked for, and its making is cut three times."""
    town = evening.town
    await evening.live("answered:groups.room")
    await evening.wire.connected(60)
    await town.set_up()
    await evening.wire.wait_for(lambda: "safeguarding" in town.names, 60)
    await town.kim.slash(town.hall, "group create", name="Tides", facilitator=town.fay, voice=True, until="sent")
    await evening.fall()
    await evening.killed_when_accepted("POST", "/channels/*/messages")
    await evening.killed_when_accepted("PUT", "/channels/*/messages/pins/*")


def made(town: Town) -> bool:
    """The room is there with the agreement pinned, and nothing else in it."""
    if "tides" not in town.names:
        return False
    room = town.channel("tides")
    return len(town.wire.messages(room)) == 1 and town.wire.pins(room) == town.wire.messages(room)


async def test_an_evening_of_crashes_shows_everything_once(tmp_path: Path) -> None:
    async with Wire() as wire, House(tmp_path / "house", wire) as house:
        remind_five_minutes_before(house)
        town = Town(wire)
        evening = Evening(wire, house, town)
        await found(evening)
        await evening.live()
        await wire.wait_for(lambda: made(town), 60)
        (voice,) = [name for name in town.names if name.startswith("tides-") and name != "tides-desk"]
        everyone = sorted(["Groups", "hall", "safeguarding", "tides", "tides-desk"])
        assert [name for name in town.names if name != voice] == everyone

        starts = in_about(12)
        typed = f"{starts.astimezone(BERLIN):%Y-%m-%d %H:%M}"
        understood = await town.fay.slash(town.channel("tides-desk"), "meeting schedule", title="Evening", starts=typed)
        assert "is scheduled" in (await town.fay.click(understood, "Schedule it")).text
        await evening.process.kill()
        await wire.disconnected()

        evening.ahead = (starts - BEFORE - datetime.now(UTC)).total_seconds() + 1
        for cut in ("due:meetings.next", "claimed:meetings.next", "tried:meetings.reminder"):
            await evening.live(cut)
            await evening.fall()
        await evening.killed_when_accepted("POST", f"/channels/{town.channel('tides').id}/messages")
        evening.ahead, wire.nonce_window = evening.ahead + 90, 0
        await evening.live("answered:meetings.reminder")
        await evening.fall()
        await evening.live()
        await wire.connected(60)
        await house.quiet(60)
        assert await evening.process.stop() == 0, evening.process.errors
        assert sum("Your meeting starts" in text for text in town.texts("tides")) == 1
        assert sum("Coming:" in text for text in town.texts("tides-desk")) == 1
        assert len(town.texts("tides")) == 2 and [town.names.count(name) for name in everyone] == [1] * len(everyone)
