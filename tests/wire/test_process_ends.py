"""A running process: how it stops, what it logs, what one server's missing permissions do to the others."""

from __future__ import annotations

import json
import re
import resource
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from bot.ui.permissions import EVENT_REASONS, INVITE, REASONS, names
from tests.wire import Permission, Wire
from tests.wire.processes import House, Process
from tests.wire.town import Town

MESSAGES = "/channels/*/messages"
ID = re.compile(r"(?<!\d)\d{15,20}(?!\d)")


@pytest.fixture
async def house(tmp_path: Path, wire: Wire) -> AsyncGenerator[House]:
    async with House(tmp_path / "house", wire) as made:
        yield made


async def running(house: House, wire: Wire, *, forked: bool = True, **environ: str) -> Process:
    process = await house.start("run", forked=forked, **environ)
    await wire.connected(30)
    return process


# stopping


async def test_it_stops_when_told_to(house: House, wire: Wire) -> None:
    process = await running(house, wire, forked=False)
    assert await process.stop() == 0
    assert process.errors.endswith("stopped cleanly\n") and "Traceback" not in process.errors
    await wire.disconnected()


async def test_stopped_while_a_post_is_in_flight_it_records_it_first(house: House, wire: Wire) -> None:
    town = Town(wire)
    process = await running(house, wire)
    await town.set_up()
    await house.quiet()
    hold = wire.hold("POST", MESSAGES)
    await town.found()
    await wire.wait_for(hold.accepted.is_set, 30)
    process.terminate()
    await wire.settle(0.3)
    assert process.running
    hold.release()
    assert await process.ended() == 0 and "Traceback" not in process.errors
    sent = len(wire.asked("POST", MESSAGES))
    await running(house, wire)
    await house.quiet()
    (agreement,) = wire.messages(town.channel("tides"))
    assert agreement.pinned_at and sent <= 2
    assert town.names.count("tides") == town.names.count("tides-desk") == 1


async def test_stopped_while_discord_does_not_answer_it_still_stops(house: House, wire: Wire) -> None:
    town = Town(wire)
    process = await running(house, wire)
    await town.set_up()
    await house.quiet()
    hold = wire.hold("POST", MESSAGES)
    await town.found()
    await wire.wait_for(hold.accepted.is_set, 30)
    assert await process.stop(20) == 0, process.errors
    hold.lose()
    await running(house, wire)
    await house.quiet()
    assert len(wire.messages(town.channel("tides"))) == 1


class Deaf(Wire):
    """A Discord whose gateway is not where it says."""

    @property
    def gateway_url(self) -> str:
        return "ws://127.0.0.1:9/gateway"


async def test_stopped_while_it_cannot_connect_it_still_stops(tmp_path: Path) -> None:
    """The library tries for ever, until it is told to stop."""
    async with Deaf() as wire, House(tmp_path / "house", wire) as house:
        process = await house.start("run")
        await wire.wait_for(lambda: len(wire.asked("GET", "/gateway/bot")) == 2, 30)
        await wire.settle(0.3)
        assert process.running
        assert await process.stop() == 0, process.errors


async def test_told_twice_it_stops_once(house: House, wire: Wire) -> None:
    process = await running(house, wire)
    process.terminate()
    process.terminate()
    assert await process.ended() == 0 and process.errors.count("stopped cleanly") == 1


# logs


async def test_the_log_names_nobody_and_quotes_nobody(house: House, wire: Wire) -> None:
    """At INFO, through an evening with troubles: every line is free of ids and of what people typed."""
    told = await logged(house, wire)
    assert "could not be carried: forbidden" in told
    assert not ID.search(told) and "very private" not in told and "Tides" not in told


async def test_as_json_every_line_is_an_object_and_names_nobody(house: House, wire: Wire) -> None:
    told = await logged(house, wire, CIRCLEKEEPER_LOG_FORMAT="json")
    lines = [json.loads(line) for line in told.splitlines() if not line.startswith("Note: ")]
    assert all({"levelname", "name", "message"} <= line.keys() for line in lines) and len(lines) > 3
    assert not ID.search(told) and "very private" not in told and "Tides" not in told


async def logged(house: House, wire: Wire, **environ: str) -> str:
    """What it logs in an evening in which a permission goes missing, an answer is lost and a connection drops."""
    town = Town(wire)
    process = await running(house, wire, **environ)
    await town.set_up()
    await house.quiet()
    await town.found()
    await wire.wait_for(lambda: "tides" in town.names, 30)
    await house.quiet()
    town.takes(town.channel("tides-desk"), Permission.SEND_MESSAGES)
    await town.ask(town.joins("mo"), **{"A note to the facilitators, if you like": "this is very private"})
    await house.quiet()
    wire.lose_answer("GET", "/guilds/*/channels")
    await town.check()
    await wire.drop_gateway()
    await wire.connected(30)
    assert await process.stop() == 0
    return process.errors


# check


async def test_check_says_that_all_is_well_beside_a_running_bot(house: House, wire: Wire) -> None:
    process = await running(house, wire)
    checked = await house.start("check")
    assert await checked.ended() == 0, checked.errors
    assert "The database is up to date" in checked.output and "Nothing stands still." in checked.output
    assert await process.stop() == 0


async def test_check_shows_what_stands_still_and_fails(house: House, wire: Wire) -> None:
    town = Town(wire)
    process = await running(house, wire)
    await town.set_up()
    await house.quiet()
    wire.fail("POST", MESSAGES, 503, times=100)
    await town.found()
    await wire.wait_for(lambda: wire.asked("POST", MESSAGES), 30)
    await wire.settle(0.5)
    checked = await house.start("check")
    assert await checked.ended() == 1 and all(line.startswith("Note: ") for line in checked.errors.splitlines())
    (line,) = [line for line in checked.output.splitlines() if line.startswith("Not posted: ")]
    assert "guidelines." in line and "unreachable" in line and not ID.search(checked.output)
    assert await process.stop() == 0


async def test_what_could_overhear_an_answer_is_told_and_no_core_is_left(house: House, wire: Wire) -> None:
    process = await running(house, wire, forked=False, PYTHONASYNCIODEBUG="1")
    assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
    checked = await house.start("check", PYTHONASYNCIODEBUG="1")
    assert await checked.ended() == 1
    assert await process.stop() == 0
    for told in (process.errors, checked.output):
        assert "o check-in can be opened: the debug mode of asyncio is on" in told


# permissions


async def test_a_server_that_gives_no_permissions_does_not_stop_the_others(house: House, wire: Wire) -> None:
    poor, rich = Town(wire, "Poor", invite=0), Town(wire, "Rich")
    process = await running(house, wire)
    assert "Manage Channels: to make a group's private rooms" in (await poor.set_up()).text
    await rich.set_up()
    await house.quiet()
    await rich.found()
    await wire.wait_for(lambda: "tides" in rich.names, 30)
    await house.quiet()
    assert "Manage Channels" in await poor.check()
    assert process.running and await process.stop() == 0


async def test_the_invite_asks_for_the_least_and_explains_each(house: House, wire: Wire) -> None:
    process = await house.start("invite")
    assert await process.ended() == 0, process.errors
    link, _, rest = process.output.partition("\n")
    asked = parse_qs(urlparse(link).query)
    assert asked["client_id"] == [str(wire.world.bot.id)]
    assert int(asked["permissions"][0]) == INVITE.value
    assert set(asked["scope"][0].split()) == {"bot", "applications.commands"}
    least, only_for_events = (
        [line.strip() for line in part.splitlines()[1:] if line] for part in rest.split("Only if")
    )
    assert len([line for line in least if any(why in line for why in REASONS.values())]) == len(names(INVITE))
    assert only_for_events == [f"Create Events: {EVENT_REASONS['create_events']}"]


async def test_the_invite_needs_no_token_where_the_application_is_named(house: House) -> None:
    for name in list(house.environ):
        del house.environ[name]
    process = await house.start("invite", "--application", "1234", forked=False)
    assert await process.ended() == 0, process.errors
    assert "client_id=1234" in process.output
