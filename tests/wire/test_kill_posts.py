"""A post appears once, wherever between due and recorded the process is killed, and whenever it comes back."""

from __future__ import annotations

from pathlib import Path

from tests.wire.kills import Cut, all_played, played

CI = (
    Cut("due", "post"),
    Cut("claimed", "post"),
    Cut("tried", "post", "soon"),
    Cut("tried", "post", "late"),
    Cut("accepted", "post", "soon"),
    Cut("accepted", "post", "late"),
    Cut("answered", "post", "late"),
    Cut("unanswered", "post", "soon"),
    Cut("unanswered", "post", "late"),
    Cut("recorded", "post", "soon"),
)
FULL = (
    *CI,
    Cut("due", "post", "late"),
    Cut("claimed", "post", "late"),
    Cut("answered", "post", "soon"),
    Cut("recorded", "post", "late"),
    Cut("tried", "told", "late"),
    Cut("accepted", "told", "soon"),
    Cut("accepted", "told", "late"),
    Cut("answered", "told", "soon"),
    Cut("recorded", "told", "late"),
)


async def test_a_post_is_shown_once_wherever_the_process_is_killed(tmp_path: Path, size: str) -> None:
    assert await all_played(CI if size == "ci" else FULL, tmp_path) == {}


async def test_a_courier_that_records_before_it_sends_is_noticed(tmp_path: Path) -> None:
    cut = Cut("recorded", "post")
    assert (await played([cut], tmp_path, altered="records_first"))[cut]["post"] == 0


async def test_a_courier_that_does_not_look_first_is_noticed(tmp_path: Path) -> None:
    cut = Cut("accepted", "post", "late")
    assert (await played([cut], tmp_path, altered="never_looks"))[cut]["post"] == 2
