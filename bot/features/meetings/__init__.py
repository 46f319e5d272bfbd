"""Meetings of a group: planned by wall clock and zone, spoken of beforehand, answered privately."""

from bot.features.meetings.answers import Answered, Outcome
from bot.features.meetings.model import By, Choice, Meeting, MeetingState, Numbers, Occasion, Proposal
from bot.features.meetings.service import Meetings
from bot.features.meetings.timetable import Change, OccasionState, Place, Where

__all__ = [
    "Answered",
    "By",
    "Change",
    "Choice",
    "Meeting",
    "MeetingState",
    "Meetings",
    "Numbers",
    "Occasion",
    "OccasionState",
    "Outcome",
    "Place",
    "Proposal",
    "Where",
]
