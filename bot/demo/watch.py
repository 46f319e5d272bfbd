"""Everybody's screens, looked at again and again for what has come onto them or changed there."""

from __future__ import annotations

from dataclasses import dataclass

from bot.demo.eyes import Seen
from bot.demo.people import Cast, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A message that is new on somebody's screen, or not as it was, and not what they got for what they did."""

    person: Person
    seen: Seen
    new: bool
    rings: frozenset[int]
    """Whom it notified."""


class Watch:
    """Remembers how every screen stood the last time."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._before = self._look()

    def changes(self) -> tuple[Change, ...]:
        """What has come or changed since the last time, or since the beginning."""
        now, before = self._look(), self._before
        self._before = now
        own = {(answer.person.id, seen.id) for answer in self._cast.journal for seen in answer.seen}
        return tuple(
            Change(person=person, seen=seen, new=key not in before, rings=person.eyes.rings(seen))
            for key, (person, seen) in now.items()
            if key not in own and (key not in before or _face(before[key][1]) != _face(seen))
        )

    def _look(self) -> dict[tuple[int, int], tuple[Person, Seen]]:
        return {
            (person.id, seen.id): (person, seen)
            for person in self._cast.everybody
            for seen in person.eyes.everything(person.actor)
        }


def _face(seen: Seen) -> tuple[object, ...]:
    return seen.words, seen.buttons, seen.choices, seen.pinned
