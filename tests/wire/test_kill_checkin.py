"""A check-in in the true bot, killed at its worst moments and then refused by Discord: all counts and ends, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.wire import Interaction, Person, Wire
from tests.wire.forms import labels
from tests.wire.processes import House
from tests.wire.test_kill_evening import Evening, made
from tests.wire.town import Town

LASTS = 5 * 60
LATEST = 121  # seconds after its end at which it is closed


def filled(form: Interaction) -> dict[str, Any]:
    assert form.modal is not None
    return dict.fromkeys(labels(form.modal), "4")


async def opened(evening: Evening) -> list[Person]:
    """The group Tides with six members who are asked, in a life that ends with the first answer."""
    town = evening.town
    await evening.live("written:tally")
    await evening.wire.connected(60)
    await town.set_up()
    await town.found(voice=False)
    await evening.wire.wait_for(lambda: made(town), 60)
    await evening.house.quiet(60)
    people = [town.joins(f"member{number}") for number in range(6)]
    for person in people:
        await town.ask(person)
        await evening.wire.wait_for(lambda who=person: any(who.mention in card.text for card in town.cards()), 20)
        await town.welcome(town.cards()[-1])
        await evening.wire.wait_for(lambda who=person: town.sees(who), 60)
    await town.fay.slash(town.channel("tides-desk"), "checkin open", template="meeting_climate", closes="5 min")
    await evening.wire.wait_for(lambda: any("quick questions" in text for text in town.texts("tides")), 60)
    return people


async def test_each_answer_counts_once_and_it_ends_once_wherever_it_is_killed_and_whatever_discord_does(
    tmp_path: Path,
) -> None:
    async with Wire() as wire, House(tmp_path / "house", wire) as house:
        town = Town(wire)
        evening = Evening(wire, house, town)
        first, *others = await opened(evening)
        folder = house.folder / "checkins"
        (post,) = [message for message in wire.messages(town.channel("tides")) if "quick questions" in message.text]
        form = await first.click(post, "Answer privately")

        await first.submit(form, filled(form), until="sent")
        await evening.fall()
        assert [path.suffix for path in folder.glob("*.new")] == [".new"], "killed with the answer half kept"
        await evening.live("counted:tally")
        await wire.connected(60)
        assert list(folder.glob("*.new")) == []
        await first.submit(form, filled(form), until="sent")
        await evening.fall()

        await evening.live()
        await wire.connected(60)
        assert "You have answered this one" in (await first.submit(form, filled(form))).text
        for person in others[:4]:
            form = await person.click(post, "Answer privately")
            assert "Thank you" in (await person.submit(form, filled(form))).text
        await evening.process.kill()
        await wire.disconnected()

        evening.ahead = LASTS + LATEST
        for cut in ("destroying:tally", "keyless:tally"):
            await evening.live(cut)
            await evening.fall()
        assert [path.suffix for path in folder.iterdir()] == [".tally"], "what is left is noise without its key"
        room = f"/channels/{town.channel('tides').id}/messages"
        posted = len(wire.asked("POST", room))
        wire.fail("POST", room, 429)
        wire.fail("POST", room, 503)
        wire.lose_answer("POST", room)
        await evening.live()
        await wire.connected(60)
        await house.quiet(60)
        assert [each.status for each in wire.asked("POST", room)[posted:]][:2] == [429, 503]
        assert await evening.process.stop() == 0, evening.process.errors
        assert list(folder.iterdir()) == []
        (results,) = [text for text in town.texts("tides") if "Thank you to anyone" in text]
        assert results.count("towards the higher end") == 5
