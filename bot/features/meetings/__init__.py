"""Meetings of a group: planned by wall clock and zone, spoken of beforehand, answered privately."""

from bot.features.meetings.model import Choice, Meeting, MeetingState, Numbers, Occasion, Proposal
from bot.features.meetings.service import Meetings

__all__ = ["Choice", "Meeting", "MeetingState", "Meetings", "Numbers", "Occasion", "Proposal"]
