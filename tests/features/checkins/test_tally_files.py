"""The files of a tally where the disk is full, the folder is gone, or something else lies in their place."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.core.questions import Band
from bot.features.checkins.tallies import Tallies, Told
from bot.features.checkins.tally import Tally, TallyFile, TallyLost, kept_in

ANN, BO = 40_001, 40_002
ANSWER = {0: Band.HIGH}


@pytest.fixture
async def tallies(tmp_path: Path) -> Tallies:
    made = Tallies(tmp_path)
    await made.make(5, [ANN, BO])
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_an_answer_has_reached_the_disk_before_anybody_is_thanked(
    tallies: Tallies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def syncing(handle: int) -> None:
        done.append(f"sync {Path(os.readlink(f'/proc/self/fd/{handle}')).name}")
        sync(handle)

    def replacing(self: Path, target: Path) -> Path:
        done.append(f"replace {target.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", replacing)
    assert await tallies.count(5, ANN, ANSWER) is Told.WELCOME
    assert done == ["sync 5.tally.new", "replace 5.tally", f"sync {tmp_path.name}"]


@pytest.mark.parametrize("where", [(os, "fsync"), (Path, "replace")])
async def test_on_a_full_disk_nothing_half_done_is_left_and_the_next_answer_counts(
    tallies: Tallies, tmp_path: Path, where: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (tmp_path / "5.tally").read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(*where, full)
        with pytest.raises(OSError, match="No space"):
            await tallies.count(5, ANN, ANSWER)
    assert names(tmp_path) == ["5.key", "5.tally"]
    assert (tmp_path / "5.tally").read_bytes() == before
    assert await tallies.count(5, ANN, ANSWER) is Told.WELCOME
    assert await tallies.count(5, ANN, ANSWER) is Told.ALREADY


async def test_what_a_crash_left_beside_the_tally_goes_at_the_next_start(tallies: Tallies, tmp_path: Path) -> None:
    (tmp_path / "5.tally.new").write_bytes((tmp_path / "5.tally").read_bytes())
    (tmp_path / "5.new").write_text("mine")
    await tallies.prepare()
    assert names(tmp_path) == ["5.key", "5.new", "5.tally"]
    assert await tallies.look(5, ANN) is Told.WELCOME


async def test_a_link_in_the_place_of_a_file_is_never_followed(tallies: Tallies, tmp_path: Path) -> None:
    elsewhere = tmp_path / "diary"
    elsewhere.write_text("mine")
    (tmp_path / "5.tally.new").symlink_to(elsewhere)
    assert await tallies.count(5, ANN, ANSWER) is Told.WELCOME
    for name in ("5.tally", "5.key"):
        (tmp_path / name).unlink()
        (tmp_path / name).symlink_to(elsewhere)
        assert await tallies.look(5, BO) is Told.LOST
    assert await tallies.kept() == {}
    with pytest.raises(OSError, match="symbolic links"):
        await tallies.destroy([5])
    assert names(tmp_path) == ["diary"]
    assert elsewhere.read_text() == "mine"


def as_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("put", [os.mkfifo, as_folder])
async def test_what_is_no_file_at_all_is_a_tally_lost_and_nobody_waits_for_it(
    tallies: Tallies, tmp_path: Path, put: Callable[[Path], None]
) -> None:
    (tmp_path / "5.tally").unlink()
    put(tmp_path / "5.tally")
    assert await tallies.look(5, ANN) is Told.LOST
    assert await tallies.count(5, ANN, ANSWER) is Told.LOST


async def test_one_that_cannot_be_destroyed_does_not_keep_the_others(tallies: Tallies, tmp_path: Path) -> None:
    await tallies.make(6, [ANN, BO])
    (tmp_path / "5.key").unlink()
    (tmp_path / "5.key").mkdir()
    with pytest.raises(IsADirectoryError):
        await tallies.destroy([5, 6])
    assert names(tmp_path) == ["5.key"], "its tally is gone as well, and without a key nobody can read a copy"


async def test_what_cannot_be_overwritten_is_removed_all_the_same(
    tallies: Tallies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            await tallies.destroy([5])
    assert names(tmp_path) == []


async def test_a_folder_that_is_gone_loses_the_answers_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    tallies = Tallies(folder)
    await tallies.make(5, [ANN, BO])
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert await tallies.count(5, ANN, ANSWER) is Told.LOST
    await tallies.destroy([5])
    assert not folder.exists()


async def test_a_file_that_may_not_be_read_just_now_is_not_lost(
    tallies: Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as broken:
        broken.setattr(os, "open", refused)
        with pytest.raises(OSError, match="Too many"):
            await tallies.look(5, ANN)
    assert await tallies.look(5, ANN) is Told.WELCOME


def test_the_key_of_another_check_in_opens_nothing(tmp_path: Path) -> None:
    for number in (5, 6):
        TallyFile(tmp_path, number).make(Tally.opened([ANN, BO]))
    (tmp_path / "5.tally").write_bytes((tmp_path / "6.tally").read_bytes())
    (tmp_path / "5.key").write_bytes((tmp_path / "6.key").read_bytes())
    with pytest.raises(TallyLost):
        TallyFile(tmp_path, 5).read()
    assert sorted(kept_in(tmp_path)) == [5, 6]
