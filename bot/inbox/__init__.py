"""A word to one person, when no interaction is open: delivered once, by the first way that is open."""

from bot.inbox.inbox import Inbox
from bot.inbox.model import State, Word

__all__ = ["Inbox", "State", "Word"]
