"""Something fails at each line between a press and its thanks: no answer is in any log, file or on any screen."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.cogs import checkins as cogs
from bot.features import checkins
from bot.features.checkins.tally import Tally, TallyFile
from bot.ui.permissions import INVITE
from tests.cogs.test_checkins import AGREE, COGS, Circle, filled
from tests.cogs.test_checkins_traces import listening, prints, words_of
from tests.features.checkins.saboteur import TOLD, Saboteur, every, written
from tests.simcord_bot import running, said, sample_settings


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Circle]:
    try:
        async with running(sample_settings(tmp_path), extensions=COGS) as world:
            circle = Circle(world, INVITE)
            await circle.seat()
            yield circle
    except BaseExceptionGroup as swallowed:
        _, others = swallowed.split(lambda error: TOLD in str(error))
        if others is not None:
            raise others from None


class Folder:
    """The files of one open check-in, as they were before anybody answered."""

    def __init__(self, at: Circle) -> None:
        self._folder: Path = at.world.settings.checkins_dir
        self._opened = {path: path.read_bytes() for path in self._folder.iterdir()}

    def reopen(self) -> None:
        for path, content in self._opened.items():
            path.write_bytes(content)

    @property
    def whole(self) -> bool:
        """Whether the two files are there, as long as they were, and no other."""
        there = {path: path.stat().st_size for path in self._folder.iterdir()}
        return there == {path: len(content) for path, content in self._opened.items()}

    @property
    def tally(self) -> Tally:
        (key,) = self._folder.glob("*.key")
        return TallyFile(self._folder, int(key.stem)).read()


def telling(at: Circle) -> set[str]:
    """What would tell of an answer if it stood anywhere."""
    return words_of(at.world.settings.checkins) | {str(member.id) for member in at.members}


def shows(result: Any) -> str:
    return "" if result.response is None else said(result)


async def test_an_answer_interrupted_at_any_line_is_told_nowhere_and_counts_once(at: Circle, size: str) -> None:
    post, member = await at.open(), at.members[0]
    folder, saboteur, about = Folder(at), Saboteur(cogs, checkins), telling(at)
    form = await at.form_of(member, post)
    data = Path(at.world.settings.database_url.removeprefix("sqlite:///")).parent
    with saboteur.watching():
        assert "Thank you" in said(await member.submit_modal(form, filled(AGREE)))
    lines, before = saboteur.passed, prints(data)
    with listening() as heard, written() as log:
        for line, fail in every(lines, size):
            folder.reopen()
            form, another = await at.form_of(member, post), await at.form_of(member, post)
            with saboteur.watching(line, fail):
                told = shows(await member.submit_modal(form, filled(AGREE)))
            counted = len(folder.tally.seen)
            assert folder.whole, line
            assert "Thank you" not in told, line
            assert [word for word in about | {TOLD} if word in told] == [], line
            again = said(await member.submit_modal(another, filled(AGREE)))
            assert ("You have answered" if counted else "**Thank you.**") in again, line
            assert (len(folder.tally.seen), folder.tally.of(0).answers) == (1, 1), line
    assert [word for word in about if word in heard.getvalue()] == []
    assert [word for word in about | {TOLD, "question-"} if word in log.getvalue()] == []
    assert "an interaction failed" in log.getvalue()
    assert prints(data) == before
    assert len(lines) > 60


async def test_a_press_interrupted_at_any_line_tells_nothing_and_the_next_one_opens_the_form(
    at: Circle, size: str
) -> None:
    post, member = await at.open(), at.members[0]
    folder, saboteur, about = Folder(at), Saboteur(cogs, checkins), telling(at)
    with saboteur.watching():
        await at.form_of(member, post)
    with listening() as heard, written() as log:
        for line, fail in every(saboteur.passed, size):
            with saboteur.watching(line, fail):
                told = shows(await at.form_of(member, post))
            assert TOLD not in told, line
            assert folder.whole, line
    assert [word for word in about if word in heard.getvalue()] == []
    assert [word for word in about | {TOLD, "question-"} if word in log.getvalue()] == []
    assert "Thank you" in said(await at.answer(member, post))
