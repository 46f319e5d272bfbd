"""Looking without touching: is what is kept readable, and does anything stand still."""

from __future__ import annotations

from bot.core.clock import utc_now
from bot.features.checkins.overheard import overhearing
from bot.outbox import Outbox
from bot.settings import Settings
from bot.storage import Database
from bot.timers import LoopBell, Timers


async def check(settings: Settings) -> bool:
    """Print how things stand; gives whether all is well. Raises ``OperatorError`` if the database cannot be read.

    The settings themselves were checked in loading them. Nothing is changed, and a running bot is not disturbed.
    """
    print(f"Settings and texts in {settings.config_dir}: all is well.")
    heard = overhearing()
    for one in heard:
        print(f"No check-in can be opened: {one}.")
    db = Database(settings.database_url, settings.key)
    try:
        if not await db.look():
            print("The database is made, or brought up to date, at the next start.")
            return not heard
        print("The database is up to date, and the key opens it.")
        return await _standing_still(db) and not heard
    finally:
        await db.close()


async def _standing_still(db: Database) -> bool:
    stuck = await Outbox(db, utc_now).stuck()
    failing = await Timers(db, utc_now, LoopBell).failing()
    for errand in stuck:
        print(f"Not posted: {errand.count} of kind {errand.kind} ({errand.state}, {errand.problem})")
    for timer in failing:
        print(f"Failing: {timer.count} timers of kind {timer.kind} ({timer.problem})")
    if not stuck and not failing:
        print("Nothing stands still.")
    return not stuck and not failing
