"""The real bot on SimCord for the tests of this folder."""

from tests.simcord_bot import circle

__all__ = ["circle"]
