"""Anonymous check-ins: asked together, counted sealed, and answered for the whole group with a sentence a question."""

from bot.features.checkins.model import Checkin, CheckinState
from bot.features.checkins.release import Sentence
from bot.features.checkins.service import Checkins

__all__ = ["Checkin", "CheckinState", "Checkins", "Sentence"]
