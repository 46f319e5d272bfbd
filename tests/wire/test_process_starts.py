"""A start that cannot be: it ends at once, with a plain line or two and no more, and the exit code says so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from bot.settings.keyfile import new_key
from tests.wire import Wire
from tests.wire.processes import House, Process

NOTE = "Note: "


@pytest.fixture
async def house(tmp_path: Path, wire: Wire) -> AsyncGenerator[House]:
    async with House(tmp_path / "house", wire) as made:
        yield made


async def refused(house: House, *arguments: str, forked: bool = True, **environ: str) -> list[str]:
    """What a start says that does not come about, without the log's own lines; it is short and no traceback."""
    process = await house.start(*(arguments or ("run",)), forked=forked, **environ)
    code = await process.ended()
    assert code == 1, f"exit code {code}: {process.errors}"
    return plain(process)


def plain(process: Process) -> list[str]:
    """The lines meant for the operator."""
    assert "Traceback" not in process.errors + process.output, process.errors
    lines = [line for line in process.errors.splitlines() if line and not line.startswith((NOTE, "20"))]
    assert 1 <= len(lines) <= 2, process.errors
    return lines


async def test_a_token_that_discord_does_not_take(house: House) -> None:
    (line,) = await refused(house, DISCORD_TOKEN="wrong.invented.token")
    assert "Discord does not accept the token" in line and "DISCORD_TOKEN" in line
    assert "wrong.invented.token" not in line


async def test_no_token(house: House) -> None:
    del house.environ["DISCORD_TOKEN"]
    (line,) = await refused(house, forked=False)
    assert "DISCORD_TOKEN" in line and "is not set" in line


async def test_no_key(house: House) -> None:
    del house.environ["CIRCLEKEEPER_KEY"]
    (line,) = await refused(house)
    assert "CIRCLEKEEPER_KEY" in line and "init" in line


async def test_a_key_that_is_no_key(house: House) -> None:
    lines = await refused(house, CIRCLEKEEPER_KEY="secret-but-short")
    assert "CIRCLEKEEPER_KEY" in lines[0] and "secret-but-short" not in "".join(lines)


async def test_a_config_that_is_broken(house: House) -> None:
    options = house.folder / "config" / "bot.toml"
    options.write_text(options.read_text() + "\n[organisation\n", encoding="utf-8")
    (line,) = await refused(house)
    assert line.startswith("config/bot.toml:")


async def test_a_discord_that_is_not_there(house: House) -> None:
    (line,) = await refused(house, DISCORD_API_URL="http://127.0.0.1:9/api/v10")
    assert "http://127.0.0.1:9/api/v10 cannot be reached" in line


async def test_a_discord_that_answers_with_an_error(house: House, wire: Wire) -> None:
    wire.fail("GET", "/users/@me", 503)
    (line,) = await refused(house)
    assert "HTTP 503" in line


async def test_a_database_that_is_no_file_it_may_write(house: House) -> None:
    (line,) = await refused(house, DATABASE_URL="sqlite:////proc/nowhere/circlekeeper.db")
    assert "/proc/nowhere" in line


async def test_a_privileged_intent_that_is_not_switched_on(house: House) -> None:
    options = house.folder / "config" / "bot.toml"
    told = options.read_text(encoding="utf-8").replace("server_members = false", "server_members = true")
    options.write_text(told, encoding="utf-8")
    (line,) = await refused(house)
    assert "server_members = true" in line and "Server Members Intent" in line


async def test_a_token_that_is_reset_while_the_bot_runs(house: House, wire: Wire) -> None:
    process = await house.start("run")
    await wire.connected(30)
    wire.token = "another"
    await wire.drop_gateway(resumable=False)
    assert await process.ended() == 1
    assert "Discord does not accept the token" in plain(process)[-1]


async def stopped(house: House, wire: Wire) -> None:
    """Run it once and stop it, so that its database is there."""
    process = await house.start("run")
    await wire.connected(30)
    assert await process.stop() == 0, process.errors


def make_newer(house: House) -> None:
    with sqlite3.connect(house.database) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()


def lose_key(house: House) -> None:
    house.environ["CIRCLEKEEPER_KEY"] = new_key()


def break_file(house: House) -> None:
    house.database.write_bytes(b"this is no database at all, not even a little one" * 100)


@pytest.mark.parametrize(
    ("harm", "says"), [(make_newer, "newer"), (lose_key, "CIRCLEKEEPER_KEY"), (break_file, "not a")]
)
async def test_a_database_of_another_time_key_or_kind(
    house: House, wire: Wire, harm: Callable[[House], None], says: str
) -> None:
    await stopped(house, wire)
    harm(house)
    lines = await refused(house)
    assert says in " ".join(lines), lines


async def test_a_second_process_on_the_same_file_leaves_the_first_alone(house: House, wire: Wire) -> None:
    first = await house.start("run")
    await wire.connected(30)
    (line,) = await refused(house)
    assert "Another Circlekeeper already runs" in line and "PostgreSQL" in line
    assert first.running and len(wire.gateway.identifies) == 1
    assert await first.stop() == 0


async def test_two_begun_at_the_same_instant_are_one(house: House, wire: Wire) -> None:
    both = await asyncio.gather(house.start("run"), house.start("run"))
    await wire.connected(30)
    await asyncio.wait([each.reading for each in both], return_when="FIRST_COMPLETED", timeout=20)
    (loser,) = [each for each in both if not each.running]
    (winner,) = [each for each in both if each.running]
    assert await loser.ended() == 1 and "Another Circlekeeper already runs" in plain(loser)[-1]
    assert await winner.stop() == 0
