"""What every test may ask for: a moved clock, and a real database of each kind."""

from __future__ import annotations

import gc
import zoneinfo
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.storage import Database
from tests.databases import KEY, emptied, migrated_postgres, migrated_sqlite, postgres

zoneinfo.reset_tzpath(())  # as where the bot is started


class StepClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def step(self, **by: float) -> None:
        self.now += timedelta(**by)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--size", choices=["ci", "full"], default="full", help="how much the tests that have a size do")


def pytest_collection_finish() -> None:
    # what has been imported stays to the end, and to walk through all of it again and again takes a sixth of the time
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def size(request: pytest.FixtureRequest) -> str:
    return request.config.getoption("--size")


@pytest.fixture
def clock() -> StepClock:
    return StepClock()


@pytest.fixture(scope="session")
def postgres_server() -> Generator[str]:
    # a short path, for the server's socket; not beside the tests' own folders, which another run of the tests closes
    # to the user that the server runs as
    with TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder, postgres(Path(folder)) as address:
        yield address


@pytest.fixture(scope="session")
def shared() -> dict[str, str]:
    """The address of the PostgreSQL database that the tests use in turn, once there is one: making one takes long."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path, shared: dict[str, str]) -> str:
    """A database of each kind with every table and no row."""
    if request.param == "sqlite":
        return migrated_sqlite(tmp_path)
    if not shared:
        shared["url"] = await migrated_postgres(request.getfixturevalue("postgres_server"))
    return await emptied(shared["url"])


@pytest.fixture
async def db(database_url: str) -> AsyncGenerator[Database]:
    made = Database(database_url, KEY)
    await made.open()
    yield made
    await made.close()
