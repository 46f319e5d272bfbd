"""Ways in which what people confide could get out, or go nowhere, each with the finding that must notice."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.demo.care import CHECKIN, SENTENCES, is_card
from bot.demo.eyes import Seen
from bot.demo.night import ANSWER, TAKE
from bot.demo.people import Answer, Person
from bot.demo.watch import Change
from bot.features.checkins.release import Sentence
from tests.demo.played import Played, Tampering

OTHER = {"circlekeeper.db": b"other"}


def checkin(played: Played) -> Seen:
    return played.newest(played.night.room, ANSWER)


def result(played: Played) -> Seen:
    room = played.night.cast.facilitator.sees(played.night.room)
    return next(seen for seen in room if CHECKIN in seen.text and not seen.buttons and not seen.private)


def card(played: Played) -> Seen:
    return next(seen for seen in played.night.cast.facilitator.sees(played.night.desk) if is_card(seen))


def noticed(played: Played, person: Person, *, new: bool = True) -> Change:
    """Something on that person's screen that should not have been."""
    return Change(person=person, seen=checkin(played), new=new, rings=frozenset())


def saying(answer: Answer, words: str) -> Answer:
    return replace(answer, seen=(replace(answer.seen[0], words=(words,)), *answer.seen[1:]))


def author(played: Played) -> Person:
    assert played.night.concern.author is not None
    return played.night.concern.author


def letter(
    played: Played, person: Person, words: str = "", *, like: Seen | None = None
) -> AbstractContextManager[None]:
    return played.posted(person.actor.user.dm_channel, words, like=like)


# the check-in


def checkin_twice(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.room), like=checkin(played))


def result_twice(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.room), like=result(played))


def result_missing(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.stored(result(played)), "components", [])


def result_early(played: Played) -> AbstractContextManager[None]:
    assert played.night.checkin.opened_at is not None
    return played.changed(played.night.checkin, "opened_at", played.night.checkin.opened_at + timedelta(minutes=3))


def result_that_calls(played: Played) -> AbstractContextManager[None]:
    return played.reworded(result(played), "Thank you to anyone", f"Thank you, <@{played.night.members[0].id}>,")


def another_sentence(played: Played) -> AbstractContextManager[None]:
    return played.reworded(result(played), SENTENCES[Sentence.SPREAD], SENTENCES[Sentence.LOW])


def a_sentence_for_too_few(played: Played) -> AbstractContextManager[None]:
    return played.reworded(result(played), SENTENCES[Sentence.NONE], SENTENCES[Sentence.HIGH])


def a_question_left_out(played: Played) -> AbstractContextManager[None]:
    return played.reworded(result(played), "I felt listened to.", "I felt well.")


def how_many_answered(played: Played) -> AbstractContextManager[None]:
    return played.reworded(result(played), "anyone who took part", "the 6 who took part")


def all_of_one_mind(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.checkin, "given", dict.fromkeys(played.night.checkin.given, "44444"))


def answer_lost(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.checkin, "thanked", played.night.checkin.thanked[1:])


def answer_repeated(played: Played) -> AbstractContextManager[None]:
    first, *rest = played.night.checkin.thanked
    return played.changed(played.night.checkin, "thanked", (saying(first, "Thank you. You agreed."), *rest))


def answering_seen(played: Played) -> AbstractContextManager[None]:
    seen = noticed(played, played.night.cast.facilitator, new=False)
    return played.changed(played.night.checkin, "stirred", (seen,))


def refused_as_facilitator(played: Played) -> AbstractContextManager[None]:
    first, other = played.night.checkin.refused
    refused = (saying(first, "Facilitators are not asked."), other)
    return played.changed(played.night.checkin, "refused", refused)


def facilitator_let_in(played: Played) -> AbstractContextManager[None]:
    first, other = played.night.checkin.refused
    form = next(answer.form for answer in played.night.cast.journal if answer.form is not None)
    return played.changed(played.night.checkin, "refused", (replace(first, form=form), other))


def nobody_refused(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.checkin, "refused", ())


def answer_written_down(played: Played) -> AbstractContextManager[None]:
    (before, _), *rest = played.night.checkin.files
    return played.changed(played.night.checkin, "files", ((before, {**before, **OTHER}), *rest))


def answer_kept_nowhere(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.checkin, "sealed", ())


@contextmanager
def tally_left(played: Played) -> Generator[None]:
    path = played.settings.checkins_dir / "1.tally"
    path.write_bytes(b"left")
    try:
        yield
    finally:
        path.unlink()


def reread_otherwise(played: Played) -> AbstractContextManager[None]:
    notes = played.night.checkin
    assert notes.reread is not None
    otherwise = notes.reread.text.replace(SENTENCES[Sentence.LOW], SENTENCES[Sentence.HIGH])
    return played.changed(notes, "reread", saying(notes.reread, otherwise))


def nothing_reread(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.checkin, "reread", None)


def next_one_unseen(played: Played) -> AbstractContextManager[None]:
    notes = played.night.checkin
    assert notes.listed is not None
    return played.changed(notes, "listed", saying(notes.listed, "No check-in is open."))


def member_may_end_it(played: Played) -> AbstractContextManager[None]:
    notes = played.night.checkin
    assert notes.listed is not None
    seen = replace(notes.listed.seen[0], buttons=("End: How is this group working?",))
    return played.changed(notes, "listed", replace(notes.listed, seen=(seen,)))


def danger_asked_about(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.checkin, "refusal", "")


# the concern


def card_again(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.desk), like=card(played))


def card_in_the_room(played: Played) -> AbstractContextManager[None]:
    return played.posted(played.channel(played.night.room), like=card(played))


def card_to_the_author(played: Played) -> AbstractContextManager[None]:
    return letter(played, author(played), like=card(played))


def room_stirred(played: Played) -> AbstractContextManager[None]:
    notes = played.night.concern
    return played.changed(notes, "waiting", (noticed(played, author(played), new=False),))


def nobody_called(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.concern, "raised", ())


def called_with_others(played: Played) -> AbstractContextManager[None]:
    notes = played.night.concern
    rung = frozenset([played.night.cast.lead.id, played.night.cast.backup.id])
    return played.changed(notes, "stepped", tuple(replace(change, rings=rung) for change in notes.stepped))


def called_silently(played: Played) -> AbstractContextManager[None]:
    notes = played.night.concern
    return played.changed(notes, "raised", tuple(replace(one, rings=frozenset[int]()) for one in notes.raised))


def called_too_soon(played: Played) -> AbstractContextManager[None]:
    assert played.night.concern.due_at is not None
    return played.changed(played.night.concern, "due_at", played.night.concern.due_at + timedelta(minutes=1))


def called_after_it_was_taken(played: Played) -> AbstractContextManager[None]:
    notes = played.night.concern
    return played.changed(notes, "taken", (*notes.taken, noticed(played, played.night.cast.lead)))


def card_that_repeats(played: Played) -> AbstractContextManager[None]:
    return played.reworded(card(played), "Please check:", f"{played.night.concern.words[0]} Please check:")


def card_that_repeated_the_note(played: Played) -> AbstractContextManager[None]:
    notes = played.night.concern
    first, *rest = notes.raised
    seen = replace(first.seen, words=(*first.seen.words, notes.words[1]))
    return played.changed(notes, "raised", (replace(first, seen=seen), *rest))


def card_that_names_the_author(played: Played) -> AbstractContextManager[None]:
    return played.reworded(card(played), "Please check:", f"<@{author(played).id}> Please check:")


def reporter_on_the_desk(played: Played) -> AbstractContextManager[None]:
    assert played.night.concern.reporter is not None
    return played.posted(played.channel(played.night.desk), f"Flagged by {played.night.concern.reporter.name}")


def reporter_told_to_the_author(played: Played) -> AbstractContextManager[None]:
    assert played.night.concern.reporter is not None
    return letter(played, author(played), f"<@{played.night.concern.reporter.id}> flagged this.")


def reporter_read_by_the_holder(played: Played) -> AbstractContextManager[None]:
    journal = played.night.cast.journal
    number = next(number for number, answer in enumerate(journal) if answer is played.night.concern.shown)
    changed: Any = [*journal]
    changed[number] = saying(journal[number], "Emil flagged this.")
    return played.changed(played.night, "cast", replace(played.night.cast, journal=changed))


def left_open(played: Played) -> AbstractContextManager[None]:
    return played.reworded(card(played), "Closed ", "Open ")


def still_listed(played: Played) -> AbstractContextManager[None]:
    left = played.night.concern.left
    assert left is not None
    listed = replace(left, seen=(replace(left.seen[0], buttons=(TAKE,)),))
    return played.changed(played.night.concern, "left", listed)


def closed_by_nobody(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.concern, "holder", played.night.cast.backup)


def evidence_lost(played: Played) -> AbstractContextManager[None]:
    assert played.night.concern.shown is not None
    return played.changed(played.night.concern, "shown", saying(played.night.concern.shown, "No copy was kept."))


# help


def help_written_down(played: Played) -> AbstractContextManager[None]:
    ((before, _),) = played.night.help.files
    return played.changed(played.night.help, "files", ((before, {**before, "bot.log": b"pressed"}),))


def help_noticed(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.help, "stirred", (noticed(played, played.night.cast.facilitator),))


def help_never_asked(played: Played) -> AbstractContextManager[None]:
    return played.changed(played.night.help, "picked", ())


def another(seen: Seen, words: str) -> tuple[Seen, ...]:
    return (replace(seen, words=(*seen.words, words)),)


def unchecked_line(played: Played) -> AbstractContextManager[None]:
    notes = played.night.help
    assert notes.country is not None
    line = next(line for line in notes.country.lines if line.last_checked is None)
    return played.changed(notes, "picked", another(notes.picked[0], f"- **{line.name}**"))


def unchecked_number(played: Played) -> AbstractContextManager[None]:
    notes = played.night.help
    assert notes.country is not None
    dial = next(one.dial for line in notes.country.lines for one in line.contacts if one.dial)
    return played.changed(notes, "picked", another(notes.picked[0], f"Call {dial}."))


def number_without_a_country(played: Played) -> AbstractContextManager[None]:
    notes = played.night.help
    return played.changed(notes, "first", another(notes.first[0], "Call 112."))


def no_emergency_number(played: Played) -> AbstractContextManager[None]:
    notes = played.night.help
    return played.changed(notes, "picked", (replace(notes.picked[0], words=("Look it up.",)),))


CONFIDED: list[tuple[Tampering, str]] = [
    (checkin_twice, "The check-in was posted once"),
    (result_twice, "The check-in was posted once"),
    (result_missing, "The check-in was posted once"),
    (result_early, "The check-in was posted once"),
    (result_that_calls, "The check-in was posted once"),
    (another_sentence, "It came to the sentences"),
    (a_sentence_for_too_few, "It came to the sentences"),
    (a_question_left_out, "It came to the sentences"),
    (how_many_answered, "It came to the sentences"),
    (all_of_one_mind, "It came to the sentences"),
    (answer_lost, "Nobody saw what anybody answered"),
    (answer_repeated, "Nobody saw what anybody answered"),
    (answering_seen, "Nobody saw what anybody answered"),
    (refused_as_facilitator, "Who was not asked was refused"),
    (facilitator_let_in, "Who was not asked was refused"),
    (nobody_refused, "Who was not asked was refused"),
    (answer_written_down, "Answers changed no file"),
    (answer_kept_nowhere, "Answers changed no file"),
    (tally_left, "Answers changed no file"),
    (reread_otherwise, "What it came to is read again"),
    (nothing_reread, "What it came to is read again"),
    (next_one_unseen, "Everybody sees when the next"),
    (member_may_end_it, "Everybody sees when the next"),
    (danger_asked_about, "A check-in that asks about danger"),
    (card_again, "The flag called"),
    (nobody_called, "The flag called"),
    (called_with_others, "The flag called"),
    (called_silently, "The flag called"),
    (called_too_soon, "The flag called"),
    (called_after_it_was_taken, "The flag called"),
    (card_that_repeats, "What was flagged stands on no card"),
    (card_that_repeated_the_note, "What was flagged stands on no card"),
    (card_that_names_the_author, "What was flagged stands on no card"),
    (card_in_the_room, "The one whose message it was"),
    (card_to_the_author, "The one whose message it was"),
    (room_stirred, "The one whose message it was"),
    (reporter_on_the_desk, "Nobody can read who flagged it"),
    (reporter_told_to_the_author, "Nobody can read who flagged it"),
    (reporter_read_by_the_holder, "Nobody can read who flagged it"),
    (left_open, "It ended because a person closed it"),
    (still_listed, "It ended because a person closed it"),
    (closed_by_nobody, "It ended because a person closed it"),
    (evidence_lost, "It ended because a person closed it"),
    (help_written_down, "Who asked for help left no trace"),
    (help_noticed, "Who asked for help left no trace"),
    (help_never_asked, "Who asked for help left no trace"),
    (unchecked_line, "Only helplines were shown"),
    (unchecked_number, "Only helplines were shown"),
    (number_without_a_country, "Only helplines were shown"),
    (no_emergency_number, "Only helplines were shown"),
]
