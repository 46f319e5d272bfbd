"""The same evidence from the whole bot: real presses, real forms, the library's own logs, a posted channel."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.questions import Band
from bot.ui.permissions import INVITE
from tests.attack.evening import overheard
from tests.attack.evidence import Act, Copy, Evidence, Spy, Truth
from tests.attack.folder import with_the_key
from tests.attack.score import Guess, scored
from tests.attack.strategies import STRATEGIES, Reading
from tests.cogs.test_checkins import A_DAY, AGREE, COGS, DISAGREE, LATEST, QUESTIONS, Circle
from tests.simcord_bot import running, said, sample_settings

BANDS = {AGREE: Band.HIGH, DISAGREE: Band.LOW}


class Watched(Circle):
    """A group that is copied after whatever anybody does."""

    async def checkin(self, spy: Spy) -> tuple[Evidence, Truth]:
        truth, busy, copies = Truth(), set[datetime](), list[Copy]()
        with overheard() as heard:
            post, shown = await self.open(), self.messages("tuesday")
            for number, member in enumerate(self.members):
                option = AGREE if number % 3 else DISAGREE
                truth.answers[member.id] = (BANDS[option],) * QUESTIONS
                for does, among in ((self._busy(member), busy), (self._answer(member, post, option), truth.moments)):
                    copies.append(await self._later(spy, heard))
                    await does
                    among.add(self.world.now())
                    copies.append(self._copy(spy, heard))
            assert self.messages("tuesday") == shown
            await self.world.pass_time(A_DAY + LATEST)
            copies.append(spy.copy(self.world.now(), ""))
        services = self.world.services
        async with services.db.read() as tx:
            (group,) = await services.groups.all_in(tx, self.guild.id)
        (ended,) = await services.checkins.past.newest(guild_id=self.guild.id, group_id=group.id)
        return Evidence(
            checkin_id=ended.id,
            roster=[member.id for member in self.members],
            questions=QUESTIONS,
            copies=copies,
            acts=[Act(at, member.id) for at, member in zip(sorted(busy), self.members, strict=True)],
            sentences=ended.sentences,
            seal=lambda person: services.db.vault.seal_id(person, self.guild.id),
        ), truth

    async def _later(self, spy: Spy, heard: io.StringIO) -> Copy:
        """A minute later, with whatever else came due in it, and a moment before the next thing is done."""
        await self.world.pass_time(61)
        copy = self._copy(spy, heard)
        await self.world.pass_time(1)
        return copy

    def _copy(self, spy: Spy, heard: io.StringIO) -> Copy:
        copy = spy.copy(self.world.now(), heard.getvalue())
        heard.seek(0)
        heard.truncate()
        return copy

    async def _busy(self, member: Any) -> None:
        """Something of theirs is written, so that whoever looks next is the first to read it."""
        async with self.world.services.db.begin() as tx:
            audit = self.world.services.audit
            await audit.record(tx, guild_id=self.guild.id, actor=member.id, action="groups.left", subject="group:1")

    async def _answer(self, member: Any, post: Any, option: str) -> None:
        assert "Thank you" in said(await self.answer(member, post, option))
        assert "You have answered" in said(await self.form_of(member, post))


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Watched]:
    async with running(sample_settings(tmp_path), extensions=COGS) as world:
        circle = Watched(world, INVITE)
        await circle.seat()
        yield circle


async def test_of_the_whole_bot_too_only_the_folder_gives_answers_away(at: Watched, tmp_path: Path) -> None:
    evidence, truth = await at.checkin(Spy(tmp_path / "data", at.world.settings.checkins_dir))
    reading = Reading(evidence)
    assert len(truth.moments) == len(at.members)
    noticed = {copy.at for copy in reading.copies}
    assert noticed & truth.moments == set(), "after an answer everything is as it was before it"
    assert noticed >= {act.at for act in evidence.acts}, "and after anything else it is not"
    for name, strategy in STRATEGIES.items():
        guess = strategy(reading)
        if name != "ids in any byte":  # something was written of everybody
            assert guess == Guess(), name
    found = scored(with_the_key(reading), evidence, truth)
    assert (found.who.right, found.bands.right) == (len(at.members), len(at.members))
