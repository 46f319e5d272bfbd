"""A group that closes: for a while, in a break, or for good, in the archive."""

from bot.features.groups.closing.archive import Archive
from bot.features.groups.closing.breaks import Breaks

__all__ = ["Archive", "Breaks"]
