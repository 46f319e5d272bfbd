"""Whether the evening went as it must: each thing happened exactly once, and nobody saw what they may not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.care import CARE, is_card
from bot.demo.eyes import Seen
from bot.demo.keeping import KEEPING
from bot.demo.meeting import MEETING
from bot.demo.night import AWAY, COMING, LISTENING, WELCOME_IN, Night
from bot.demo.people import Person

REMINDERS = 5
"""Two of each of two meetings, and one more because the first was moved."""
CHANGED = "This meeting has changed."
PROMPTLY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must be so; it is if there are no problems."""

    what: str
    problems: tuple[str, ...]


def judge(night: Night) -> list[Finding]:
    """Look at the server once more, and at what was noted."""
    checks: list[tuple[str, Callable[[Night], Iterable[str]]]] = [
        ("Every room was made once", rooms),
        ("The agreement was posted once and pinned once", agreement),
        ("There was one card for each request", cards),
        ("Each who was welcomed in, and the one who was not, was told once", words),
        ("Each reminder came once, at its time, one of them after an outage", reminders),
        ("The clocks changed, and the meeting stayed at half past seven", clock_change),
        ("The desk saw how many, and not who", numbers),
        ("Reminders and requests called nobody", calls),
        ("The room was open to its members and to nobody else", room_access),
        ("The desk was open to the facilitators and to nobody else", desk_access),
        ("The safeguarding room was open to the lead and the backup alone", safeguarding_access),
        *MEETING,
        *KEEPING,
        *CARE,
        ("What was answered to one person, nobody else saw", private_answers),
        ("Nothing in public named anybody", public),
        ("Who was erased is not known any more", erased),
        ("Database, journal and log hold no id of a person and nobody's words", traces),
        ("Nothing went wrong unseen", errors),
    ]
    with night.eyes.still():
        return [Finding(what, tuple(check(night))) for what, check in checks]


def rooms(night: Night) -> Iterable[str]:
    lead, facilitator = night.cast.lead, night.cast.facilitator
    for person, name in ((facilitator, night.room), (facilitator, night.desk), (lead, night.safeguarding)):
        count = night.eyes.names(person.actor).count(name)
        if count != 1:
            yield f"{person.name} sees #{name} {count} times."
    every = night.eyes.every_name()
    yield from (f"There are {every.count(name)} called {name}." for name in set(every) if every.count(name) > 1)
    (categories, known) = (night.eyes.categories(lead.actor), {night.lobby, night.room, night.desk, night.safeguarding})
    if len(categories) != 1 or set(every) - known != set(categories):
        yield f"Beside the lobby there are: {', '.join(sorted(set(every) - {night.lobby}))}."


def agreement(night: Night) -> Iterable[str]:
    seen = night.cast.facilitator.sees(night.room)
    pinned = [message for message in seen if message.pinned]
    if len(pinned) != 1:
        yield f"{len(pinned)} messages are pinned in the room."
    for message in pinned:
        copies = [other for other in seen if other.words == message.words]
        if len(copies) != 1:
            yield f"The agreement stands in the room {len(copies)} times."
    if any(message.line for message in seen):
        yield "The line that Discord writes when something is pinned was left standing."


def cards(night: Night) -> Iterable[str]:
    asked = [person.id for person in night.cast.asking]
    shown = [user_id for card in night.cards for user_id in card.names]
    yield from (f"{_name(night, one)} has {shown.count(one)} cards." for one in asked if shown.count(one) != 1)
    if set(shown) - set(asked):
        yield "There was a card for somebody who had not asked."
    now = night.cast.facilitator.sees(night.desk)
    if any(WELCOME_IN in seen.buttons for seen in now):
        yield "A card that was answered can still be pressed."


def words(night: Night) -> Iterable[str]:
    told = [*night.welcomed, *([night.declined] if night.declined else [])]
    if not night.welcomed or night.declined is None:
        yield "Nobody was welcomed in, or nobody turned away."
    for person in told:
        count = len(night.told(person))
        if count != 1:
            yield f"{person.name} was told {count} times."


def reminders(night: Night) -> Iterable[str]:
    seen = _reminders(night)
    if len(night.due) != REMINDERS:
        yield f"The evening waited for {len(night.due)} reminders, not for {REMINDERS}."
    if len(seen) != len(night.due):
        yield f"{len(seen)} reminders stand in the room, and {len(night.due)} were due."
    for due in night.due:
        # a message's time is kept in whole thousandths of a second
        expected = (due.back or due.at).replace(microsecond=0)
        there = [one for one in seen if expected <= one.at <= expected + PROMPTLY]
        if len(there) != 1:
            yield f"{len(there)} reminders came at {expected:%d %B %H:%M} UTC, when one was due."


def clock_change(night: Night) -> Iterable[str]:
    starts = sorted({due.starts_at for due in night.due})
    named = sorted({at for one in _reminders(night) for at in one.instants})
    if named != starts:
        yield f"The reminders speak of {_times(named)}; the meetings are at {_times(starts)}."
    local = {at.astimezone(night.cast.facilitator.place).time() for at in named}
    if len(local) != 1 or len({at.time() for at in named}) != 2:
        yield "The meeting did not stay at its time of day, or the clocks did not change."


def numbers(night: Night) -> Iterable[str]:
    if len(night.numbers) != 1:
        yield f"{len(night.numbers)} cards of the meeting stand on the desk."
    answered = {answer.person.name for answer in night.cast.journal if answer.did in _ANSWERS}
    holding = {person.id for person in night.facilitators}
    for card in night.numbers:
        if {*card.calls, *card.names} - holding or any(name in card.text for name in answered):
            yield "The meeting's card says who answered."
        if len(re.findall(r"\b1\b", card.text)) < len(_ANSWERS):
            yield f"Three people gave three answers, and the card says: {card.text}"


def calls(night: Night) -> Iterable[str]:
    for message in _reminders(night):
        if message.calls or message.names or "@everyone" in message.text or "@here" in message.text:
            yield f"The reminder of {message.at:%d %B %H:%M} mentions somebody."
    for person in night.facilitators:
        if any(night.eyes.rings(seen) for seen in person.sees(night.desk) if not is_card(seen)):
            yield f"A request on the desk rang at {person.name}'s."
            return


def room_access(night: Night) -> Iterable[str]:
    yield from _access(night, night.room, {*_names(night.members), *_names(night.facilitators)})
    for person in night.outsiders:
        if night.eyes.could_read(person.actor, night.room):
            yield f"{person.name} can read #{night.room}."


def desk_access(night: Night) -> Iterable[str]:
    yield from _access(night, night.desk, set(_names(night.facilitators)))


def safeguarding_access(night: Night) -> Iterable[str]:
    yield from _access(night, night.safeguarding, {night.cast.lead.name, night.cast.backup.name})


def private_answers(night: Night) -> Iterable[str]:
    if not night.cast.journal:
        yield "Nobody did anything."
    answers = {seen.id: answer for answer in night.cast.journal for seen in answer.seen}
    for person in night.cast.everybody:
        for seen in night.eyes.everything(person.actor):
            answer = answers.get(seen.id)
            if answer is not None and answer.person is not person:
                yield f"{person.name} can read what {answer.person.name} got for {answer.did}."
    yield from (
        f"What {answer.person.name} got for {answer.did} was not private."
        for answer in night.cast.journal
        if any(not seen.private for seen in answer.seen)
    )


def public(night: Night) -> Iterable[str]:
    people = night.cast.everybody
    for name, channel in night.eyes.channels(night.cast.stranger.actor).items():
        for seen in night.eyes.look(night.cast.stranger.actor, channel):
            if seen.private:
                continue
            named = [person.name for person in people if re.search(rf"\b{person.name}\b", seen.text)]
            named += [_name(night, user_id) for user_id in (*seen.names, *seen.calls)]
            yield from (f"#{name} names {one} for everybody to read." for one in sorted(set(named)))


def erased(night: Night) -> Iterable[str]:
    if not night.gone:
        yield "Nobody left, and nobody was erased."
    texts = {look.text for look in night.looks}
    if len(night.looks) != 2 or len(texts) != 1 or not texts.pop():
        yield "The one who was erased does not read what a stranger reads."


def traces(night: Night) -> Iterable[str]:
    kinds = {"the database": ".db", "its journal": "-wal", "the log": ".log"}
    for what, ending in kinds.items():
        if not any(name.endswith(ending) for name in night.traces.looked_at):
            yield f"Nobody looked into {what}."
    yield from sorted(night.traces.found)


def errors(night: Night) -> Iterable[str]:
    yield from (f"{type(error).__name__}: {error}" for error in night.swallowed())
    lines = night.log.read_text(encoding="utf-8").splitlines()
    yield from (line for line in lines if re.match(r"(WARNING|ERROR|CRITICAL) ", line))


_ANSWERS = tuple(f"[{label}]" for label in (COMING, LISTENING, AWAY))


def _access(night: Night, room: str, allowed: set[str]) -> Iterable[str]:
    for person in night.cast.everybody:
        inside = room in night.eyes.names(person.actor)
        if inside and person.name not in allowed:
            yield f"{person.name} sees #{room}."
        elif not inside and person.name in allowed:
            yield f"{person.name} cannot see #{room}."


def _reminders(night: Night) -> list[Seen]:
    """Also those that now say that the meeting has changed."""
    seen = night.cast.facilitator.sees(night.room)
    return [one for one in seen if COMING in one.buttons or CHANGED in one.text]


def _name(night: Night, user_id: int) -> str:
    return night.eyes.person_name(user_id)


def _names(people: Iterable[Person]) -> list[str]:
    return [person.name for person in people]


def _times(instants: Iterable[datetime]) -> str:
    return ", ".join(f"{at:%d %B %H:%M} UTC" for at in instants) or "no time"
