"""What members say about one time of a meeting, and who waits for a place where there is a limit."""

from bot.features.meetings.answers.answering import Answering
from bot.features.meetings.answers.model import Answered, Outcome

__all__ = ["Answered", "Answering", "Outcome"]
