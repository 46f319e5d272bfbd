"""One server's beginning: who its safeguarding lead and backup are, its time zone, and the rooms all groups need."""

from bot.features.setup.model import Health
from bot.features.setup.service import Setup

__all__ = ["Health", "Setup"]
