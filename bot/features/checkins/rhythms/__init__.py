"""Check-ins that come round: every few weeks, or after each meeting."""

from bot.features.checkins.rhythms.model import USUALLY_AT, Every, Rhythm
from bot.features.checkins.rhythms.rhythms import Rhythms

__all__ = ["USUALLY_AT", "Every", "Rhythm", "Rhythms"]
