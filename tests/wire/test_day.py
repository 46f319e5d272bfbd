"""One whole day of three groups in the true bot: four meetings, people who answer, a crash, a lost answer and a 429."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.wire import Message, Person, Wire, ids, message_deeds
from tests.wire.processes import House
from tests.wire.town import ALLOWED, BERLIN, Town
from tests.year import hopping

HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)
STARTS = re.compile(r"Your meeting starts <t:(\d+):R>")


class Hours:
    """The day's time, for Discord and for the bot: the machine's, moved ahead."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._ahead = 0.0
        # the day begins at a full minute, so that what is typed is meant to the second
        self.begins = datetime.fromtimestamp(time.time() // 60 * 60 + 60, UTC)
        self.hop(timedelta(0))

    def time(self) -> float:
        return time.time() + self._ahead

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def hop(self, into: timedelta) -> None:
        """It is now so long after the day began."""
        self._ahead = (self.begins + into).timestamp() - time.time()
        self._place.write_text(str(self._ahead))

    @contextmanager
    def on_discord(self) -> Iterator[None]:
        ids.time = message_deeds.time = self
        try:
            yield
        finally:
            ids.time = message_deeds.time = time


class Day:
    """The process, its clock, and what people do with it."""

    def __init__(self, wire: Wire, house: House, hours: Hours) -> None:
        self.wire, self.house, self.hours = wire, house, hours
        self.town = Town(wire)
        self.meetings: dict[str, list[datetime]] = {}

    async def live(self, environ: dict[str, str]) -> None:
        self.process = await self.house.start("run", program=Path(hopping.__file__), **environ)
        await self.wire.connected(30)

    async def found(self, name: str, *members: Person) -> None:
        await self.town.found(name, voice=False)
        room = name.lower()
        await self.wire.wait_for(lambda: room in self.town.names and self.wire.pins(self.town.channel(room)), 30)
        await self.house.quiet()
        for member in members:
            await self.town.ask(member, **ALLOWED)
            await self.house.quiet()
            await self.town.welcome(self.town.cards(f"{room}-desk")[-1])
            await self.house.quiet()
        self.meetings[name] = []

    async def schedule(self, name: str, into: timedelta) -> None:
        desk, starts = self.town.channel(f"{name.lower()}-desk"), self.hours.begins + into
        typed = f"{starts.astimezone(BERLIN):%Y-%m-%d %H:%M}"
        understood = await self.town.fay.slash(desk, "meeting schedule", title="Evening", starts=typed)
        assert "is scheduled" in (await self.town.fay.click(understood, "Schedule it")).text
        self.meetings[name].append(starts)

    def reminders(self, name: str) -> list[Message]:
        return [each for each in self.wire.messages(self.town.channel(name.lower())) if STARTS.search(each.text)]

    async def reminded(self, **counts: int) -> None:
        """Until each of these groups has been reminded so often in all, and nothing more is on its way."""
        await self.wire.wait_for(lambda: all(len(self.reminders(name)) >= n for name, n in counts.items()), 15)
        await self.house.quiet()

    def spoken_of(self, name: str) -> Counter[datetime]:
        """How often each meeting was spoken of in a group's room."""
        found = [STARTS.search(message.text) for message in self.reminders(name)]
        return Counter(datetime.fromtimestamp(int(each[1]), UTC) for each in found if each)

    def path(self, name: str) -> str:
        return f"/channels/{self.town.channel(name.lower()).id}/messages"


def remind_six_hours_and_half_an_hour_before(house: House) -> None:
    options = house.folder / "config" / "bot.toml"
    told, changes = re.subn(
        r"(?m)^reminders = .*$", 'reminders = ["6 h", "30 min"]', options.read_text(encoding="utf-8")
    )
    assert changes == 1
    options.write_text(told, encoding="utf-8")


async def morning(day: Day, cleo: Person, mo: Person) -> None:
    """Three groups are made, and four meetings are planned."""
    await day.town.set_up()
    await day.found("Tides", cleo, mo)
    await day.found("Reeds")
    await day.found("Shells")
    for name, into in (("Tides", 8 * HOUR), ("Reeds", 8 * HOUR), ("Shells", 13 * HOUR), ("Tides", 20 * HOUR)):
        await day.schedule(name, into)


async def noon(day: Day, cleo: Person, mo: Person) -> None:
    """Two groups are reminded at once while Discord asks to wait; people answer, and change their minds."""
    day.wire.fail("POST", day.path("Tides"), 429)
    day.hours.hop(2 * HOUR)
    await day.reminded(Tides=1, Reeds=1)
    (reminder,) = day.reminders("Tides")
    assert "Thank you" in (await cleo.click(reminder, "I'm coming")).text
    assert "Thank you" in (await mo.click(reminder, "I'm coming")).text
    assert "You don't need to explain" in (await mo.click(reminder, "Can't make it")).text
    await day.house.quiet()
    day.wire.lose_answer("POST", day.path("Shells"))
    day.hours.hop(7 * HOUR)
    await day.reminded(Shells=1)


async def evening(day: Day, environ: dict[str, str]) -> None:
    """The process dies when Discord has just taken a reminder, and comes back."""
    hold = day.wire.hold("POST", day.path("Tides"))
    day.hours.hop(8 * HOUR - HALF)
    await day.wire.wait_for(hold.accepted.is_set, 15)
    await day.process.kill()
    hold.lose()
    await day.wire.disconnected()
    day.hours.hop(8 * HOUR - HALF + timedelta(minutes=5))
    await day.live(environ)
    await day.reminded(Tides=2, Reeds=2)


async def night(day: Day) -> None:
    for into, counts in (
        (13 * HOUR - HALF, {"Shells": 2}),
        (14 * HOUR, {"Tides": 3}),
        (20 * HOUR - HALF, {"Tides": 4}),
    ):
        day.hours.hop(into)
        await day.reminded(**counts)
    day.hours.hop(24 * HOUR)
    await day.house.quiet()


async def test_a_day(tmp_path: Path) -> None:
    hours = Hours(tmp_path / "hours")
    environ = {"HOPPING": str(tmp_path / "hours")}
    async with Wire() as wire, House(tmp_path / "house", wire) as house:
        with hours.on_discord():
            remind_six_hours_and_half_an_hour_before(house)
            day = Day(wire, house, hours)
            cleo, mo = day.town.joins("cleo"), day.town.joins("mo")
            await day.live(environ)
            await morning(day, cleo, mo)
            await noon(day, cleo, mo)
            await evening(day, environ)
            await night(day)
            assert "This meeting is over" in (await cleo.click(day.reminders("Tides")[0], "Just listening")).text
            assert await day.process.stop() == 0, day.process.errors
        for name, starts in day.meetings.items():
            assert day.spoken_of(name) == dict.fromkeys(starts, 2), name
            desk = day.town.texts(f"{name.lower()}-desk")
            assert sum("Coming: " in text for text in desk) == len(starts), desk
            assert not any("did not go out" in text for text in desk)
        cards = [text for text in day.town.texts("tides-desk") if "Coming: " in text]
        assert sum("Coming: **1**. Just listening: **0**. Can't make it: **1**." in text for text in cards) == 1
        assert not wire.rate_limited
