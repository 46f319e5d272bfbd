"""Whether what people confided was kept as it must be: the check-in, the concern, and the call for help."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from bot.core.helplines import Country
from bot.core.questions import Band, Question
from bot.demo.eyes import Seen
from bot.demo.night import ANSWER, CLOSE, TAKE, Files, Night
from bot.demo.people import Person
from bot.demo.watch import Change
from bot.features.checkins.release import Counts, Sentence, release

CHECKIN, CARD, CLOSED = "Anonymous check-in", "Please check:", "Closed "
SENTENCES = {
    Sentence.HIGH: "More than half of the answers were towards the higher end.",
    Sentence.LOW: "More than half of the answers were towards the lower end.",
    Sentence.SPREAD: "Answers were spread out.",
    Sentence.NONE: "No summary this time.",
}
ANSWERING = 6
OPEN_FOR = timedelta(hours=24)
EARLIEST, LATEST = timedelta(seconds=9), timedelta(seconds=125)
"""After the announced end, within which the sentences come."""
PROMPTLY = timedelta(seconds=5)


def is_card(seen: Seen) -> bool:
    """Whether it calls somebody for a concern, or did."""
    return CARD in seen.text


# the check-in


def checkin_once(night: Night) -> Iterable[str]:
    posts, results = _posts(night), _results(night)
    if len(posts) != 1:
        yield f"The check-in stands in the room {len(posts)} times."
    if len(results) != 1:
        yield f"What it came to stands in the room {len(results)} times."
    opened_at = night.checkin.opened_at
    closes_at = opened_at + OPEN_FOR if opened_at else None
    for post in posts:
        if closes_at is None or not any(abs(at - closes_at) < PROMPTLY for at in post.instants):
            yield "The check-in does not say that it closes after the time it was opened for."
    for result in results:
        if closes_at is None or not EARLIEST <= result.at - closes_at <= LATEST:
            yield f"What it came to was there at {result.at:%d %B %H:%M:%S} UTC, which is not soon after its end."
    if any(seen.calls or seen.names or night.eyes.rings(seen) for seen in (*posts, *results)):
        yield "The check-in mentions somebody."


def checkin_sentences(night: Night) -> Iterable[str]:
    questions = night.checkin.asked.questions if night.checkin.asked else ()
    expected = [release(_counts(night, place, question)) for place, question in enumerate(questions)]
    if set(expected) != set(Sentence):
        yield "The answers were not such that every sentence there is had to be said."
    for result in _results(night):
        lines = [line.strip("*") for line in result.text.splitlines()]
        for question, sentence in zip(questions, expected, strict=True):
            said = lines[lines.index(question.text) + 1 :][:1] if question.text in lines else []
            if said != [SENTENCES[sentence]]:
                reads = " ".join(said) or "nothing"
                yield f"“{question.text}” came to “{SENTENCES[sentence]}”, and the room reads: {reads}"
        if re.search(r"\d", result.text):
            yield "What it came to holds a number."


def checkin_unseen(night: Night) -> Iterable[str]:
    thanked = night.checkin.thanked
    answered = {answer.person.name for answer in thanked}
    if len(thanked) != ANSWERING or answered != set(night.checkin.given):
        yield f"{len(answered)} people answered, and {ANSWERING} were to."
    if len({answer.text for answer in thanked}) != 1:
        yield "What people are told once they have answered is not the same for all."
    yield from _stirred(night.checkin.stirred, "while the check-in was open")


def checkin_refused(night: Night) -> Iterable[str]:
    refused = night.checkin.refused
    if len({answer.person.name for answer in refused}) < 2:
        yield "Nobody was refused who had not been asked, or only one person."
    if len({answer.text for answer in refused}) > 1:
        yield "Those who were not asked are not all told the same."
    for answer in refused:
        if answer.form is not None or not answer.text:
            yield f"{answer.person.name}, who was not asked, was not refused."


def checkin_untraced(night: Night) -> Iterable[str]:
    yield from _unchanged(night.checkin.files, "people answered")
    if not night.checkin.sealed:
        yield "Nothing was kept of the answers while the check-in was open."
    left = night.traces.sealed()
    if left:
        yield f"{len(left)} files are left of a check-in that is closed."


def checkin_reread(night: Night) -> Iterable[str]:
    reread, questions = night.checkin.reread, night.checkin.asked.questions if night.checkin.asked else ()
    lines = reread.text.splitlines() if reread else []
    for place, question in enumerate(questions):
        came_to = SENTENCES[release(_counts(night, place, question))]
        listed = lines[lines.index(heading) + 1 :][:1] if (heading := f"### {question.text}") in lines else []
        if [line.partition(">: ")[2] for line in listed] != [came_to]:
            yield f"“{question.text}” came to “{came_to}”, and is read again as: {' '.join(listed) or 'nothing'}"


def checkin_to_come(night: Night) -> Iterable[str]:
    rhythm, listed = night.checkin.rhythm, night.checkin.listed
    told, seen = ({at for one in (answer.seen if answer else ()) for at in one.instants} for answer in (rhythm, listed))
    if not told:
        yield "No check-in was set to open by itself."
    if not told & seen:
        yield "A member does not see when the next check-in opens."
    if any(button.startswith("End") for one in (listed.seen if listed else ()) for button in one.buttons):
        yield "A member is offered to end what a facilitator has set."


def checkin_refusal(night: Night) -> Iterable[str]:
    if "nobody could help" not in night.checkin.refusal:
        yield f"A check-in that asks about danger is met with: {night.checkin.refusal or 'nothing'}"


# the concern


def concern_called(night: Night) -> Iterable[str]:
    notes = night.concern
    facilitators, lead = frozenset(person.id for person in night.facilitators), frozenset([night.cast.lead.id])
    yield from _called(night, notes.raised, night.desk, facilitators)
    if notes.waiting:
        yield "Something happened before the time at which somebody else was to be called."
    yield from _called(night, notes.stepped, night.safeguarding, lead)
    for seen in _news(notes.stepped).values():
        if notes.due_at is None or not -PROMPTLY <= seen.at - notes.due_at <= PROMPTLY:
            yield f"The lead was called at {seen.at:%H:%M:%S} UTC, which is not when the card had said."
    if _news(notes.taken):
        yield "Somebody was called after it was taken."
    for place, reader in ((night.desk, night.cast.facilitator), (night.safeguarding, night.cast.lead)):
        count = sum(is_card(seen) for seen in reader.sees(place))
        if count != 1:
            yield f"{count} cards of it stand in #{place}."


def concern_safe(night: Night) -> Iterable[str]:
    if not night.concern.words:
        yield "Nothing was flagged."
    cards = [change.seen for change in night.concern.changes]
    for seen in (*cards, *_desk_and_safeguarding(night)):
        if any(words in seen.text for words in night.concern.words):
            yield f"A card in #{seen.place} repeats what somebody wrote."
        named = [person.name for person in _bystanders(night) if is_card(seen) and _is_named(person, seen)]
        yield from (f"A card in #{seen.place} names {name}." for name in named)


def concern_unseen(night: Night) -> Iterable[str]:
    author = night.concern.author
    if author is None:
        yield "Nobody's message was flagged."
    bystanders = {person.name for person in _bystanders(night)}
    yield from _stirred([one for one in night.concern.changes if one.person.name in bystanders], "of the concern")
    for person in _bystanders(night):
        if any(is_card(seen) for seen in person.eyes.everything(person.actor)):
            yield f"{person.name} can read the card."


def concern_reporter(night: Night) -> Iterable[str]:
    notes = night.concern
    reporter, flagged_at = notes.reporter, notes.flagged_at
    if reporter is None or flagged_at is None:
        yield "Nobody flagged anything."
        return
    for person in night.cast.everybody:
        for seen in person.eyes.everything(person.actor) if person is not reporter else ():
            if seen.at >= flagged_at and not seen.by and _is_named(reporter, seen):
                yield f"{person.name} reads of {reporter.name} in what the bot says in #{seen.place}."
    answers = (answer for answer in night.cast.journal if answer.person is not reporter)
    for answer in answers:
        if any(seen.at >= flagged_at and _is_named(reporter, seen) for seen in answer.seen):
            yield f"{answer.person.name} read of {reporter.name} after {answer.did}."


def concern_closed(night: Night) -> Iterable[str]:
    notes = night.concern
    did = [answer.did for answer in night.cast.journal if answer.person is notes.holder]
    if notes.holder is None or not {f"[{TAKE}]", f"[{CLOSE}]"} <= set(did):
        yield "No person took it and closed it."
    cards = [seen for seen in _desk_and_safeguarding(night) if is_card(seen)]
    if not cards or any(CLOSED not in seen.text for seen in cards):
        yield "A card does not say that it is closed."
    if any({TAKE, CLOSE} & set(seen.buttons) for seen in (*cards, *(notes.left.seen if notes.left else ()))):
        yield "It can still be taken or closed."
    flagged = notes.words[0] if notes.words else ""
    if notes.shown is None or flagged not in notes.shown.text:
        yield "The one who took it could not read what was flagged."


# help


def help_untraced(night: Night) -> Iterable[str]:
    notes = night.help
    if not notes.first or not notes.picked:
        yield "Nobody asked for help."
    yield from _unchanged(notes.files, "somebody asked for help")
    yield from _stirred(notes.stirred, "when somebody asked for help")


def help_checked(night: Night) -> Iterable[str]:
    notes = night.help
    country = notes.country
    if country is None or not notes.picked:
        yield "Nobody picked a country."
        return
    if any(re.search(r"\d", seen.text) for seen in notes.first):
        yield "A number was shown before a country was picked."
    text = "\n".join(seen.text for seen in notes.picked)
    if not any(_holds(text, number) for number in country.emergency):
        yield f"The emergency number of {country.name} was not shown."
    yield from (f"A line was shown that nobody has checked: {line}." for line in _unchecked(country, text))


CARE: Sequence[tuple[str, Callable[[Night], Iterable[str]]]] = (
    ("The check-in was posted once, and what it came to once, at its time", checkin_once),
    ("It came to the sentences that the rule gives, and to no number", checkin_sentences),
    ("Nobody saw what anybody answered, nor that they did", checkin_unseen),
    ("Who was not asked was refused, whoever they were, in the same words", checkin_refused),
    ("Answers changed no file but the sealed total, and that is gone", checkin_untraced),
    ("What it came to is read again as it was, in private, with its day", checkin_reread),
    ("Everybody sees when the next one opens by itself, and only facilitators can end that", checkin_to_come),
    ("A check-in that asks about danger was refused, with the reason", checkin_refusal),
    ("The flag called the facilitators once, and in its time the lead once", concern_called),
    ("What was flagged stands on no card, nor who wrote it", concern_safe),
    ("The one whose message it was saw nothing of it, nor did any other member", concern_unseen),
    ("Nobody can read who flagged it", concern_reporter),
    ("It ended because a person closed it", concern_closed),
    ("Who asked for help left no trace, and told nobody", help_untraced),
    ("Only helplines were shown that somebody had checked", help_checked),
)


def _posts(night: Night) -> list[Seen]:
    return [seen for seen in night.cast.facilitator.sees(night.room) if ANSWER in seen.buttons]


def _results(night: Night) -> list[Seen]:
    seen = night.cast.facilitator.sees(night.room)
    return [one for one in seen if CHECKIN in one.text and not one.private and ANSWER not in one.buttons]


def _counts(night: Night, place: int, question: Question) -> Counts:
    chosen = [given[place] for given in night.checkin.given.values()]
    bands = Counter(question.options[int(one)].band for one in chosen if one.isdecimal())
    return Counts(low=bands[Band.LOW], mid=bands[Band.MID], high=bands[Band.HIGH])


def _called(night: Night, changes: Sequence[Change], place: str, people: frozenset[int]) -> Iterator[str]:
    news = _news(changes)
    if len(news) != 1:
        yield f"{len(news)} messages came when those in #{place} were to be called."
    for seen in news.values():
        if seen.place != place or not is_card(seen):
            yield f"What came when those in #{place} were to be called is not a card there."
        rung = next(change.rings for change in changes if change.seen.id == seen.id)
        if rung != people or frozenset(seen.names) != people:
            called = ", ".join(night.eyes.person_name(one) for one in rung) or "nobody"
            yield f"The card in #{place} called {called}."


def _news(changes: Iterable[Change]) -> dict[int, Seen]:
    """What was new, once for each message, however many people can see it."""
    return {change.seen.id: change.seen for change in changes if change.new}


def _stirred(changes: Sequence[Change], when: str) -> Iterator[str]:
    for change in changes:
        what = "came" if change.new else "changed"
        yield f"Something {what} in #{change.seen.place} on the screen of {change.person.name} {when}."


def _unchanged(pairs: Sequence[tuple[Files, Files]], when: str) -> Iterator[str]:
    if not pairs or not all(before for before, _ in pairs):
        yield f"Nobody looked into the files when {when}."
    for before, after in pairs:
        changed = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
        yield from (f"{name} changed when {when}." for name in changed)


def _bystanders(night: Night) -> list[Person]:
    """Everybody whose task it is not."""
    keepers = (night.cast.lead, night.cast.backup, *night.facilitators)
    return [person for person in night.cast.everybody if person not in keepers]


def _desk_and_safeguarding(night: Night) -> list[Seen]:
    return [*night.cast.facilitator.sees(night.desk), *night.cast.lead.sees(night.safeguarding)]


def _is_named(person: Person, seen: Seen) -> bool:
    return person.id in (*seen.names, *seen.calls) or re.search(rf"\b{person.name}\b", seen.text) is not None


def _holds(text: str, number: str) -> bool:
    return re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text) is not None


def _unchecked(country: Country, text: str) -> Iterator[str]:
    for line in country.lines:
        if line.last_checked is None:
            dials = [one.dial for one in line.contacts if one.dial and one.dial not in country.emergency]
            if line.name in text or any(_holds(text, dial) for dial in dials):
                yield line.name
