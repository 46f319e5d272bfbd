"""Opening a database: one process to it, the right key, the right version; whatever is wrong is said in plain words."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.errors import OperatorError
from bot.storage import Database
from tests.databases import KEY, fresh_postgres

HOLDER = """
import asyncio, sys
from bot.storage import Database

async def main():
    db = Database(sys.argv[1], bytes(range(32)))
    await db.open()
    print("open", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@asynccontextmanager
async def _opened(url: str, **how: object) -> AsyncGenerator[Database]:
    made = Database(url, KEY)
    await made.open(**how)
    try:
        yield made
    finally:
        await made.close()


async def _refusal(url: str, key: bytes = KEY, **how: object) -> str:
    """The words with which opening is refused."""
    made = Database(url, key)
    try:
        with pytest.raises(OperatorError) as refused:
            await made.open(**how)
    finally:
        await made.close()
    return str(refused.value)


async def test_a_second_one_is_refused_until_the_first_ends(database_url: str) -> None:
    async with _opened(database_url):
        assert "Another Circlekeeper" in await _refusal(database_url)
    async with _opened(database_url):
        pass


async def test_one_that_only_looks_is_welcome_beside_it(database_url: str) -> None:
    async with _opened(database_url), _opened(database_url, exclusive=False) as beside, beside.read() as tx:
        assert await tx.scalar(sa.text("SELECT count(*) FROM vault_keys")) == 1


async def test_a_process_that_is_killed_lets_go(database_url: str) -> None:
    holder = await _another_process(database_url)
    try:
        assert "Another Circlekeeper" in await _refusal(database_url)
    finally:
        holder.send_signal(signal.SIGKILL)
        await holder.wait()
    async with asyncio.timeout(10):
        await _open_soon(database_url)


async def _another_process(url: str) -> asyncio.subprocess.Process:
    root = str(Path(__file__).parents[2])
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, url, stdout=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONPATH": root}
    )
    assert started.stdout
    assert await asyncio.wait_for(started.stdout.readline(), 20) == b"open\n"
    return started


async def _open_soon(url: str) -> None:
    # PostgreSQL sees the connection close only a moment after the process is gone
    while True:
        try:
            async with _opened(url):
                return
        except OperatorError:
            await asyncio.sleep(0.05)


async def test_shards_are_shared_out_on_postgresql(postgres_server: str) -> None:
    url = await fresh_postgres(postgres_server)
    async with _opened(url, shards=(0, 1)):
        assert "shards" in await _refusal(url, shards=(1, 2))
        assert "shards" in await _refusal(url)
        async with _opened(url, shards=(2, 3)):
            pass
    async with _opened(url):
        assert "shards" in await _refusal(url, shards=(2,))


async def test_one_that_was_refused_holds_nothing_back(postgres_server: str) -> None:
    url = await fresh_postgres(postgres_server)
    refused = Database(url, KEY)
    async with _opened(url, shards=(1,)):
        with pytest.raises(OperatorError):
            await refused.open(shards=(0, 1))  # 0 was free, and is free again
        async with _opened(url, shards=(0,)):
            pass
    async with _opened(url):
        pass
    await refused.close()


async def test_the_wrong_key_is_refused_and_changes_nothing(database_url: str) -> None:
    async with _opened(database_url) as right:
        sealed = right.vault.seal_id(1, 2)
    assert "CIRCLEKEEPER_KEY" in await _refusal(database_url, key=bytes(32))
    async with _opened(database_url) as again:
        assert again.vault.open_id(sealed, 2) == 1


async def test_after_a_refusal_another_may_open_without_the_refused_one_being_closed(database_url: str) -> None:
    async with _opened(database_url):
        pass
    refused = Database(database_url, bytes(32))
    with pytest.raises(OperatorError):
        await refused.open()
    async with _opened(database_url):
        pass
    await refused.close()


async def test_a_database_newer_than_the_code_is_refused_and_left_alone(database_url: str) -> None:
    async with _opened(database_url) as made, made.begin() as tx:
        await tx.execute(sa.text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    assert "newer" in await _refusal(database_url)
    assert "newer" in await _refusal(database_url)


async def test_an_unreachable_server_is_named_without_its_password() -> None:
    said = await _refusal("postgresql://someone:hush-hush@127.0.0.1:9/circle")
    assert "127.0.0.1" in said and "DATABASE_URL" in said and "hush-hush" not in said


async def test_a_database_that_is_not_there_is_said_in_plain_words(postgres_server: str) -> None:
    missing = sa.make_url(postgres_server).set(database="no_such_database").render_as_string(hide_password=False)
    said = await _refusal(missing)
    assert "no_such_database" in said and "DATABASE_URL" in said and "Error" not in said


@pytest.mark.parametrize("exclusive", [True, False])
async def test_a_server_that_does_not_know_us_is_said_in_plain_words(postgres_server: str, *, exclusive: bool) -> None:
    stranger = sa.make_url(postgres_server).set(username="nobody_here").render_as_string(hide_password=False)
    assert "nobody_here" in await _refusal(stranger, exclusive=exclusive)


async def test_sslmode_as_other_programs_write_it_is_understood(postgres_server: str) -> None:
    url = sa.make_url(await fresh_postgres(postgres_server)).update_query_dict({"sslmode": "prefer"})
    async with _opened(url.render_as_string(hide_password=False)):
        pass


@pytest.mark.parametrize("what", ["a file in the way", "a folder in its place", "a folder in the lock's place", "junk"])
async def test_a_place_that_cannot_be_written_is_said_in_plain_words(tmp_path: Path, what: str) -> None:
    place = tmp_path / "data" / "circlekeeper.db"
    if what == "a file in the way":
        place.parent.write_text("")
    else:
        place.parent.mkdir()
        blocked = {
            "a folder in its place": place,
            "a folder in the lock's place": place.with_name(f"{place.name}.lock"),
        }
        blocked[what].mkdir() if what in blocked else place.write_text("no database, but long enough to be read" * 50)
    said = await _refusal(f"sqlite:///{place}")
    assert str(place) in said and "Traceback" not in said and "Error" not in said


async def test_folder_and_files_are_the_owners_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        place = tmp_path / "data" / "circlekeeper.db"
        async with _opened(f"sqlite:///{place}") as made, made.begin() as tx:
            await tx.execute(sa.text("CREATE TABLE something (n INTEGER)"))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.parent.iterdir()}
            folder = stat.S_IMODE(place.parent.stat().st_mode)
    finally:
        os.umask(before)
    assert set(modes) >= {"circlekeeper.db", "circlekeeper.db-wal", "circlekeeper.db.lock"}
    assert set(modes.values()) == {0o600} and folder == 0o700
