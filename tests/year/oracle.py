"""What should have been said, reckoned day by day and by hand, from what was planned and what happened.

It knows the rules in its own words and uses nothing of the bot: each reminder is due so long before its meeting; who
comes too late for it says the next one alone; who comes after the start says so on the desk, of the last one missed.
Where facilitators are to confirm, a time that none has confirmed half an hour before is called off.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.tz import resolve_imaginary

from tests.year.ledger import Ledger
from tests.year.plans import SHORTEST_MONTH, Change, Plan, is_last

DAY = timedelta(days=1)
PROMPTLY = timedelta(seconds=15)
"""Within this time what is due is posted, if nothing stands in the way: so many at once, and so many a second."""
COMES_ROUND = timedelta(minutes=12)
"""After trouble has ended, within this time it is tried again: the longest pause, and an attempt that hangs."""
SAME = timedelta(seconds=2)
"""What happens so near to the end of a process may have been done by it, or by the next."""


ASKED_BEFORE, LEAD_BEFORE = timedelta(hours=24), timedelta(hours=2)
"""When the backup and the lead are asked for a meeting that no facilitator has confirmed."""
OFF_BEFORE, TO_ANSWER, GRACE = timedelta(minutes=30), timedelta(minutes=10), timedelta(minutes=5)
"""It is called off so long before, by who was asked that long before that at least; no longer so long after."""


class Said(StrEnum):
    POSTED = "posted"
    TOLD = "told"
    """The keepers were told that it did not go out."""
    BOTH = "posted and told"
    """Its answer was lost, and then Discord refused: in doubt the keepers are told."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Expected:
    """One reminder: what may have come of it, and since when it could be said."""

    due: datetime
    could: frozenset[Said]
    since: datetime
    surely: datetime


@dataclass(frozen=True, slots=True)
class CalledOff:
    """At some instant from ``since`` to ``upto``, if ``surely``; otherwise perhaps."""

    since: datetime
    upto: datetime
    surely: bool


def days(plan: Plan, upto: date) -> Iterator[date]:
    """The days on which it takes place."""
    day, count = plan.first, 0
    while day <= upto and (plan.until is None or day <= plan.until) and (plan.times is None or count < plan.times):
        if _falls_on(plan, day):
            count += 1
            yield day
        day += DAY


def _falls_on(plan: Plan, day: date) -> bool:
    passed = (day - plan.first).days
    match plan.repeat.value:
        case "none":
            return passed == 0
        case "daily":
            return True
        case "weekly":
            return passed % 7 == 0
        case "fortnightly":
            return passed % 14 == 0
        case "monthly":
            last = calendar.monthrange(day.year, day.month)[1]
            return day.day == min(plan.first.day, last)
        case "monthly_by_weekday" if plan.first.day <= SHORTEST_MONTH:
            return day.weekday() == plan.first.weekday() and (plan.first.day - 1) // 7 == (day.day - 1) // 7
        case _:
            return day.weekday() == plan.first.weekday() and is_last(day)


def _end(plan: Plan, day: date) -> Change | None:
    return plan.ended if plan.ended is not None and day >= plan.ended.day else None


def start_of(plan: Plan, day: date) -> datetime:
    return start_at(plan, datetime.combine(day, plan.at))


def start_at(plan: Plan, wall: datetime) -> datetime:
    """A time that the clocks leave out is as many minutes later; one that they show twice is the first."""
    return resolve_imaginary(wall.replace(tzinfo=ZoneInfo(plan.zone))).replace(fold=0).astimezone(UTC)


class Oracle:
    def __init__(self, ledger: Ledger, lengths: Sequence[timedelta], *, confirm: bool) -> None:
        """``lengths``: how long before each meeting it is spoken of. ``confirm``: whether a facilitator has to say that
        they will be there.
        """
        self._confirm = confirm
        self._ledger = ledger
        self._awake = ledger.awake
        self._lengths = sorted(lengths, reverse=True)
        self._ends = ledger.awake[-1].end

    def expected(self, plan: Plan, room_id: int) -> Iterator[tuple[datetime, list[Expected]]]:
        """For each time of the meeting its start and its reminders, the earliest first."""
        if plan.planned_at is None or plan.tried_at is None:
            return
        last = (self._ends + max(self._lengths) + 2 * DAY).date()
        planned = {day: start_of(plan, day) for day in days(plan, last)}
        done = {day: change for day, change in plan.changes.items() if change.done_at is not None}
        changes = {day: change for day, change in done.items() if not change.following}
        moved = {day: start_at(plan, change.to) for day, change in changes.items() if change.to is not None}
        goes_on = [day for day in planned if plan.ended is None or day < plan.ended.day]
        in_turn = sorted((planned | moved)[day] for day in goes_on if day not in changes or day in moved)
        for day, start in planned.items():
            found = self._all(plan, room_id, start, in_turn, plan.origin)
            found = [self._until(changes.get(day), room_id, each) for each in found]
            found = [self._until(_end(plan, day), room_id, each) for each in found]
            yield start, [self._unless_called_off(plan, room_id, day, start, each) for each in found]
        for day, start in moved.items():
            found = self._all(plan, room_id, start, in_turn, changes[day])
            yield start, [self._until(_end(plan, day), room_id, each) for each in found]

    def _all(
        self, plan: Plan, room_id: int, start: datetime, in_turn: Sequence[datetime], since: Change | None
    ) -> list[Expected]:
        """The reminders of one time that is so ``since`` a change, if it was not planned so."""
        later = next((other for other in in_turn if other > start), None)
        found = [self._one(plan, room_id, start, before, later) for before in self._lengths]
        return [each if since is None else self._after(since, each) for each in found if each is not None]

    def _until(self, change: Change | None, room_id: int, expected: Expected) -> Expected:
        """Once a time is moved or left out, nothing more is said of it as it was."""
        if change is None or change.tried_at is None or change.done_at is None:
            return expected
        if expected.since > change.done_at:
            return replace(expected, could=frozenset({Said.NOTHING}))
        by_then = expected.surely + PROMPTLY < change.tried_at
        if by_then and not any(self._ledger.troubles(room_id, expected.since, change.tried_at)):
            return expected
        return replace(expected, could=expected.could | {Said.NOTHING})

    def _after(self, change: Change, expected: Expected) -> Expected:
        """What would have been due already when it was moved is not said."""
        assert change.tried_at is not None and change.done_at is not None
        if expected.due <= change.tried_at:
            return replace(expected, could=frozenset({Said.NOTHING}))
        if expected.due <= change.done_at:
            return replace(expected, could=expected.could | {Said.NOTHING})
        return expected

    def called_off(self, plan: Plan, day: date, start: datetime) -> CalledOff | None:
        """When a time of a meeting is called off, because nobody has said that they will be there."""
        assert plan.planned_at is not None and plan.tried_at is not None
        word = plan.words.get(day)
        said_at = None if word is None else word.done_at
        if day == plan.first and plan.tried_at >= start - ASKED_BEFORE:
            said_at = plan.planned_at
        looks = [(since, surely) for since, surely in self._looks(start - OFF_BEFORE) if since < start + GRACE]
        if not self._confirm or not looks or (said_at is not None and said_at < start - OFF_BEFORE):
            return None
        asked = list(self._looks(max(start - LEAD_BEFORE, plan.planned_at)))
        surely_asked = asked[-1][1] < start - OFF_BEFORE - TO_ANSWER - SAME if asked else False
        by_planning = day == plan.first and plan.planned_at >= start - ASKED_BEFORE
        in_doubt = not surely_asked or by_planning or (word is not None and word.tried_at is not None)
        upto = looks[-1][1] + SAME
        if in_doubt or upto >= start + GRACE:
            return CalledOff(start - OFF_BEFORE, start + GRACE, surely=False)
        return CalledOff(start - OFF_BEFORE, upto, surely=True)

    def all_off(self, plan: Plan) -> Iterator[CalledOff | None]:
        """For each time of a meeting that was planned whether it was called off."""
        return (self.called_off(plan, day, start_of(plan, day)) for day in days(plan, self._ends.date()))

    def notices(self, plan: Plan, room_id: int) -> Iterator[tuple[datetime, set[int]]]:
        """For each time that may not take place, how often the room may have been told so."""
        if plan.planned_at is None:
            return
        for day in days(plan, self._ends.date()):
            start = start_of(plan, day)
            off, change = self.called_off(plan, day, start), plan.changes.get(day)
            if off is not None:
                in_peace = off.surely and not any(self._ledger.troubles(room_id, off.since - COMES_ROUND, start))
                yield start, {1} if in_peace else {0, 1}
            if change is not None and change.tried_at is not None and (change.to is None or change.following):
                yield start, {0, 1}

    def _unless_called_off(self, plan: Plan, room_id: int, day: date, start: datetime, expected: Expected) -> Expected:
        off = self.called_off(plan, day, start)
        if off is None:
            return expected
        if off.surely and expected.since > off.upto:
            return replace(expected, could=frozenset({Said.NOTHING}))
        by_then = expected.surely + PROMPTLY < off.since
        if by_then and not any(self._ledger.troubles(room_id, expected.since, off.since)):
            return expected
        return replace(expected, could=expected.could | {Said.NOTHING})

    def _one(
        self, plan: Plan, room_id: int, start: datetime, before: timedelta, later: datetime | None
    ) -> Expected | None:
        assert plan.planned_at is not None and plan.tried_at is not None
        due = start - before
        if due > self._ends:
            return None
        nearer = [start - other for other in self._lengths if other < before]
        if due <= plan.planned_at and plan.origin is None:
            return self._at_planning(plan, room_id, start, due, nearer)
        could = set[Said]()
        candidates = list(self._looks(due))
        for since, surely in candidates:
            could |= self._at(room_id, start, nearer, later, since, surely)
        return Expected(due, frozenset(could), candidates[0][0], candidates[-1][1])

    def _at_planning(
        self, plan: Plan, room_id: int, start: datetime, due: datetime, nearer: Sequence[datetime]
    ) -> Expected:
        """What is overdue when a meeting is planned is said once, of its first time."""
        assert plan.planned_at is not None and plan.tried_at is not None
        if start != start_of(plan, plan.first) or any(other <= plan.tried_at for other in nearer):
            could = {Said.NOTHING}
        elif due > plan.tried_at or any(other <= plan.planned_at for other in nearer):
            could = set(Said)
        else:
            could = self._carried(room_id, start, plan.tried_at, plan.planned_at)
        return Expected(due, frozenset(could), plan.tried_at, plan.planned_at)

    def _looks(self, due: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When the process saw that it was due: the first time, and later ones if it may not have lived to act."""
        for awake in self._awake:
            if awake.end < due:
                continue
            since, surely = max(due, awake.since), max(due, awake.surely)
            yield since, surely
            if awake.end - surely > SAME:
                return

    def _at(
        self,
        room_id: int,
        start: datetime,
        nearer: Sequence[datetime],
        later: datetime | None,
        since: datetime,
        surely: datetime,
    ) -> set[Said]:
        """What may come of a reminder that is seen to be due at some instant from ``since`` to ``surely``."""
        could = set[Said]()
        surely += SAME
        if any(other <= surely for other in nearer):
            could.add(Said.NOTHING)
        if any(other <= since for other in nearer):
            return could
        if start <= surely:
            could |= {Said.TOLD} if later is None or later > surely else {Said.NOTHING, Said.TOLD}
            if later is not None and later <= since:
                could = {Said.NOTHING}
        if start > since:
            could |= self._carried(room_id, start, since, surely)
        return could

    def _carried(self, room_id: int, start: datetime, since: datetime, surely: datetime) -> set[Said]:
        """What may come of a post that is put then."""
        troubles = list(self._ledger.troubles(room_id, since - COMES_ROUND, start))
        refused = [each for each in troubles if each.refuses]
        others = [each for each in troubles if not each.refuses and each.begins <= surely + PROMPTLY]
        at_once = [each for each in refused if each.shut and each.begins <= since and each.ends >= surely + PROMPTLY]
        if at_once and not others:
            return {Said.TOLD}
        if refused and len(refused) < len(troubles):
            return {Said.POSTED, Said.TOLD, Said.BOTH}
        if refused or self._never_tried_in_peace(room_id, start, surely):
            return {Said.POSTED, Said.TOLD}
        return {Said.POSTED}

    def _never_tried_in_peace(self, room_id: int, start: datetime, since: datetime) -> bool:
        """Whether trouble followed trouble, without a pause in which it must have been tried, until the start."""
        reached = since
        for each in sorted(self._ledger.troubles(room_id, since, start), key=lambda each: each.begins):
            if each.begins > reached + COMES_ROUND:
                return False
            reached = max(reached, each.ends)
        return reached + COMES_ROUND >= start

    def explained(self, room_id: int, expected: Expected, posted_at: datetime) -> bool:
        """Whether it was said as soon as it could be."""
        if posted_at <= expected.surely + PROMPTLY:
            return True
        found = self._ledger.troubles(room_id, expected.since - COMES_ROUND, posted_at)
        return any(each.ends + COMES_ROUND >= posted_at for each in found)
