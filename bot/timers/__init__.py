"""What must happen at a time. A table is the truth; a bell only says when to look."""

from bot.timers.bell import Bell, BellMaker, LoopBell, SchedulerBells
from bot.timers.timers import Due, Timers

__all__ = ["Bell", "BellMaker", "Due", "LoopBell", "SchedulerBells", "Timers"]
