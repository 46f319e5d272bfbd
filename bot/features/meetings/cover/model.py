"""What is to be done about a meeting that nobody has said they will hold: plain values and pure rules.

| Before the start | While nobody has confirmed |
|---|---|
| 3 days | the card on the desk asks the facilitators |
| 24 hours | they are asked once more, privately, and the backup lead is asked |
| 2 hours | the safeguarding lead is asked |
| 30 minutes | it is called off |

What could not be done at its time is done as soon as it can be. Nothing is called off before somebody was asked and
had time to answer: those who were asked less than 40 minutes before the start have until 10 minutes before it, and
those who were asked in the last 10 minutes until it. A meeting that began while the bot was away is left alone: people
met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CARD_BEFORE = timedelta(days=3)
"""How long before its start a meeting has its card on the desk at the earliest."""
ASKED_BEFORE = timedelta(hours=24)
LEAD_BEFORE = timedelta(hours=2)
OFF_BEFORE = timedelta(minutes=30)
LAST_BEFORE = timedelta(minutes=10)
TO_ANSWER = timedelta(minutes=10)
"""How long somebody who was asked has to answer at least, unless the meeting begins."""
GRACE = timedelta(minutes=5)
"""How long after the start it can still be called off: the bot may be busy, and people wait a little."""
AFTERWARDS = timedelta(hours=3)
"""How long somebody who covers a meeting stays in the group after it, to close it and to tell the facilitators."""

LOOKS = (CARD_BEFORE, ASKED_BEFORE, LEAD_BEFORE, OFF_BEFORE, LAST_BEFORE, timedelta())
"""When, before a start, it is looked whether something is to be done."""


class Says(StrEnum):
    THERE = "there"
    """They hold it."""
    LOOKING = "looking"
    """They look for somebody who does."""


class Step(StrEnum):
    """What was done about a meeting that nobody held, each once for each time at which it was to begin."""

    BACKUP = "backup"
    """The facilitators were asked once more, and the backup lead."""
    LEAD = "lead"
    """The safeguarding lead was asked."""
    ALONE = "alone"
    """Somebody who had confirmed cannot come, and nobody else has said that they can."""
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Who will be there, and who looks for somebody; for those who keep the group alone."""

    there: tuple[int, ...] = ()
    looking: tuple[int, ...] = ()


def steps_due(*, starts_at: datetime, now: datetime, covered: bool, done: Mapping[Step, datetime]) -> list[Step]:
    """What is to be done now. ``done``: when each step was taken.

    24 hours before is 24 hours, whatever the clocks do.
    """
    if covered or Step.OFF in done:
        return []
    if now < starts_at:
        asking = {Step.BACKUP: starts_at - ASKED_BEFORE, Step.LEAD: starts_at - LEAD_BEFORE}
        due = [step for step, at in asking.items() if at <= now and step not in done]
        if due:
            return due
    return [Step.OFF] if done and off_at(starts_at, max(done.values())) <= now < starts_at + GRACE else []


def off_at(starts_at: datetime, asked_at: datetime) -> datetime:
    """When a meeting is called off for which somebody was asked last at ``asked_at``, if nobody comes forward."""
    if asked_at <= starts_at - OFF_BEFORE - TO_ANSWER:
        return starts_at - OFF_BEFORE
    if asked_at < starts_at - LAST_BEFORE:
        return starts_at - LAST_BEFORE
    return starts_at
