"""Whether a meeting went as it must: who was told that it is moved, who saw who was there, and what is left of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from bot.demo.eyes import Seen
from bot.demo.night import ANSWER, FINE, HERE, MOVED, SOON, Night
from bot.demo.people import Person
from bot.demo.watch import Change

NOTICE, CLOSER, STEPPED = "The meetings have been moved.", "That's our time.", "stepped out of the meeting"
AN_HOUR, PROMPTLY = timedelta(hours=1), timedelta(seconds=5)


def moved(night: Night) -> Iterable[str]:
    notes = night.meeting
    if notes.asked is None or notes.moved_to is None or len(notes.answered) < 2:
        yield "No meeting was moved, or nobody had answered about it."
        return
    if notes.moved_to not in notes.asked.seen[0].instants:
        yield "The facilitator was not shown what the meeting would be moved to."
    yield from _stirred(notes.too_soon, "before the move was confirmed")
    notices = [seen for seen in _room(night) if NOTICE in seen.text]
    if len(notices) != 1 or notes.moved_to not in notices[0].instants:
        yield f"The room was told {len(notices)} times, or not when it is now."
    if any(seen.calls or seen.names or night.eyes.rings(seen) for seen in notices):
        yield "The room's notice names or calls somebody."
    yield from (f"The room's notice holds “{one}”." for one in notes.unsafe for seen in notices if one in seen.text)
    for person in night.cast.everybody:
        told = [seen for seen in night.eyes.everything(person.actor) if MOVED in seen.text]
        if len(told) != (person in notes.answered) or not all(seen.private for seen in told):
            yield f"{person.name} was told {len(told)} times that a meeting they had answered about is moved."


def reminded(night: Night) -> Iterable[str]:
    notes = night.meeting
    if notes.reminded is None:
        yield "Nobody asked to be reminded in private."
    for person in night.cast.everybody:
        letters = [seen for seen in person.eyes.letters(person.actor) if SOON in seen.text]
        wanted = sorted({due.starts_at - AN_HOUR for due in night.due}) if person is notes.reminded else []
        if len(letters) != len(wanted) or not all(map(_promptly, letters, wanted)):
            yield f"{person.name} was reminded in private {len(letters)} times, or not an hour before."
        for letter in letters:
            yield from (f"{person.name}'s reminder says “{one}”." for one in notes.unsafe if one in letter.text)


def opened(night: Night) -> Iterable[str]:
    notes, keepers = night.meeting, {person.id for person in night.facilitators}
    openers = [seen for seen in _room(night) if HERE in seen.buttons]
    starts = sorted({due.starts_at for due in night.due})
    if len(openers) != len(starts) or not all(map(_promptly, openers, starts)):
        yield f"{len(openers)} openers stand in the room, or they did not come when {len(starts)} meetings were opened."
    if any({*seen.names, *seen.calls} - keepers or night.eyes.rings(seen) for seen in openers):
        yield "An opener names somebody who is no facilitator, or calls somebody."
    if not notes.there:
        yield "Nobody said that they were there."
    yield from _stirred(notes.arriving, "when people said that they were there")
    if notes.out is None:
        yield "Nobody stepped out."
        return
    told = sorted((change.person.name, change.seen.place) for change in notes.stepped)
    if told != sorted((person.name, night.desk) for person in night.facilitators):
        yield f"That somebody stepped out was told to: {', '.join(name for name, _ in told) or 'nobody'}."
    if any(change.rings or change.seen.names != (notes.out.id,) for change in notes.stepped):
        yield f"The card does not say, without calling anybody, that it is {notes.out.name}."


def passed(night: Night) -> Iterable[str]:
    notes = night.meeting
    if notes.passing is None or len(notes.spoke) < 2 or notes.passing in notes.spoke:
        yield "Nobody passed, or fewer than two had their turn."
        return
    yield from _stirred(notes.passed, f"when {notes.passing.name} passed")
    for change in notes.circle:
        if change.person is not notes.passing and _is_of(notes.passing, change.seen):
            yield f"{change.person.name} reads of {notes.passing.name} in #{change.seen.place} during the round."
    if not any(change.rings for change in notes.circle):
        yield "Nobody was called in the round."


def forgotten(night: Night) -> Iterable[str]:
    notes = night.meeting
    if not notes.kept:
        yield "Nothing was kept of who was there while the meeting was open."
    if notes.left:
        yield f"{notes.left} rows that say who was there are left of a meeting that is closed."
    there = [*notes.there, *([notes.out] if notes.out else [])]
    for place in (night.room, night.desk):
        for seen in night.cast.facilitator.sees(place):
            of_the_meeting = notes.opened_at and notes.closed_at and notes.opened_at <= seen.at <= notes.closed_at
            if of_the_meeting and not seen.private:
                yield from (f"#{place} still says that {one.name} was there." for one in there if _is_of(one, seen))
    if any(STEPPED in seen.text for seen in night.cast.facilitator.sees(night.desk)):
        yield "The desk still says that somebody stepped out."


def closed(night: Night) -> Iterable[str]:
    notes = night.meeting
    closers = [seen for seen in _room(night) if CLOSER in seen.text]
    after = [seen for seen in _room(night) if ANSWER in seen.buttons]
    if notes.closed_at is None or notes.closing is None or not closers:
        yield "No meeting was closed."
        return
    meetings = len({due.starts_at for due in night.due})
    if len(closers) != meetings or not _promptly(closers[-1], notes.closed_at):
        yield f"{len(closers)} closers stand in the room, or the last did not come at its time."
    if len(after) != 1 or not _promptly(after[0], notes.closed_at):
        yield "The check-in did not follow the meeting at once."
    for person in night.cast.everybody:
        asked = [seen for seen in night.eyes.everything(person.actor) if FINE in seen.buttons]
        if asked and (person not in night.facilitators or not all(seen.private for seen in asked)):
            yield f"{person.name} can read how a facilitator was asked to look after themselves."
        if person is night.cast.facilitator and len(asked) != meetings:
            yield f"{person.name} was asked {len(asked)} times how it was for them."


MEETING: Sequence[tuple[str, Callable[[Night], Iterable[str]]]] = (
    ("A move was read back first, and who had answered was told once, privately", moved),
    ("Who asked for it was reminded, in words that name no group and no meeting", reminded),
    ("Nobody saw who was there, and only the facilitators who stepped out", opened),
    ("Nobody could tell who passed in the round", passed),
    ("After the close nothing said who had been there", forgotten),
    ("The check-in followed from the close, and the facilitator was asked as well", closed),
)


def _room(night: Night) -> list[Seen]:
    return [seen for seen in night.cast.facilitator.sees(night.room) if not seen.private]


def _promptly(seen: Seen, at: datetime) -> bool:
    return timedelta() <= seen.at - at.replace(microsecond=0) <= PROMPTLY


def _is_of(person: Person, seen: Seen) -> bool:
    return person.id in (*seen.names, *seen.calls)


def _stirred(changes: Sequence[Change], when: str) -> Iterator[str]:
    for change in changes:
        yield f"Something in #{change.seen.place} told {change.person.name} of it {when}."
