"""Founding a group and keeping it: its name, what it takes, who is in it."""

from bot.features.groups.keeping.founding import Founding
from bot.features.groups.keeping.keeping import Keeping

__all__ = ["Founding", "Keeping"]
