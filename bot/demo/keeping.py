"""Whether the group was kept as it must be: its own point, its room, who visits it, and who waits for a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bot.demo.eyes import Seen
from bot.demo.night import AGREE, ASK, MEND, STAY, TAKE_PLACE, VISIT, Night
from bot.demo.people import Answer, Person
from bot.demo.watch import Change

AMISS, PUT_RIGHT = "as it should be.", "It has been put right."
VISITING, VISITED, VISITORS = "would like to visit first", "You have visited a meeting", "Visitors"
WAITING, OFFERED = "is on the waiting list", "there is a place for you"


def own_point(night: Night) -> Iterable[str]:
    notes = night.keeping
    if notes.preview is None or not notes.point or notes.point not in notes.preview.text:
        yield "The group's own point was not shown before it was posted."
    if any(notes.point in seen.text for seen in notes.before_posting):
        yield "The group's own point stood in the room before it was posted."
    if not any(seen.pinned and notes.point in seen.text for seen in night.cast.facilitator.sees(night.room)):
        yield "The group's own point is not in the agreement that is pinned."
    for person in night.cast.asking:
        if not any(notes.point in read.text for read in _agreements(night, person)):
            yield f"{person.name} was not shown the group's own point before asking."
    if any(AGREE in seen.buttons for seen in night.cast.facilitator.sees(night.room)):
        yield "Members are asked to agree again, and nobody had agreed to anything older."


def opened_by_hand(night: Night) -> Iterable[str]:
    notes, let_in = night.keeping, night.keeping.let_in
    if let_in is None or not notes.read_meanwhile:
        yield "Nobody was let into the room by hand."
        return
    # what stood in the room before is new to them
    noticed = [change for change in notes.noticed if change.person is not let_in or change.seen.place != night.room]
    yield from _on_both_cards(night, noticed, "noticed")
    if any(not change.new or AMISS not in change.seen.text or change.rings for change in noticed):
        yield "Something else changed when the room was opened, or somebody was called."
    yield from _on_both_cards(night, notes.mended, "mended")
    if any(one.new or PUT_RIGHT not in one.seen.text or MEND in one.seen.buttons for one in notes.mended):
        yield "A card does not say that it has been put right."
    if night.eyes.could_read(let_in.actor, night.room):
        yield f"{let_in.name} can still read the room."


def visit(night: Night) -> Iterable[str]:
    notes, visitor = night.keeping, night.keeping.visitor
    if visitor is None or notes.asked is None or notes.stayed is None or notes.people is None:
        yield "Nobody visited the group."
        return
    for card in night.cards:
        if (VISITING in card.text) != (visitor.id in card.names):
            yield "The desk was not told rightly who wanted to visit first."
    asked = [(person, seen) for person in night.cast.everybody for seen in _told(night, person, VISITED)]
    if [person for person, _ in asked] != [visitor] or not all(seen.private for _, seen in asked):
        yield f"{len(asked)} questions about a visit can be read, and one was to be, by {visitor.name} alone."
    if notes.ended_at is None or any(seen.at < notes.ended_at for _, seen in asked):
        yield f"{visitor.name} was asked before the meeting was over."
    yield from (
        f"Something in #{change.seen.place} told {change.person.name} of it."
        for change in notes.stirred
        if visitor.id in change.seen.names or visitor.name in change.seen.text or STAY in change.seen.buttons
    )
    if visitor.id not in notes.people.seen[0].names or VISITORS in notes.people.text:
        yield f"{visitor.name} pressed [{STAY}], and is no member."


def waiting(night: Night) -> Iterable[str]:
    notes, person = night.keeping, night.keeping.waiting
    if person is None or notes.offered is None:
        yield "Nobody waited for a place."
        return
    if notes.read_early:
        yield f"{person.name} could read the room while waiting for a place."
    offers = _told(night, person, OFFERED)
    if len(offers) != 1 or TAKE_PLACE not in offers[0].buttons:
        yield f"{person.name} was offered {len(offers)} places."
    yield from (
        f"When somebody left, {change.person.name} saw something of it in #{change.seen.place}."
        for change in notes.left
    )
    if person not in night.members or night.room not in night.eyes.names(person.actor):
        yield f"{person.name} took the place, and is not in the room."
    cards = [seen for seen in night.cast.facilitator.sees(night.desk) if WAITING in seen.text]
    if len(cards) != 1 or any(seen.names or seen.calls for seen in cards):
        yield "The desk does not say once, and without a name, that somebody waits."


def _agreements(night: Night, person: Person) -> Iterator[Answer]:
    """What they read after they pressed a button to come in."""
    return (
        answer for answer in night.cast.journal if answer.person is person and answer.did in (f"[{ASK}]", f"[{VISIT}]")
    )


def _told(night: Night, person: Person, words: str) -> list[Seen]:
    return [seen for seen in night.eyes.everything(person.actor) if words in seen.text]


def _on_both_cards(night: Night, changes: Iterable[Change], what: str) -> Iterator[str]:
    """Each who can mend it has it on one card, and nobody else has."""
    told = sorted((change.person.name, change.seen.place) for change in changes)
    desk = [(person.name, night.desk) for person in night.facilitators]
    leads = [(person.name, night.safeguarding) for person in (night.cast.lead, night.cast.backup)]
    if told != sorted([*desk, *leads]):
        yield f"That it was {what} was told to: {', '.join(f'{name} in #{place}' for name, place in told) or 'nobody'}."


KEEPING: list[tuple[str, Callable[[Night], Iterable[str]]]] = [
    ("The group's own point was shown first, and everybody who came agreed to it", own_point),
    ("What was opened by hand was noticed by all who can mend it, and mended", opened_by_hand),
    ("Who visited was asked once, after the meeting and in private, and stayed", visit),
    ("A free place was offered once and taken, and nobody was told who left", waiting),
]
