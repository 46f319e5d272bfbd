"""What an answer leaves behind, looked for in every place that is written to: nothing but the sealed tally."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import sqlite3
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.logs import CONSOLE, set_up_logs
from bot.core.questions import Template
from bot.features.checkins.tally import TallyFile
from bot.inbox.model import Word
from bot.ui.permissions import INVITE
from tests.cogs.test_checkins import AGREE, COGS, DISAGREE, Circle, filled
from tests.simcord_bot import running, said, sample_settings

MANY = pytest.mark.parametrize("members", [20])


@pytest.fixture
def members() -> int:
    """How many there are; each takes a while to let in."""
    return 7


@pytest.fixture
async def at(tmp_path: Path, members: int) -> AsyncGenerator[Circle]:
    async with running(sample_settings(tmp_path), extensions=COGS) as world:
        circle = Circle(world, INVITE)
        await circle.seat(members=members, capacity=members)
        yield circle


def prints(folder: Path) -> dict[str, str]:
    """Every file below a folder, with what is in it and when it was written."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.name] = f"{content} {path.stat().st_mtime_ns} {path.stat().st_size}"
    return found


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """Everything logged at any level by anything of ours, and the library's as the bot really sets it up."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(logging.Formatter(CONSOLE))
    before = logging.root.level, list(logging.root.handlers)
    set_up_logs("DEBUG", "console")
    logging.root.handlers[:] = [*before[1], handler]
    try:
        yield heard
    finally:
        logging.root.setLevel(before[0])
        logging.root.handlers[:] = before[1]


def words_of(templates: Iterable[Template]) -> set[str]:
    questions = [question for template in templates for question in template.questions]
    return {text for question in questions for text in (question.label, question.text)} | {
        option.text for question in questions for option in question.options
    }


@MANY
async def test_twenty_answers_change_no_file_no_row_and_no_message_and_say_nothing_in_any_log(at: Circle) -> None:
    post = await at.open()
    # whoever did something before is remembered for their words; nothing of that is to come from an answer
    at.world.bot.courier.teller._open.clear()  # pyright: ignore[reportPrivateUsage]
    data = Path(at.world.settings.database_url.removeprefix("sqlite:///")).parent
    before, channels = prints(data), {name: at.messages(name) for name in ("tuesday", "tuesday-desk", "hall")}
    with listening() as heard:
        for number, member in enumerate(at.members):
            told = await at.answer(member, post, AGREE if number % 2 else DISAGREE)
            assert "Thank you" in said(told)
            assert prints(data) == before
    assert {name: at.messages(name) for name in channels} == channels
    assert not at.world.bot.courier.teller._open  # pyright: ignore[reportPrivateUsage]
    lines = heard.getvalue()
    about = {str(member.id) for member in at.members} | words_of(at.world.settings.checkins) | {"checkins-answer"}
    assert [word for word in about if word in lines] == []
    assert "bot." not in lines, "an answer is not even mentioned"


@MANY
async def test_the_folder_holds_nothing_that_can_be_read_and_is_for_its_user_alone(at: Circle) -> None:
    post = await at.open()
    folder = at.world.settings.checkins_dir
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    for member in at.members[:4]:
        await at.answer(member, post)
        assert {path.name: path.stat().st_size for path in folder.iterdir()} == sizes
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        content = path.read_bytes()
        for member in at.members:
            assert str(member.id).encode() not in content
            assert member.id.to_bytes(8, "big") not in content
            assert member.id.to_bytes(8, "little") not in content
            assert str(member.id) not in path.name


@MANY
async def test_the_copy_of_the_database_tells_only_that_one_was_open(at: Circle, tmp_path: Path) -> None:
    post = await at.open()
    for member in at.members:
        await at.answer(member, post)
    await at.world.pass_time(25 * 3600)
    copied = sqlite3.connect(at.world.settings.database_url.removeprefix("sqlite:///"))
    (row,) = copied.execute("SELECT * FROM checkins").fetchall()
    copied.close()
    assert not any(str(member.id) in str(row) for member in at.members)
    sentences = next(json.loads(value) for value in row if isinstance(value, str) and value.startswith('["'))
    assert sentences == ["high"] * 5


def breaking(at: Circle, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have one step of answering fail, as a full disk would."""

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    targets: dict[str, tuple[Any, str]] = {
        "the new file": (os, "fsync"),
        "its place": (Path, "replace"),
        "reading": (TallyFile, "read"),
        "writing": (TallyFile, "write"),
    }
    monkeypatch.setattr(*targets[where], fail)


@pytest.mark.parametrize("where", ["the new file", "its place", "reading", "writing"])
async def test_a_failure_while_answering_leaks_nothing_and_loses_no_answer(
    at: Circle, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await at.open()
    form = await at.form_of(at.members[0], post)
    with listening() as heard:
        with monkeypatch.context() as broken:
            breaking(at, where, broken)
            told = await at.members[0].submit_modal(form, filled(AGREE))
        assert told.ephemeral
        assert "Something went wrong" in said(told)
    lines = heard.getvalue()
    about = {str(member.id) for member in at.members} | words_of(at.world.settings.checkins) | {"question-"}
    assert [word for word in about if word in lines] == []
    assert "Thank you" in said(await at.answer(at.members[0], post))


async def test_thanks_that_cannot_be_sent_leave_the_answer_counted(at: Circle) -> None:
    post = await at.open()
    form = await at.form_of(at.members[0], post)
    at.env.inject_error("POST", "/webhooks/{application_id}/{interaction_token}", status=500)
    await at.members[0].submit_modal(form, filled(AGREE))
    assert "You have answered this one" in said(await at.form_of(at.members[0], post))


async def test_a_word_that_waits_is_not_shown_after_an_answer(at: Circle) -> None:
    post, member = await at.open(), at.members[0]
    await at.world.pass_time(3600)
    services = at.world.services
    async with services.db.begin() as tx:
        (group,) = await services.groups.all_in(tx, at.guild.id)
        expires_at = at.world.now() + timedelta(days=1)
        params = {"group": group.id}
        word = Word(
            guild_id=at.guild.id, user_id=member.id, kind="groups.welcomed", params=params, expires_at=expires_at
        )
        await services.inbox.put(tx, word)
    await at.env.settle()
    assert "Welcome" not in said(await at.answer(member, post))
    assert len(await services.inbox.waiting(guild_id=at.guild.id, user_id=member.id)) == 1
    assert "Welcome" in said(await member.slash(at.room, "checkin list")), "it comes with the next thing they do"
