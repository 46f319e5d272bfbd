"""Databases as they are before the first start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import fresh_postgres


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind with nothing in it: to open it is what is tested here."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'circlekeeper.db'}"
    return await fresh_postgres(request.getfixturevalue("postgres_server"))
