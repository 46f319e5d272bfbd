"""Circle rounds of a meeting: each in turn may speak or pass, and nobody is named as having passed."""

from bot.features.meetings.rounds.model import Heard, Press, Round, RoundState
from bot.features.meetings.rounds.rounds import Rounds

__all__ = ["Heard", "Press", "Round", "RoundState", "Rounds"]
