"""Ways in which a meeting could give somebody away, each with the finding that must notice."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

from bot.demo.eyes import Seen
from bot.demo.meeting import CLOSER, NOTICE, STEPPED
from bot.demo.night import ANSWER, FINE, HERE, MOVED, SOON
from bot.demo.people import Person
from bot.demo.watch import Change
from tests.demo.played import Played, Tampering


def in_the_room(played: Played, words: str) -> Seen:
    return [seen for seen in played.night.cast.facilitator.sees(played.night.room) if words in seen.text][-1]


def change(played: Played, person: Person, *words: str) -> Change:
    """Something new on that person's screen in the room."""
    seen = replace(played.night.cast.facilitator.sees(played.night.room)[-1], words=words, buttons=())
    return Change(person=person, seen=seen, new=True, rings=frozenset())


def question(played: Played) -> Seen:
    """How it was for the facilitator."""
    facilitator = played.night.cast.facilitator
    return next(seen for seen in facilitator.eyes.everything(facilitator.actor) if FINE in seen.buttons)


# moving it


def moved_unread(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.meeting, "asked", None)


def moved_before_it_was_confirmed(played: Played) -> AbstractContextManager[None]:
    notes, somebody = played.night.meeting, played.night.members[0]
    return played.changed(notes, "too_soon", (change(played, somebody, NOTICE),))


def move_that_names_the_meeting(played: Played) -> AbstractContextManager[None]:
    _, title = played.night.meeting.unsafe
    return played.reworded(in_the_room(played, NOTICE), "/meeting list", title)


def move_said_twice(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.room), like=in_the_room(played, NOTICE))


def told_of_the_move_twice(played: Played) -> AbstractContextManager[None]:
    amara = played.night.cast.called("Amara")
    return played.posted(amara.actor.user.dm_channel, f"{MOVED} has been moved.")


def told_who_had_not_answered(played: Played) -> AbstractContextManager[None]:
    emil = played.night.cast.called("Emil")
    return played.posted(emil.actor.user.dm_channel, f"{MOVED} has been moved.")


# being reminded


def reminded_twice(played: Played) -> AbstractContextManager[None]:
    amara = played.night.cast.called("Amara")
    return played.posted(amara.actor.user.dm_channel, f"{SOON} in an hour.")


def reminded_unasked(played: Played) -> AbstractContextManager[None]:
    emil = played.night.cast.called("Emil")
    return played.posted(emil.actor.user.dm_channel, f"{SOON} in an hour.")


def reminder_for_the_lock_screen(played: Played) -> AbstractContextManager[None]:
    amara = played.night.cast.called("Amara")
    letter = next(seen for seen in amara.eyes.letters(amara.actor) if SOON in seen.text)
    return played.reworded(letter, SOON, f"Lantern Circle. {SOON}")


# who is there


def opener_twice(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.room), like=played.newest(played.night.room, HERE))


def opener_that_names_a_member(played: Played) -> AbstractContextManager[None]:
    member = played.night.members[0]
    return played.reworded(played.newest(played.night.room, HERE), "Welcome, everyone.", f"Welcome, <@{member.id}>.")


def arriving_announced(played: Played) -> AbstractContextManager[None]:
    notes, somebody = played.night.meeting, played.night.members[0]
    return played.changed(notes, "arriving", (change(played, somebody, "Somebody is here."),))


def stepping_out_announced(played: Played) -> AbstractContextManager[None]:
    notes, somebody = played.night.meeting, played.night.members[0]
    return played.changed(notes, "stepped", (*notes.stepped, replace(notes.stepped[0], person=somebody)))


def stepping_out_that_rings(played: Played) -> AbstractContextManager[None]:
    notes = played.night.meeting
    rung = tuple(replace(one, rings=frozenset([one.person.id])) for one in notes.stepped)
    return played.changed(notes, "stepped", rung)


# the round


def passing_seen(played: Played) -> AbstractContextManager[None]:
    notes = played.night.meeting
    return played.changed(notes, "passed", (change(played, played.night.cast.facilitator, "One passes."),))


def passing_named(played: Played) -> AbstractContextManager[None]:
    notes = played.night.meeting
    assert notes.passing is not None
    seen = change(played, played.night.cast.facilitator, f"<@{notes.passing.id}> does not wish to speak.")
    return played.changed(notes, "circle", (*notes.circle, seen))


def nobody_passed(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.meeting, "passing", None)


# what is left of it


def rows_left(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.meeting, "left", 3)


def nothing_looked_at(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.meeting, "kept", 0)


def card_left_on_the_desk(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.desk), f"Somebody {STEPPED}.")


def somebody_left_named(played: Played) -> AbstractContextManager[None]:
    member = played.night.meeting.there[0]
    return played.reworded(in_the_room(played, CLOSER), "Thank you", f"Thank you, <@{member.id}>,")


def closed_without_a_word(played: Played) -> AbstractContextManager[None]:
    return played.reworded(in_the_room(played, CLOSER), CLOSER, "Good night.")


def checkin_not_from_the_close(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.room), like=played.newest(played.night.room, ANSWER))


def facilitator_not_asked(played: Played) -> AbstractContextManager[None]:
    return played.reworded(question(played), FINE, "Fine")


def question_for_all_to_read(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.stored(question(played)), "flags", 1 << 15)


MOVING, REMINDING = "A move was read back first", "Who asked for it was reminded"
OPENING, CIRCLE = "Nobody saw who was there", "Nobody could tell who passed"
AFTERWARDS, CLOSING = "After the close nothing said", "The check-in followed"

MET: list[tuple[Tampering, str]] = [
    (moved_unread, MOVING),
    (moved_before_it_was_confirmed, MOVING),
    (move_that_names_the_meeting, MOVING),
    (move_said_twice, MOVING),
    (told_of_the_move_twice, MOVING),
    (told_who_had_not_answered, MOVING),
    (reminded_twice, REMINDING),
    (reminded_unasked, REMINDING),
    (reminder_for_the_lock_screen, REMINDING),
    (opener_twice, OPENING),
    (opener_that_names_a_member, OPENING),
    (arriving_announced, OPENING),
    (stepping_out_announced, OPENING),
    (stepping_out_that_rings, OPENING),
    (passing_seen, CIRCLE),
    (passing_named, CIRCLE),
    (nobody_passed, CIRCLE),
    (rows_left, AFTERWARDS),
    (nothing_looked_at, AFTERWARDS),
    (card_left_on_the_desk, AFTERWARDS),
    (somebody_left_named, AFTERWARDS),
    (closed_without_a_word, CLOSING),
    (checkin_not_from_the_close, CLOSING),
    (facilitator_not_asked, CLOSING),
    (question_for_all_to_read, CLOSING),
]
