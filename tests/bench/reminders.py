"""Many meetings whose reminders come due in the same second."""

from __future__ import annotations

import time
from pathlib import Path

from bot.settings import load
from tests.bench.circles import lay_out, remember
from tests.bench.flags import AHEAD, POSTS_PER_MEETING, STARTED_IN
from tests.bench.programs import discord, running
from tests.bench.sizes import Size
from tests.bench.table import Row
from tests.wire import Wire
from tests.wire.limits import GLOBAL_PER_SECOND
from tests.wire.processes import House
from tests.wire.rest import Request

AS_FAST = 1.05


async def measure(size: Size, folder: Path) -> list[Row]:
    posts = size.meetings * POSTS_PER_MEETING
    async with discord() as wire:
        circles = lay_out(wire, size.meetings)
        house = House(folder, wire)
        starts_at = await remember(house, circles, starts_in=AHEAD + STARTED_IN)
        due = time.monotonic() + (starts_at - AHEAD).timestamp() - time.time()
        async with running("bot", wire, house):
            assert time.monotonic() < due, "it started too late to see them come due"
            await wire.wait_for(lambda: len(_sent(wire)) >= posts, 60 + posts / 10)
        sent, refused = _sent(wire), sum(wire.rate_limited.values())
    assert len(sent) == posts, f"{len(sent)} posts instead of {posts}"
    taken = max(each.at for each in sent) - due
    posting = load(house.environ, start=house.folder).posting
    allowed = posting.per_second - posting.reserve
    ratio = taken / (posts / allowed)
    return [
        Row(
            what=f"{size.meetings} meetings' reminders due at once: {posts} posts, {refused} times 429",
            measured=f"{taken:.1f} s",
            baseline=f"{posts / allowed:.1f} s at its own {allowed:.0f} a second "
            f"({posts / GLOBAL_PER_SECOND:.1f} s at Discord's {GLOBAL_PER_SECOND})",
            ratio=ratio,
            budget="1.05 of its own rate, no 429",
            met=ratio <= AS_FAST and not refused,
        )
    ]


def _sent(wire: Wire) -> list[Request]:
    return [each for each in wire.asked("POST", "/channels/*/messages") if each.status == 200]
