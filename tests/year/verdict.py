"""What Discord shows at the end of the year, held against what should have been said."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.wire.ids import made_at
from tests.year.ledger import Ledger
from tests.year.oracle import PROMPTLY, Expected, Oracle, Said
from tests.year.town import Circle, Town

REMINDER = re.compile(r"^Your meeting starts <t:(\d+):R>")
UNDELIVERED = re.compile(r"^A reminder of \*\*(.+?)\*\* did not go out\. .*<t:(\d+):")
NO_MEETING = re.compile(r"There is no meeting <t:(\d+)")
CARD = re.compile(r"<t:(\d+):\w>\nComing: ")

RIGHTLY_REFUSED = {
    "meetings.move_past_until",
    "meetings.move_not_the_last",
    "meetings.move_short_month",
    "meetings.same_time",
    "meetings.change_begun",
    "meetings.move_passed",
}
"""Why what somebody wants of a meeting may be refused to them."""


@dataclass(slots=True)
class Shown:
    """What is to be seen of one group: when which reminder was posted, how often it was told that one was not."""

    posts: dict[datetime, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[datetime] = field(default_factory=Counter[datetime])
    cards: Counter[datetime] = field(default_factory=Counter[datetime])
    notices: Counter[datetime] = field(default_factory=Counter[datetime])
    """How often it was said that there is no meeting then."""


@dataclass(slots=True)
class Verdict:
    counts: Counter[str] = field(default_factory=Counter[str])
    complaints: list[str] = field(default_factory=list[str])


def _all_shown(town: Town, ledger: Ledger) -> dict[str, Shown]:
    """What was posted about the meetings of each group."""
    shown = {circle.name: Shown() for circle in town.circles}
    rooms = {circle.room.id: shown[circle.name] for circle in town.circles}
    desks = {circle.desk.id: shown[circle.name] for circle in town.circles}
    for message_id, (channel_id, text) in ledger.said.items():
        if channel_id in rooms and (found := REMINDER.search(text)):
            rooms[channel_id].posts[_instant(found[1])].append(datetime.fromtimestamp(made_at(message_id), UTC))
        if channel_id in rooms and (found := NO_MEETING.search(text)):
            rooms[channel_id].notices[_instant(found[1])] += 1
        if channel_id in desks and (found := UNDELIVERED.search(text)):
            desks[channel_id].told[_instant(found[2])] += 1
        if channel_id in desks and (found := CARD.search(text)):
            desks[channel_id].cards[_instant(found[1])] += 1
    return shown


def judge(town: Town, ledger: Ledger, oracle: Oracle) -> Verdict:
    verdict, shown = Verdict(), _all_shown(town, ledger)
    for told in town.read.values():
        if found := UNDELIVERED.search(told.text):
            shown[found[1]].told[_instant(found[2])] += 1
            verdict.counts["told to a lead"] += 1
    for circle in town.circles:
        expected = defaultdict[datetime, list[Expected]](list)
        for plan in circle.plans:
            for start, reminders in oracle.expected(plan, circle.room.id):
                expected[start] += reminders
        _count(oracle, circle, verdict.counts)
        found = _compare(oracle, circle, expected, shown[circle.name], verdict.counts)
        refused = [change.refused for plan in circle.plans for change in plan.changes.values() if change.refused]
        found = [*found, *(f"refused: {each}" for each in refused if each not in RIGHTLY_REFUSED)]
        for complaint in (*found, *_called_off(oracle, circle, shown[circle.name], verdict.counts)):
            verdict.complaints.append(f"{circle.name}: {complaint}")
    return verdict


def _count(oracle: Oracle, circle: Circle, counts: Counter[str]) -> None:
    """What was done with a group's meetings."""
    planned = [plan for plan in circle.plans if plan.planned_at is not None]
    changes = [change for plan in planned for change in plan.changes.values()]
    done = [change for change in changes if change.done_at is not None]
    counts["meetings"] += len(planned)
    counts["called off"] += sum(off is not None and off.surely for plan in planned for off in oracle.all_off(plan))
    counts["refused"] += sum(bool(change.refused) for change in changes)
    counts["of all that follow"] += sum(change.following for change in done)
    counts["moved"] += sum(change.to is not None for change in done)
    counts["left out"] += sum(change.to is None for change in done)


def _instant(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _compare(
    oracle: Oracle, circle: Circle, expected: dict[datetime, list[Expected]], shown: Shown, counts: Counter[str]
) -> Iterator[str]:
    for start in sorted(expected.keys() | shown.posts.keys() | shown.told.keys() | shown.cards.keys()):
        reminders, posts, told = expected.get(start, []), shown.posts.get(start, []), shown.told[start]
        counts["times"] += bool(reminders)
        counts["reminders"] += len(reminders)
        counts["posted"] += len(posts)
        counts["told"] += told
        counts["cards"] += shown.cards[start]
        counts["posted late"] += _late(reminders, posts)
        if not any(_fits(oracle, circle, reminders, said, posts, told) for said in _sayings(reminders)):
            yield f"{_line(start, reminders)}, but {_listed(posts)} posted, {told} told"
        if any(at >= start + timedelta(seconds=1) for at in posts):
            yield f"{_line(start, reminders)}, but posted after the start: {_listed(posts)}"
        if shown.cards[start] > 1:
            yield f"{_line(start, reminders)}, but {shown.cards[start]} cards"


def _called_off(oracle: Oracle, circle: Circle, shown: Shown, counts: Counter[str]) -> Iterator[str]:
    """What is wrong with what was said of times that do not take place."""
    wanted = {start: wanted for plan in circle.plans for start, wanted in oracle.notices(plan, circle.room.id)}
    for start in sorted(wanted.keys() | shown.notices.keys()):
        said, could = shown.notices[start], wanted.get(start, {0})
        counts["notices"] += said
        if said not in could:
            yield f"meeting at {start:%Y-%m-%d %H:%M}: {said} notices that there is none, not {sorted(could)}"


def _sayings(reminders: Sequence[Expected]) -> Iterator[tuple[Said, ...]]:
    return itertools.product(*(sorted(each.could) for each in reminders))


def _fits(
    oracle: Oracle,
    circle: Circle,
    reminders: Sequence[Expected],
    said: Sequence[Said],
    posts: Sequence[datetime],
    told: int,
) -> bool:
    posted = [reminder for reminder, what in zip(reminders, said, strict=True) if what in (Said.POSTED, Said.BOTH)]
    if len(posted) != len(posts) or said.count(Said.TOLD) + said.count(Said.BOTH) != told:
        return False
    return all(
        at >= reminder.since - timedelta(milliseconds=2) and oracle.explained(circle.room.id, reminder, at)
        for reminder, at in zip(posted, sorted(posts), strict=True)
    )


def _late(reminders: Sequence[Expected], posts: Sequence[datetime]) -> int:
    prompt = [reminder.due for reminder in reminders]
    return sum(not any(due <= at <= due + PROMPTLY for due in prompt) for at in posts)


def _line(start: datetime, reminders: Sequence[Expected]) -> str:
    listed = "; ".join(f"due {each.due:%m-%d %H:%M:%S} {'/'.join(sorted(each.could))}" for each in reminders)
    return f"meeting at {start:%Y-%m-%d %H:%M}: [{listed}]"


def _listed(posts: Sequence[datetime]) -> str:
    return ", ".join(f"{at:%m-%d %H:%M:%S.%f}"[:-3] for at in posts) or "none"
