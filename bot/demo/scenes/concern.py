"""A concern: a message is flagged, nobody takes it, the lead is called, and a facilitator sees to it."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.eyes import Seen
from bot.demo.night import CLOSE, FLAG, SHOW, TAKE
from bot.demo.people import Person, Stuck
from bot.demo.scenes.play import Play, option
from bot.demo.watch import Watch

REPORTER, AUTHOR = "Emil", "Henrik"
FLAGGED = "I have stopped answering the phone. I don't see what I would tell anyone."
SAID = (
    ("Bea", "It was a long week. I made soup for four days and slept."),
    (AUTHOR, FLAGGED),
    (REPORTER, "I'm glad that you told us here."),
)
REASON, NOTE = "I'm worried about someone", "It is the third evening that it sounds like this."
OUTCOME = "We talked"
LONG_AFTER = timedelta(hours=2)


class ConcernScenes(Play):
    _watch: Watch

    async def flag(self) -> None:
        """Somebody flags a message, and in its time the lead is called."""
        night, notes = self.night, self.night.concern
        reporter, facilitator = self.cast.called(REPORTER), self.cast.facilitator
        notes.reporter, notes.author, notes.words = reporter, self.cast.called(AUTHOR), (FLAGGED, NOTE)
        for name, words in SAID:
            await self.cast.called(name).say(night.room, words)
        night.traces.beware_of_words([*(words for _, words in SAID), NOTE])
        self.stage.screen(reporter, reporter.sees(night.room)[-len(SAID) :])
        self._watch = Watch(self.cast)
        notes.flagged_at = self.world.now()
        await self._raise(reporter)
        notes.raised = self._watch.changes()
        card = facilitator.find(night.desk, TAKE)
        self.stage.screen(facilitator, [card])
        self.stage.tell(f"In the room nothing has changed. {self.cast.called(AUTHOR).name} is told nothing.")
        await self._wait(card)

    async def take(self) -> None:
        """A facilitator takes it after all, looks, talks, and closes it."""
        night, notes = self.night, self.night.concern
        holder = notes.holder = self.cast.co_facilitator
        taken = await holder.press(holder.find(night.desk, TAKE), TAKE)
        self.stage.answer(taken)
        notes.shown = await holder.press(taken.showing(SHOW), SHOW)
        self.stage.answer(notes.shown)
        asked = await holder.press(taken.showing(CLOSE), CLOSE)
        form = holder.form_of(asked)
        (outcome,) = form.fields
        self.stage.answer(asked)
        self.stage.answer(await holder.fill(form, {outcome.custom_id: option(outcome, OUTCOME)}))
        for person, place in ((self.cast.facilitator, night.desk), (self.cast.lead, night.safeguarding)):
            self.stage.screen(person, person.sees(place)[-1:])
        await self.world.pass_time(LONG_AFTER.total_seconds())
        notes.taken = self._watch.changes()
        notes.left = await self.cast.lead.command(night.safeguarding, "case list")
        self.stage.brief(self.cast.lead, notes.left.seen[0])

    async def _raise(self, reporter: Person) -> None:
        message = next(seen for seen in reporter.sees(self.night.room) if seen.text == FLAGGED)
        asked = await reporter.menu(message, FLAG)
        self.stage.answer(asked)
        form = reporter.form_of(asked)
        reason, note = form.fields
        values = {reason.custom_id: option(reason, REASON), note.custom_id: NOTE}
        self.stage.answer(await reporter.fill(form, values))

    async def _wait(self, card: Seen) -> None:
        """Nobody takes it, so that somebody else is called when the card says so."""
        notes, lead = self.night.concern, self.cast.lead
        if not card.instants:
            raise Stuck("The card does not say when somebody else is called.")
        notes.due_at = max(card.instants)
        await self.until(notes.due_at - timedelta(minutes=1))
        notes.waiting = self._watch.changes()
        self.stage.tell("Nobody takes it.")
        await self.until(notes.due_at + timedelta(seconds=1))
        notes.stepped = self._watch.changes()
        self.stage.screen(lead, [lead.find(self.night.safeguarding, TAKE)])
