"""Identifiers that carry no time, no order and no person."""

from __future__ import annotations

import secrets

CODE_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
"""No vowels, so that no word can form; no letter that looks like a digit."""


def new_id() -> int:
    """A row id, made before the insert: 53 random bits, so that every client and JSON reader holds it exactly."""
    return secrets.randbits(53) + 1


def new_mark() -> int:
    """The component id by which a message of ours is found again: 31 random bits, never 0, which Discord fills in."""
    return secrets.randbelow(2**31 - 1) + 1


def new_code(length: int = 6) -> str:
    """A short code that a person can read out and that says nothing."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(length))
