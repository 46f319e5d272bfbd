"""The real command line on a clock that is as far ahead as the file named in ``HOPPING`` says. Run it by its path."""

from __future__ import annotations

import functools
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import bot.cli.run as running
from bot.cli import main
from bot.core.clock import utc_now
from bot.services import open_services
from bot.timers import LoopBell

LOOKS_EVERY = 0.1  # seconds: how soon the timers notice that the clock has been moved


def later() -> datetime:
    return utc_now() + timedelta(seconds=float(Path(os.environ["HOPPING"]).read_text()))


if __name__ == "__main__":
    running.open_services = functools.partial(open_services, clock=later, make_bell=LoopBell, safety_tick=LOOKS_EVERY)
    sys.exit(main())
