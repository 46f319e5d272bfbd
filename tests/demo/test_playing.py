"""The command that plays the demo: from anywhere, keeping nothing, and failing without any one part of the bot."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bot.client import EXTENSIONS
from bot.core.errors import OperatorError
from bot.demo import main
from bot.demo.playing import perform

ROOT = Path(__file__).resolve().parents[2]
PARTS = [extension.rpartition(".")[2] for extension in EXTENSIONS]
MISSED = {
    "guidelines": "Tomasz could not use /guidelines edit",
    "checkins": "Henrik looked for [Answer privately] in #lantern-circle",
    "cases": "Emil could not use “Flag to facilitators”",
    "resources": "Amara used [Get help now] and got no answer",
}


LATE_IN_THE_EVENING = ("checkins", "cases", "resources")
"""What is missed only when most of the evening has been played."""


@pytest.mark.parametrize("part", PARTS)
def test_without_any_one_part_it_fails_and_says_what(part: str, size: str, capsys: pytest.CaptureFixture[str]) -> None:
    if size == "ci" and part in LATE_IN_THE_EVENING:
        pytest.skip("an evening that is nearly whole is played with --size full")
    assert main(without=part, quick=True) != 0
    told = " ".join(capsys.readouterr().out.split())
    assert "✗" in told
    assert MISSED.get(part, "") in told
    assert "Traceback" not in told


def test_a_part_that_there_is_not_cannot_be_left_out() -> None:
    with pytest.raises(OperatorError, match=r"no part called coffee.*groups"):
        main(without="coffee", quick=True)


def test_the_command_plays_it_and_keeps_nothing(tmp_path: Path, size: str) -> None:
    """At the small size without a part of the bot, so that the evening is short: the browser's test plays the whole."""
    without, code, says = [], 0, "Nothing of this evening is kept."
    if size == "ci":
        without, code, says = ["--without", "setup"], 1, "did not hold"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--quick", *without],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "DISCORD_TOKEN": "", "DATABASE_URL": "sqlite:////no/x"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == code, run.stdout[-3000:] + run.stderr
    assert says in run.stdout
    assert run.stderr == ""
    assert list(tmp_path.rglob("*")) == [temporary]


async def test_a_bot_that_does_not_start_is_told_in_a_line(tmp_path: Path) -> None:
    shown = io.StringIO()
    findings = await perform(tmp_path, Console(file=shown), extensions=("tests.demo.refusing",), pauses=False)
    assert [finding.what for finding in findings if finding.problems] == ["The bot started"]
    assert "There is no coffee." in shown.getvalue()
