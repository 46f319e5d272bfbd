"""Opening, answering and ending: who is asked, what counts, and what is left behind."""

from __future__ import annotations

import asyncio
import errno
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.errors import OperatorError, UserError
from bot.features.checkins import Checkin, CheckinState, Sentence
from bot.features.checkins.opening import LATEST, SOONEST
from bot.features.checkins.store import checkins as table
from bot.features.checkins.tally import Tally, TallyFile
from bot.features.groups import Role
from bot.features.groups.model import GroupState
from bot.features.groups.store import set_state
from bot.storage import Database
from bot.timers.store import timers
from tests.conftest import StepClock
from tests.features.checkins.asked import HIGH, LOW, MID, Asked
from tests.features.groups.village import FAY, GUILD


async def refused(doing: Any) -> str:
    with pytest.raises(UserError) as told:
        await doing
    return told.value.key


async def tally_of(asked: Asked, checkin: Checkin) -> Tally:
    return TallyFile(asked.folder, checkin.id).read()


async def test_everyone_is_asked_in_one_post_and_the_end_comes_a_random_while_after_its_time(asked: Asked) -> None:
    checkin = await asked.open()
    await asked.carry()
    assert asked.posted("opened") == 1
    assert checkin.closes_at == asked.clock() + timedelta(hours=24)
    async with asked.db.read() as tx:
        due_at = await tx.scalar(sa.select(timers.c.due_at).where(timers.c.subject == str(checkin.id)))
    assert SOONEST <= (due_at - checkin.closes_at).total_seconds() <= LATEST


async def test_the_end_is_no_time_that_could_be_foretold(asked: Asked) -> None:
    delays: set[float] = set()
    for _ in range(8):
        checkin = await asked.open()
        async with asked.db.read() as tx:
            due_at = await tx.scalar(sa.select(timers.c.due_at).where(timers.c.subject == str(checkin.id)))
        delays.add((due_at - checkin.closes_at).total_seconds())
        await asked.checkins.cancel(guild_id=GUILD, group_id=asked.group.id, user_id=FAY)
    assert len(delays) > 1


async def test_sentences_come_of_the_answers_by_the_rule(asked: Asked) -> None:
    checkin = await asked.open()
    for user_id in asked.people[:5]:
        await asked.answer(checkin, user_id, HIGH, MID)
    ended = await asked.end(checkin)
    assert ended.state is CheckinState.CLOSED
    assert ended.sentences == (Sentence.HIGH, Sentence.SPREAD)
    assert asked.posted("results") == 1
    assert asked.files == []


async def test_what_is_left_out_counts_nowhere_and_the_answer_stands_all_the_same(asked: Asked) -> None:
    checkin = await asked.open()
    for user_id in asked.people:
        await asked.checkins.answer(
            guild_id=GUILD, group_id=asked.group.id, checkin_id=checkin.id, user_id=user_id, chosen={1: LOW}
        )
    assert await refused(asked.answer(checkin, asked.people[0])) == "checkins.already"
    assert (await asked.end(checkin)).sentences == (Sentence.NONE, Sentence.LOW)


@pytest.mark.parametrize("chosen", [{2: 0}, {0: 3}])
async def test_a_form_that_is_not_this_one_s_counts_for_nothing(asked: Asked, chosen: dict[int, int]) -> None:
    checkin = await asked.open()
    before = await tally_of(asked, checkin)
    doing = asked.checkins.answer(
        guild_id=GUILD, group_id=asked.group.id, checkin_id=checkin.id, user_id=asked.people[0], chosen=chosen
    )
    assert await refused(doing) == "errors.stale"
    assert await tally_of(asked, checkin) == before


async def test_who_is_asked_is_settled_at_the_opening(asked: Asked) -> None:
    await asked.bring(50_001, Role.VISITOR)
    checkin = await asked.open()
    await asked.bring(50_002)
    for user_id in (FAY, 50_001, 50_002, 50_003):
        assert await refused(asked.answer(checkin, user_id)) == "checkins.not_asked"


async def test_fewer_than_six_are_not_asked_and_visitors_and_facilitators_do_not_count(
    db: Database, clock: StepClock, tmp_path: Path
) -> None:
    asked = Asked(db, clock, folder=tmp_path / "checkins")
    await asked.seat(members=5)
    await asked.bring(50_001, Role.VISITOR)
    assert await refused(asked.open()) == "checkins.too_few"
    assert asked.files == []
    await asked.bring(50_002)
    await asked.open()


async def test_one_at_a_time_and_only_while_the_group_is_open(asked: Asked) -> None:
    await asked.open()
    assert await refused(asked.open()) == "checkins.one_at_a_time"
    await asked.checkins.cancel(guild_id=GUILD, group_id=asked.group.id, user_id=FAY)
    async with asked.db.begin() as tx:
        await set_state(tx, asked.group.id, before=GroupState.OPEN, after=GroupState.PAUSED)
    assert await refused(asked.open()) == "checkins.group_not_open"


async def test_two_who_open_at_once_open_one(asked: Asked) -> None:
    results = await asyncio.gather(asked.open(), asked.open(), return_exceptions=True)
    assert Counter(type(result).__name__ for result in results) == {"Checkin": 1, "UserError": 1}
    assert len(asked.files) == 2, "the key and the tally of one"


async def test_a_hundred_who_each_send_twice_at_the_same_moment_count_a_hundred(
    db: Database, clock: StepClock, tmp_path: Path
) -> None:
    asked = Asked(db, clock, folder=tmp_path / "checkins")
    await asked.seat(members=100)
    checkin = await asked.open()
    twice = [
        asked.answer(checkin, user_id, number % 3) for number, user_id in enumerate(asked.people) for _ in range(2)
    ]
    results = await asyncio.gather(*twice, return_exceptions=True)
    assert Counter(getattr(told, "key", "thanked") for told in results) == {"thanked": 100, "checkins.already": 100}
    tally = await tally_of(asked, checkin)
    assert (tally.of(0).low, tally.of(0).mid, tally.of(0).high) == (34, 33, 33)
    assert len(tally.seen) == 100


async def test_one_who_presses_a_hundred_times_counts_once(asked: Asked) -> None:
    checkin = await asked.open()
    tries = [asked.answer(checkin, asked.people[0]) for _ in range(100)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [result for result in results if result is None] == [None]
    assert (await tally_of(asked, checkin)).of(0).answers == 1


async def test_a_restart_loses_nothing(asked: Asked) -> None:
    checkin = await asked.open()
    for user_id in asked.people[:3]:
        await asked.answer(checkin, user_id)
    await asked.again()
    assert await refused(asked.answer(checkin, asked.people[0])) == "checkins.already"
    for user_id in asked.people[3:6]:
        await asked.answer(checkin, user_id)
    await asked.again()
    assert (await asked.end(checkin)).sentences == (Sentence.HIGH, Sentence.HIGH)


async def test_it_ends_once_whatever_is_repeated(asked: Asked) -> None:
    checkin = await asked.open()
    await asked.end(checkin)
    await asked.again()
    async with asked.db.begin() as tx:
        await asked.timers.set(tx, "checkins.close", str(checkin.id), asked.clock(), guild_id=None)
    await asked.due()
    assert asked.posted("results") == 1
    assert await refused(asked.checkins.cancel(guild_id=GUILD, group_id=asked.group.id, user_id=FAY)) == (
        "checkins.none_open"
    )


async def test_an_answer_after_the_announced_end_is_too_late_though_the_sentences_are_not_out(asked: Asked) -> None:
    checkin = await asked.open()
    asked.clock.now = checkin.closes_at
    assert await refused(asked.answer(checkin, asked.people[0])) == "checkins.closed"


async def test_a_crash_between_the_end_and_the_removal_is_made_good_at_the_next_start(asked: Asked) -> None:
    checkin = await asked.open()
    kept = {path: path.read_bytes() for path in asked.folder.iterdir()}
    await asked.end(checkin)
    for path, content in kept.items():
        path.write_bytes(content)
    (asked.folder / f"{checkin.id}.tally.new").write_bytes(b"half")
    await asked.again()
    assert asked.files == []


async def test_what_is_not_ours_in_the_folder_is_left_until_it_can_be_nobodys(asked: Asked) -> None:
    checkin = await asked.open()
    TallyFile(asked.folder, 77).make(Tally.opened([1, 2]))
    (asked.folder / "notes.txt").write_text("mine")
    await asked.again()
    assert "77.tally" in asked.files
    asked.clock.step(days=40_000)
    await asked.again()
    assert asked.files == [f"{checkin.id}.key", f"{checkin.id}.tally", "notes.txt"]


@pytest.mark.parametrize("damage", ["tally", "key"])
async def test_a_tally_that_is_gone_or_spoilt_is_said_and_nothing_is_made_up(asked: Asked, damage: str) -> None:
    checkin = await asked.open()
    for user_id in asked.people:
        await asked.answer(checkin, user_id)
    (asked.folder / f"{checkin.id}.{damage}").write_bytes(b"spoilt")
    assert await refused(asked.answer(checkin, asked.people[0])) == "checkins.lost"
    ended = await asked.end(checkin)
    assert (ended.state, ended.sentences) == (CheckinState.LOST, ())
    assert asked.posted("results") == 1
    assert "groups.trouble" in asked.kinds()
    assert asked.files == []


async def test_a_tally_that_cannot_be_read_just_now_is_told_of_once_and_its_summary_comes_later(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkin = await asked.open()
    await asked.carry()
    for user_id in asked.people:
        await asked.answer(checkin, user_id)
    with monkeypatch.context() as broken:
        broken.setattr(TallyFile, "read", unreadable)
        await asked.end(checkin)
        for _ in range(3):
            asked.clock.step(minutes=15)
            await asked.due()
    assert (await asked.reread(checkin)).state is CheckinState.OPEN
    (trouble,) = [errand for errand in asked.carried if errand.kind == "groups.trouble"]
    assert trouble.params["about"] == "checkins.trouble_unread"
    asked.clock.step(minutes=15)
    await asked.due()
    assert (await asked.reread(checkin)).sentences == (Sentence.HIGH, Sentence.HIGH)
    assert (asked.posted("results"), asked.files) == (1, [])


def unreadable(_: TallyFile) -> Tally:
    raise OSError(errno.EIO, "Input/output error")


async def test_who_ends_one_is_told_so_once_its_answers_are_destroyed(asked: Asked) -> None:
    await asked.open()
    with asked.checkins._tallies._lock:  # pyright: ignore[reportPrivateUsage]
        ending = asyncio.create_task(asked.cancel())
        await asyncio.sleep(0.2)
        assert not ending.done()
    await ending
    assert asked.files == []


async def test_archiving_the_group_ends_it_without_results(asked: Asked) -> None:
    checkin = await asked.open()
    async with asked.db.begin() as tx:
        for announce in asked.groups.archived:
            await announce(tx, asked.group)
    await asked.checkins.settled()
    assert (await asked.reread(checkin)).state is CheckinState.CANCELLED
    assert asked.files == []


async def test_results_that_discord_refuses_are_told_on_the_desk_and_come_once_they_can(asked: Asked) -> None:
    checkin = await asked.open()
    await asked.carry()
    asked.refusing["checkins.results"] = "forbidden"
    await asked.end(checkin)
    (trouble,) = [errand for errand in asked.carried if errand.kind == "groups.trouble"]
    assert trouble.params["about"] == "checkins.trouble_results"
    asked.refusing.clear()
    await asked.setup.again(GUILD)
    await asked.carry()
    assert asked.posted("results") == 1


async def test_an_opening_that_fails_leaves_no_file(asked: Asked) -> None:
    async with asked.db.begin() as tx:
        await tx.execute(sa.text("ALTER TABLE checkins RENAME TO elsewhere"))
    with pytest.raises(Exception, match="checkins"):
        await asked.open()
    assert asked.files == []
    async with asked.db.begin() as tx:
        await tx.execute(sa.text("ALTER TABLE elsewhere RENAME TO checkins"))


async def test_a_folder_that_cannot_be_used_is_said_at_the_opening_and_at_a_start_that_needs_it(asked: Asked) -> None:
    asked.folder.parent.mkdir(parents=True)
    asked.folder.write_text("a file in the way")
    assert await refused(asked.open()) == "checkins.no_place"
    await asked.again()  # nothing is open, so nothing is needed
    asked.folder.unlink()
    await asked.open()
    for path in asked.folder.iterdir():
        path.unlink()
    asked.folder.rmdir()
    asked.folder.symlink_to(asked.folder.parent)
    with pytest.raises(OperatorError, match="CIRCLEKEEPER_CHECKINS"):
        await asked.again()


async def test_the_row_names_nobody_and_goes_after_its_time(asked: Asked) -> None:
    assert "person" not in table.info
    checkin = await asked.open()
    async with asked.db.read() as tx:
        row = await tx.first(sa.select(table).where(table.c.id == checkin.id))
    assert not any(str(user_id) in str(dict(row or {})) for user_id in asked.people)


async def test_an_answer_that_meets_the_end_is_told_that_it_is_closed_and_not_that_answers_were_lost(
    asked: Asked,
) -> None:
    checkin = await asked.open()
    with asked.checkins._tallies._lock:  # pyright: ignore[reportPrivateUsage]
        answering = asyncio.create_task(asked.answer(checkin, asked.people[0]))
        await asyncio.sleep(0.2)
        ending = asyncio.create_task(asked.cancel())
        await asyncio.sleep(0.2)
        for path in asked.folder.iterdir():
            path.unlink()
    assert await refused(answering) == "checkins.closed"
    await ending


async def test_a_clock_set_back_or_forward_across_the_end_ends_it_once(asked: Asked) -> None:
    checkin = await asked.open()
    for user_id in asked.people[:5]:
        await asked.answer(checkin, user_id)
    opened_at = asked.clock.now
    asked.clock.now = checkin.closes_at + timedelta(seconds=SOONEST - 1)
    asked.clock.now = opened_at - timedelta(hours=3)
    await asked.due()
    assert (await asked.reread(checkin)).state is CheckinState.OPEN
    await asked.answer(checkin, asked.people[5])
    ended = await asked.end(checkin)
    for moved_to in (opened_at, checkin.closes_at + timedelta(days=30)):
        asked.clock.now = moved_to
        await asked.again()
        await asked.due()
        assert await refused(asked.answer(checkin, asked.people[6])) == "checkins.closed"
    assert await asked.reread(checkin) == ended
    assert asked.posted("results") == 1
    assert asked.files == []
