"""How a group is kept: a point of its own, a room that was opened by hand, a visit, and a place that is waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.demo.night import ASK, GO_ON, INBOX, LATER, MEND, POST, STAY, TAKE_PLACE
from bot.demo.people import Answer, Person, Stuck
from bot.demo.scenes.play import Play, filled
from bot.demo.watch import Watch
from bot.ui.permissions import MEMBER

POINT = "We don't give each other tips unless somebody asks for them."
SOON = timedelta(minutes=10)


class KeepingScenes(Play):
    async def add_a_point(self) -> None:
        """The group says something of its own beside what holds for all."""
        facilitator, night = self.cast.facilitator, self.night
        night.traces.beware_of_words([POINT])
        opened = await facilitator.command(night.desk, "guidelines edit")
        form = facilitator.form_of(opened)
        (points,) = form.fields
        self.stage.answer(opened)
        notes = night.keeping
        notes.point = POINT
        notes.preview = await facilitator.fill(form, {points.custom_id: POINT})
        notes.before_posting = tuple(facilitator.sees(night.room))
        self.stage.answer(notes.preview, end=True)
        posted = await facilitator.press(notes.preview.showing(POST), POST)
        self.stage.does(facilitator, f"uses {posted.did}")
        self.stage.brief(facilitator, posted.seen[0])

    async def open_by_hand(self) -> None:
        """An administrator lets somebody into the room in Discord's own settings, and a facilitator mends it."""
        night, notes, world = self.night, self.night.keeping, self.world
        admin, facilitator, lead = self.cast.admin, self.cast.facilitator, self.cast.lead
        notes.let_in = let_in = self.cast.backup
        watch = Watch(self.cast)
        self.stage.tell(f"{admin.name}, an administrator for now, means well and lets {let_in.name} read along.")
        async with self.administering(admin):
            made = Overwrite(let_in.id, OverwriteType.MEMBER, allow=MEMBER.value, deny=0)
            world.env.backend.set_overwrite(facilitator.room(night.room).id, made)
            await world.env.settle()
        await self.until(world.now() + timedelta(minutes=1))
        notes.read_meanwhile = let_in.eyes.could_read(let_in.actor, night.room)
        notes.noticed = watch.changes()
        self.rooms_of(let_in)
        self.stage.tell("Nothing is changed without a press. Who can mend it is told.")
        card = facilitator.find(night.desk, MEND)
        self.stage.screen(facilitator, [card])
        self.stage.screen(lead, [lead.find(night.safeguarding, MEND)])
        pressed = await facilitator.press(card, MEND)
        self.stage.does(facilitator, f"uses {pressed.did}")
        notes.mended = watch.changes()
        self.stage.screen(facilitator, [seen for seen in facilitator.sees(night.desk) if seen.id == card.id])
        self.stage.screen(lead, lead.sees(night.safeguarding)[-1:])
        self.rooms_of(let_in)

    async def stay(self, visitor: Person, ended_at: datetime, watch: Watch) -> None:
        """Who visited a meeting is asked by themselves whether it is the right group for them."""
        night, notes, facilitator = self.night, self.night.keeping, self.cast.facilitator
        await self.until(ended_at + SOON)
        notes.visitor, notes.ended_at = visitor, ended_at
        notes.asked = await visitor.command(night.lobby, INBOX.removeprefix("/"))
        self.stage.answer(notes.asked)
        notes.stayed = await visitor.press(notes.asked.showing(STAY), STAY)
        self.stage.answer(notes.stayed)
        notes.stirred = watch.changes()
        self.stage.tell("Nobody else saw the question or the answer.")
        notes.people = await facilitator.command(night.desk, "group people")
        self.stage.answer(notes.people, end=True)

    async def wait(self, person: Person) -> None:
        """Somebody asks again, finds the group full, and is put on its waiting list."""
        night, notes, facilitator = self.night, self.night.keeping, self.cast.facilitator
        notes.waiting, notes.waits_from = person, self.world.now()
        self.stage.tell(f"It is a better moment for {person.name} now than it was two days ago.")
        browsing = await person.command(night.lobby, "group browse")
        self.stage.answer(browsing)
        asked = await self._come(browsing, ASK)
        self.stage.brief(person, asked.seen[0])
        await self.until(self.world.now() + SOON)
        card = facilitator.find(night.desk, LATER)
        self.stage.screen(facilitator, [card])
        later = await facilitator.press(card, LATER)
        self.stage.does(facilitator, f"uses {later.did}")
        self.stage.brief(facilitator, later.seen[0])
        await self._told(person)
        notes.read_early = person.eyes.could_read(person.actor, night.room)

    async def offer(self) -> None:
        """The place of somebody who left is offered to the one who waits, and taken."""
        notes, person = self.night.keeping, self.night.keeping.waiting
        if person is None:
            raise Stuck("Nobody is waiting for a place.")
        self.stage.tell(f"Nobody was told that anybody left. {person.name} comes by in the morning.")
        offered = notes.offered = await self._told(person)
        self.stage.does(person, f"presses [{TAKE_PLACE}], and reads the agreement")
        self.stage.answer(await self._come(offered, TAKE_PLACE))
        self.night.members += (person,)
        self.rooms_of(person)

    async def _told(self, person: Person) -> Answer:
        answer = await person.command(self.night.lobby, INBOX.removeprefix("/"))
        self.stage.answer(answer)
        return answer

    async def _come(self, page: Answer, label: str) -> Answer:
        """Press, read the agreement once more, go on and send the form."""
        person = page.person
        agreement = await person.press(page.showing(label), label)
        form = person.form_of(await person.press(agreement.showing(GO_ON), GO_ON))
        return await person.fill(form, filled(person, form))
