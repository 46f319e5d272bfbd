"""Sealing of ids and texts: the operator's key wraps the data keys, and the data keys seal what is stored.

Ids use AES-SIV (RFC 5297), which gives the same seal for the same id in the same server, so that it can be looked up
and joined; texts use AES-GCM with a fresh nonce, bound to their table and row.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from bot.core.errors import OperatorError

NONCE = 12
WRONG_KEY = (
    "The key does not open this database: it was made with another CIRCLEKEEPER_KEY. "
    "Start with the key that belongs to it, or with an empty database."
)


@dataclass(frozen=True, slots=True)
class WrappedKeys:
    """The data keys as the database keeps them; useless without the operator's key."""

    ids: bytes
    texts: bytes


class Vault:
    """Seals and opens with data keys held in memory only."""

    def __init__(self, ids: bytes, texts: bytes) -> None:
        self._raw = (ids, texts)
        self._ids = AESSIV(ids)
        self._texts = AESGCM(texts)

    @classmethod
    def fresh(cls) -> Self:
        return cls(AESSIV.generate_key(512), AESGCM.generate_key(256))

    @classmethod
    def unwrap(cls, wrapped: WrappedKeys, master: bytes) -> Self:
        """Open the data keys. Raises ``OperatorError`` if ``master`` (32 bytes) did not wrap them."""
        try:
            return cls(_open(master, wrapped.ids, b"ids"), _open(master, wrapped.texts, b"texts"))
        except InvalidTag:
            raise OperatorError(WRONG_KEY) from None

    def wrap(self, master: bytes) -> WrappedKeys:
        """The same data keys under ``master``: all that a change of the operator's key has to write."""
        ids, texts = self._raw
        return WrappedKeys(ids=_seal(master, ids, b"ids"), texts=_seal(master, texts, b"texts"))

    def seal_id(self, user_id: int, guild_id: int) -> bytes:
        """24 bytes that stand for a person in one server; another server's seal of the same person is unlike it."""
        return self._ids.encrypt(user_id.to_bytes(8), [guild_id.to_bytes(8)])

    def open_id(self, sealed: bytes, guild_id: int) -> int:
        """The Discord user id. Raises ``InvalidTag`` for another server's seal or a changed one."""
        return int.from_bytes(self._ids.decrypt(sealed, [guild_id.to_bytes(8)]))

    def seal(self, text: str, table: str, row: int | str) -> bytes:
        """A text bound to its table and row: moved elsewhere it cannot be opened."""
        nonce = os.urandom(NONCE)
        return nonce + self._texts.encrypt(nonce, text.encode(), f"{table}:{row}".encode())

    def open(self, sealed: bytes, table: str, row: int | str) -> str:
        """The text. Raises ``InvalidTag`` if it was changed or moved."""
        return _decrypt(self._texts, sealed, f"{table}:{row}".encode()).decode()


def _seal(master: bytes, key: bytes, purpose: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(master).encrypt(nonce, key, b"circlekeeper:" + purpose)


def _open(master: bytes, wrapped: bytes, purpose: bytes) -> bytes:
    return _decrypt(AESGCM(master), wrapped, b"circlekeeper:" + purpose)


def _decrypt(key: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    if len(sealed) < NONCE:
        raise InvalidTag
    return key.decrypt(sealed[:NONCE], sealed[NONCE:], bound_to)
