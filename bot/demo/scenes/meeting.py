"""A meeting: moved by half an hour, opened, lived through with a round in it, and closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.demo.night import BACK, DONE, FINE, HERE, INBOX, MOVED, PASS, REMIND, SPEAK, STEP_OUT
from bot.demo.people import Answer, Person, Stuck
from bot.demo.scenes.play import Play
from bot.demo.watch import Watch
from bot.features.meetings.rounds.store import rounds, turns
from bot.features.meetings.running.store import asides, here

ANSWERED = ("Amara", "Bea", "Chidi")
REMINDED, THERE, OUT = "Amara", ("Amara", "Bea", "Chidi"), "Emil"
CALL = "it's your turn, if you like."
LASTS = timedelta(minutes=85)
SAY_WHO = (here.name, asides.name, rounds.name, turns.name)
"""Where it is kept for as long as a meeting is open who is there, who stepped out, and how a round goes."""


class MeetingScenes(Play):
    async def move(self, starts: datetime) -> None:
        """A facilitator moves it and all that follow; those who had answered are told."""
        night, notes, facilitator = self.night, self.night.meeting, self.cast.facilitator
        notes.moved_to, notes.answered = starts, tuple(map(self.cast.called, ANSWERED))
        watch = Watch(self.cast)
        meetings = await facilitator.offered(night.desk, "meeting move", "meeting")
        if not meetings:
            raise Stuck(f"{facilitator.name} is offered no meeting to move.")
        notes.asked = await facilitator.command(
            night.desk,
            "meeting move",
            meeting=next(iter(meetings.values())),
            to=f"{starts:%Y-%m-%d %H:%M}",
            which="following",
        )
        notes.too_soon = watch.changes()
        await self.confirm(facilitator, notes.asked)
        await self.world.pass_time(60)
        self.stage.tell("Who said that they will be there says so again, for the new time.")
        await self.will_be_there()
        self.stage.tell("Each of the three who had answered is told under their answer, in private.")
        for person in notes.answered[:2]:
            self.stage.screen(person, [seen for seen in person.sees(night.room) if MOVED in seen.text])
        self.stage.tell("Everybody else reads it in the room, where no title and no name is said.")
        silent = self.cast.called(OUT)
        self.stage.screen(silent, silent.sees(night.room)[-1:])

    async def ask_privately(self) -> None:
        """One who answered would like to be reminded by a direct message."""
        person = self.night.meeting.reminded = self.cast.called(REMINDED)
        self.stage.answer(await person.press(person.find(self.night.room, REMIND), REMIND))

    def show_letter(self) -> None:
        person = self.cast.called(REMINDED)
        self.stage.screen(person, person.eyes.letters(person.actor)[-1:])

    async def hold_quietly(self, visitor: Person, ends_at: datetime) -> None:
        """It is opened and closed, and only somebody who visits is looked at."""
        facilitator, night = self.cast.facilitator, self.night
        self.stage.tell(f"The meeting takes place, and {visitor.name} is there for the first time.")
        started = await facilitator.command(night.desk, "meeting start")
        self.stage.brief(facilitator, started.seen[0])
        arrived = await visitor.press(visitor.find(night.room, HERE), HERE)
        self.stage.brief(visitor, arrived.seen[0])
        await self.until(ends_at)
        closed = await facilitator.command(night.desk, "meeting close", checkin="none")
        self.stage.brief(facilitator, closed.seen[0])

    async def open(self) -> None:
        """A facilitator opens it, three say that they are there, and one steps out."""
        night, notes, facilitator = self.night, self.night.meeting, self.cast.facilitator
        notes.opened_at = self.world.now()
        self.stage.answer(await facilitator.command(night.desk, "meeting start"))
        notes.there, notes.out = tuple(map(self.cast.called, THERE)), self.cast.called(OUT)
        opener = notes.out.find(night.room, HERE)
        self.stage.screen(notes.out, [opener], whole=True)
        watch = Watch(self.cast)
        for person in (*notes.there, self.cast.co_facilitator):
            self.stage.brief(person, (await person.press(opener, HERE)).seen[0])
        notes.arriving = watch.changes()
        out = await notes.out.press(opener, STEP_OUT)
        self.stage.answer(out)
        notes.stepped = watch.changes()
        self.stage.screen(facilitator, facilitator.sees(night.desk)[-1:])
        self.stage.tell(f"{self.cast.co_facilitator.name} writes to them, and after a while {notes.out.name} is back.")
        self.stage.brief(notes.out, (await notes.out.press(out.showing(BACK), BACK)).seen[0])

    async def go_round(self) -> None:
        """One passes before they are called, and nobody can tell; the others speak."""
        night, notes, facilitator = self.night, self.night.meeting, self.cast.facilitator
        self.stage.answer(await facilitator.command(night.desk, "meeting round"))
        self.stage.tell("The facilitators pass. In what order people are called is chance.")
        for person in night.facilitators:
            await person.press(person.find(night.room, PASS), PASS)
        first = self._called()
        notes.passing = next(person for person in notes.there if person is not first)
        watch = Watch(self.cast)
        self.stage.answer(await notes.passing.press(notes.passing.find(night.room, PASS), PASS))
        notes.passed = watch.changes()
        self.stage.tell("On no other screen has anything changed.")
        for _ in range(len(notes.there) - 1):
            speaking = self._called()
            await self._speak(speaking)
            notes.spoke += (speaking,)
            notes.circle += watch.changes()
        self.stage.screen(facilitator, facilitator.sees(night.desk)[-1:])

    async def close(self) -> None:
        """Who was there is forgotten, the group is asked how it was, and so is the facilitator."""
        night, notes, facilitator = self.night, self.night.meeting, self.cast.facilitator
        if notes.opened_at is None:
            raise Stuck("No meeting is open that could be closed.")
        await self.until(notes.opened_at + LASTS)
        notes.kept = night.traces.rows(*SAY_WHO)
        notes.closed_at = night.checkin.opened_at = self.world.now()
        notes.closing = await facilitator.command(night.desk, "meeting close")
        notes.left = night.traces.rows(*SAY_WHO)
        self.stage.answer(notes.closing)
        reader = self.cast.called(OUT)
        self.stage.screen(reader, reader.sees(night.room)[-2:-1])
        await self._asked_after(facilitator, notes.closing)

    async def _asked_after(self, facilitator: Person, closing: Answer) -> None:
        if FINE not in [label for seen in closing.seen for label in seen.buttons]:
            closing = await facilitator.command(self.night.lobby, INBOX.removeprefix("/"))
            self.stage.answer(closing)
        self.stage.answer(await facilitator.press(closing.showing(FINE), FINE))

    def _called(self) -> Person:
        """Who is called in the room now. Raises ``Stuck`` if nobody is."""
        for seen in self.cast.facilitator.sees(self.night.room):
            if CALL in seen.text:
                return next(person for person in self.cast.everybody if person.id in seen.names)
        raise Stuck("Nobody is called in the round.")

    async def _speak(self, person: Person) -> None:
        call = next(seen for seen in person.sees(self.night.room) if CALL in seen.text)
        self.stage.screen(person, [call])
        speaking = await person.press(call, SPEAK)
        self.stage.brief(person, speaking.seen[0])
        done = await person.press(speaking.showing(DONE), DONE)
        self.stage.brief(person, done.seen[0])
