"""The tallies of the check-ins that are open: read, changed and destroyed one at a time, off the event loop.

Nothing of a tally is held in memory between two answers, so there is nothing to lose with the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bot.core.questions import Band
from bot.features.checkins.tally import Tally, TallyFile, TallyLost, kept_in, prepare, tidy


class Told(StrEnum):
    """What somebody who wants to answer is told."""

    WELCOME = "welcome"
    ALREADY = "already"
    NOT_ASKED = "not_asked"
    LOST = "lost"


class Tallies:
    def __init__(self, folder: Path) -> None:
        """``folder``: where the files lie; it is made when the first one is."""
        self._folder = folder
        # a lock of threads and not of tasks: a task that is cancelled leaves its thread at work
        self._lock = threading.Lock()

    async def prepare(self) -> None:
        """Have the folder as it must be before anybody answers, and nothing half done in it.

        Raises ``OSError``, with words for the operator, for a folder that cannot be used.
        """
        await asyncio.to_thread(self._prepare)

    async def make(self, checkin_id: int, user_ids: Sequence[int]) -> None:
        """Raises ``OSError`` if it cannot be kept."""
        await asyncio.to_thread(self._make, checkin_id, user_ids)

    async def read(self, checkin_id: int) -> Tally:
        """Raises ``TallyLost``."""
        return await asyncio.to_thread(self._file(checkin_id).read)

    async def look(self, checkin_id: int, user_id: int) -> Told:
        """Whether this person may answer now."""
        try:
            return _told(await self.read(checkin_id), user_id)
        except TallyLost:
            return Told.LOST

    async def count(self, checkin_id: int, user_id: int, bands: Mapping[int, Band]) -> Told:
        """Count this person's answers, once; they are on the disk when this returns ``WELCOME``."""
        return await asyncio.to_thread(self._count, checkin_id, user_id, bands)

    async def destroy(self, checkin_ids: Iterable[int]) -> None:
        """Raises ``OSError`` for one that could not be, once the others are."""
        await asyncio.to_thread(self._destroy, tuple(checkin_ids))

    async def kept(self) -> dict[int, datetime]:
        """The check-ins of which there is a file, and when it was last written."""
        return await asyncio.to_thread(self._kept)

    def _kept(self) -> dict[int, datetime]:
        # one that is just being made, for somebody who waits for it no longer, is seen as well
        with self._lock:
            return kept_in(self._folder)

    def _file(self, checkin_id: int) -> TallyFile:
        return TallyFile(self._folder, checkin_id)

    def _prepare(self) -> None:
        with self._lock:
            prepare(self._folder)
            tidy(self._folder)

    def _make(self, checkin_id: int, user_ids: Sequence[int]) -> None:
        with self._lock:
            prepare(self._folder)
            self._file(checkin_id).make(Tally.opened(user_ids))

    def _count(self, checkin_id: int, user_id: int, bands: Mapping[int, Band]) -> Told:
        with self._lock:
            file = self._file(checkin_id)
            try:
                tally = file.read()
            except TallyLost:
                return Told.LOST
            told = _told(tally, user_id)
            if told is Told.WELCOME:
                file.write(tally.answered(user_id, bands))
            return told

    def _destroy(self, checkin_ids: tuple[int, ...]) -> None:
        with self._lock, contextlib.ExitStack() as each:
            for checkin_id in checkin_ids:
                each.callback(self._file(checkin_id).destroy)


def _told(tally: Tally, user_id: int) -> Told:
    if tally.may_answer(user_id):
        return Told.WELCOME
    return Told.ALREADY if tally.has_answered(user_id) else Told.NOT_ASKED
