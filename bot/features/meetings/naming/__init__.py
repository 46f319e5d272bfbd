"""What is known of a time of a meeting follows when that time gets another name."""

from bot.features.meetings.naming.store import follow

__all__ = ["follow"]
