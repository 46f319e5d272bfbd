"""Reminders that somebody asked for, for themselves alone: when they wish, and not in their quiet hours."""

from bot.features.meetings.private.model import Quiet, Telling, Understood, Wanted, Wish
from bot.features.meetings.private.reminding import PrivateReminders

__all__ = ["PrivateReminders", "Quiet", "Telling", "Understood", "Wanted", "Wish"]
