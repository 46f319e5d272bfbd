"""**Get help now**: private, right for the country, without a trace, and there when nothing else is."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.helplines import Channel, Contact, Country, Line
from bot.storage import metadata
from tests.lookout import Lookout, LooksOut, lookout
from tests.simcord_bot import said

__all__ = ["lookout"]

CHECKED = date(2025, 12, 1)  # a month before the day on which this Discord begins


def line(name: str, *contacts: Contact, checked: date | None = CHECKED) -> Line:
    return Line(id=name, name=name, contacts=contacts, last_checked=checked)


COUNTRIES = (
    Country(
        code="AT",
        name="Austria",
        emergency=("112", "144"),
        lines=(line("Never tried", Contact(channel=Channel.CALL, dial="142"), checked=None),),
    ),
    Country(
        code="NL",
        name="Netherlands",
        emergency=("112",),
        lines=(
            line(
                "113",
                Contact(channel=Channel.CALL, dial="0800-0113", hours="24/7"),
                Contact(channel=Channel.CHAT, url="https://113.invalid/"),
            ),
            line("Old", Contact(channel=Channel.TEXT, dial="85 258", keyword="HOI"), checked=date(2025, 5, 1)),
            line("Third", Contact(channel=Channel.EMAIL, dial="a_b@lines.invalid")),
            line("Fourth", Contact(channel=Channel.CALL, dial="4444")),
        ),
    ),
)


async def press(at: Lookout) -> Any:
    """Where a person finds the button: here, under the answer to having asked to talk."""
    asked = await at.talk(at.cleo, at.hall)
    return await at.cleo.click(asked.response, label="Get help now")


async def choose(at: Lookout, shown: Any, country: str, part: int = 0) -> str:
    chosen = await at.cleo.select(shown.response, [country], custom_id=f"resources-country:{part}")
    assert chosen.response.ephemeral
    return said(chosen)


async def test_without_a_country_no_number_is_shown(lookout: LooksOut) -> None:
    async with lookout() as at:
        await at.found()
        shown = await press(at)
        assert shown.ephemeral
        assert "call your local emergency number" in said(shown)
        assert "findahelpline.com" in said(shown)
        assert "does not tell anyone" in said(shown)
        assert not any(sign.isdigit() for sign in said(shown))


async def test_a_country_shows_its_emergency_number_first_and_three_checked_lines(lookout: LooksOut) -> None:
    async with lookout(helplines=COUNTRIES) as at:
        await at.found()
        told = await choose(at, await press(at), "NL")
        assert told.index("Netherlands is in danger right now, call 112") < told.index("listener in Netherlands")
        assert "- **113**: call 0800-0113 (24/7); chat at https://113.invalid/" in told
        assert "send the text HOI to 85 258 (checked <t:1746100800:D>)" in told
        assert "write to a_b@lines.invalid" in told
        assert "Fourth" not in told


async def test_a_country_without_a_checked_line_says_so_and_where_to_look(lookout: LooksOut) -> None:
    async with lookout(helplines=COUNTRIES) as at:
        await at.found()
        told = await choose(at, await press(at), "AT")
        assert "call 112 or 144" in told
        assert "findahelpline.com" in told
        assert "142" not in told


async def test_every_country_can_be_chosen_and_another_after_it(lookout: LooksOut) -> None:
    async with lookout() as at:
        await at.found()
        shown = await press(at)
        assert "Norway" in await choose(at, shown, "NO", part=1)
        assert "Brazil" in await choose(at, shown, "BR")


async def test_it_works_after_a_restart(lookout: LooksOut) -> None:
    async with lookout(helplines=COUNTRIES) as at:
        await at.found()
        asked = await at.talk(at.cleo, at.hall)
        await at.world.restart()
        shown = await at.cleo.click(asked.response, label="Get help now")
        await at.world.restart()
        assert "call 112" in await choose(at, shown, "NL")


async def test_it_leaves_no_trace(lookout: LooksOut, caplog: pytest.LogCaptureFixture) -> None:
    async with lookout() as at:
        await at.found()
        asked = await at.talk(at.cleo, at.hall)
        await at.world.pass_time(3600)
        assert len((await everything(at))["inbox"]) == 1, "a word waits for them"
        before = await everything(at)
        caplog.set_level(logging.DEBUG)
        caplog.clear()
        shown = await at.cleo.click(asked.response, label="Get help now")
        await choose(at, shown, "NZ", part=1)
        assert await everything(at) == before
        assert [record for record in caplog.records if record.name.startswith("bot")] == []
        assert shown.followups == [], "what waits for them is not looked up here"


async def everything(at: Lookout) -> dict[str, list[Any]]:
    async with at.world.services.db.read() as tx:
        return {table.name: [dict(row) for row in await tx.all(sa.select(table))] for table in metadata.sorted_tables}


async def test_it_works_when_the_database_does_not(lookout: LooksOut, tmp_path: Path) -> None:
    async with lookout(helplines=COUNTRIES) as at:
        await at.found()
        asked = await at.talk(at.cleo, at.hall)
        await at.world.services.db.close()
        (tmp_path / "data").rename(tmp_path / "gone")
        shown = await at.cleo.click(asked.response, label="Get help now")
        assert "call your local emergency number" in said(shown)
        assert "call 112" in await choose(at, shown, "NL")
        other = await at.cleo.click(shown.response, label="Talk to a facilitator")
        assert "Something went wrong" in said(other), "it is really stopped"
        (tmp_path / "gone").rename(tmp_path / "data")
