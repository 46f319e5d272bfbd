"""An evening of a group on SimCord, in the terminal and in the browser; needs the ``demo`` extra."""

from __future__ import annotations

from bot.demo.browser import show
from bot.demo.playing import main

__all__ = ["main", "show"]
