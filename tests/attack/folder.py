"""With copies of the check-in folder, taken again and again while a check-in is open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.questions import MOST_QUESTIONS, Band
from bot.features.checkins.tally import NONCE, Tally, TallyFile, TallyLost
from tests.attack.evidence import Answers, Copy, Evidence
from tests.attack.score import Guess
from tests.attack.strategies import Reading, near

ALIKE = 0.5
"""Two pieces of noise are alike in one byte of 256; two that were sealed with one nonce are in most."""


def with_the_key(reading: Reading) -> Guess:
    """Open each copy of the tally as the bot does: whose token is new, and which counts have grown?"""
    told: dict[int, Answers] = {}
    for before, after in pairwise(_tallies(reading.evidence)):
        for person in reading.evidence.roster:
            if after.has_answered(person) and not before.has_answered(person):
                told[person] = _grown(before, after, reading.evidence.questions)
    return Guess(frozenset(told), told) if told else Guess()


def without_the_key(reading: Reading) -> Guess:
    """Compare the sealed files: were two sealed alike, what changed between them could be seen at its place."""
    told: dict[int, Answers] = {}
    counts = MOST_QUESTIONS * len(Band) * 2
    for before, copy in pairwise(_changed(reading.evidence)):
        old, new = _sealed(before)[NONCE:], _sealed(copy)[NONCE:]
        mixed = bytes(one ^ other for one, other in zip(old, new, strict=False))
        who = near(reading.evidence.acts, [copy.at])
        if who and mixed and mixed.count(0) > ALIKE * len(mixed):
            places = mixed[-counts - 16 : -16][1::2]
            told[next(iter(who))] = _moved(places, reading.evidence.questions)
    return Guess(frozenset(told), told) if told else Guess()


def by_its_times(reading: Reading) -> Guess:
    """When the file was replaced, somebody answered: who had just been there?"""
    return Guess(near(reading.evidence.acts, [copy.at for copy in list(_changed(reading.evidence))[1:]]))


def turnout(evidence: Evidence) -> int:
    """How many answered, as the copies of the sealed file show to anybody."""
    return len(list(_changed(evidence))) - 1


def _changed(evidence: Evidence) -> Iterator[Copy]:
    """The first copy, and each one in which the file is another than in the one before; not its removal."""
    last = b""
    for copy in evidence.copies:
        sealed = _sealed(copy)
        if sealed and sealed != last:
            yield copy
        last = sealed


def _sealed(copy: Copy) -> bytes:
    return next((content for name, content in copy.folder.items() if name.endswith(".tally")), b"")


def _tallies(evidence: Evidence) -> Iterator[Tally]:
    with TemporaryDirectory() as place:
        for copy in _changed(evidence):
            for name, content in copy.folder.items():
                (Path(place) / name).write_bytes(content)
            try:
                yield TallyFile(Path(place), evidence.checkin_id).read()
            except TallyLost:
                continue


def _grown(before: Tally, after: Tally, questions: int) -> Answers:
    grown: list[Band | None] = []
    for place in range(questions):
        old, new = before.of(place), after.of(place)
        more = [band for band in Band if getattr(new, band) > getattr(old, band)]
        grown.append(more[0] if more else None)
    return tuple(grown)


def _moved(places: bytes, questions: int) -> Answers:
    bands = tuple(Band)
    rows = [places[place * len(bands) : (place + 1) * len(bands)] for place in range(questions)]
    return tuple(next((band for band, moved in zip(bands, row, strict=False) if moved), None) for row in rows)


FOLDER = {
    "the folder, file and key": with_the_key,
    "the sealed file, without its key": without_the_key,
    "the times of the sealed file": by_its_times,
}
