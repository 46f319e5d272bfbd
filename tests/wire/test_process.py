"""The wire seen from another process: a bot that is killed at the worst moment and begun again."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.wire import Wire
from tests.wire.conftest import Harbour

ROOT = Path(__file__).parents[2]


async def begin(wire: Wire, room: int) -> asyncio.subprocess.Process:
    """Start the bare bot in a process of its own; once ready it posts one message under one nonce."""
    environment = os.environ | wire.environment() | {"POST_TO": str(room)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "tests.wire.barebot", cwd=ROOT, env=environment
    )


async def test_a_bot_killed_between_deed_and_answer_finds_its_deed_done(wire: Wire, harbour: Harbour) -> None:
    hold = wire.hold("POST", "/channels/*/messages")
    first = await begin(wire, harbour.general.id)
    await asyncio.wait_for(hold.accepted.wait(), 15)
    first.kill()
    assert await first.wait() == -9
    hold.release()
    await wire.disconnected()
    second = await begin(wire, harbour.general.id)
    await wire.wait_for(lambda: len(wire.asked("POST", "/channels/*/messages")) == 2, 15)
    assert [message.text for message in wire.messages(harbour.general)] == ["I am here"]
    assert len(wire.gateway.identifies) == 2
    second.kill()
    await second.wait()
