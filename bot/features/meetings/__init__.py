"""Meetings of a group: planned by wall clock and zone, spoken of beforehand, answered privately."""

from bot.features.meetings.model import By, Choice, Meeting, MeetingState, Numbers, Occasion, Proposal
from bot.features.meetings.service import Meetings

__all__ = ["By", "Choice", "Meeting", "MeetingState", "Meetings", "Numbers", "Occasion", "Proposal"]
