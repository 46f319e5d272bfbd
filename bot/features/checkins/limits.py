"""How rarely a group may be asked: what is said again and again of a small group can be compared, and is a burden."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.calendar import at_local
from bot.core.errors import UserError
from bot.core.questions import Template
from bot.features.checkins import store
from bot.features.checkins.model import Checkin
from bot.features.groups import Group
from bot.storage import Tx

LastMet = Callable[[Tx, Group], Awaitable[datetime | None]]
"""Gives when the last meeting began that the group has held; None if it never met."""

A_WEEK: Final = timedelta(days=7)
"""How far apart what is asked once a meeting is asked in a group that never met."""

COMPARED_WITHIN: Final = 14
"""Days within which two summaries are close enough to be compared."""

_IN_TIME: Final = timedelta(hours=1)


class NotYet(UserError):
    """Not now, but from ``day`` on, on the clocks of ``zone``; without a day, once the group has met again."""

    def __init__(self, key: str, day: date | None, zone: ZoneInfo, **values: object) -> None:
        super().__init__(key, **values, **({"day": at_local(day, time(), zone)} if day else {}))
        self.day = day


async def never_met(tx: Tx, group: Group) -> datetime | None:
    """For a bot without meetings."""
    return None


class Limits:
    """Days are those of the group's own calendar, so that a change of the clocks makes no week too short."""

    def __init__(self, last_met: LastMet) -> None:
        self._last_met = last_met

    async def once(self, tx: Tx, group: Group, asked: Template, *, at: datetime, zone: ZoneInfo) -> None:
        """Raises ``NotYet`` if at that instant it is too soon after the last time.

        At most one a meeting and one of the group's health in four weeks: a rule of this project's own. One that was
        ended before its time, or lost, said nothing and does not count.
        """
        last = await store.last_opened(tx, group.guild_id, group.id, asked.id)
        if last is None:
            return
        apart = asked.apart
        if apart is None:
            met = await self._last_met(tx, group)
            if met is not None:
                _refuse_before_meeting(last, met, zone)
                return
            apart = A_WEEK
        opened = _day(last.opened_at, zone)
        if _day(at, zone) < opened + apart:
            raise NotYet("checkins.not_yet", opened + apart, zone, title=asked.title, last=last.opened_at)

    async def apart(
        self,
        tx: Tx,
        group: Group,
        asked: Template,
        people: Collection[int],
        *,
        now: datetime,
        closes_at: datetime,
        zone: ZoneInfo,
    ) -> None:
        """Raises ``NotYet`` if what is said could be compared with what was said of almost the same people.

        Where all but one or two are the same, two summaries within 14 days may give away what the others said: a rule
        of this project's own.
        """
        before = await self._said_before(tx, group, asked, now)
        if before is None or before.eligible is None:
            return
        gap = (_day(closes_at, zone) - _day(_shown_at(before), zone)).days
        if gap < COMPARED_WITHIN and 1 <= await _changed(tx, before, before.eligible, people) <= 2:
            wait = timedelta(days=COMPARED_WITHIN - gap)
            raise NotYet("checkins.not_yet_changed", _day(now, zone) + wait, zone, title=asked.title)

    async def _said_before(self, tx: Tx, group: Group, asked: Template, now: datetime) -> Checkin | None:
        """The last of that template of which a sentence was shown, while it is known whom it was for."""
        since = now - store.ASKED_LASTS
        closed = await store.ended_since(tx, group.guild_id, group.id, asked.id, since)
        return next((one for one in closed if one.says_something), None)


def _refuse_before_meeting(last: Checkin, met: datetime, zone: ZoneInfo) -> None:
    if last.opened_at >= met:
        raise NotYet("checkins.once_a_meeting", None, zone, title=last.asked.title)


async def _changed(tx: Tx, before: Checkin, number: int, people: Collection[int]) -> int:
    """How many came and how many went; somebody who had themselves erased has gone."""
    known = await store.people_asked(tx, before)
    return len(known ^ set(people)) + number - len(known)


def _shown_at(before: Checkin) -> datetime:
    """When its sentences were due, unless they were much later: the random while after that is no matter of days."""
    ended_at = before.ended_at or before.closes_at
    return before.closes_at if ended_at - before.closes_at < _IN_TIME else ended_at


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
