"""Discord's own event about the next time of a meeting, for the groups that want one."""

from bot.features.meetings.events.service import EVENT, Events

__all__ = ["EVENT", "Events"]
