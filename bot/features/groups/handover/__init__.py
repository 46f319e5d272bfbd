"""Handing a group over: one facilitator writes, the next confirms."""

from bot.features.groups.handover.handovers import Handovers
from bot.features.groups.handover.model import Handing, Handover, HandoverState, Kind, PassedOn

__all__ = ["Handing", "Handover", "HandoverState", "Handovers", "Kind", "PassedOn"]
