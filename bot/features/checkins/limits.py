"""How rarely a group may be asked: what is said again and again of a small group can be compared, and is a burden."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
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

COMPARED_WITHIN: Final = timedelta(days=14)
"""Within which two summaries are close enough to be compared."""

A_DAY: Final = timedelta(days=1)
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

    def __init__(self, last_met: LastMet, templates: Mapping[str, Template]) -> None:
        self._last_met = last_met
        self._templates = templates

    async def once(self, tx: Tx, group: Group, asked: Template, *, at: datetime, zone: ZoneInfo) -> None:
        """Raises ``NotYet`` if at that instant it is too soon after the last time.

        At most one a meeting and one of the group's health in four weeks: a rule of this project's own. One that was
        ended before its time, or lost, said nothing and does not count.
        """
        met = await self._last_met(tx, group) if asked.apart is None else None
        apart = A_WEEK if asked.apart is None else asked.apart
        since = at - apart - A_DAY if met is None else met
        recent = await store.opened_since(tx, group.guild_id, group.id, since)
        last = next((one for one in recent if self._counts(one.asked, asked)), None)
        if last is None:
            return
        if met is not None:
            raise NotYet("checkins.once_a_meeting", None, zone, title=last.asked.title)
        opened_on = _day(last.opened_at, zone)
        if _day(at, zone) < opened_on + apart:
            raise NotYet("checkins.not_yet", opened_on + apart, zone, title=last.asked.title, last=last.opened_at)

    def _counts(self, before: Template, asked: Template) -> bool:
        """Whether it was asked when ``before`` was: by that name or another, or as what is asked once a meeting."""
        known = self._templates.get(before.id)
        if asked.apart is None and known is not None and known.apart is None:
            return True
        return before.id == asked.id or _texts(before) == _texts(asked)

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
        wait = timedelta()
        for before in await _said_before(tx, group, asked, now):
            gap = _day(closes_at, zone) - _day(_shown_at(before), zone)
            if gap < COMPARED_WITHIN and await _almost_the_same(tx, before, people):
                wait = max(wait, COMPARED_WITHIN - gap)
        if wait:
            raise NotYet("checkins.not_yet_changed", _day(now, zone) + wait, zone, title=asked.title)


async def _said_before(tx: Tx, group: Group, asked: Template, now: datetime) -> list[Checkin]:
    """Those with a question of these that showed a sentence, while it is known whom they were for."""
    closed = await store.ended_since(tx, group.guild_id, group.id, now - store.ASKED_LASTS)
    return [one for one in closed if one.says_something and _texts(one.asked) & _texts(asked)]


def _texts(template: Template) -> set[str]:
    return {question.text.casefold() for question in template.questions}


async def _almost_the_same(tx: Tx, before: Checkin, people: Collection[int]) -> bool:
    """Whether one or two may have come or gone since.

    Somebody who had themselves erased has gone, or is one of those who seem to be new.
    """
    if before.eligible is None:
        return False
    known, now = await store.people_asked(tx, before), set(people)
    erased = before.eligible - len(known)
    changed = len(known ^ now) + erased
    back = min(erased, len(now - known))
    return any(1 <= changed - 2 * returned <= 2 for returned in range(back + 1))


def _shown_at(before: Checkin) -> datetime:
    """When its sentences were due, unless they were much later: the random while after that is no matter of days."""
    ended_at = before.ended_at or before.closes_at
    return before.closes_at if ended_at - before.closes_at < _IN_TIME else ended_at


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
