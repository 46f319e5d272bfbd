"""What every test may ask for: a moved clock, and a real database of each kind."""

from __future__ import annotations

import gc
import zoneinfo
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from zlib import crc32

import pytest
from hypothesis import settings

from bot.storage import Database
from tests.databases import KEY, emptied, migrated_postgres, migrated_sqlite, postgres, share_statements

zoneinfo.reset_tzpath(())  # as where the bot is started
share_statements()


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


def pytest_configure(config: pytest.Config) -> None:
    """At the small size each rule is tried on fewer examples, and always on those that are written down."""
    if config.getoption("--size") == "ci":
        settings.register_profile("few", settings(), max_examples=30)
        settings.load_profile("few")


ALWAYS_ON_BOTH = ("at_once", "two_", "lock", "race")
"""What is in the names of tests that may well come out otherwise on another database."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """At the small size the features run on PostgreSQL in part, always the same; the mechanisms on both in full."""
    if config.getoption("--size") == "full":
        return
    left_out = [item for item in items if _on_postgresql(item) and not _chosen(item.name)]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def _on_postgresql(item: pytest.Item) -> bool:
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return params.get("database_url") == "postgresql" and "features" in item.path.parts


def _chosen(name: str) -> bool:
    return any(part in name for part in ALWAYS_ON_BOTH) or crc32(name.encode()) % 10 == 0


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
def postgres_server(testrun_uid: str) -> Generator[str]:
    """One for all processes of this run: to make one takes long."""
    # a short path, for the server's socket; not beside the tests' own folders, which another run of the tests closes
    # to the user that the server runs as
    with postgres(Path(gettempdir()) / f"pg{testrun_uid[:8]}") as address:
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
