"""What is coming in a group as a file that other calendars read (RFC 5545)."""

from bot.features.meetings.calendar.clocks import zone_component
from bot.features.meetings.calendar.file import Labels, calendar_file

__all__ = ["Labels", "calendar_file", "zone_component"]
