"""An evening of a group on SimCord, in the terminal; needs the ``demo`` extra."""

from __future__ import annotations

from bot.demo.playing import main

__all__ = ["main"]
