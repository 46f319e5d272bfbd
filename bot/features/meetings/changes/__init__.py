"""What becomes of single times of a meeting, or of all that follow: moved, left out, changed, and held after all."""

from bot.features.meetings.changes.model import Reason, Told
from bot.features.meetings.changes.service import Changes

__all__ = ["Changes", "Reason", "Told"]
