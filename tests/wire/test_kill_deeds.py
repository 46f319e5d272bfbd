"""A room is made once, access given, a post pinned and edited, wherever the process is killed meanwhile."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from tests.courier.story import Thing
from tests.wire.kills import Cut, Point, Return, all_played, played

CI = (
    Cut("claimed", "room"),
    Cut("tried", "access"),
    Cut("accepted", "room", "late"),
    Cut("accepted", "access"),
    Cut("accepted", "pin", "late"),
    Cut("accepted", "edit"),
    Cut("answered", "room"),
    Cut("answered", "pin"),
    Cut("unanswered", "room"),
    Cut("recorded", "edit", "late"),
)
DEEDS: tuple[Thing, ...] = ("room", "access", "pin", "edit")
POINTS: tuple[Point, ...] = ("due", "claimed", "tried", "accepted", "answered", "unanswered", "recorded")
RETURNS: tuple[Return, ...] = ("soon", "late")
FULL = tuple(Cut(*each) for each in product(POINTS, DEEDS, RETURNS))


async def test_a_deed_is_done_once_wherever_the_process_is_killed(tmp_path: Path, size: str) -> None:
    assert await all_played(CI if size == "ci" else FULL, tmp_path) == {}


async def test_a_courier_that_records_before_it_does_is_noticed(tmp_path: Path) -> None:
    cut = Cut("recorded", "room")
    assert await played([cut], tmp_path, altered="records_first") == {cut: {"room": 0}}


async def test_a_courier_that_does_not_look_first_is_noticed(tmp_path: Path) -> None:
    cut = Cut("accepted", "room")
    assert await played([cut], tmp_path, altered="never_looks") == {cut: {"room": 2}}
