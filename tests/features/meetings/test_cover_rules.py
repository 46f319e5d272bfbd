"""What is to be done about a meeting that nobody holds: by a table of cases, and whatever happens when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.features.meetings.cover.model import GRACE, LOOKS, Step, steps_due

STARTS = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
BACKUP, LEAD, ALONE, OFF = Step.BACKUP, Step.LEAD, Step.ALONE, Step.OFF
Done = dict[Step, int]


def before(minutes: int) -> datetime:
    return STARTS - timedelta(minutes=minutes)


def due(minutes: int, done: Done | None = None, *, covered: bool = False) -> list[Step]:
    at = {step: before(when) for step, when in (done or {}).items()}
    return steps_due(starts_at=STARTS, now=before(minutes), covered=covered, done=at)


DAY, HOUR = 24 * 60, 60
BOTH: Done = {BACKUP: DAY, LEAD: 2 * HOUR}

# minutes before the start, what was done so many minutes before it, what is to be done
CASES: list[tuple[str, int, Done, list[Step]]] = [
    ("early", DAY + 1, {}, []),
    ("a day before", DAY, {}, [BACKUP]),
    ("once", DAY - 1, {BACKUP: DAY}, []),
    ("two hours before", 2 * HOUR, {BACKUP: DAY}, [LEAD]),
    ("once as well", 2 * HOUR - 1, BOTH, []),
    ("nobody in the end", 30, BOTH, [OFF]),
    ("a minute sooner", 31, BOTH, []),
    ("only once", 29, {**BOTH, OFF: 30}, []),
    ("planned in the afternoon", 5 * HOUR, {}, [BACKUP]),
    ("planned an hour before", HOUR, {}, [BACKUP, LEAD]),
    ("who was asked an hour before has half of it", 30, {BACKUP: HOUR, LEAD: HOUR}, [OFF]),
    ("who was asked just before that has longer", 30, {BACKUP: 35, LEAD: 35}, []),
    ("and then it is called off", 10, {BACKUP: 35, LEAD: 35}, [OFF]),
    ("back after an outage, with nobody asked", 25, {}, [BACKUP, LEAD]),
    ("they have until ten minutes before", 11, {BACKUP: 25, LEAD: 25}, []),
    ("which are over", 10, {BACKUP: 25, LEAD: 25}, [OFF]),
    ("back after an outage, with the backup asked", 25, {BACKUP: DAY}, [LEAD]),
    ("and the lead has time", 24, {BACKUP: DAY, LEAD: 25}, []),
    ("back at the last moment", 3, {}, [BACKUP, LEAD]),
    ("then until the start", 1, {BACKUP: 3, LEAD: 3}, []),
    ("the start", 0, {BACKUP: 3, LEAD: 3}, [OFF]),
    ("a little late", -4, {BACKUP: 3, LEAD: 3}, [OFF]),
    ("too late", -5, {BACKUP: 3, LEAD: 3}, []),
    ("back after the start", -1, {}, []),
    ("taken back early", 3 * HOUR, {ALONE: 3 * HOUR, BACKUP: DAY}, []),
    ("taken back late", 20, {ALONE: 20, **BOTH}, []),
    ("taken back late, and nobody comes", 10, {ALONE: 20, **BOTH}, [OFF]),
    ("taken back late, with nobody asked yet", 20, {ALONE: 20}, [BACKUP, LEAD]),
]


@pytest.mark.parametrize(("minutes", "done", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_due(minutes: int, done: Done, expected: list[Step]) -> None:
    assert due(minutes, done) == expected
    assert due(minutes, done, covered=True) == []


Events = st.lists(st.tuples(st.integers(-10, 3 * DAY), st.sampled_from(["confirms", "cannot"])), max_size=6)
Away = st.lists(st.tuples(st.integers(-20, 3 * DAY), st.integers(1, 2 * DAY)), max_size=3)


@given(planned=st.integers(1, 3 * DAY), events=Events, away=Away)
@example(planned=3 * DAY, events=[], away=[(0, 3 * DAY)])
@example(planned=1, events=[], away=[(1, 1)])
def test_no_meeting_begins_without_a_keeper_or_a_notice(
    planned: int, events: list[tuple[int, str]], away: list[tuple[int, int]]
) -> None:
    """Minute by minute, whoever confirms or takes it back, and however long the bot is away meanwhile."""
    done: dict[Step, datetime] = {}
    covered, looks = False, False
    happens = {minute: what for minute, what in events if minute <= planned}
    looked_at = {planned, *(int(length.total_seconds() / 60) for length in LOOKS)}
    for minutes in range(planned, -int(GRACE.total_seconds() / 60), -1):
        now = before(minutes)
        running = not any(end <= minutes < end + length for end, length in away)
        looks = looks or minutes in looked_at or minutes in happens
        if running and minutes in happens and Step.OFF not in done:
            if covered and happens[minutes] == "cannot":
                done[ALONE] = now
            covered = happens[minutes] == "confirms"
        if running and looks:
            looks = False
            for step in steps_due(starts_at=STARTS, now=now, covered=covered, done=done):
                assert not covered, "what somebody holds is never called off"
                assert step not in done, "each step once"
                assert step is not OFF or (done and max(done.values()) < now), "somebody was asked, and had time"
                done[step] = now
    was_away = any(end <= 0 < end + length for end, length in away)
    # back at the very start: there is no moment left in which somebody could be asked and answer
    unasked = not done and any(end <= 1 < end + length for end, length in away)
    taken_back_too_late = done.get(ALONE, STARTS - GRACE) >= STARTS
    assert covered or OFF in done or was_away or unasked or taken_back_too_late
