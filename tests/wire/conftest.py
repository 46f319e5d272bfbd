"""Fixtures of the tests over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.wire import Wire


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    """A Discord with rate limits and no privileged intents; leaving it raises what the bot did wrong."""
    async with Wire() as discord:
        yield discord
