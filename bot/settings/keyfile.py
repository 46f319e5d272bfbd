"""The operator's key: 32 random bytes as base64-url text, read from a place that only the operator can read."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def new_key() -> str:
    """A fresh key as text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def read_key(text: str, file: Path | None, data: Path | None) -> bytes:
    """The key in ``text``, or in ``file`` if one is given; ``data`` is the data folder, where it must not be.

    Raises ValueError(what is wrong, what is allowed), never repeating the key.
    """
    return decode_key(text if file is None else _read_file(file, data))


def decode_key(text: str) -> bytes:
    """32 bytes from base64-url text, with or without its padding. Raises ValueError as ``read_key`` does."""
    wanted = text.strip().rstrip("=")
    try:
        key = base64.b64decode(wanted + "=" * (-len(wanted) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("is not base64-url text", "a key as `circlekeeper init DIR` makes it") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"has {len(key)} bytes", f"{KEY_BYTES} bytes, as `circlekeeper init DIR` makes them")
    return key


def _read_file(file: Path, data: Path | None) -> str:
    if data and file.resolve().is_relative_to(data):
        raise ValueError(
            f"is inside the data folder {data}, so a copy of the data would be a copy of the key",
            "a file in a folder of its own, such as keys/circlekeeper.key",
        )
    try:
        # Windows has no such modes, and answers as if all could read.
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise ValueError(f"({file}) can be read by other people on this machine", f"run: chmod 600 {file}")
        return file.read_text(encoding="ascii")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ValueError(
            f"({file}) cannot be read ({reason})", "put the key back, or make one with `circlekeeper init DIR`"
        ) from None
    except UnicodeDecodeError:
        raise ValueError(f"({file}) is not base64-url text", "a key as `circlekeeper init DIR` makes it") from None
