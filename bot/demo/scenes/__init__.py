"""Parts of the evening that can be played by themselves, once there is a group with members."""

from __future__ import annotations

from bot.demo.scenes.checkin import CheckinScenes
from bot.demo.scenes.concern import ConcernScenes
from bot.demo.scenes.help import HelpScenes
from bot.demo.scenes.play import Play

__all__ = ["CheckinScenes", "ConcernScenes", "HelpScenes", "Play"]
