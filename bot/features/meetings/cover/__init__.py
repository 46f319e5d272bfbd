"""Who will be there to hold a meeting, and what happens while nobody will."""

from bot.features.meetings.cover.cover import Cover
from bot.features.meetings.cover.model import Covered

__all__ = ["Cover", "Covered"]
