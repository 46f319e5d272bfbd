"""Parts of the evening that belong together."""

from __future__ import annotations

from bot.demo.scenes.checkin import CheckinScenes
from bot.demo.scenes.concern import ConcernScenes
from bot.demo.scenes.help import HelpScenes
from bot.demo.scenes.keeping import KeepingScenes
from bot.demo.scenes.meeting import MeetingScenes
from bot.demo.scenes.play import Play, filled

__all__ = ["CheckinScenes", "ConcernScenes", "HelpScenes", "KeepingScenes", "MeetingScenes", "Play", "filled"]
