"""The running tally of one open check-in: one sealed file of a fixed size, beside a key that exists only for it.

Nothing of an answer is ever written elsewhere, not even that one came. The file is replaced whole and synced before
the person is thanked, and what is in memory changes after the file has. At the end file and key are overwritten and
removed. Somebody who copies the folder again and again while the check-in is open can compare the copies: the key lies
beside the file, so that a restart loses nothing. The members' text says so.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import os
import secrets
import stat
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.questions import MOST_QUESTIONS, Band
from bot.features.checkins.release import Counts

MOST_ELIGIBLE = 128
TOKEN = 16
NONCE = 12
NEW = ".new"
"""Ends the name of a file that is not whole yet."""
NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)
"""What the system says where a file was and is none any more."""
BANDS = (Band.LOW, Band.MID, Band.HIGH)
_SHAPE = struct.Struct(f">32sH{MOST_ELIGIBLE * TOKEN}s{MOST_ELIGIBLE}s{MOST_QUESTIONS * len(BANDS)}H")
"""Secret, how many are eligible, their tokens, which of these have answered, and the counts."""


class TallyLost(Exception):
    """The file or its key is gone or damaged: the answers cannot be counted any more."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Who may answer, who has, and how the answers fell, all by tokens that mean nothing without ``secret``."""

    secret: bytes
    eligible: tuple[bytes, ...]
    seen: frozenset[bytes]
    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def opened(cls, user_ids: Sequence[int]) -> Self:
        """A tally for these people. Raises ``ValueError`` for more than the file has room for."""
        if len(user_ids) > MOST_ELIGIBLE:
            raise ValueError(f"at most {MOST_ELIGIBLE} people can answer one check-in")
        secret = secrets.token_bytes(32)
        # in order of the tokens: the order of the list given must not be kept
        tokens = tuple(sorted(_token(secret, user_id) for user_id in user_ids))
        return cls(secret, tokens, frozenset(), ((0,) * len(BANDS),) * MOST_QUESTIONS)

    def may_answer(self, user_id: int) -> bool:
        token = _token(self.secret, user_id)
        return token in self.eligible and token not in self.seen

    def has_answered(self, user_id: int) -> bool:
        return _token(self.secret, user_id) in self.seen

    def answered(self, user_id: int, bands: Mapping[int, Band]) -> Self:
        """The tally with this person's answers, by the questions' places; what they left out is not in ``bands``."""
        assert self.may_answer(user_id)
        counts = [list(question) for question in self.counts]
        for place, band in bands.items():
            counts[place][BANDS.index(band)] += 1
        return replace(
            self,
            seen=self.seen | {_token(self.secret, user_id)},
            counts=tuple(tuple(question) for question in counts),
        )

    def of(self, place: int) -> Counts:
        low, mid, high = self.counts[place]
        return Counts(low=low, mid=mid, high=high)

    def packed(self) -> bytes:
        """Always the same number of bytes, whoever has answered."""
        answered = bytes(token in self.seen for token in self.eligible)
        flat = [count for question in self.counts for count in question]
        return _SHAPE.pack(self.secret, len(self.eligible), b"".join(self.eligible), answered, *flat)

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        secret, people, tokens, answered, *flat = _SHAPE.unpack(packed)
        eligible = tuple(tokens[place * TOKEN : (place + 1) * TOKEN] for place in range(people))
        seen = frozenset(token for token, flag in zip(eligible, answered, strict=False) if flag)
        width = len(BANDS)
        counts = tuple(tuple(flat[place * width : (place + 1) * width]) for place in range(MOST_QUESTIONS))
        return cls(secret, eligible, seen, counts)


class TallyFile:
    """Where one tally lives while its check-in is open."""

    def __init__(self, folder: Path, checkin_id: int) -> None:
        self._folder = folder
        self._sealed = folder / f"{checkin_id}.tally"
        self._key = folder / f"{checkin_id}.key"
        self._bound = str(checkin_id).encode()

    def make(self, tally: Tally) -> None:
        """Make key and file, in a folder that was prepared."""
        _write_whole(self._key, AESGCM.generate_key(256))
        self.write(tally)

    def write(self, tally: Tally) -> None:
        """Replace the file whole; when this returns, it has reached the disk."""
        nonce = os.urandom(NONCE)
        sealed = AESGCM(_read(self._key)).encrypt(nonce, tally.packed(), self._bound)
        _write_whole(self._sealed, nonce + sealed)

    def read(self) -> Tally:
        """The tally. Raises ``TallyLost``."""
        try:
            sealed, key = _read(self._sealed), _read(self._key)
            return Tally.unpacked(AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], self._bound))
        except (InvalidTag, ValueError, struct.error) as error:
            raise TallyLost from error
        except OSError as error:
            if error.errno not in NO_FILE:
                raise  # it may be read another time
            raise TallyLost from error

    def destroy(self) -> None:
        """Overwrite and remove both, the key first: without it the file is noise.

        What is gone already is no mistake. Raises ``OSError`` for what could not be, once the rest is done.
        """
        with contextlib.ExitStack() as last_first:
            if self._folder.is_dir():
                last_first.callback(_sync_folder, self._folder)
            for path in (_beside(self._sealed), _beside(self._key), self._sealed, self._key):
                last_first.callback(_destroy, path)


def prepare(folder: Path) -> None:
    """Make the folder, for this process's user alone. Raises ``OSError`` if it cannot be private, or written to."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    # in a place that all may write to, somebody else may have been there first
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} is not a folder of this process's own user")
    folder.chmod(0o700)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written to")


def tidy(folder: Path) -> None:
    """Remove what a crash left half done: beside the whole file it would show the one answer that lies between."""
    for path, _ in _ours(folder):
        if path.suffix == NEW:
            path.unlink(missing_ok=True)


def kept_in(folder: Path) -> dict[int, datetime]:
    """The check-ins that have a file in the folder, and when the newest of each was written."""
    kept: dict[int, datetime] = {}
    for path, written in _ours(folder):
        checkin_id = int(path.name.partition(".")[0])
        kept[checkin_id] = max(written, kept.get(checkin_id, written))
    return kept


def _ours(folder: Path) -> Iterator[tuple[Path, datetime]]:
    """Our own files in the folder, and when each was written; links and what is somebody else's are left alone."""
    for path in folder.iterdir() if folder.is_dir() else ():
        name, _, ending = path.name.partition(".")
        if name.isdecimal() and ending.removesuffix(NEW) in ("tally", "key"):
            with contextlib.suppress(FileNotFoundError):
                found = path.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
                    yield path, datetime.fromtimestamp(found.st_mtime, UTC)


def _token(secret: bytes, user_id: int) -> bytes:
    return hmac.new(secret, user_id.to_bytes(8), hashlib.sha256).digest()[:TOKEN]


def _beside(path: Path) -> Path:
    return path.with_name(path.name + NEW)


def _strictly(path: str, flags: int) -> int:
    # a link leads out of the folder, and a pipe would be waited for
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, stat.S_IRUSR | stat.S_IWUSR)


def _read(path: Path) -> bytes:
    with open(path, "rb", opener=_strictly) as file:
        return file.read()


def _write_whole(path: Path, content: bytes) -> None:
    new = _beside(path)
    new.unlink(missing_ok=True)
    try:
        with open(new, "xb", opener=_strictly) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _destroy(path: Path) -> None:
    """Overwrite and remove; what cannot be overwritten is removed all the same."""
    with contextlib.suppress(FileNotFoundError):
        try:
            with open(path, "r+b", opener=_strictly) as file:
                file.write(os.urandom(os.fstat(file.fileno()).st_size))
                file.flush()
                os.fsync(file.fileno())
        finally:
            path.unlink()


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
