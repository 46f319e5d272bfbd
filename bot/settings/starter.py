"""Where the files that Circlekeeper ships for operators to edit are found."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def starter_dir() -> Path:
    """The shipped ``config`` folder: inside the package when installed, beside it in a checkout."""
    installed = _PACKAGE / "starter"
    return installed if installed.is_dir() else _PACKAGE.parent / "config"
