"""A kind note to somebody who wished for one, should they be away for a while."""

from bot.features.meetings.absence.absence import Absence
from bot.features.meetings.absence.model import Notice, Spell

__all__ = ["Absence", "Notice", "Spell"]
