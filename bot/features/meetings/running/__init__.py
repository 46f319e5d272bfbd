"""A meeting that takes place: opening it, who is there while it is open, and closing it."""

from bot.features.meetings.running.held import Held
from bot.features.meetings.running.model import Aside, AsideState, Closing, Opening
from bot.features.meetings.running.running import Running

__all__ = ["Aside", "AsideState", "Closing", "Held", "Opening", "Running"]
