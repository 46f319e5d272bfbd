"""What is installed from a wheel can start: the files that are not Python are in it, and the starting point works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return ZipFile(made)


def test_it_carries_every_file_that_operators_edit(wheel: ZipFile) -> None:
    edited = {path.relative_to(ROOT / "config") for path in (ROOT / "config").rglob("*") if path.is_file()}
    assert {f"bot/starter/{path}" for path in edited} <= set(wheel.namelist())


def test_it_carries_the_migrations_and_no_tests(wheel: ZipFile) -> None:
    steps = {str(path.relative_to(ROOT)) for path in (ROOT / "bot/storage/migrations").rglob("*.py")}
    assert {*steps, "bot/storage/migrations/script.py.mako"} <= set(wheel.namelist())
    assert {name.split("/")[0].split("-")[0] for name in wheel.namelist()} == {"bot", "circlekeeper"}


def test_it_finds_its_own_starting_files_and_its_command(wheel: ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    ask = "from bot.cli import main; from bot.settings.starter import starter_dir; print(starter_dir())"
    said = subprocess.run(
        [sys.executable, "-c", ask], cwd=tmp_path / "site", capture_output=True, text=True, check=False
    )
    assert said.stdout.strip() == str(tmp_path / "site" / "bot" / "starter"), said.stderr
    (points,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "circlekeeper = bot.cli:main" in wheel.read(points).decode()
