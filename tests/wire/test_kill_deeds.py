"""A room is made once or deleted, access given, a post pinned and edited, wherever the process is killed."""

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
    Cut("accepted", "gone", "late"),
    Cut("answered", "room"),
    Cut("answered", "pin"),
    Cut("unanswered", "room"),
    Cut("recorded", "gone"),
    Cut("recorded", "edit", "late"),
)
DEEDS: tuple[Thing, ...] = ("room", "gone", "access", "pin", "edit")
POINTS: tuple[Point, ...] = ("due", "claimed", "tried", "accepted", "answered", "unanswered", "recorded")
RETURNS: tuple[Return, ...] = ("soon", "late")
# a lost answer to a DELETE is never seen: the HTTP library asks again, and is told that it is gone
FULL = tuple(Cut(*each) for each in product(POINTS, DEEDS, RETURNS) if each[:2] != ("unanswered", "gone"))


async def test_a_deed_is_done_once_wherever_the_process_is_killed(tmp_path: Path, size: str) -> None:
    assert await all_played(CI if size == "ci" else FULL, tmp_path) == {}


async def test_a_courier_that_records_before_it_does_is_noticed(tmp_path: Path) -> None:
    cut = Cut("recorded", "room")
    assert await played([cut], tmp_path, altered="records_first") == {cut: {"room": 0}}


async def test_a_courier_that_does_not_look_first_is_noticed(tmp_path: Path) -> None:
    cut = Cut("accepted", "room")
    assert await played([cut], tmp_path, altered="never_looks") == {cut: {"room": 2}}
