"""Somebody facilitates a group for one meeting, because nobody else could."""

from bot.features.groups.covering.covering import Covering

__all__ = ["Covering"]
