"""What has come or changed on people's screens and in the bot's files is noticed, and by whom it can be seen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.demo.people import Cast
from bot.demo.traces import Traces
from bot.demo.watch import Change, Watch
from bot.demo.world import World


def said_by_the_bot(circle: World, channel: Any, words: str) -> Any:
    backend = circle.env.backend
    return backend.create_message(channel.id, backend.bot_user.id, words)


def seen_by(changes: tuple[Change, ...]) -> set[str]:
    return {change.person.name for change in changes}


def lobby(cast: Cast) -> Any:
    return cast.admin.room("lobby")


def test_a_message_that_comes_is_new_on_every_screen_that_shows_it_and_says_whom_it_called(
    circle: World, cast: Cast
) -> None:
    watch = Watch(cast)
    assert watch.changes() == ()
    said_by_the_bot(circle, lobby(cast), f"For <@{cast.lead.id}>")
    changes = watch.changes()
    assert seen_by(changes) == {person.name for person in cast.everybody}
    assert {change.new for change in changes} == {True}
    assert {change.rings for change in changes} == {frozenset([cast.lead.id])}
    assert watch.changes() == ()


def test_a_letter_is_new_on_one_screen(circle: World, cast: Cast) -> None:
    watch = Watch(cast)
    said_by_the_bot(circle, cast.lead.actor.user.dm_channel, "Between us.")
    assert seen_by(watch.changes()) == {"Ruth"}


def test_a_message_that_is_edited_has_changed_and_is_not_new(circle: World, cast: Cast) -> None:
    message = said_by_the_bot(circle, lobby(cast), "One.")
    watch = Watch(cast)
    circle.env.backend.edit_message(lobby(cast).id, message.id, {"content": "Two."})
    (change, *_) = watch.changes()
    assert not change.new
    assert change.seen.text == "Two."


async def test_what_somebody_gets_for_what_they_do_is_theirs_and_no_change(cast: Cast) -> None:
    watch = Watch(cast)
    await cast.stranger.command("lobby", "privacy show")
    assert watch.changes() == ()


async def test_what_people_write_carries_their_name_and_what_the_bot_writes_does_not(circle: World, cast: Cast) -> None:
    said_by_the_bot(circle, lobby(cast), "From the bot.")
    await cast.lead.say("lobby", "Good evening.")
    assert [(seen.by, seen.text) for seen in cast.stranger.sees("lobby")] == [
        ("", "From the bot."),
        ("Ruth", "Good evening."),
    ]


def test_any_byte_in_a_file_makes_its_state_another(tmp_path: Path) -> None:
    data, log, sealed = (tmp_path / name for name in ("data", "log", "checkins"))
    for folder in (data, log, sealed):
        folder.mkdir()
    kept = {path: path.write_bytes(b"before") for path in (data / "bot.db", data / "bot.db-wal", log / "bot.log")}
    traces = Traces(data, log, sealed=sealed)
    before = traces.state()
    assert set(before) == {"bot.db", "bot.db-wal", "bot.log"}
    assert traces.state() == before
    for path in kept:
        path.write_bytes(b"beforf")
        assert traces.state() != before
        path.write_bytes(b"before")
    (sealed / "1.tally").write_bytes(b"answers")
    assert traces.state() == before, "the sealed answers are looked at by themselves"
    assert [path.name for path in traces.sealed()] == ["1.tally"]


def test_a_file_is_searched_again_once_it_or_what_is_looked_for_has_changed(tmp_path: Path) -> None:
    kept, traces = tmp_path / "bot.log", Traces(tmp_path, sealed=tmp_path / "nothing")
    kept.write_bytes(b"The soup was good.")
    traces.beware_of_words(["rain"])
    traces.look()
    traces.look()
    assert traces.found == set()
    traces.beware_of_words(["soup"])
    traces.look()
    assert traces.found == {"bot.log holds somebody's words"}
    traces.found.clear()
    kept.write_bytes(b"The rain was good.")
    traces.look()
    assert traces.found == {"bot.log holds somebody's words"}


def test_rows_are_counted_as_they_are_now(tmp_path: Path) -> None:
    traces = Traces(tmp_path, sealed=tmp_path / "nothing")
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        database.execute("CREATE TABLE here (id INTEGER)")
        database.execute("CREATE TABLE away (id INTEGER)")
        database.execute("INSERT INTO here VALUES (1), (2)")
        database.commit()
        assert traces.rows("here", "away") == 2
        database.execute("DELETE FROM here")
        database.commit()
        assert traces.rows("here", "away") == 0


def test_while_nothing_moves_a_screen_is_looked_at_once(circle: World, cast: Cast) -> None:
    with cast.lead.eyes.still():
        before = cast.lead.sees("lobby")
        said_by_the_bot(circle, lobby(cast), "One more.")
        assert cast.lead.sees("lobby") == before
    assert [seen.text for seen in cast.lead.sees("lobby")] == ["One more."]


def test_a_person_is_found_in_the_sealed_answers_too(tmp_path: Path) -> None:
    (tmp_path / "1.tally").write_bytes(b"\0" + (4711).to_bytes(8, "big"))
    traces = Traces(tmp_path / "nothing", sealed=tmp_path)
    traces.beware_of_person(4711)
    traces.look()
    assert traces.found == {"1.tally holds a person's id as a number"}
