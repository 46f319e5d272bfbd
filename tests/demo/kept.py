"""Ways in which a group could be kept badly, each with the finding that must notice."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

from bot.demo.eyes import Seen
from bot.demo.keeping import OFFERED, PUT_RIGHT, VISITED, WAITING
from bot.demo.night import AGREE
from bot.demo.people import Person
from bot.demo.watch import Change
from tests.demo.played import Played, Tampering


def on_the_desk(played: Played, words: str) -> Seen:
    return next(seen for seen in played.night.cast.facilitator.sees(played.night.desk) if words in seen.text)


def told(person: Person, words: str) -> Seen:
    return next(seen for seen in person.eyes.everything(person.actor) if words in seen.text)


def change(played: Played, person: Person, *words: str) -> Change:
    """Something new on that person's screen."""
    seen = replace(played.night.cast.facilitator.sees(played.night.room)[-1], words=words, buttons=())
    return Change(person=person, seen=seen, new=True, rings=frozenset())


# its own point


def point_never_previewed(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.keeping, "preview", None)


def point_posted_too_soon(played: Played) -> AbstractContextManager[None]:
    posted = tuple(played.night.cast.facilitator.sees(played.night.room))
    return played.changed(played.night.keeping, "before_posting", posted)


def point_left_out(played: Played) -> AbstractContextManager[None]:
    pinned = next(seen for seen in played.night.cast.facilitator.sees(played.night.room) if seen.pinned)
    return played.reworded(pinned, played.night.keeping.point, "Something else.")


def point_shown_to_nobody(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.keeping, "point", "Something that nobody read.")


def asked_to_agree_again(played: Played) -> AbstractContextManager[None]:
    return played.reworded(played.newest(played.night.room, "I'm coming"), "I'm coming", AGREE)


# its room


def never_opened(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.keeping, "read_meanwhile", False)


def not_noticed(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.keeping, "noticed", ())


def noticed_by_the_members(played: Played) -> AbstractContextManager[None]:
    notes = played.night.keeping
    return played.changed(notes, "noticed", (*notes.noticed, change(played, played.night.members[0], "Look.")))


def noticed_with_a_ring(played: Played) -> AbstractContextManager[None]:
    notes = played.night.keeping
    rung = tuple(replace(one, rings=frozenset([one.person.id])) for one in notes.noticed)
    return played.changed(notes, "noticed", rung)


def mended_without_a_word(played: Played) -> AbstractContextManager[None]:
    notes = played.night.keeping
    silent = tuple(
        replace(one, seen=replace(one.seen, words=(one.seen.text.replace(PUT_RIGHT, ""),))) for one in notes.mended
    )
    return played.changed(notes, "mended", silent)


def not_mended(played: Played) -> AbstractContextManager[None]:
    assert played.night.keeping.let_in is not None
    return played.open_to(played.night.keeping.let_in.id, played.night.room)


# the visit


def nobody_visited(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.keeping, "visitor", None)


def visit_not_said(played: Played) -> AbstractContextManager[None]:
    cards = [replace(card, words=card.words[:1]) for card in played.night.cards]
    return played.changed(played.night, "cards", cards)


def visitor_asked_twice(played: Played) -> AbstractContextManager[None]:
    visitor = played.night.cast.called("Henrik")
    return played.posted(visitor.actor.user.dm_channel, f"{VISITED}. Is this the right group for you?")


def visitor_asked_in_the_room(played: Played) -> AbstractContextManager[None]:
    question = told(played.night.cast.called("Henrik"), VISITED)
    return played.changed(played.stored(question), "flags", 0)


def staying_announced(played: Played) -> AbstractContextManager[None]:
    notes, facilitator = played.night.keeping, played.night.cast.facilitator
    return played.changed(notes, "stirred", (*notes.stirred, change(played, facilitator, "Henrik stays.")))


def staying_forgotten(played: Played) -> AbstractContextManager[None]:
    people = played.night.keeping.people
    assert people is not None
    listed = replace(people.seen[0], words=(*people.seen[0].words, "**Visitors**"))
    return played.changed(played.night.keeping, "people", replace(people, seen=(listed,)))


# the place


def never_offered(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.keeping, "offered", None)


def offered_twice(played: Played) -> AbstractContextManager[None]:
    waiting = played.night.cast.called("Farah")
    return played.posted(waiting.actor.user.dm_channel, f"Good news: {OFFERED}.")


def let_in_early(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.keeping, "read_early", True)


def leaving_announced(played: Played) -> AbstractContextManager[None]:
    noticed = change(played, played.night.cast.facilitator, "Gwen has left.")
    return played.changed(played.night.keeping, "left", (noticed,))


def place_not_given(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night, "members", played.night.members[:-1])


def waiting_named(played: Played) -> AbstractContextManager[None]:
    waiting = played.night.cast.called("Farah")
    return played.reworded(on_the_desk(played, WAITING), "Somebody", f"<@{waiting.id}>")


KEPT: list[tuple[Tampering, str]] = [
    (point_never_previewed, "The group's own point"),
    (point_posted_too_soon, "The group's own point"),
    (point_left_out, "The group's own point"),
    (point_shown_to_nobody, "The group's own point"),
    (asked_to_agree_again, "The group's own point"),
    (never_opened, "What was opened by hand"),
    (not_noticed, "What was opened by hand"),
    (noticed_by_the_members, "What was opened by hand"),
    (noticed_with_a_ring, "What was opened by hand"),
    (mended_without_a_word, "What was opened by hand"),
    (not_mended, "What was opened by hand"),
    (nobody_visited, "Who visited was asked once"),
    (visit_not_said, "Who visited was asked once"),
    (visitor_asked_twice, "Who visited was asked once"),
    (visitor_asked_in_the_room, "Who visited was asked once"),
    (staying_announced, "Who visited was asked once"),
    (staying_forgotten, "Who visited was asked once"),
    (never_offered, "A free place was offered once"),
    (offered_twice, "A free place was offered once"),
    (let_in_early, "A free place was offered once"),
    (leaving_announced, "A free place was offered once"),
    (place_not_given, "A free place was offered once"),
    (waiting_named, "A free place was offered once"),
]
