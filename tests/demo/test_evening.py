"""The evening plays to its end, and its verdict sees what it is there to see."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot.demo.night import COMING, Night
from bot.demo.playing import judged, opened
from bot.demo.stage import Stage
from bot.demo.verdict import judge
from tests.demo.confided import CONFIDED
from tests.demo.kept import KEPT
from tests.demo.met import MET
from tests.demo.played import Played, Tampering


def the_meeting_is_on_everybodys_own_clock(shown: str) -> None:
    """Seven in the evening in Berlin, then half past; in New York, whose clocks had changed before, another hour."""
    assert "Thursday, 26 March 2026 19:00" in shown
    assert "Thursday, 26 March 2026 14:00" in shown
    assert "Thursday, 26 March 2026 14:30" in shown
    assert "Thursday, 02 April 2026 19:30" in shown
    assert "Thursday, 02 April 2026 13:30" in shown


def doubled_reminder(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.room), like=played.newest(played.night.room, COMING))


def early_reminder(played: Played) -> AbstractContextManager[None]:
    due = list(played.night.due)
    due[0] = replace(due[0], at=due[0].at + timedelta(minutes=1))
    return played.changed(played.night, "due", tuple(due))


def missing_reminder(played: Played) -> AbstractContextManager[None]:
    reminder = played.stored(played.newest(played.night.room, COMING))
    return played.changed(reminder, "components", [])


def wrong_hour(played: Played) -> AbstractContextManager[None]:
    due = tuple(replace(one, starts_at=one.starts_at + timedelta(hours=1)) for one in played.night.due)
    return played.changed(played.night, "due", due)


def reminder_that_names(played: Played) -> AbstractContextManager[None]:
    reminder = played.stored(played.newest(played.night.room, COMING))
    return played.changed(reminder, "content", f"Are you coming, <@{played.night.members[0].id}>?")


def card_that_rings(played: Played) -> AbstractContextManager[None]:
    card = played.stored(played.night.numbers[0])
    return played.changed(card, "ping_user_ids", [played.night.cast.facilitator.id])


def numbers_that_name(played: Played) -> AbstractContextManager[None]:
    card = replace(played.night.numbers[0], words=(*played.night.numbers[0].words, "Coming: Amara"))
    return played.changed(played.night, "numbers", [card])


def numbers_that_forget(played: Played) -> AbstractContextManager[None]:
    card = replace(played.night.numbers[0], words=("Coming: 0. Listening: 0. Away: 0.",))
    return played.changed(played.night, "numbers", [card])


def agreement_twice(played: Played) -> AbstractContextManager[None]:
    pinned = next(seen for seen in played.night.cast.facilitator.sees(played.night.room) if seen.pinned)
    return played.posted(played.channel(played.night.room), like=pinned)


def agreement_unpinned(played: Played) -> AbstractContextManager[None]:
    pinned = next(seen for seen in played.night.cast.facilitator.sees(played.night.room) if seen.pinned)
    return played.changed(played.stored(pinned), "pinned", False)


def card_twice(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night, "cards", [*played.night.cards, played.night.cards[3]])


def card_missing(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night, "cards", played.night.cards[1:])


def word_twice(played: Played) -> AbstractContextManager[None]:
    amara = played.night.cast.called("Amara")
    return played.posted(amara.actor.user.dm_channel, like=amara.eyes.letters(amara.actor)[0])


def word_unsaid(played: Played) -> AbstractContextManager[None]:
    amara = played.night.cast.called("Amara")
    return played.changed(amara.eyes, "letters", lambda _: [])


@contextmanager
def room_twice(played: Played) -> Generator[None]:
    made = played.backend.create_channel(played.channel("lobby").guild_id, played.night.room)
    try:
        yield
    finally:
        played.backend.delete_channel(made.id)


def desk_open_to_a_member(played: Played) -> AbstractContextManager[None]:
    return played.open_to(played.night.members[0].id, played.night.desk)


def desk_open_to_all(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.channel(played.night.desk), "overwrites", [])


def room_open_to_a_stranger(played: Played) -> AbstractContextManager[None]:
    return played.open_to(played.night.cast.stranger.id, played.night.room)


def room_open_to_one_who_left(played: Played) -> AbstractContextManager[None]:
    return played.open_to(played.night.gone[0].id, played.night.room)


def room_closed_to_a_member(played: Played) -> AbstractContextManager[None]:
    room, member = played.channel(played.night.room), played.night.members[0]
    rest = [overwrite for overwrite in room.overwrites if overwrite.target_id != member.id]
    return played.changed(room, "overwrites", rest)


def safeguarding_open_to_a_facilitator(played: Played) -> AbstractContextManager[None]:
    return played.open_to(played.night.cast.facilitator.id, played.night.safeguarding)


def answer_for_all_to_read(played: Played) -> AbstractContextManager[None]:
    answer = next(answer for answer in played.night.cast.journal if answer.did == "/group browse")
    return played.changed(played.stored(answer.seen[0]), "flags", 1 << 15)


def name_in_public(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel("lobby"), "Please welcome Chidi to our group!")


def mention_in_public(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel("lobby"), f"Welcome, <@{played.night.members[0].id}>!")


def still_known(played: Played) -> AbstractContextManager[None]:
    bea = next(answer for answer in played.night.cast.journal if answer.did == "/privacy show")
    return played.changed(played.night, "looks", [bea, played.night.looks[1]])


@contextmanager
def words_in_a_file(played: Played) -> Generator[None]:
    traces, note = played.night.traces, played.night.cast.called("Henrik").note
    path = played.night.log.with_name("backup.db-wal")
    path.write_bytes(b"\0\1" + note.encode() + b"\2")
    before = set(traces.found)
    traces.look()
    try:
        yield
    finally:
        path.unlink()
        traces.found = before


@contextmanager
def id_in_a_file(played: Played) -> Generator[None]:
    traces, person = played.night.traces, played.night.cast.called("Henrik")
    path = played.night.log.with_name("other.db")
    path.write_bytes(b"\0\1" + person.id.to_bytes(8, "big") + b"\2")
    before = set(traces.found)
    traces.look()
    try:
        yield
    finally:
        path.unlink()
        traces.found = before


def swallowed(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night, "swallowed", lambda: [RuntimeError("dropped")])


@contextmanager
def line_in_the_log(played: Played) -> Generator[None]:
    before = played.night.log.read_bytes()
    played.night.log.write_bytes(before + b"ERROR bot.courier: a post could not be carried\n")
    try:
        yield
    finally:
        played.night.log.write_bytes(before)


NOTICED: list[tuple[Tampering, str]] = [
    (room_twice, "Every room was made once"),
    (agreement_twice, "The agreement was posted once"),
    (agreement_unpinned, "The agreement was posted once"),
    (card_twice, "There was one card"),
    (card_missing, "There was one card"),
    (word_twice, "Each who was welcomed in"),
    (doubled_reminder, "Each reminder came once"),
    (early_reminder, "Each reminder came once"),
    (missing_reminder, "Each reminder came once"),
    (wrong_hour, "The clocks changed"),
    (numbers_that_name, "The desk saw how many"),
    (numbers_that_forget, "The desk saw how many"),
    (reminder_that_names, "Reminders and requests called nobody"),
    (card_that_rings, "Reminders and requests called nobody"),
    (room_open_to_a_stranger, "The room was open"),
    (room_open_to_one_who_left, "The room was open"),
    (room_closed_to_a_member, "The room was open"),
    (desk_open_to_a_member, "The desk was open"),
    (desk_open_to_all, "The desk was open"),
    (safeguarding_open_to_a_facilitator, "The safeguarding room"),
    (answer_for_all_to_read, "What was answered to one person"),
    (name_in_public, "Nothing in public"),
    (mention_in_public, "Nothing in public"),
    (still_known, "Who was erased"),
    (words_in_a_file, "Database, journal and log"),
    (id_in_a_file, "Database, journal and log"),
    (swallowed, "Nothing went wrong unseen"),
    (line_in_the_log, "Nothing went wrong unseen"),
    *MET,
    *KEPT,
    *CONFIDED,
]


async def test_the_evening_holds_and_its_verdict_sees_whatever_is_put_wrong(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    """One test, because the evening takes long: several processes that share these would each play it."""
    shown = io.StringIO()
    stage = Stage(Console(file=shown, width=100), pauses=False)
    async with opened(tmp_path, stage) as evening:
        findings = await judged(evening)
        assert {finding.what: finding.problems for finding in findings if finding.problems} == {}
        assert len(findings) > 35
        the_meeting_is_on_everybodys_own_clock(shown.getvalue())
        played = Played(evening)
        for tampering, noticed_by in NOTICED:
            with subtests.test(tampering.__name__):
                with tampering(played):
                    found = failing(played.night)
                assert [what for what in found if what.startswith(noticed_by)], found
        assert failing(played.night) == [], "each was put right again"


def failing(night: Night) -> list[str]:
    return [finding.what for finding in judge(night) if finding.problems]
