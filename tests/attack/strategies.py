"""How the attacker goes about it: each strategy alone, so that one that finds nothing hides no other."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from bot.core.questions import Band
from tests.attack.evidence import Act, Answers, Copy, Evidence
from tests.attack.rows import Change, Names, changes, vote, whole
from tests.attack.score import Guess

NEAR = timedelta(minutes=16)
"""Who was seen so shortly before is the likeliest to have done something that was not seen."""


@dataclass
class Reading:
    """The evidence as every strategy needs it, made once."""

    evidence: Evidence

    @cached_property
    def copies(self) -> list[Copy]:
        """Those that differ from the one before: that he made another copy tells nothing."""
        return [copy for before, copy in _pairs(self.evidence.copies) if before is None or _differs(before, copy)]

    @cached_property
    def names(self) -> Names:
        return Names(self.evidence.roster, self.evidence.seal)

    @cached_property
    def changes(self) -> list[Change]:
        return changes(self.copies)

    def named(self, change: Change) -> set[int]:
        return self.names.in_row(change.after)

    def vote(self, change: Change) -> dict[int, Band | None]:
        return vote(change, self.evidence.questions)


Strategy = Callable[[Reading], Guess]


def rows_in_order(reading: Reading) -> Guess:
    """The rows as they lie in the tables at the end: the first who answered gave the first answers."""
    return _in_order(reading, lambda change: change.place)


def log_replayed(reading: Reading) -> Guess:
    """The rows as they were written: the log keeps each commit, and their order."""
    return _together(reading, lambda change: change.commit) or _in_order(reading, lambda change: change.commit)


def copies_compared(reading: Reading) -> Guess:
    """What differs between two copies: whoever is named with an answer gave it."""
    return _together(reading, lambda change: change.window) or Guess()


def unexplained(reading: Reading) -> Guess:
    """Something changed, and nobody was seen to do anything: who had just been there?"""
    return Guess(near(reading.evidence.acts, [copy.at for copy in reading.copies[1:-1]]))


def ids_in_bytes(reading: Reading) -> Guess:
    """Whose id, in any of the ways to write it, came into any file, into its unused parts too."""
    fresh = b"".join(itertools.chain.from_iterable(_fresh(*pair) for pair in itertools.pairwise(reading.copies)))
    return Guess(frozenset(reading.names.in_bytes(fresh)) or None)


def ids_in_logs(reading: Reading) -> Guess:
    said = "\n".join(copy.said for copy in reading.copies[1:])
    return Guess(frozenset(reading.names.in_text(said)) or None)


def times_in_logs(reading: Reading) -> Guess:
    """A line was logged, and nobody was seen to do anything."""
    return Guess(near(reading.evidence.acts, [copy.at for copy in reading.copies[1:-1] if copy.said]))


def near(acts: Sequence[Act], moments: Iterable[datetime]) -> frozenset[int] | None:
    """Who was seen last before each of these moments, at which nobody was."""
    seen = {act.at for act in acts}
    found: set[int] = set()
    for moment in moments:
        before = [act for act in acts if moment - NEAR <= act.at < moment]
        if moment not in seen and before:
            found.add(before[-1].person)
    return frozenset(found) or None


def _together(reading: Reading, when: Callable[[Change], int]) -> Guess | None:
    """One person and one answer that were written at once."""
    told: dict[int, Answers] = {}
    for _, group in itertools.groupby(reading.changes, when):
        changed = list(group)
        people = set[int]().union(*(reading.named(change) for change in changed))
        votes = [found for change in changed if (found := reading.vote(change))]
        if len(people) == 1 and votes:
            told[people.pop()] = whole(votes, reading.evidence.questions)
    return Guess(frozenset(told), told) if told else None


def _in_order(reading: Reading, order: Callable[[Change], int]) -> Guess:
    """A table that names people beside one that tells as many answers."""
    who: dict[str, list[tuple[int, int]]] = defaultdict(list)
    what: dict[str, list[tuple[int, Answers]]] = defaultdict(list)
    for change in reading.changes:
        for person in reading.named(change):
            who[change.table].append((order(change), person))
        if told := reading.vote(change):
            what[change.table].append((order(change), whole([told], reading.evidence.questions)))
    for people, answers in itertools.product(who.values(), what.values()):
        if len(people) == len(answers):
            ordered = zip(sorted(people), sorted(answers, key=lambda one: one[0]), strict=True)
            linked = {person: given for (_, person), (_, given) in ordered}
            return Guess(frozenset(linked), linked)
    return Guess()


def _pairs(copies: Sequence[Copy]) -> Iterable[tuple[Copy | None, Copy]]:
    return zip([None, *copies], copies, strict=False)


def _differs(before: Copy, copy: Copy) -> bool:
    return bool(copy.said) or copy.stats != before.stats or copy.data != before.data


def _fresh(before: Copy, copy: Copy) -> Iterable[bytes]:
    """What the files hold that they did not hold there before."""
    for name, content in copy.data.items():
        old = before.data.get(name, b"")
        if content is not old:
            pieces = range(0, len(content), 512)
            changed = [content[at : at + 512] for at in pieces if content[at : at + 512] != old[at : at + 512]]
            # joined, because what is looked for may lie across two pieces
            yield b"".join(changed) + b"\0" * 64


STRATEGIES: dict[str, Strategy] = {
    "rows in their order": rows_in_order,
    "the log replayed": log_replayed,
    "copies compared": copies_compared,
    "changes nobody was seen to make": unexplained,
    "ids in any byte": ids_in_bytes,
    "ids in the logs": ids_in_logs,
    "times in the logs": times_in_logs,
}
