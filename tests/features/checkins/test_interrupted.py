"""Something fails at each line of answering and of closing: nothing is counted twice, lost, left behind or told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.errors import UserError
from bot.core.questions import Band
from bot.features import checkins
from bot.features.checkins import Checkin, CheckinState, Sentence
from bot.features.checkins.opening import LATEST
from bot.features.checkins.tally import Tally, TallyFile
from bot.storage import Database
from bot.timers.timers import LONGEST_RETRY
from tests.conftest import StepClock
from tests.databases import KEY, migrated_sqlite
from tests.features.checkins.asked import HIGH, LOW, Asked
from tests.features.checkins.saboteur import TOLD, Injection, Line, Saboteur, every, written
from tests.features.groups.village import FAY, GUILD

APART = timedelta(days=40)
FAILURES = (OSError, RuntimeError, asyncio.CancelledError, MemoryError)


@pytest.fixture
async def asked(clock: StepClock, tmp_path: Path) -> AsyncGenerator[Asked]:
    db = Database(migrated_sqlite(tmp_path), KEY)
    await db.open()
    made = Asked(db, clock, folder=tmp_path / "checkins")
    await made.seat()
    yield made
    await made.checkins.close()
    await db.close()


def snapshot(asked: Asked) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in asked.folder.iterdir()}


def tally_of(asked: Asked, checkin: Checkin) -> Tally:
    return TallyFile(asked.folder, checkin.id).read()


async def asked_and_answered(asked: Asked) -> Checkin:
    """The next one, so long after the last that it may be opened, with five answers alike."""
    asked.clock.now += APART
    checkin = await asked.open()
    file = TallyFile(asked.folder, checkin.id)
    tally = file.read()
    for user_id in asked.people[:5]:
        tally = tally.answered(user_id, {0: Band.HIGH, 1: Band.HIGH})
    file.write(tally)
    return checkin


async def answered(asked: Asked, checkin: Checkin) -> str:
    """What came of an answer: the key of a refusal, the kind of an exception, or nothing."""
    try:
        await asked.answer(checkin, asked.people[0], LOW, HIGH)
    except UserError as refused:
        return refused.key
    except FAILURES as error:
        return type(error).__name__
    return ""


async def lines_of_answering(asked: Asked, saboteur: Saboteur, checkin: Checkin) -> list[Line]:
    with saboteur.watching():
        assert await answered(asked, checkin) == ""
        return saboteur.passed


async def test_an_answer_interrupted_at_any_line_counts_once_and_leaves_nothing_half_done(
    asked: Asked, size: str, caplog: pytest.LogCaptureFixture
) -> None:
    saboteur = Saboteur(checkins)
    checkin = await asked.open()
    opened = snapshot(asked)
    lines = await lines_of_answering(asked, saboteur, checkin)
    assert len(lines) > 60
    caplog.set_level(logging.DEBUG, logger="bot")
    for line, fail in every(lines, size):
        for path, content in opened.items():
            path.write_bytes(content)
        with saboteur.watching(line, fail):
            told = await answered(asked, checkin)
        assert line in saboteur.passed
        assert told, f"{line} was passed, and they were thanked"
        assert asked.files == [path.name for path in sorted(opened)], line
        counted = tally_of(asked, checkin)
        assert await answered(asked, checkin) == ("checkins.already" if counted.seen else ""), line
        counted = tally_of(asked, checkin)
        assert (len(counted.seen), counted.of(0).low, counted.of(1).high) == (1, 1, 1), line
    assert caplog.records == [], "not a line is logged below the cog"


async def ended(asked: Asked, checkin: Checkin) -> Checkin:
    """Let the process begin anew, and what is to be retried come due."""
    asked.clock.now += LONGEST_RETRY
    await asked.again()
    await asked.due()
    return await asked.reread(checkin)


async def test_a_closing_interrupted_at_any_line_happens_once_and_destroys_all(asked: Asked, size: str) -> None:
    saboteur = Saboteur(checkins)
    todo: list[Injection] = [(None, RuntimeError)]
    lines: list[Line] = []
    with written() as log:
        for line, fail in todo:
            checkin = await asked_and_answered(asked)
            posted = asked.posted("results")
            asked.clock.now = checkin.closes_at + timedelta(seconds=LATEST)
            with saboteur.watching(line, fail), suppress(*FAILURES):
                await asked.due()
            if line is None:
                lines = saboteur.passed
                todo += every(lines, size)
            over = await ended(asked, checkin)
            assert (over.state, set(over.sentences)) == (CheckinState.CLOSED, {Sentence.HIGH}), line
            assert asked.posted("results") == posted + 1, line
            assert asked.files == [], line
    assert len(lines) > 40
    assert "OSError" in log.getvalue()
    assert TOLD not in log.getvalue()


async def test_an_opening_interrupted_at_any_line_leaves_no_file_and_the_next_one_opens(
    asked: Asked, size: str
) -> None:
    saboteur = Saboteur(checkins)
    with saboteur.watching():
        await asked.open()
    await asked.checkins.cancel(guild_id=GUILD, group_id=asked.group.id, user_id=FAY)
    await asked.checkins.settled()
    lines = saboteur.passed
    for line, fail in every(lines, size):
        with saboteur.watching(line, fail), pytest.raises((*FAILURES, UserError)):
            await asked.open()
        await asked.checkins.settled()
        assert asked.files == [], line
        assert await asked.checkins.open_in(guild_id=GUILD, group_id=asked.group.id) is None, line
    assert len(lines) > 60
    await asked.open()
