"""``circlekeeper init``: a starter that can be edited and run, written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from bot.core.errors import OperatorError
from bot.settings.environment import env_template
from bot.settings.keyfile import new_key
from bot.settings.starter import starter_dir

_CONFIG = Path("config")
_ENV = Path(".env")
_KEYS = Path("keys")
_KEY_FILE = _KEYS / "circlekeeper.key"
_DATA = Path("data")
_PIECES = (_CONFIG, _ENV, _KEYS, _DATA)


def init(directory: Path) -> list[Path]:
    """Write ``config/``, ``.env``, the key and an empty data folder into ``directory``, which is made if need be.

    Returns what was written. Raises OperatorError, with nothing changed, if any of it is there already.
    """
    _refuse_existing(directory)
    made = _make_folders(directory)
    try:
        with tempfile.TemporaryDirectory(dir=directory, prefix=".circlekeeper-init-") as staging:
            _write(Path(staging))
            _move_in(Path(staging), directory)
    except OSError as error:
        for folder in made:
            folder.rmdir()
        reason = (error.strerror or type(error).__name__).lower()
        raise OperatorError(f"{directory} cannot be written ({reason}). Nothing was changed.") from error
    return [directory / piece for piece in (_CONFIG, _ENV, _KEY_FILE, _DATA)]


def next_steps(directory: Path) -> str:
    """What to do after ``init``, in plain lines."""
    return "\n".join(
        [
            f"1. Put the bot's token into {directory / _ENV} (DISCORD_TOKEN).",
            f"2. Put the name of your organisation and the address of your privacy policy into "
            f"{directory / _CONFIG / 'bot.toml'}.",
            f"3. Keep a copy of {directory / _KEY_FILE} somewhere safe, and never beside a copy of the data:"
            " without it nothing can be read.",
            f"4. Go there (cd {directory}), then: circlekeeper check, circlekeeper invite, circlekeeper run.",
        ]
    )


def _refuse_existing(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise OperatorError(f"{directory} is not a folder. Name a folder, new or empty.")
    there = [str(directory / piece) for piece in _PIECES if os.path.lexists(directory / piece)]
    if there:
        verb = "is" if len(there) == 1 else "are"
        raise OperatorError(
            f"{', '.join(there)} {verb} there already, and nothing was changed.\n"
            "Name another folder, or move away what is there (not a key whose data you still need)."
        )


def _make_folders(directory: Path) -> list[Path]:
    """Make the folder and those above it; returns the new ones, innermost first."""
    missing = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise OperatorError(f"{directory} cannot be made ({reason}). Name a folder you may write to.") from error
    return missing


def _write(staging: Path) -> None:
    shutil.copytree(starter_dir(), staging / _CONFIG, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    _write_private(staging / _ENV, env_template({"CIRCLEKEEPER_KEY_FILE": _KEY_FILE.as_posix()}))
    (staging / _KEYS).mkdir(mode=0o700)
    _write_private(staging / _KEY_FILE, new_key() + "\n")
    (staging / _DATA).mkdir(mode=0o700)


def _write_private(path: Path, text: str) -> None:
    """Made for the owner alone from its first moment, so that nobody reads it before its mode is set."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _move_in(staging: Path, directory: Path) -> None:
    moved: list[Path] = []
    try:
        for piece in _PIECES:
            (staging / piece).rename(directory / piece)
            moved.append(piece)
    except BaseException:
        for piece in moved:
            (directory / piece).rename(staging / piece)
        raise
