"""``circlekeeper init``: a folder one can start from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.core.errors import OperatorError
from bot.settings import load
from bot.settings.init import init, next_steps


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_it_writes_loads_once_the_token_is_in(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "circle"
    written = init(directory)
    assert [path.relative_to(directory).as_posix() for path in written] == [
        "config",
        ".env",
        "keys/circlekeeper.key",
        "data",
    ]
    settings = load({"DISCORD_TOKEN": "invented"}, start=directory)
    assert len(settings.key) == 32
    assert settings.config_dir == directory / "config"


def test_secrets_are_for_their_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        init(tmp_path / "circle")
    finally:
        os.umask(before)
    assert mode(tmp_path / "circle" / "keys") == 0o700
    assert mode(tmp_path / "circle" / "keys" / "circlekeeper.key") == 0o600
    assert mode(tmp_path / "circle" / ".env") == 0o600
    assert mode(tmp_path / "circle" / "data") == 0o700


def test_each_folder_has_its_own_key(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "two"):
        init(tmp_path / name)
        keys.append(load({"DISCORD_TOKEN": "invented"}, start=tmp_path / name).key)
    assert keys[0] != keys[1]


def test_a_second_time_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    init(tmp_path)
    key = (tmp_path / "keys" / "circlekeeper.key").read_text(encoding="ascii")
    before = tree(tmp_path)
    with pytest.raises(OperatorError, match="there already"):
        init(tmp_path)
    assert tree(tmp_path) == before
    assert (tmp_path / "keys" / "circlekeeper.key").read_text(encoding="ascii") == key


@pytest.mark.parametrize("piece", ["config", ".env", "keys", "data"])
def test_anything_there_is_named_and_left_alone(tmp_path: Path, piece: str) -> None:
    (tmp_path / piece).write_text("mine", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine too", encoding="utf-8")
    with pytest.raises(OperatorError) as refused:
        init(tmp_path)
    assert str(tmp_path / piece) in str(refused.value)
    assert tree(tmp_path) == {piece, "notes.txt"}
    assert (tmp_path / piece).read_text(encoding="utf-8") == "mine"


def test_a_broken_link_counts_as_there(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to(tmp_path / "gone")
    with pytest.raises(OperatorError, match=r"\.env is there already"):
        init(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "circle").write_text("", encoding="utf-8")
    with pytest.raises(OperatorError, match="not a folder"):
        init(tmp_path / "circle")
    with pytest.raises(OperatorError, match="cannot be made"):
        init(tmp_path / "circle" / "inside")


def test_if_writing_fails_half_way_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def full_at_the_keys(self: Path, target: Path) -> Path:
        if target == tmp_path / "new" / "circle" / "keys":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full_at_the_keys)
    with pytest.raises(OperatorError, match="no space left on device"):
        init(tmp_path / "new" / "circle")
    assert tree(tmp_path) == set()


def test_the_next_steps_name_the_files(tmp_path: Path) -> None:
    init(tmp_path)
    steps = next_steps(tmp_path)
    for name in (".env", "config/bot.toml", "keys/circlekeeper.key"):
        assert (tmp_path / name).is_file()
        assert str(tmp_path / name) in steps
